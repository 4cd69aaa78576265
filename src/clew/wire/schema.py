"""The published JSON Schemas of the snapshot and the trace, made of the structs that describe them.

``python -m clew.wire.schema [FOLDER]`` writes them, to ``docs/schema`` unless told otherwise.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from clew.wire import document, trace_document

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ROOTS: dict[document.NodeName, type[document.Node]] = {
    "session": document.Session,
    "init": document.Init,
    "turn": document.Turn,
    "step": document.Step,
    "attempt": document.Attempt,
    "toolCall": document.ToolCall,
    "fin": document.Fin,
}
"""What can be the root of a snapshot."""

Schema = dict[str, Any]


def schemas() -> dict[str, str]:
    """The text of each schema, by the name of its file."""
    documents = {"snapshot.json": _snapshot(), "trace.json": _trace()}
    return {name: json.dumps(_tidy(schema), indent=2, ensure_ascii=False) + "\n" for name, schema in documents.items()}


def write_schemas(folder: Path) -> None:
    """Write the schemas to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _snapshot() -> Schema:
    roots, shapes = msgspec.json.schema_components(ROOTS.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "clew snapshot",
        "description": "A session, or one node of it, whole. What is unknown is left out.",
        "type": "object",
        "required": ["version", "node"],
        "properties": {"version": {"const": document.VERSION}},
        "oneOf": [{**root, "properties": {"node": {"const": name}}} for name, root in zip(ROOTS, roots, strict=True)],
        "$defs": shapes,
    }


def _trace() -> Schema:
    (root,), shapes = msgspec.json.schema_components([trace_document.Trace], ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "clew trace",
        "description": "The events of a session, flat and in order of time.",
        **root,
        "$defs": shapes,
    }


def _tidy(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The schema as the documents are: what may be left out is never null, and decimals are numbers."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "default" in schema and schema["default"] is None:
        return _tidy(_left_out({name: value for name, value in schema.items() if name != "default"}))
    if schema.get("format") == "decimal":
        return {**schema, "type": "number"}
    return {name: _tidy(value) for name, value in schema.items()}


def _left_out(schema: Schema) -> Schema:
    """A schema without its ``null``."""
    if "anyOf" not in schema:
        return schema
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    others = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**others, **kinds[0]} if len(kinds) == 1 else {**others, "anyOf": kinds}


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schema"))
