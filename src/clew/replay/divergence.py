"""A divergence: where a run does something else than the record, at the node where the record has it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from clew.replay.difference import Difference
from clew.replay.request import CONVERSATION, REFERENCES, SYSTEM

Kind: TypeAlias = Literal[
    "prompt", "messages", "tools", "parameters", "tool_result", "tool_request", "order", "more", "missing", "live"
]
"""What differs.

==============  =====================================================================================
``prompt``      the system prompt
``messages``    what was said in the conversation
``tools``       the tools that are offered, or their schemas
``parameters``  anything else of a request: the model, its limits, how it samples
``tool_result`` what a tool gave back, as the next request says it
``tool_request``  what a tool was called with
``order``       a call is the record's, and came before one that precedes it there
``more``        a call that the record does not have
``missing``     a call of the record that was not made
``live``        a tool that would be, or was, called although its result is recorded
==============  =====================================================================================
"""


class Divergence(Struct, frozen=True, kw_only=True):
    """One place where a run leaves the record."""

    path: str
    """The node of the record."""
    kind: Kind
    """What differs."""
    words: str
    """The same in a sentence."""
    differences: tuple[Difference, ...] = ()
    """The places in the request, the first of them first."""


def kind_of(steps: tuple[str | int, ...], request: object) -> Kind:
    """What a place in a request to a model belongs to."""
    root = steps[0] if steps else ""
    if root in SYSTEM:
        return "prompt"
    if root == "tools":
        return "tools"
    if root in REFERENCES:
        return "messages"
    if root not in CONVERSATION:
        return "parameters"
    role = _at(request, steps[:2], "role")
    return "prompt" if role in {"system", "developer"} else "messages"


def result_of(steps: tuple[str | int, ...], request: object) -> str | None:
    """The call id of the tool whose result a place in a request is part of, whichever provider's form it has."""
    if not steps or steps[0] not in CONVERSATION:
        return None
    found = _at(request, steps[:4], "tool_use_id") or _at(request, steps[:2], "tool_call_id")
    if str(_at(request, steps[:2], "type")).endswith("_call_output"):
        found = _at(request, steps[:2], "call_id")
    return found if isinstance(found, str) else None


def _at(value: object, steps: tuple[str | int, ...], name: str) -> object:
    """A member of what stands at a place."""
    for step in steps:
        known = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
        if not known:
            return None
        value = value[step]  # type: ignore[index]  # it has that key, or that place
    return value.get(name) if isinstance(value, dict) else None
