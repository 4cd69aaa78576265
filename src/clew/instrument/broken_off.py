"""Calls that a model asked for and whose result never came, since an exception ended the session.

A program that died between an answer and the next request was at the calls that the answer asked for. One of them is
known to have failed: that whose function, with the arguments that were asked for, the exception came through. Where
none is, nobody knows how far they came; they begin and have no end, and are shown as interrupted.
"""

from __future__ import annotations

from contextlib import suppress
from traceback import walk_tb
from typing import TYPE_CHECKING

from clew.instrument.asks import note_asks, open_asks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from clew.instrument.spoken import Ask
    from clew.record.tool import ToolRecorder
    from clew.record.turn import TurnRecorder

INFERRED = {"inferred": True}
"""The attribute of turns and tool calls that were found, not marked."""


def break_off(turns: Iterable[TurnRecorder], problem: BaseException | None) -> None:
    """Record the calls that these turns still wait for, if an exception ends the session; an exit is none."""
    if problem is None or isinstance(problem, SystemExit | GeneratorExit):
        return
    for turn in turns:
        asks = open_asks(turn)
        note_asks(turn, ())
        failed = next(((ask, cause) for ask in asks for cause in _raised_in(problem, ask)), None)
        if failed is not None:
            _begun(turn, failed[0]).end(failed[1])
            continue
        for ask in asks:
            _begun(turn, ask)


def _begun(turn: TurnRecorder, ask: Ask) -> ToolRecorder:
    return turn.tool(ask.name, ask.arguments, call_id=ask.call_id, attributes=INFERRED).start()


def _raised_in(problem: BaseException, ask: Ask) -> Iterator[BaseException]:
    """What came through the function that was asked for, the latest first."""
    known: set[int] = set()
    link: BaseException | None = problem
    while link is not None and id(link) not in known:
        known.add(id(link))
        if any(_is_call(frame, ask) for frame, _ in walk_tb(link.__traceback__)):
            yield link
        link = link.__cause__ or link.__context__


def _is_call(frame: FrameType, ask: Ask) -> bool:
    """Whether a function was given these arguments, by name or as one object; without any, its name has to do."""
    code, asked = frame.f_code, ask.arguments
    if not isinstance(asked, dict) or not asked:
        return code.co_name == ask.name
    with suppress(Exception):  # comparing with objects of the application may do anything
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
        return asked in given.values() or asked == {name: given[name] for name in asked}
    return False
