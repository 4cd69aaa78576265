"""JSON Schemas of what goes over the wire, with the sentences that stand below fields in the sources.

The OpenAPI document and the TypeScript of the page are both written from these.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REFERENCE = "#/components/schemas/"

Schema = dict[str, Any]


def components(kinds: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schema of each type, and those of all that they refer to by name, in the order of their names."""
    kinds = [*kinds]
    schemas, named = msgspec.json.schema_components(kinds, ref_template=f"{REFERENCE}{{name}}")
    for struct in _structs(kinds):
        found = named.get(struct.__name__)
        if found is not None and "properties" in found:
            _describe(struct, found)
    return [*map(dict, schemas)], {name: named[name] for name in sorted(named)}


def field_docs(struct: type) -> dict[str, str]:
    """The sentence below each field of a class and of those it is made from, by the field's name in Python."""
    found: dict[str, str] = {}
    for one in reversed(struct.__mro__):
        if one.__module__.startswith("clew."):
            found |= dict(_docs_of(one))
    return found


def _describe(struct: type[msgspec.Struct], schema: Schema) -> None:
    docs = field_docs(struct)
    for field in msgspec.structs.fields(struct):
        if field.name in docs:
            schema["properties"][field.encode_name].setdefault("description", docs[field.name])
    config = struct.__struct_config__
    if not config.omit_defaults and not config.forbid_unknown_fields:  # it is sent, and then whole
        schema["required"] = [field.encode_name for field in msgspec.structs.fields(struct)]


@cache
def _docs_of(one: type) -> tuple[tuple[str, str], ...]:
    body = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
    return tuple(_pairs(body)) if isinstance(body, ast.ClassDef) else ()


def _pairs(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield field.target.id, inspect.cleandoc(below.value.value).replace("\n", " ")


def _structs(kinds: Iterable[Any]) -> set[type[msgspec.Struct]]:
    """Every struct that types are made of."""
    found: set[type[msgspec.Struct]] = set()
    waiting = [*kinds]
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in found:
            found.add(kind)
            waiting += [field.type for field in msgspec.structs.fields(kind)]
    return found
