"""What an exchange must know of a provider's language: how its streams are put together and where an answer says what.

A dialect is a value, so that everything else about an exchange is written once for all providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.instrument.assembly import Piece
    from clew.instrument.spoken import Ask
    from clew.model.usage import Usage

END: dict[str, Any] = {"type": "end"}
"""An event that no provider sends: the stream was read to its proper end."""


class Assembly(Protocol):
    """An answer that grows event by event; at any moment it is the honest beginning of the whole."""

    @property
    def complete(self) -> bool:
        """Whether the provider said that this is all."""

    @property
    def error(self) -> dict[str, Any] | None:
        """The provider's error event, if it sent one in the middle of the stream."""

    def add(self, event: dict[str, Any]) -> Piece:
        """Take one event, and say what it adds."""

    def whole(self) -> dict[str, Any] | None:
        """The answer so far, in the shape of one that comes in one piece; ``None`` before it has begun."""


def _never(_answer: object) -> None:
    """No answer says so."""


class Dialect(NamedTuple):
    """How a provider speaks."""

    assembly: Callable[[], Assembly]
    """Makes what puts a stream together."""
    usage: Callable[[object], Usage | None]
    """The tokens of an answer as four disjoint counts, or ``None`` if it does not say."""
    stop_reason: Callable[[object], str | None]
    """Why the model stopped, in the provider's own word."""
    asks: Callable[[object], list[Ask]]
    """The tool calls that an answer asks for."""
    refused: Callable[[object], dict[str, Any] | None] = _never
    """The body of the error of an answer that says itself that it failed; ``None`` for any other."""
