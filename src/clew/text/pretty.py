"""A JSON value as indented lines, one after the other and without recursion.

A payload may be huge, and nested deeper than the interpreter's stack.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from clew.wire.line import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDENT = "  "


class _Open(NamedTuple):
    """A container whose end has not been written."""

    left: list[tuple[str, Any]]
    """Its members yet to come, the next one last: what stands before the value, and the value."""
    close: str
    """Its last line."""


def json_lines(value: object) -> Iterator[str]:
    """The lines of a JSON value; what a terminal would obey is escaped."""
    stack = [_Open([("", value)], "")]
    while stack:
        left, close = stack[-1]
        if not left:
            stack.pop()
            if stack:
                yield _line(stack, close)
            continue
        head, item = left.pop()
        if isinstance(item, dict | list) and item:
            opened = _opened(item)
            yield _INDENT * (len(stack) - 1) + head + ("{" if opened.close == "}" else "[")
            stack.append(opened)
        else:
            yield _line(stack, head + _scalar(item))


def _opened(container: dict[str, Any] | list[Any]) -> _Open:
    if isinstance(container, dict):
        return _Open([(f"{_scalar(str(key))}: ", item) for key, item in reversed(container.items())], "}")
    return _Open([("", item) for item in reversed(container)], "]")


def _line(stack: list[_Open], text: str) -> str:
    comma = "," if stack[-1].left else ""
    return _INDENT * (len(stack) - 1) + text + comma


def _scalar(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return printable(text.encode("utf-8", "backslashreplace")).decode()
