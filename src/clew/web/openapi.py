"""The OpenAPI document of the server, written from the table of routes.

``python -m clew.web.openapi`` renews the copy in ``docs/``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from clew.web.refusal import SLUGS, Failed
from clew.web.routes import BYTES, EVENTS, ROUTES
from clew.web.schema import Schema, components

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clew.web.route import Route

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"
COMMAND = "python -m clew.web.openapi"


_REFUSED = {
    str(status): {"$ref": f"#/components/responses/Failed{status}"}
    for status in sorted({meaning.status for meaning in SLUGS.values()})
}


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The document."""
    answered, named = components([*(route.answered for route in routes if route.media_type != BYTES), Failed])
    answers = iter(answered)
    paths = {route.address: {"get": _operation(route, _good(route, answers))} for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "clew serve",
            "version": "1",
            "description": "What the web explorer asks its server. Everything is read; nothing can be changed.",
        },
        "paths": paths,
        "components": {
            "schemas": named,
            "responses": _failures(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def written(routes: Sequence[Route] = ROUTES) -> bytes:
    """The document as it is kept."""
    return msgspec.json.format(msgspec.json.encode(document(routes)), indent=2) + b"\n"


def parameters_of(route: Route) -> list[Schema]:
    """The parameters of a route, each with its name, its schema and where it stands."""
    _, named = components([route.asked])
    schema = named[route.asked.__name__]
    return [_parameter(route, name, schema) for name in schema["properties"]]


def _operation(route: Route, good: Schema) -> Schema:
    return {
        "operationId": route.name,
        "summary": route.says.replace("\n", " "),
        "parameters": parameters_of(route),
        "responses": {"200": good, **_partial(route, good), **_REFUSED},
    }


def _parameter(route: Route, name: str, schema: Schema) -> Schema:
    own = dict(schema["properties"][name])
    place = "path" if name in route.in_address else "query"
    about = {"name": name, "in": place, "required": place == "path" or "default" not in own}
    description = own.pop("description", None)
    if description:
        about["description"] = description
    if own.get("type") == "array":
        about |= {"style": "form", "explode": False}
    return {**about, "schema": own}


def _good(route: Route, answers: Iterable[Schema]) -> Schema:
    if route.media_type == BYTES:
        return {"description": "The bytes.", "content": {BYTES: {"schema": {}}}}
    schema = next(iter(answers))
    if route.media_type == EVENTS:
        words = "Events for as long as the client stays; the data of each is this."
        return {"description": words, "content": {EVENTS: {"schema": {"type": "string"}}}, "x-event": schema}
    return {"description": "The answer.", "content": {"application/json": {"schema": schema}}}


def _partial(route: Route, good: Schema) -> Schema:
    return {"206": good | {"description": "A range of them."}} if route.media_type == BYTES else {}


def _failures() -> Schema:
    by_status: dict[int, list[str]] = {}
    for slug, meaning in SLUGS.items():
        by_status.setdefault(meaning.status, []).append(f"`{slug}`: {meaning.says}")
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failed"}}}
    return {
        f"Failed{status}": {"description": " ".join(says), "content": content}
        for status, says in sorted(by_status.items())
    }


if __name__ == "__main__":
    DOCUMENT.write_bytes(written())
