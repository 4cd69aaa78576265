"""Placeholders: where a text of an agent file has ``{order}``, a call has the parameter ``order``.

Only the names of parameters are replaced; any other brace stays as it is, so that JSON and awk programs need no escape.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from clew.agent.tools.tool import text_of_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_PLACE = re.compile(r"\{([A-Za-z_][\w-]*)\}")


def named_in(text: str, known: Collection[str]) -> frozenset[str]:
    """The parameters that a text has places for."""
    return frozenset(_PLACE.findall(text)) & frozenset(known)


def fill(
    text: str, known: Collection[str], given: Mapping[str, Any], form: Callable[[object], str] = text_of_value
) -> str:
    """The text with the parameters in their places; one that was not given leaves its place empty."""

    def value(place: re.Match[str]) -> str:
        name = place[1]
        return place[0] if name not in known else form(given[name]) if name in given else ""

    return _PLACE.sub(value, text)


def program(argv: Sequence[str]) -> list[str]:
    """An argument list; the program ``python`` is the one that runs the agent, with all that is installed for it."""
    return [sys.executable if argv[0] == "python" else argv[0], *argv[1:]]


def fill_all(value: object, given: Mapping[str, Any]) -> object:
    """A JSON value with its texts filled; a text that is one place and nothing else becomes the parameter itself."""
    if isinstance(value, str):
        place = _PLACE.fullmatch(value)
        return given[place[1]] if place is not None and place[1] in given else fill(value, given, given)
    if isinstance(value, dict):
        return {key: fill_all(part, given) for key, part in value.items()}
    return [fill_all(part, given) for part in value] if isinstance(value, list) else value
