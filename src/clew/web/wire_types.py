"""The TypeScript of the wire: ``python -m clew.web.wire_types`` writes ``frontend/src/lib/wire.ts``.

Every struct becomes an interface and every route an entry of ``Routes``, so the page is checked against what the server
sends without a line of it being written twice.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.web.carried_part import CarriedPart
from clew.web.openapi import parameters_of
from clew.web.refusal import SLUGS, Failed
from clew.web.routes import BYTES, ROUTES
from clew.web.schema import REFERENCE, Schema, components

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parents[3] / "frontend" / "src" / "lib" / "wire.ts"
COMMAND = "python -m clew.web.wire_types"
_WIDTH = 120
_HEAD = f"""/**
 * What the server answers: written by `{COMMAND}` from the structs of Python, not by hand.
 *
 * Money is a decimal text, times are milliseconds since the epoch, a span is a text with the name of a style.
 */
"""


def written() -> str:
    """The file as it should be."""
    kinds = [route.answered for route in ROUTES if route.media_type != BYTES]
    answered, named = components([*kinds, Failed, CarriedPart])
    answers = iter(answered)
    blocks = [_HEAD, *(_declared(name, schema) for name, schema in named.items())]
    blocks.append(_union("Slug", "Why a request was refused.", SLUGS))
    entries = [_entry(route, "string" if route.media_type == BYTES else _type(next(answers))) for route in ROUTES]
    says = "/** Every address below `api/`, with what may be asked and what is answered. */\n"
    blocks.append(f"{says}export interface Routes {{\n{''.join(entries)}}}\n")
    return "\n".join(blocks)


def _declared(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description"), "")
    if "properties" not in schema:
        return f"{comment}export type {name} = {_type(schema)};\n"
    required = set(schema.get("required", ()))
    fields = "".join(_field(key, part, optional=key not in required) for key, part in schema["properties"].items())
    return f"{comment}export interface {name} {{\n{fields}}}\n"


def _field(name: str, schema: Schema, *, optional: bool) -> str:
    kind = _type(schema)
    line = f"  readonly {_key(name)}{'?' if optional else ''}: {kind};"
    if len(line) > _WIDTH and " | " in kind:
        line = f"  readonly {_key(name)}{'?' if optional else ''}:" + "".join(
            f"\n    | {one}" for one in kind.split(" | ")
        )
        line += ";"
    return f"{_comment(schema.get('description'), '  ')}{line}\n"


def _entry(route: Any, answer: str) -> str:  # noqa: ANN401 - a route
    parameters = [one for one in parameters_of(route) if one["in"] == "query"]
    asked = "; ".join(
        f"readonly {_key(one['name'])}{'' if one['required'] else '?'}: {_type(one['schema'])}" for one in parameters
    )
    name = route.address.removeprefix("/api/")
    comment = _comment(route.says.replace("\n", " "), "  ")
    lines = [f"  readonly '{name}': {{", f"    readonly params: {_braced(asked)};", f"    readonly answer: {answer};"]
    return comment + "\n".join([*lines, "  };\n"])


def _braced(asked: str) -> str:
    if not asked:
        return "Record<never, never>"
    line = f"    readonly params: {{ {asked} }};"
    if len(line) <= _WIDTH:
        return f"{{ {asked} }}"
    return "{\n" + "".join(f"      {one};\n" for one in asked.split("; ")) + "    }"


def _type(schema: Schema) -> str:
    """A schema as a type."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REFERENCE)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(_quoted(one) for one in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return _list(schema)
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Readonly<Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>>"
    plain = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
    return plain.get(str(kind), "unknown")


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"readonly [{', '.join(_type(one) for one in schema['prefixItems'])}]"
    inner = _type(schema["items"]) if isinstance(schema.get("items"), dict) else "unknown"
    return f"readonly {f'({inner})' if ' ' in inner else inner}[]"


def _union(name: str, says: str, words: dict[str, Any]) -> str:
    lines = "".join(f"\n  | {_quoted(word)}" for word in words)
    return f"/** {says} */\nexport type {name} ={lines};\n"


def _comment(says: str | None, indent: str) -> str:
    if not says:
        return ""
    return "".join(f"{line}\n" for line in _wrapped(says.strip(), indent))


def _wrapped(says: str, indent: str) -> Iterator[str]:
    safe = says.replace("*/", "* /")
    if "\n" not in safe and len(indent) + len(safe) + 7 <= _WIDTH:
        yield f"{indent}/** {safe} */"
        return
    yield f"{indent}/**"
    for line in safe.split("\n"):
        yield f"{indent} * {line}".rstrip()
    yield f"{indent} */"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else _quoted(name)


def _quoted(word: object) -> str:
    return f"'{word}'" if isinstance(word, str) and not set(word) & set("'\\\n") else json.dumps(word)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
