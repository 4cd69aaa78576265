"""A chat with an agent that has a menu.

The menu is open at the beginning, and ``/menu`` opens and closes it. While it is open, a line is a selection; after a
choice it is closed, and a line is a message again. The command of an entry chooses it at any time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.agent.agent_chat import AgentChat
from clew.agent.menu import Choice, choose, follow, menu_text
from clew.agent.talk import HELP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import clew
    from clew.agent.definition import Definition, Menu
    from clew.agent.models import Models
    from clew.agent.talk import Outcome
    from clew.agent.tools.kit import Kit
    from clew.record.session import SessionRecorder

_HOW = "Type your choice, or /menu to write freely."
_CLOSED = "The menu is closed; /menu opens it again."


class MenuChat(AgentChat):
    """A person choosing from a menu, and talking with an agent."""

    help = AgentChat.help.removesuffix(HELP) + "/menu    open or close the menu\n" + HELP
    """What ``/help`` says."""

    def __init__(
        self,
        definition: Definition,
        menu: Menu,
        models: Models,
        kit: Kit,
        *,
        ask: Callable[[str], str],
        say: Callable[[str], None],
        folder: Path | None = None,
    ) -> None:
        """``kit`` runs the workflows and tools of the entries."""
        super().__init__(definition, models, kit, ask=ask, say=say, folder=folder)
        self._menu = menu
        self._kit = kit
        self._open = False

    def introduce(self, session: SessionRecorder) -> None:
        """Record what the agent is set up with, and show the menu."""
        super().introduce(session)
        self._say(f"{self._show()}\n")

    def answer(self, session: SessionRecorder, line: str, action: clew.Action | None = None) -> None:
        """Take a line as a selection while the menu is open, else as a message."""
        if self._open and action is None:
            self._take(session, choose(self._menu, line))
        else:
            super().answer(session, line, action)

    def obey(self, name: str) -> str | None:
        """Open or close the menu."""
        if name != "/menu":
            return super().obey(name)
        if not self._open:
            return f"{self._show()}\n"
        self._open = False
        return f"{_CLOSED}\n"

    def _command(self, session: SessionRecorder, line: str) -> Outcome | None:
        """A command of the menu is a selection, any other one the chat's."""
        commands = [entry.command.casefold() for entry in self._menu.entries if entry.command]
        if line.casefold() not in commands:
            return super()._command(session, line)
        self._take(session, choose(self._menu, line))
        return None

    def _take(self, session: SessionRecorder, choice: Choice) -> None:
        """Do what was chosen, or say that nothing was."""
        self._open = self._open and choice.entry is None
        told = follow(session, choice, self._kit)
        if told is not None:
            self._say(f"{told.rstrip()}\n" if choice.entry is not None else f"{told} {_HOW}\n")
        elif choice.message is not None:
            self.answer(session, choice.message, choice.action)

    def _show(self) -> str:
        self._open = True
        return f"{menu_text(self._menu)}\n{_HOW}"
