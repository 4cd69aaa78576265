"""The calls of a recorded session: of models and of tools, at any depth, and which came before which.

Sessions are compared where their ways part: two calls of one session by themselves, two of different sub-agents by the
tool calls that these agents work for. One came before the other if it had ended when the other began, and neither its
turn (or step) and the other's, nor the two conversations that they belong to, were under way at the same time.

Tool calls that are agents or workflows are no calls here: they run, and what they call is. Those that were never made
(an unknown name, parameters that do not fit) are not needed, and neither is what a tool did itself that is stood in
for.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from clew.model.session import Attempt, ToolCall
from clew.replay.request import beginning_of
from clew.tree.inner import RUN, inner_calls
from clew.tree.path import operations, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Session, Step, Turn

REFUSED = frozenset({"tool.not_found", "tool.invalid_params"})
"""The slugs of tool calls that were never made."""
OPEN = frozenset({"running", "interrupted", "cancelled"})
"""How calls end that nobody waited for."""


class Place(Struct, frozen=True, kw_only=True):
    """Where a call is seen from one of the sessions around it."""

    path: str
    """The call, or the tool call of this session in which it happened."""
    begin: float
    end: float
    holder: str
    """The turn or step."""
    holder_begin: float
    holder_end: float


class Operation(Struct, frozen=True, eq=False, kw_only=True):
    """One call of a model or a tool."""

    path: str
    """Its address in the outermost session."""
    node: Attempt | ToolCall
    places: tuple[Place, ...]
    """Where it is seen from each session around it, the outermost first."""
    needed: bool
    """Whether a run that does not make this call differs from the record."""
    made: bool
    """Whether something came of it, if only that nothing came."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What was worked out about it once."""

    @property
    def is_model(self) -> bool:
        """Whether it is a call of a model."""
        return isinstance(self.node, Attempt)

    @property
    def holder(self) -> str:
        """The path of its turn or step."""
        return self.places[-1].holder

    @property
    def request(self) -> Any:  # noqa: ANN401 - a JSON value
        """What was sent."""
        return self.node.request.value if self.node.request is not None else None

    def words(self) -> str:
        """What it is, for people."""
        what = "the request to a model" if isinstance(self.node, Attempt) else f"the call of the tool {self.node.name}"
        return f"{what} at {self.path}"


class Recording:
    """The calls of a session, in the order in which they began."""

    def __init__(self, session: Session) -> None:
        """``session`` is the outermost one, with its children inside."""
        self.session_id = session.session_id
        """The session."""
        self.calls = sorted(_calls(session, "", ()), key=lambda call: call.node.started_at)
        """All calls."""
        known = {call.path for call in self.calls}
        tools = [(path, node) for path, node in walk(session) if isinstance(node, ToolCall)]
        self.run = frozenset(node.name for path, node in tools if path not in known)
        """The names of the tools that run."""
        self._asked: dict[str, Operation] = {}
        """The first model call of each turn and step, by its path."""
        for call in self.calls:
            if call.is_model:
                self._asked.setdefault(call.holder, call)

    def before(self, one: Operation, other: Operation) -> bool:
        """Whether ``one`` had to be over when ``other`` began."""
        for first, second in zip(one.places, other.places, strict=False):
            if first.path == second.path:
                continue
            if first.holder != second.holder:
                return first.holder_end <= second.holder_begin
            return first.end <= second.begin
        return False

    def at_once(self, one: Operation, other: Operation) -> bool:
        """Whether two calls of one session belong to conversations that were under way at the same time."""
        if len(one.places) != len(other.places) or one.places[:-1] != other.places[:-1]:
            return False
        mine, theirs = self._conversation(one), self._conversation(other)
        if mine is None or theirs is None or mine == theirs:
            return False
        beside = [call for call in self.calls if call.is_model and call.places[:-1] == one.places[:-1]]
        ours = [call for call in beside if self._conversation(call) == mine]
        others = [call for call in beside if self._conversation(call) == theirs]
        return any(_overlap(first.places[-1], second.places[-1]) for first in ours for second in others)

    def _conversation(self, call: Operation) -> str | None:
        """What tells the conversation of a call from others: a tool's is the one in which its turn asked a model."""
        asked = call if call.is_model else self._asked.get(call.holder)
        if asked is None:
            return None
        if "conversation" not in asked.memory:
            asked.memory["conversation"] = beginning_of(asked, self.calls)
        found: str = asked.memory["conversation"]
        return found

    def tool(self, call_id: str) -> Operation | None:
        """The tool call that a model asked for under an id."""
        return next((c for c in self.calls if isinstance(c.node, ToolCall) and c.node.call_id == call_id), None)


def _overlap(one: Place, other: Place) -> bool:
    return one.begin < other.end and other.begin < one.end


def _calls(session: Session, prefix: str, around: tuple[Place, ...]) -> Iterator[Operation]:
    labelled: list[tuple[str, Turn | Step]] = [(str(turn.index), turn) for turn in session.turns]
    labelled += [(f"s{step.index}", step) for step in session.steps]
    inner = inner_calls(session)
    for label, holder in labelled:
        for number, node in enumerate(operations(holder), 1):
            path = f"{prefix}{label}-{number}"
            place = Place(
                path=path,
                begin=node.started_at,
                end=_end(node.ended_at),
                holder=f"{prefix}{label}",
                holder_begin=holder.started_at,
                holder_end=_end(holder.ended_at),
            )
            yield from _here(path, node, (*around, place), inner)


def _here(path: str, node: Attempt | ToolCall, places: tuple[Place, ...], inner: frozenset[int]) -> Iterator[Operation]:
    """A call, or those inside it."""
    inside: list[Operation] = []
    if isinstance(node, ToolCall) and node.child_session is not None:
        inside = list(_calls(node.child_session, f"{path}.", places))
        yield from inside
    known = node.request is not None if isinstance(node, Attempt) else not inside and node.kind not in RUN
    if known:
        made = _was_made(node)
        yield Operation(path=path, node=node, places=places, needed=made and id(node) not in inner, made=made)


def _was_made(node: Attempt | ToolCall) -> bool:
    """Whether something came of a call, if only that nothing came."""
    if isinstance(node, Attempt):
        return node.status not in OPEN or node.response is not None
    return node.status not in OPEN and REFUSED.isdisjoint(node.slugs)


def _end(ended_at: float | None) -> float:
    return math.inf if ended_at is None else ended_at
