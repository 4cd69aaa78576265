"""A recorded result in the form that a function gives back: a record is JSON, a caller may expect a dataclass.

The function's annotation says which form that is. What is not annotated, or does not fit, is given as it was recorded.
"""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.record.standin import Found


def given_back(found: Found, function: Callable[..., Any]) -> Found:
    """What stands in for a call of a function, in the form that the function's annotation names."""
    if found.status != "ok" or inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return found
    with suppress(Exception):  # an annotation may say anything, also what is known to a type checker alone
        return found._replace(response=_formed(found.response, get_type_hints(function)["return"]))
    return found


def _formed(value: object, kind: Any) -> object:  # noqa: ANN401 - whatever is annotated
    """A JSON value as an instance of a type; models of validation libraries know how themselves."""
    validate = getattr(kind, "model_validate", None)
    return validate(value) if validate is not None else msgspec.convert(value, kind)
