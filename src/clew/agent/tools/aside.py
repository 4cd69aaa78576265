"""Work done aside: in a thread with the context in force, so that what it records lands where it was begun.

The threads are daemons: who is interrupted does not wait for them, and a program does not either when it ends.
"""

from __future__ import annotations

import contextvars
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")


def aside(work: Callable[[], T]) -> Future[T]:
    """Begin something."""
    outcome: Future[T] = Future()
    context = contextvars.copy_context()
    Thread(target=context.run, args=(_do, outcome, work), daemon=True).start()
    return outcome


def at_once(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do several things, and wait for all of them; what comes of each, in the same order."""
    begun = [aside(task) for task in work]
    return [outcome.result() for outcome in begun]


def _do(outcome: Future[T], work: Callable[[], T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whatever it is, who waits gets it
        outcome.set_exception(error)
