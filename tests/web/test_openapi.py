"""The published document is that of the routes, and no request made from it makes the server fail."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from clew.web import openapi, wire_types
from clew.web.refusal import SLUGS
from clew.web.routes import ROUTES
from tests.web.fuzz import server_errors

if TYPE_CHECKING:
    from tests.web.site import Site

EXAMPLES = 12


def test_the_document_is_current() -> None:
    """`docs/openapi.json` says what the routes are."""
    assert openapi.DOCUMENT.read_bytes() == openapi.written(), f"run: {openapi.COMMAND}"


def test_the_types_of_the_page_are_current() -> None:
    """`frontend/src/lib/wire.ts` says what the server answers."""
    assert wire_types.FILE.read_text("utf-8") == wire_types.written(), f"run: {wire_types.COMMAND}"


def test_the_document_is_served(site: Site) -> None:
    """The server gives the same document, with every route of the table and every reason to refuse."""
    document = site.ask("/api/openapi.json")
    assert document == json.loads(openapi.written())
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {route.address for route in ROUTES}
    words = str(document["components"]["responses"])
    assert not [slug for slug in SLUGS if slug not in words]
    assert not [route.address for route in ROUTES if not route.says]


def test_every_parameter_is_described(site: Site) -> None:
    """A document that names a parameter names its bounds: no number and no text is without a limit."""
    for address, item in site.ask("/api/openapi.json")["paths"].items():
        for parameter in item["get"]["parameters"]:
            text = str(parameter["schema"])
            assert re.search("maxLength|maximum|enum|boolean|pattern", text), (address, parameter)


def test_no_request_makes_the_server_fail(site: Site) -> None:
    """Requests made from the document, right ones and wrong ones, never end in an error of the server."""
    assert [*server_errors(site, EXAMPLES)] == []
