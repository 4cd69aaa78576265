"""Requests made from the published OpenAPI document, and what is wrong with their answers.

Ids, paths and names of parts are drawn from those that there are as well as from their shapes, so that requests get
past the first check; everything else is whatever the document allows, and much that it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from clew.web.routes import EVENTS, ROUTES
from tests.web.folder import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.site import Site

KNOWN = {
    "id": [*KINDS.values()],
    "a": [*KINDS.values()],
    "b": [*KINDS.values()],
    "path": ["session", "init", "1", "1-1", "1-2", "2", "2-1", "2-3", "2-3.", "2-3.1-1", "s1", "fin", "900-1"],
    "part": ["request", "response", "tools", "system prompt", "report", "content", "log 0 details", "attributes"],
}
"""Values of parameters that lead somewhere."""
_STREAMS = {route.address for route in ROUTES if route.media_type == EVENTS}
"""These do not end by themselves; they have tests of their own."""


def server_errors(site: Site, examples: int) -> Iterator[str]:
    """Every answer of 500 and more, and every answer whose shape is not the published one; one line for each."""
    document = site.ask("/api/openapi.json")
    for address, item in document["paths"].items():
        for parameter in item["get"]["parameters"]:
            known = KNOWN.get(parameter["name"])
            if known is not None:
                parameter["schema"] = {"anyOf": [{"enum": known}, {"enum": known}, parameter["schema"]]}
        if address in _STREAMS:
            item.clear()
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        yield from _tried(site, result.ok(), examples)


def _tried(site: Site, operation: Any, examples: int) -> list[str]:  # noqa: ANN401 - an operation of schemathesis
    wrong: list[str] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy())
    def try_one(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
        response = case.call(base_url=f"http://{site.host}", headers={"Authorization": f"Bearer {site.key.token}"})
        if response.status_code >= 500:
            wrong.append(f"{response.status_code} {case.method} {response.request.url}")
        elif response.status_code == 200 and response.headers["content-type"] == "application/json":
            case.validate_response(response, checks=[schemathesis.checks.response_schema_conformance])

    try_one()
    return wrong
