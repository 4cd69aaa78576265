"""Menus: what is typed is understood or said not to be, and the selection is the action of a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.definition import Menu, MenuEntry
from clew.agent.menu import choose, follow, menu_text
from clew.agent.tools.kit import open_kit
from clew.errors import AgentFileError
from tests.agent.tools.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

MENU = Menu(
    title="What can I do for you?",
    entries=(
        MenuEntry(label="Find an order", command="/find", message="Find my order."),
        MenuEntry(label="Cancel an order", command="/Cancel"),
        MenuEntry(label="Report"),
        MenuEntry(label="Report of 2025"),
    ),
)

FILE = """\
[[commands]]
name = "hello"
argv = ["echo", "{word}"]
[commands.parameters.properties]
word = { type = "string" }
[[commands]]
name = "broken"
argv = ["sh", "-c", "echo the index /var/lib/x is gone; exit 1"]
[[workflows]]
name = "greet"
steps = [{ name = "say", tool = "hello", arguments = { word = "good morning" } }]
[menu]
[[menu.entries]]
label = "Greet"
workflow = "greet"
[[menu.entries]]
label = "Say hello"
tool = "hello"
arguments = { word = "hello" }
[[menu.entries]]
label = "Broken"
tool = "broken"
[[menu.entries]]
label = "Ask"
message = "Tell me something."
"""


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("1", "Find an order"),
        (" 2. ", "Cancel an order"),
        ("4)", "Report of 2025"),
        ("/FIND", "Find an order"),
        ("/cancel", "Cancel an order"),
        ("cancel an ORDER", "Cancel an order"),
        ("find", "Find an order"),
        ("report", "Report"),
        ("2025", "Report of 2025"),
    ],
)
def test_a_selection_is_understood(typed: str, label: str) -> None:
    """By number, by command, by label, and by what only one label has in it, whatever the case."""
    choice = choose(MENU, typed)
    assert choice.entry is not None
    assert (choice.understood, choice.entry.label) == ("chosen", label)
    assert choice.action == clew.Action("menu", label, typed)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("order", "ambiguous"),
        ("rep", "ambiguous"),
        ("5", "unrecognised"),
        ("0", "unrecognised"),
        ("", "unrecognised"),
        ("refund", "unrecognised"),
        ("²", "unrecognised"),
        ("9" * 5000, "unrecognised"),
    ],
)
def test_what_is_not_understood_is_said(typed: str, understood: str) -> None:
    """The sentence names the entries that fit, or what can be typed."""
    choice = choose(MENU, typed)
    assert (choice.understood, choice.entry, choice.message) == (understood, None, None)
    if typed == "order":
        assert "1 Find an order, 2 Cancel an order" in choice.words
    if understood == "unrecognised":
        assert "from 1 to 4" in choice.words


def test_a_menu_can_be_read() -> None:
    """Its entries are numbered, with their commands."""
    text = menu_text(MENU).splitlines()
    assert text[:2] == ["What can I do for you?", "  1  Find an order  (/find)"]
    assert text[3] == "  3  Report"


def _select(folder: Path, *typed: str) -> tuple[list[str | None], Session]:
    """Type selections, and return what was told and recorded."""
    definition = Workbench(folder, FILE).definition
    assert definition.menu is not None
    with open_kit(definition) as kit, clew.session(agent_id="bench", dir=folder / "sessions") as session:
        told = [follow(session, choose(definition.menu, line), kit) for line in typed]
    return told, clew.load(session.session_id, dir=folder / "sessions")


def test_a_selection_is_the_action_of_its_turn(tmp_path: Path) -> None:
    """What was typed, what was chosen, what it ran and what came of it stand together in one turn."""
    told, session = _select(tmp_path, "1", "say")
    assert told == ["good morning\n", "hello\n"]
    first, second = (turn.action for turn in session.turns)
    assert first is not None
    assert second is not None
    assert (first.type, first.name, first.outcome) == ("menu", "Greet", "done")
    assert first.content is not None
    assert first.content.value == "1"
    assert (second.name, second.outcome) == ("Say hello", "done")
    assert [session.turns[place].tools[0].kind for place in (0, 1)] == ["workflow", "command"]
    assert clew.check(session) == []


def test_what_was_not_understood_is_recorded_too(tmp_path: Path) -> None:
    """An operator sees what people look for and do not find."""
    told, session = _select(tmp_path, "gree", "xyz", "e")
    outcomes = [turn.action.outcome for turn in session.turns if turn.action is not None]
    assert outcomes == ["done", "unrecognised", "ambiguous"]
    assert told[1] is not None
    assert "xyz" in told[1]
    assert session.turns[1].status == "ok"


def test_nothing_internal_is_told_of_a_failure(tmp_path: Path) -> None:
    """The person reads a public sentence; the record has the rest."""
    (told,), session = _select(tmp_path, "broken")
    assert told is not None
    assert "/var/lib" not in told
    turn = session.turns[0]
    assert (turn.status, turn.tools[0].slugs) == ("failed", ("tool.failed",))
    assert turn.action is not None
    assert turn.action.outcome == "failed"


def test_a_message_is_left_to_the_model(tmp_path: Path) -> None:
    """Its turn is the model's, opened by the selection."""
    told, session = _select(tmp_path, "ask")
    assert (told, session.turns) == ([None], ())
    menu = Workbench(tmp_path, FILE).definition.menu
    assert menu is not None
    assert choose(menu, "ask").message == "Tell me something."
    assert choose(MENU, "3").message == "Report"


@pytest.mark.parametrize("what", ['workflow = "fly"', 'tool = "fly"'])
def test_an_entry_that_names_nothing_is_a_fault_of_the_file(tmp_path: Path, what: str) -> None:
    """It is found before anybody chooses it."""
    bench = Workbench(tmp_path, f'[menu]\n[[menu.entries]]\nlabel = "Fly"\n{what}\n')
    with pytest.raises(AgentFileError) as caught, open_kit(bench.definition):
        pass
    assert "line 8" in str(caught.value)
