"""A menu: what a person can choose from, how what they type is understood, and what is recorded of it.

What is typed is, in this order, the number of an entry, its command, its label, or a part of one label alone; capital
letters make no difference. What fits no entry, or more than one, is said to be so. Each of these is a turn whose action
is the selection, with its outcome, also when nothing was chosen.

An entry runs a workflow or a tool, or is a message for the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

import clew
from clew.agent.definition import Menu, MenuEntry
from clew.agent.report import public_sentence

if TYPE_CHECKING:
    from clew.agent.workflow import Bench
    from clew.record.session import SessionRecorder

Understood = Literal["chosen", "ambiguous", "unrecognised"]
"""How what was typed fits the menu."""

_NOT_UNDERSTOOD = "'{typed}' is not in the menu. A number from 1 to {count} is, or a part of an entry's name."
_SEVERAL = "'{typed}' fits more than one entry: {entries}."


class Choice(Struct, frozen=True, kw_only=True):
    """What a person typed, and what it means."""

    typed: str
    """As it was typed."""
    understood: Understood
    """How it fits the menu."""
    entry: MenuEntry | None = None
    """What was chosen."""
    words: str = ""
    """What the person is told where nothing was chosen; nothing internal is in it."""

    @property
    def action(self) -> clew.Action:
        """The selection, as the action of a turn."""
        return clew.Action("menu", self.entry.label if self.entry is not None else None, self.typed)

    @property
    def message(self) -> str | None:
        """What the model is told, if the entry is a message for it."""
        if self.entry is None or _runs(self.entry) is not None:
            return None
        return self.entry.message or self.entry.label


def menu_text(menu: Menu) -> str:
    """The menu as a person reads it, a line for each entry."""
    lines = [menu.title] if menu.title else []
    for number, entry in enumerate(menu.entries, 1):
        lines.append(f"{number:>3}  {entry.label}{f'  ({entry.command})' if entry.command else ''}")
    return "\n".join(lines)


def choose(menu: Menu, typed: str) -> Choice:
    """Understand what a person typed."""
    found = _find(menu, typed.strip())
    if len(found) == 1:
        return Choice(typed=typed, understood="chosen", entry=menu.entries[found[0]])
    if found:
        entries = ", ".join(f"{place + 1} {menu.entries[place].label}" for place in found)
        return Choice(typed=typed, understood="ambiguous", words=_SEVERAL.format(typed=typed.strip(), entries=entries))
    words = _NOT_UNDERSTOOD.format(typed=typed.strip(), count=len(menu.entries))
    return Choice(typed=typed, understood="unrecognised", words=words)


def follow(session: SessionRecorder, choice: Choice, bench: Bench) -> str | None:
    """Do what was chosen, recorded as a turn, and give what the person is told.

    ``None`` where it is a message: then a model is to answer ``choice.message``, in a turn opened by ``choice.action``.
    """
    if choice.message is not None:
        return None
    with session.turn(action=choice.action) as turn:
        tool = _runs(choice.entry) if choice.entry is not None else None
        if choice.entry is None or tool is None:
            turn.outcome(choice.understood)
            return choice.words
        told = bench.use(turn, tool, choice.entry.arguments)
        turn.outcome("done" if told.ok else "failed")
        if told.ok:
            return told.text
        turn.fail(told.text)
        return public_sentence(None)


def _runs(entry: MenuEntry) -> str | None:
    """The workflow or tool that an entry runs."""
    return entry.workflow or entry.tool


def _find(menu: Menu, typed: str) -> list[int]:
    """The places of the entries that fit, by the first way in which any does."""
    wanted = typed.casefold()
    number = wanted.rstrip(".)")
    if number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= len(menu.entries):
        return [int(number[:9]) - 1]
    commands = [entry.command.casefold() if entry.command else None for entry in menu.entries]
    labels = [entry.label.casefold() for entry in menu.entries]
    for found in (_equal(commands, wanted), _equal(labels, wanted)):
        if found:
            return found
    return [place for place, label in enumerate(labels) if wanted and _has(label, wanted)]


def _has(label: str, wanted: str) -> bool:
    """Whether a label has it in it; a number only as a word, or a wrong one would fit every year with its digit."""
    return wanted in (label.split() if wanted.isdigit() else label)


def _equal(names: list[str] | list[str | None], wanted: str) -> list[int]:
    return [place for place, name in enumerate(names) if name == wanted]
