"""What a request to a model says, whichever endpoint it goes to, as a replay has to know it.

Requests that name the answer they go on from do not say again how their conversation began: it is looked for in the
record, answer by answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.instrument.spoken import answer_before, kept_conversation, messages_of
from clew.model.session import Attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.model.payload import Payload
    from clew.replay.recording import Operation

CONVERSATION = ("messages", "input")
"""Fields of a request that hold its conversation."""
SYSTEM = ("system", "instructions")
"""Fields of a request that hold what the system is told."""
REFERENCES = frozenset({"previous_response_id", "conversation", "thread"})
"""Fields of a request that stand for what is not said again."""


def system_in(request: Any) -> Any:  # noqa: ANN401 - a JSON value
    """What the system is told, outside of the conversation."""
    return next((request[name] for name in SYSTEM if name in request), None) if isinstance(request, dict) else None


def length_of(request: Payload | None) -> int | None:
    """How many messages a recorded request has, without loading them; ``None`` if that cannot be told."""
    parts = (request.part(name) for name in CONVERSATION) if request is not None else ()
    return next((part.count() for part in parts if part is not None), None)


def beginning_of(call: Operation, calls: Sequence[Operation]) -> str:
    """What tells the conversation of a model call from others: how it begins, or what the provider calls it."""
    request = _first(call, calls).request
    kept = kept_conversation(request)
    return kept or repr((messages_of(request)[:1], system_in(request)))


def _first(call: Operation, calls: Sequence[Operation]) -> Operation:
    """The model call with which a conversation began, as far as the record goes back."""
    seen = {call.path}
    while (named := answer_before(call.request)) is not None:
        before = next((one for one in calls if _answer_id(one) == named and one.path not in seen), None)
        if before is None:
            return call
        call = before
        seen.add(call.path)
    return call


def _answer_id(call: Operation) -> str | None:
    """What the answer of a model call is called."""
    if "answer" not in call.memory:
        answer = call.node.response if isinstance(call.node, Attempt) else None
        named = answer.payload.part("id") if answer is not None and answer.payload is not None else None
        call.memory["answer"] = named.value if named is not None else None
    found = call.memory["answer"]
    return found if isinstance(found, str) else None
