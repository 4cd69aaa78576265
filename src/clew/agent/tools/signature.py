"""The JSON Schema of a Python function's parameters, from its signature: names, types and defaults.

A function that takes any names (``**options``) takes any parameters; one that takes parameters by place alone cannot be
called by name, and has none.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


def schema_of(function: Callable[..., object]) -> dict[str, Any]:
    """What the function can be called with. Raises ``TypeError`` if JSON cannot carry one of its parameters."""
    hints = _hints(function)
    fields: list[Any] = []
    open_ended = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            kind = hints.get(parameter.name, Any)
            given = parameter.default is not parameter.empty
            fields.append((parameter.name, kind, parameter.default) if given else (parameter.name, kind))
        elif parameter.kind == parameter.POSITIONAL_ONLY and parameter.default is parameter.empty:
            raise TypeError(f"its parameter {parameter.name} cannot be given by name")
        open_ended = open_ended or parameter.kind == parameter.VAR_KEYWORD
    return _schema(fields, open_ended=open_ended)


def _hints(function: Callable[..., object]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation may be any expression; without types, any value will do
        return {}


def _schema(fields: list[Any], *, open_ended: bool) -> dict[str, Any]:
    struct = msgspec.defstruct("Parameters", fields, kw_only=True)
    (_,), parts = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    own = parts.pop("Parameters")
    schema = {"type": "object", "properties": own["properties"]}
    if own["required"]:
        schema["required"] = own["required"]
    if not open_ended:
        schema["additionalProperties"] = False
    return {**schema, "$defs": parts} if parts else schema
