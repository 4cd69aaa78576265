"""The parameters of a tool: a JSON Schema, and whether what a model gave fits it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

_TOLD = 3
_WORDS = 300


class BadSchema(ValueError):
    """A schema is none."""


class Parameters:
    """What a tool can be called with."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Raises ``BadSchema``."""
        self.schema = schema
        """The JSON Schema, as the model is told."""
        kind = validator_for(schema, default=Draft202012Validator)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise BadSchema(_brief(error.message)) from error
        self._validator = kind(schema, registry=Registry())  # an empty one: a schema makes nobody fetch anything

    @property
    def names(self) -> frozenset[str]:
        """The parameters that the schema names."""
        properties = self.schema.get("properties")
        return frozenset(properties) if isinstance(properties, dict) else frozenset()

    def problem(self, arguments: object) -> str | None:
        """What does not fit, in words that a model can act on; ``None`` if all does."""
        if not isinstance(arguments, dict):
            return "The parameters have to be one JSON object."
        try:
            faults = list(islice(self._validator.iter_errors(arguments), _TOLD))
        except Unresolvable:
            return None  # the schema points elsewhere; what stands behind the tool has to look for itself
        return "; ".join(_sentence(fault.absolute_path, fault.message) for fault in faults) or None


def _sentence(path: Any, message: str) -> str:  # noqa: ANN401 - the validator's own deque
    where = ".".join(str(step) for step in path)
    return f"{where}: {_brief(message)}" if where else _brief(message)


def _brief(text: str) -> str:
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"
