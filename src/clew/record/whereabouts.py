"""Where the acts of a session happen: each node's path, name and payloads, as far as its acts have told.

Kept only while a node may still be spoken of: until the next turn or step begins after its own has ended. Payloads are
the application's own objects, so they are let go of sooner: only those of the operations that ended last are kept.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from clew.model import event

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.act import Act, NodeRef


REMEMBERED = 16
"""Ended operations whose payloads are kept."""


class Place:
    """A node."""

    __slots__ = (
        "attempts",
        "end",
        "holder",
        "kind",
        "last",
        "model",
        "name",
        "operations",
        "over",
        "path",
        "provider",
        "request",
        "response",
        "start",
        "status",
        "tools",
    )

    def __init__(self, path: str, kind: str, name: str | None, start: float, holder: Place | None = None) -> None:
        """``holder`` is the turn or step of an operation."""
        self.path = path
        self.kind = kind
        """``turn``, ``step``, ``attempt``, or the kind of a tool."""
        self.name = name
        self.start = start
        self.end: float | None = None
        self.holder = holder
        self.over = False
        self.status = "ok"
        self.operations = self.attempts = self.tools = 0
        """Of a turn or step."""
        self.last: Place | None = None
        """Its operation begun last."""
        self.provider: str | None = None
        self.model: str | None = None
        self.request: Any = None
        """A payload."""
        self.response: Any = None
        """A payload."""


class Whereabouts:
    """The nodes of one session."""

    def __init__(self, prefix: str) -> None:
        """``prefix`` is what paths begin with."""
        self.prefix = prefix
        """What paths begin with, so that they lead here from the outermost session."""
        self.segment = 1
        """The segment that is being written."""
        self._places: dict[tuple[int, int], Place] = {}
        self._ended: deque[Place] = deque()

    def note(self, act: Act) -> Place | None:
        """Take in what an act says of its node; the node, if the act has one."""
        telling = self._TELLING.get(type(act))
        return telling(self, act) if telling is not None else None

    def at(self, ref: NodeRef | None) -> Place | None:
        """The node that an act refers to."""
        return self._places.get(self._key(ref)) if ref is not None else None

    def tool_at(self, path: str) -> Place | None:
        """The tool call at a path."""
        return next((place for place in self._places.values() if place.path == path), None)

    def _key(self, ref: NodeRef) -> tuple[int, int]:
        return (self.segment, ref) if isinstance(ref, int) else (ref[0], ref[1])

    def _holder(self, act: Any) -> Place:  # noqa: ANN401 - a TurnStart or StepStart
        self._places = {key: place for key, place in self._places.items() if not (place.holder or place).over}
        turn = isinstance(act, event.TurnStart)
        name = act.name if turn else (act.action_name or act.name)
        path = f"{self.prefix}{'' if turn else 's'}{act.index}"
        place = Place(path, "turn" if turn else "step", name, act.at)
        self._places[self._key(act.n)] = place
        return place

    def _operation(self, act: Any) -> Place:  # noqa: ANN401 - an AttemptStart or ToolStart
        holder = self.at(act.of) or Place("", "turn", None, act.at)
        holder.operations += 1
        path = f"{holder.path}-{holder.operations}" if holder.path else ""
        if isinstance(act, event.AttemptStart):
            holder.attempts += 1
            place = Place(path, "attempt", act.model, act.at, holder)
            place.provider, place.model = act.provider, act.model
        else:
            holder.tools += 1
            place = Place(path, act.kind, act.name, act.at, holder)
        place.request = act.request
        holder.last = place
        self._places[self._key(act.n)] = place
        return place

    def _request(self, act: event.AttemptRequest[Any]) -> Place | None:
        place = self.at(act.n)
        if place is not None:
            place.request = act.request
        return place

    def _response(self, act: event.AttemptResponse[Any]) -> Place | None:
        place = self.at(act.n)
        if place is None:
            return None
        place.response = act.response if act.response is not None else place.response
        if isinstance(act, event.AttemptEnd):
            self._finish(place, act.status, act.at)
        return place

    def _verdict(self, act: event.AttemptVerdict) -> Place | None:
        place = self.at(act.n)
        if place is not None and act.rejected:
            place.status = "rejected"
        return place

    def _tool_end(self, act: event.ToolEnd[Any]) -> Place | None:
        place = self.at(act.n)
        if place is not None:
            place.response = act.response if act.response is not None else place.response
            self._finish(place, act.status, act.at)
        return place

    def _finish(self, place: Place, status: str, at: float) -> None:
        if place.end is None:
            self._ended.append(place)
            if len(self._ended) > REMEMBERED:
                oldest = self._ended.popleft()
                oldest.request = oldest.response = None
        place.status, place.end = status, at

    def _end(self, act: event.NodeEnd[Any]) -> Place | None:
        place = self.at(act.n)
        if place is not None:
            place.status, place.end, place.over = act.status, act.at, True
        return place

    _TELLING: ClassVar[dict[type[Act], Callable[[Any, Any], Place | None]]] = {
        event.TurnStart: _holder,
        event.StepStart: _holder,
        event.AttemptStart: _operation,
        event.ToolStart: _operation,
        event.AttemptRequest: _request,
        event.AttemptResponse: _response,
        event.AttemptEnd: _response,
        event.AttemptVerdict: _verdict,
        event.ToolEnd: _tool_end,
        event.NodeEnd: _end,
    }
