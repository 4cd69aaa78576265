"""The script: which answer is next for which conversation.

Answers with the same `when` form one queue, and those without `when` form the common one. A request is served from
the first queue, in the order of the file, whose condition holds and which is not empty. If a condition holds but its
answers are used up, there is no answer, not even in the common queue: a sub-agent that is handed its parent's lines
would make a test pass or fail for the wrong reason.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from clew.protocol.scenario import Answer, Scenario, When


class Asked(Struct, frozen=True):
    """What conditions look at in a request, whatever the provider."""

    model: str
    """The model asked for."""
    system: str
    """The text of the system prompt."""
    last_user: str
    """The text of the last user message, results of tools included."""


class Script:
    """The answers of a scenario that are still to be served; safe to use from several threads."""

    def __init__(self, scenario: Scenario) -> None:
        """Sort the answers into one queue per conversation."""
        self._lock = Lock()
        self._queues: dict[When | None, deque[Answer]] = {}
        for answer in scenario.answers:
            self._queues.setdefault(answer.when, deque()).extend([answer] * answer.times)

    @property
    def unserved(self) -> list[Answer]:
        """The answers nobody has asked for yet."""
        with self._lock:
            return [answer for queue in self._queues.values() for answer in queue]

    def next(self, asked: Asked) -> Answer | None:
        """Take the next answer of the conversation that `asked` belongs to, or `None` if it has none left."""
        with self._lock:
            claimed = [queue for when, queue in self._queues.items() if when is not None and holds(when, asked)]
            queues = claimed or [self._queues.get(None, deque())]
            return next((queue.popleft() for queue in queues if queue), None)


def holds(when: When, asked: Asked) -> bool:
    """Whether every condition of `when` that is given holds for `asked`."""
    return (
        (when.system_contains is None or when.system_contains in asked.system)
        and (when.last_user_contains is None or when.last_user_contains in asked.last_user)
        and (when.model is None or when.model == asked.model)
    )
