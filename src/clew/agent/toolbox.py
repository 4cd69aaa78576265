"""The toolbox: what the runner knows of tools, whatever they are.

The runner offers the schemas to the model and hands the calls to :meth:`Toolbox.call_all`, which records each in the
turn and always has an answer for the model: a result, or words about what went wrong. An unknown name, parameters that
do not fit, a timeout and a failure are such answers too, so nothing a tool does ends a session. Only what stops the
whole program, a ``KeyboardInterrupt`` for instance, comes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.agent.dialogue import Call
    from clew.record.session import SessionRecorder
    from clew.record.turn import HolderRecorder


class ToolSchema(Struct, frozen=True, kw_only=True):
    """How a tool is described to a model, whatever the provider."""

    name: str
    """The name by which the model asks for it."""
    description: str = ""
    """What it is good for."""
    parameters: dict[str, Any]
    """The JSON Schema of its parameters."""


class Toolbox(Protocol):
    """The tools of an agent."""

    def introduce(self, session: SessionRecorder) -> None:
        """Start what has to run before a tool can be called, recorded in INIT; called once for every session."""

    def names(self) -> tuple[str, ...]:
        """The names by which a model can ask for them."""

    def schemas(self) -> tuple[ToolSchema, ...]:
        """How they are described to the model, in the order in which they are offered."""

    def call(self, turn: HolderRecorder, name: str, arguments: object, call_id: str) -> str:
        """Do what the model asked for, recorded in the turn, and return what it is told.

        ``arguments`` is the JSON value the model gave; text, where what it gave is no JSON.
        """

    def call_all(self, turn: HolderRecorder, calls: Sequence[Call]) -> list[str]:
        """Do all that the model asked for in one answer, and return what it is told, in the same order."""
