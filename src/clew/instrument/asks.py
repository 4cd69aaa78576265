"""The calls that models asked for and nobody has recorded yet, by the turn or step in which they were asked for.

An answer of a model notes them here; a tool that is recorded as it runs claims the call that led to it, and with it the
id that the model gave the call. What is left when the conversation goes on was done by tools that nobody recorded.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clew.instrument.spoken import Ask
    from clew.record.turn import HolderRecorder

_open: WeakKeyDictionary[HolderRecorder, list[Ask]] = WeakKeyDictionary()
_lock = Lock()


def note_asks(holder: HolderRecorder, asks: Iterable[Ask]) -> None:
    """Take down what a model asked for; what an earlier try of the same exchange asked for no longer counts."""
    with _lock:
        _open[holder] = list(asks)


def open_asks(holder: HolderRecorder) -> tuple[Ask, ...]:
    """What was asked for in a turn or step and is not claimed."""
    with _lock:
        return tuple(_open.get(holder, ()))


def claim(holder: HolderRecorder, name: str, arguments: object) -> str | None:
    """Claim the call that led to a tool, and give its id; ``None`` if no model asked for it."""
    with _lock:
        asks = _open.get(holder, [])
        ask = next(_matching(asks, name, arguments), None)
        if ask is None:
            return None
        asks.remove(ask)
        return ask.call_id


def is_asked(holder: HolderRecorder, name: str, arguments: object) -> bool:
    """Whether a model asked for a call that nobody has claimed."""
    with _lock:
        return next(_matching(_open.get(holder, []), name, arguments), None) is not None


def _matching(asks: list[Ask], name: str, arguments: object) -> Iterator[Ask]:
    """The asks that may have led to a call, the likeliest first; a prefix names the server a tool belongs to."""
    yield from (ask for ask in asks if ask.name == name and ask.arguments == arguments)
    yield from (ask for ask in asks if ask.name == name)
    yield from (ask for ask in asks if ask.name.endswith((f"_{name}", f".{name}", f"-{name}", f"/{name}")))
    yield from (ask for ask in asks if ask.arguments and ask.arguments == arguments)
