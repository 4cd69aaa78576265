"""How an answer breaks off, whatever the provider: which pieces still arrive, and what becomes of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.protocol.reply import Ending
    from clew.protocol.scenario import Cut


def pieces_until(
    cut: Cut, pieces: tuple[bytes, ...], *, stream: bool, error: Callable[[Cut], bytes]
) -> tuple[bytes, ...]:
    """The pieces that arrive. `error` makes the provider's event for a stream that ends with one."""
    if not stream:
        return (_half(pieces[0]),)
    kept, rest = pieces[: cut.after_events], pieces[cut.after_events :]
    if cut.how == "error":
        return (*kept, error(cut))
    return (*kept, _half(rest[0])) if cut.mid_event and rest else kept


def ending_of(cut: Cut, *, stream: bool) -> Ending:
    """What happens to the connection: an error event is a proper end, without a stream there is no such thing."""
    if cut.how == "error":
        return "whole" if stream else "close"
    return cut.how


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]
