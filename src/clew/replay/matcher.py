"""The matcher: which call of the record a request is. What is served once is not served again.

A request is compared with the calls that are left, in the order of the record; the first that it equals is meant. If
calls that precede it there were not made yet, the request waits for them: an agent that does several things at once
makes them soon, one that does them in another order never does. A request that equals none is held against the call
that it is most like, of those whose turn it is; while several sub-agents are at work, the others first get the time to
ask for theirs.
"""

from __future__ import annotations

import time
from difflib import SequenceMatcher
from threading import Condition
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from clew.instrument.spoken import messages_of
from clew.model.session import Attempt, ToolCall
from clew.replay.difference import differences
from clew.replay.divergence import Divergence, kind_of, result_of
from clew.replay.request import CONVERSATION, REFERENCES, SYSTEM, length_of, system_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clew.replay.divergence import Kind
    from clew.replay.normaliser import Comparison
    from clew.replay.recording import Operation, Recording

PATIENCE = 2.0
"""Seconds that a request waits for those before it."""
NEXT = 200
"""How many calls are looked at for those whose turn it is."""
COMPARED = 2_000
"""Characters of a message that tell which call a request is most like."""

UNREACHED = (
    "no request to a model reached the replay; the client may have an address of its own: "
    "make it after clew.instrument(), or by ANTHROPIC_BASE_URL and OPENAI_BASE_URL"
)
"""What may be wrong where a program asked nothing."""

_NAMES = frozenset({"tool_use_id", "tool_call_id", "call_id"})
"""Fields of a result that say which call it is of."""

Outcome: TypeAlias = "Operation | Divergence | Literal['live']"
"""The call of the record, why there is none, or that the record is over and the real one is to be asked."""


class Matcher:
    """The calls of a recording that are still to be made; safe to use from several threads."""

    def __init__(
        self,
        recording: Recording,
        comparison: Comparison,
        *,
        stops: bool = True,
        live_tools: bool = False,
        until: float | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """``stops`` ends the replay at the first divergence; what began after ``until`` in the record is live."""
        self.divergences: list[Divergence] = []
        """Where the run left the record."""
        self.served: list[Operation] = []
        """The calls that were answered from the record."""
        self.instrumented: set[str] = set()
        """Tools that are known to ask before they are called."""
        self._recording = recording
        self._comparison = comparison
        self._stops = stops
        self._live_tools = live_tools
        self._until = until
        self._patience = patience
        self._reached = False
        self._changed = Condition()
        self._left = [call for call in recording.calls if until is None or call.node.started_at <= until]
        self._later = [call for call in recording.calls if until is not None and call.node.started_at > until]

    @property
    def stopped(self) -> bool:
        """Whether nothing is answered any more."""
        return any(self._stops or divergence.kind == "live" for divergence in self.divergences)

    def model(self, request: Any) -> Outcome:  # noqa: ANN401 - a JSON value
        """The attempt that a request to a model is."""
        said = self._comparison.redacted(request)
        with self._changed:
            self._reached = True
            return self._wait(
                lambda: [call for call in self._attempts(self._left) if self._is_attempt(call, said)],
                lambda: any(self._is_attempt(call, said) for call in self._attempts(self._later)),
                lambda: self._other_request(said),
            )

    def tool(self, name: str, command: str | None, request: Any, call_id: str | None) -> Outcome:  # noqa: ANN401 - a JSON value
        """The tool call that a call is; ``live`` where it is to be made."""
        said = self._comparison.redacted(request)
        with self._changed:
            self.instrumented.add(name)
            if name in self._recording.run and not any(self._tools(self._recording.calls, name)):
                return "live"

            def same(call: Operation) -> bool:
                return self._is_tool(call, call_id) and self._says(call, command, said)

            outcome = self._wait(
                lambda: [call for call in self._tools(self._left, name) if same(call)],
                lambda: any(same(call) for call in self._tools(self._later, name)),
                lambda: self._other_call(name, command, said, call_id),
            )
            return "live" if self._live_tools and not isinstance(outcome, Divergence) else outcome

    def finish(self) -> None:
        """The run is over: note the first call that it did not make."""
        with self._changed:
            missing = next(self._needed(), None)
            if missing is not None and not self.stopped:
                unreached = missing.is_model and not self._reached
                self._note(missing.path, "missing", UNREACHED if unreached else f"{missing.words()} was not made")

    def unneeded(self, call: Operation) -> str | None:
        """The first tool that would really be called after an answer although its result is recorded."""
        with self._changed:
            for other in () if self._live_tools else self._left:
                tool = other.node
                beside = other.made and other.holder == call.holder
                if isinstance(tool, ToolCall) and beside and not self._asks(tool):
                    words = (
                        f"the tool {tool.name} would be called for real: it is not instrumented; "
                        "decorate its function with @clew.tool, or let tools be called with --live-tools"
                    )
                    self._note(other.path, "live", words)
                    return words
        return None

    # -- waiting --

    def _wait(
        self,
        equal: Callable[[], list[Operation]],
        is_later: Callable[[], bool],
        diverge: Callable[[], tuple[Operation | None, Divergence]],
    ) -> Outcome:
        """Find the call, when its turn has come."""
        deadline = time.monotonic() + self._patience
        while not self.stopped:
            known = equal()
            due = next((call for call in known if next(self._blockers(call), None) is None), None)
            if due is not None:
                return self._serve(due)
            if not known and self._until is not None and (is_later() or next(self._needed(), None) is None):
                return "live"
            left = deadline - time.monotonic()
            if left <= 0 or not (known or len(self._due()) > 1):
                return self._diverge(*(self._early(known[0]) if known else diverge()))
            self._changed.wait(left)
        return self.divergences[0]

    def _serve(self, call: Operation) -> Operation:
        self._left.remove(call)
        self.served.append(call)
        self._changed.notify_all()
        return call

    def _diverge(self, instead: Operation | None, divergence: Divergence) -> Outcome:
        """Note a divergence; a run that goes on gets the answer that the record has at that place."""
        self.divergences.append(divergence)
        self._changed.notify_all()
        return divergence if self._stops or instead is None else self._serve(instead)

    def _note(self, path: str, kind: Kind, words: str) -> None:
        self.divergences.append(Divergence(path=path, kind=kind, words=words))
        self._changed.notify_all()

    # -- which calls are meant --

    def _needed(self) -> Iterator[Operation]:
        """The calls that are still to be made."""
        for call in self._left:
            if call.needed and not (self._live_tools and isinstance(call.node, ToolCall)):
                yield call

    def _blockers(self, call: Operation) -> Iterator[Operation]:
        """What has to be over before a call, and was not made yet."""
        for other in self._needed():
            if other.node.started_at >= call.node.started_at:
                return
            if self._recording.before(other, call) and not self._recording.at_once(other, call):
                yield other

    def _due(self) -> list[Operation]:
        """The calls whose turn it is, among the next ones."""
        return [call for call in self._left[:NEXT] if next(self._blockers(call), None) is None]

    def _attempts(self, calls: Iterable[Operation]) -> Iterator[Operation]:
        return (call for call in calls if isinstance(call.node, Attempt))

    def _tools(self, calls: Iterable[Operation], name: str) -> Iterator[Operation]:
        return (call for call in calls if isinstance(call.node, ToolCall) and call.node.name == name)

    def _asks(self, tool: ToolCall) -> bool:
        """Whether a tool asks before it is called, as far as is known."""
        return not {tool.name, f"kind:{tool.kind}"}.isdisjoint(self.instrumented)

    def _is_tool(self, call: Operation, call_id: str | None) -> bool:
        known = call.node.call_id if isinstance(call.node, ToolCall) else None
        return call_id is None or known is None or known == call_id

    def _says(self, call: Operation, command: str | None, said: Any) -> bool:  # noqa: ANN401 - a JSON value
        tool = call.node
        same_command = isinstance(tool, ToolCall) and (command is None or tool.command == command)
        return same_command and self._comparison.equal(call.request, said)

    def _is_attempt(self, call: Operation, said: Any) -> bool:  # noqa: ANN401 - a JSON value
        return _may_be(call, said) and self._comparison.equal(call.request, said)

    # -- what is wrong --

    def _early(self, call: Operation) -> tuple[Operation, Divergence]:
        """A call of the record that came before one that it follows there."""
        first = next(self._blockers(call))
        if isinstance(first.node, ToolCall) and isinstance(call.node, Attempt):
            ready = self._asks(first.node)
            words = "was not asked for" if ready else "was called for real: it is not instrumented"
            kind: Kind = "missing" if ready else "live"
            said = f"the recorded result of the tool {first.node.name} {words}, and {call.words()} came"
            return call, Divergence(path=first.path, kind=kind, words=said)
        words = f"{call.words()} came before {first.words()}"
        if first.is_model and not self._reached:
            words = f"{words}: {UNREACHED}"
        return call, Divergence(path=first.path, kind="order", words=words)

    def _other_request(self, said: Any) -> tuple[Operation | None, Divergence]:  # noqa: ANN401 - a JSON value
        """A request that the record does not know."""
        call = max(self._attempts(self._due()), key=lambda call: likeness(call.request, said), default=None)
        if call is None:
            first = next(self._needed(), None)
            if first is not None:
                return None, Divergence(
                    path=first.path, kind="order", words=f"a request to a model came before {first.words()}"
                )
            path = self.served[-1].path if self.served else ""
            words = "a request to a model that the record does not have, after its last one"
            return None, Divergence(path=path, kind="more", words=words)
        found = differences(call.request, said, self._comparison)
        steps = found[0].steps if found else ()
        tool_id = result_of(steps, call.request)
        tool = self._recording.tool(tool_id) if tool_id is not None else None
        if tool is not None and steps[-1] not in _NAMES:
            words = f"the request at {call.path} gives another result of the tool {tool.node.name}"  # type: ignore[union-attr]  # `tool` finds tools only
            return call, Divergence(path=tool.path, kind="tool_result", words=words, differences=found)
        words = f"{call.words()} differs in {found[0].where}" if found else f"{call.words()} differs"
        return call, Divergence(path=call.path, kind=kind_of(steps, call.request), words=words, differences=found)

    def _other_call(
        self,
        name: str,
        command: str | None,
        said: Any,  # noqa: ANN401 - a JSON value
        call_id: str | None,
    ) -> tuple[Operation | None, Divergence]:
        """A call of a tool that the record does not know."""
        known = [call for call in self._tools(self._left, name) if self._is_tool(call, call_id)]
        call = next((call for call in known if next(self._blockers(call), None) is None), next(iter(known), None))
        if call is None or not isinstance(call.node, ToolCall):
            first = next(self._needed(), None)
            path = first.path if first is not None else self.served[-1].path if self.served else ""
            return None, Divergence(path=path, kind="more", words=f"a call of the tool {name} is not in the record")
        found = differences(
            {"command": call.node.command if command is not None else None, "request": call.request},
            {"command": command, "request": said},
            self._comparison,
        )
        where = f" in {found[0].where.removeprefix('request.')}" if found else ""
        words = f"{call.words()} differs{where}"
        return call, Divergence(path=call.path, kind="tool_request", words=words, differences=found)


def _may_be(call: Operation, said: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether a recorded request can be this one, as far as can be told without loading it: by its length."""
    if "messages" not in call.memory:
        call.memory["messages"] = length_of(call.node.request)
    messages = next((said[name] for name in CONVERSATION if name in said), None) if isinstance(said, dict) else None
    known = call.memory["messages"]
    return known is None or not isinstance(messages, list) or len(messages) == known


def likeness(recorded: Any, said: Any) -> tuple[float, ...]:  # noqa: ANN401 - JSON values
    """How like each other two requests are, for comparison with the likeness of others."""
    if not isinstance(recorded, dict) or not isinstance(said, dict):
        return (0.0,)
    one, other = messages_of(recorded), messages_of(said)
    shared = sum(1 for _ in _shared(one, other))
    same = sum(recorded.get(name) == said.get(name) for name in (*SYSTEM, *REFERENCES, "tools", "model"))
    next_message = _alike(one[shared : shared + 1], other[shared : shared + 1])
    alike = next_message + _alike(system_in(recorded), system_in(said))
    return (shared, same, alike, -abs(len(one) - len(other)))


def _alike(one: object, other: object) -> float:
    return SequenceMatcher(None, repr(one)[:COMPARED], repr(other)[:COMPARED]).quick_ratio()


def _shared(one: list[Any], other: list[Any]) -> Iterator[None]:
    for first, second in zip(one, other, strict=False):
        if first != second:
            return
        yield None
