"""A tool that is an HTTP endpoint.

Parameters that have a place in the address go there; of the others GET and DELETE make the query, and the other methods
a JSON body. Redirects are not followed: an answer other than 2xx is a failure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx2
import msgspec

from clew.agent.tools.parameters import Parameters
from clew.agent.tools.placeholder import fill, named_in
from clew.agent.tools.tool import ParametersRefused, Result, Tool, ToolFailure, text_of_value

if TYPE_CHECKING:
    from clew.agent.definition import Rest
    from clew.record.tool import ToolRecorder

_IN_QUERY = frozenset({"GET", "DELETE"})


class RestTool(Tool):
    """An HTTP endpoint."""

    kind = "rest"

    def __init__(self, declared: Rest) -> None:
        """Raises ``ValueError`` for a schema that is none."""
        super().__init__(declared.name, declared.description, Parameters(declared.parameters))
        self._method = declared.method
        self._url = declared.url
        self._timeout = declared.timeout

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:  # noqa: ARG002 - recorded by who calls
        """Ask it, and take the answer whole."""
        url, sent = self._request(arguments)
        deadline = time.monotonic() + self._timeout
        with httpx2.stream(self._method, url, timeout=self._timeout, **sent) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() > deadline:
                    raise ToolFailure(f"no whole answer within {self._timeout:g} s", status="timeout")
        text = bytes(body).decode(answer.encoding or "utf-8", "replace")
        response = {"http_status": answer.status_code, "body": _value(text, answer.headers.get("content-type", ""))}
        if not answer.is_success:
            said = f"HTTP {answer.status_code}\n{text}".strip()
            raise ToolFailure(said, response=response)
        return Result(text, response)

    def text_of(self, response: object) -> str | None:
        """The body, if it is text; of JSON the record has the value and not the spelling."""
        body = response.get("body") if isinstance(response, dict) else None
        return body if isinstance(body, str) else None

    def _request(self, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The address, and what goes with it."""
        known = self.parameters.names
        placed = named_in(self._url, known)
        missing = sorted(placed - arguments.keys())
        if missing:
            raise ParametersRefused(f"The address needs {' and '.join(missing)}.")
        rest = {name: value for name, value in arguments.items() if name not in placed}
        url = fill(self._url, known, arguments, _segment)
        if self._method not in _IN_QUERY:
            return url, {"json": rest}
        parts = {name: [text_of_value(part) for part in _parts(value)] for name, value in rest.items()}
        return url, {"params": httpx2.QueryParams(httpx2.URL(url).params).merge(parts)} if parts else {}


def _segment(value: object) -> str:
    """A value as one part of an address, which cannot become more than one."""
    text = text_of_value(value)
    if text in {"", ".", ".."}:
        raise ParametersRefused(f"'{text}' cannot be a part of an address.")
    return quote(text, safe="")


def _parts(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _value(text: str, content_type: str) -> object:
    """A JSON body as its value."""
    if "json" not in content_type:
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
