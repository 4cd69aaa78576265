"""The stage: the turns and steps of a session while a transcript is being told.

A transcript has no turns. A prompt opens one; so does every further call of the model, at the moment its input was
complete. That a turn is over is known only at the end of the source, so the ends of all turns are written last, each at
the place of the last record that belongs to it. A turn that lacks an answer or a tool result stays unfinished.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clew.importers.script import AFTER, END, HERE, Script
from clew.importers.transcript import Record
from clew.model.act import ABSENT
from clew.model.event import NodeEnd, StepStart, TurnStart
from clew.model.session import ActionType, NodeStatus, StepKind


@dataclass(slots=True)
class Span:
    """A turn or a step."""

    n: int
    label: str
    """Its path."""
    begins: int
    """The place of its first act."""
    started_at: float
    """The time of its first act."""
    place: int
    """The last place of anything in it."""
    at: float
    """The last time of anything in it."""
    asks: bool = False
    """Whether the user waits for an answer to it."""
    answered: bool = False
    """Whether a model answered it."""
    attempts: int = 0
    unanswered_calls: int = 0
    """Tool calls without a result."""
    operations: list[tuple[float, int, int]] = field(default_factory=list)
    """Start, kind (attempts first) and number of each attempt and tool call."""
    status: NodeStatus = "ok"
    error: str | None = None
    outcome: str | None = None
    attributes: object = ABSENT
    """What became known of it in the end."""

    def touch(self, place: int, at: float) -> None:
        """Let it last at least until a record."""
        self.place, self.at = max(self.place, place), max(self.at, at)

    def attempt(self, n: int, at: float) -> int:
        """Count an attempt; its number."""
        self.operations.append((at, 0, n))
        self.attempts += 1
        return self.attempts - 1

    def call(self, n: int, at: float) -> None:
        """Count a tool call."""
        self.operations.append((at, 1, n))
        self.unanswered_calls += 1

    def path(self, n: int) -> str:
        """The path of an operation."""
        return f"{self.label}-{[number for _, _, number in sorted(self.operations)].index(n) + 1}"

    @property
    def is_over(self) -> bool:
        """Whether nothing in it is open."""
        waits = not self.answered and self.status == "ok" and (self.asks or self.attempts > 0)
        return not waits and self.unanswered_calls == 0


class Stage:
    """The turns and steps so far."""

    def __init__(self) -> None:
        self.script = Script()
        """Where everything is written."""
        self.turn: Span | None = None
        """The turn opened last."""
        self.ready: tuple[int, float] | None = None
        """Place and time at which the input of the next model call was complete."""
        self._spans: list[Span] = []
        self._turns = 0
        self._steps = 0

    @property
    def first(self) -> Span | None:
        """The turn or step that begins first."""
        return min(self._spans, key=lambda span: span.begins, default=None)

    def prompt(self, record: Record, action: ActionType, name: str | None, content: object, attributes: object) -> Span:
        """Open a turn with what the user did."""
        turn = self._open_turn(record.place, record.at, HERE, action, name, content, attributes)
        turn.asks = action == "message"
        self.ready = (record.place, record.at)
        return turn

    def asking(self, record: Record) -> tuple[Span, int, int, float]:
        """The turn that a model call of this record belongs to, and the place, rank and time of its request."""
        place, rank, at = (
            (record.place, HERE, record.at)
            if self.ready is None
            else (self.ready[0], AFTER, min(self.ready[1], record.at))
        )
        turn = self.turn
        if turn is None or turn.answered or turn.status != "ok":
            turn = self._open_turn(place, at, rank)
        turn.touch(record.place, record.at)
        return turn, place, rank, at

    def step(
        self,
        record: Record,
        kind: StepKind,
        name: str | None,
        *,
        command: str | None = None,
        content: object = ABSENT,
        attributes: object = ABSENT,
    ) -> Span:
        """Open a step, which lasts as long as what is added to it."""
        self._steps += 1
        span = self._span(f"s{self._steps}", record.place, record.at)
        action: ActionType | None = "command" if command is not None else None
        start = StepStart(
            at=record.at,
            n=span.n,
            index=self._steps,
            kind=kind,
            name=name,
            action=action,
            action_name=command,
            content=content,
            attributes=attributes,
        )
        self.script.add(record.place, start)
        return span

    def close(self) -> None:
        """Write the end of everything that is over."""
        for span in self._spans:
            if span.is_over:
                end = NodeEnd(
                    at=span.at,
                    n=span.n,
                    status=span.status,
                    error=span.error,
                    outcome=span.outcome,
                    attributes=span.attributes,
                )
                self.script.add(span.place, end, END)

    def _open_turn(
        self,
        place: int,
        at: float,
        rank: int,
        action: ActionType | None = None,
        name: str | None = None,
        content: object = ABSENT,
        attributes: object = ABSENT,
    ) -> Span:
        self._turns += 1
        self.turn = self._span(str(self._turns), place, at)
        start = TurnStart(
            at=at, n=self.turn.n, index=self._turns, action=action, name=name, content=content, attributes=attributes
        )
        self.script.add(place, start, rank)
        return self.turn

    def _span(self, label: str, place: int, at: float) -> Span:
        span = Span(self.script.number(), label, place, at, place, at)
        self._spans.append(span)
        return span
