"""A tree as text that is the same for every run that did the same.

What differs from run to run is left out or replaced: times, durations, ids, source lines, tracebacks, the costs of the
clock. What an agent sent and was told stays, as indented JSON, so that a difference can be read.

======================  ===================================================
session and call ids    ``<session-1>``, ``<call-1>`` …, by their first use
ids of answers          ``<id-1>`` …
incidents               ``<incident>``
UUIDs, ISO 8601 times   ``<uuid>``, ``<time>``
======================  ===================================================
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from clew.model.session import Attempt, Session, Step, ToolCall, Turn
from clew.text.pretty import json_lines
from clew.tree.path import operations
from clew.tree.query import kind_of, slugs_of, status_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clew.model.payload import Payload
    from clew.model.session import Node

_PATTERNS = {
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b": "<uuid>",
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?": "<time>",
}
_VOLATILE = {"traceback", "incident", "created", "system_fingerprint"}
"""Names whose values are never the same."""


def normal_text(tree: Session, volatile: Mapping[str, str] | None = None) -> str:
    """The text of a tree; ``volatile`` are further patterns, each with what stands for what it finds."""
    names = _Names(tree)
    patterns = [(re.compile(pattern), word) for pattern, word in {**_PATTERNS, **(volatile or {})}.items()]
    return "\n".join(json_lines(_cleaned(_node(tree), names, patterns))) + "\n"


class _Names:
    """What stands for the ids of one tree."""

    def __init__(self, tree: Session) -> None:
        self._words: dict[str, str] = {}
        for _, node in walk(tree):
            for kind, found in _ids(node):
                if found and found not in self._words:
                    number = sum(word.startswith(f"<{kind}-") for word in self._words.values()) + 1
                    self._words[found] = f"<{kind}-{number}>"
        known = sorted(self._words, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, known)) or r"(?!)")

    def replaced(self, text: str) -> str:
        """A text with a word in the place of every id."""
        return self._pattern.sub(lambda found: self._words[found[0]], text)


def _ids(node: Node) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, Session):
        yield "session", node.session_id
    elif isinstance(node, ToolCall):
        yield "call", node.call_id
    elif isinstance(node, Attempt):
        value = _value(node.response.payload if node.response is not None else None)
        found = value.get("id") if isinstance(value, dict) else None
        yield "id", found if isinstance(found, str) else None


def _node(node: Node) -> dict[str, Any]:
    """A node without what differs from run to run, and without what is not there."""
    said: dict[str, Any] = {
        "kind": kind_of(node),
        "status": status_of(node),
        "slugs": list(slugs_of(node)),
        **{name: getattr(node, name, None) for name in ("agent_id", "name", "command", "provider", "model", "error")},
        **{name: getattr(node, name, None) for name in ("http_status", "verdict")},
        "details": [_value(entry.details) for entry in node.logs if entry.details is not None],
        **_told(node),
    }
    return {name: value for name, value in said.items() if value not in (None, [], {}, ())}


def _told(node: Node) -> dict[str, Any]:
    """What is in a node of each kind."""
    if isinstance(node, Session):
        report = _value(node.fin.final_report) if node.fin is not None else None
        rounds: list[Turn | Step] = [*node.turns, *node.steps]
        rounds.sort(key=lambda one: one.started_at)
        return {"rounds": [_node(one) for one in rounds], "final_report": report}
    if isinstance(node, Turn | Step):
        action = node.action
        content = _value(action.content) if action is not None else None
        return {
            "action": {"type": action.type, "name": action.name, "content": content} if action is not None else None,
            "operations": [_node(operation) for operation in operations(node)],
        }
    if isinstance(node, Attempt):
        response = node.response
        return {
            "request": _value(node.request),
            "response": _value(response.payload) if response is not None else None,
            "stop_reason": response.stop_reason if response is not None else None,
        }
    if isinstance(node, ToolCall):
        child = _node(node.child_session) if node.child_session is not None else None
        return {"request": _value(node.request), "response": _value(node.response), "session": child}
    return {}


def _value(payload: Payload | None) -> Any:  # noqa: ANN401 - a JSON value
    return payload.value if payload is not None else None


def _cleaned(value: Any, names: _Names, patterns: list[tuple[re.Pattern[str], str]]) -> Any:  # noqa: ANN401 - a JSON value
    """A JSON value with words in the place of what is volatile."""
    if isinstance(value, str):
        text = names.replaced(value)
        for pattern, word in patterns:
            text = pattern.sub(word, text)
        return text
    if isinstance(value, dict):
        return {
            name: f"<{name}>" if name in _VOLATILE and part is not None else _cleaned(part, names, patterns)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_cleaned(part, names, patterns) for part in value]
    return value
