"""A chat with a menu: a line is a selection while it is open and a message when it is not, and recorded as that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.agent.errand import open_models
from clew.agent.menu_chat import MenuChat
from clew.agent.tools.kit import open_kit
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Message, Text
from tests.agent.test_menu import FILE
from tests.agent.tools.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

WITH_COMMAND = FILE.replace('label = "Say hello"', 'label = "Say hello"\ncommand = "/hello"')


def _chat(folder: Path, *lines: str) -> tuple[str, Session]:
    """Type lines, with a model that answers each message, and return what was said and recorded."""
    definition = Workbench(folder, WITH_COMMAND).definition
    typed, said = iter(lines), list[str]()

    def ask(_: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    answers = (Message(content=(Text("I am the model."),), times=9),)
    with (
        ModelServer(Scenario(name="chat", answers=answers)) as server,
        open_models(definition, server=server.base_url) as models,
        open_kit(definition) as kit,
    ):
        assert definition.menu is not None
        chat = MenuChat(definition, definition.menu, models, kit, ask=ask, say=said.append, folder=folder / "sessions")
        chat.run()
    return "".join(said), clew.load(chat.session_ids[0], dir=folder / "sessions")


def _actions(session: Session) -> list[tuple[str, str | None, str | None]]:
    return [(turn.action.type, turn.action.name, turn.action.outcome) for turn in session.turns if turn.action]


def test_a_line_is_a_selection_while_the_menu_is_open(tmp_path: Path) -> None:
    """The menu is shown first; what is not in it leaves it open; after a choice, lines are messages."""
    said, session = _chat(tmp_path, "xyz", "greet", "how are you?")
    assert "  1  Greet" in said
    assert "'xyz' is not in the menu" in said
    assert "good morning" in said
    assert _actions(session) == [
        ("menu", None, "unrecognised"),
        ("menu", "Greet", "done"),
        ("message", None, "answered"),
    ]
    assert [len(turn.attempts) for turn in session.turns] == [0, 0, 1]


def test_an_entry_can_be_a_message_for_the_model(tmp_path: Path) -> None:
    """The model gets its words, and the turn says that they were chosen."""
    said, session = _chat(tmp_path, "4")
    assert "I am the model." in said
    (turn,) = session.turns
    assert turn.action is not None
    assert (turn.action.type, turn.action.name, turn.action.outcome) == ("menu", "Ask", "answered")
    request = turn.attempts[0].request
    assert request is not None
    assert "Tell me something." in str(request.value)


def test_the_menu_can_be_closed_and_its_commands_work_all_the_same(tmp_path: Path) -> None:
    """`/menu` is a command of the chat; that of an entry is a selection."""
    _, session = _chat(tmp_path, "/menu", "1", "/HELLO", "/help")
    assert _actions(session) == [("message", None, "answered"), ("menu", "Say hello", "done")]
    commands = [step.action.name for step in session.steps if step.action is not None]
    assert commands == ["/menu", "/help"]
