"""The replay that this process belongs to, as a stand-in: it is in another process, or in another thread of this one.

It is asked on loopback, with JSON. Where it does not answer, a tool must not be called either: a replay that calls
tools without being told to is none.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from clew.record.standin import Found, RecordedFailure
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TOOL, TOOLS, SESSION = "/clew/tool", "/clew/tools", "/clew/session"
"""Where a replay is asked for the result of a tool, told of tools, and told of a session."""
OWN_ADDRESS = "x-clew-own-address"
"""The header in which a request that was led to a replay says where its client would have sent it."""
HURRIED = "x-clew-hurried"
"""The header in which a replay that does not let clients wait says what the recorded server had said, as JSON."""
PATIENCE = 60.0
"""Seconds to wait for an answer; a call may have to wait for its turn."""


class ReplayElsewhere:
    """A replay that is asked on loopback."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address).netloc

    def result(self, name: str, command: str | None, request: object, call_id: str | None) -> Found | None:
        """What a call came to, or ``None`` to let the tool be called."""
        told = {"name": name, "command": command, "call_id": call_id, "request": msgspec.Raw(encode_whole(request))}
        answer = self._ask(TOOL, told)
        if answer.get("stopped") is not None:
            raise RecordedFailure(answer["stopped"])
        return msgspec.convert(answer["found"], Found) if answer.get("found") is not None else None

    def instrumented(self, names: Iterable[str]) -> None:
        """Tools of these names ask before they are called; a replay that is over does not mind."""
        with suppress(RecordedFailure):
            self._ask(TOOLS, {"names": list(names)})

    def began(self, session_id: str, folder: Path) -> str | None:
        """A session began here; returns the session that it replays, if it does."""
        try:
            original = self._ask(SESSION, {"session_id": session_id, "folder": str(folder)})["replay_of"]
        except RecordedFailure:
            return None
        return original if isinstance(original, str) else None

    def _ask(self, path: str, told: dict[str, Any]) -> dict[str, Any]:
        from http.client import HTTPConnection, HTTPException  # noqa: PLC0415 - 20 ms that others need not pay

        connection = HTTPConnection(self._address, timeout=PATIENCE)
        try:
            connection.request("POST", path, msgspec.json.encode(told), {"content-type": "application/json"})
            answer: dict[str, Any] = msgspec.json.decode(connection.getresponse().read(), type=dict[str, Any])
        except (OSError, HTTPException, msgspec.DecodeError) as problem:
            message = f"the replay that this process belongs to does not answer ({type(problem).__name__})"
            raise RecordedFailure(message) from problem
        finally:
            connection.close()
        return answer


@cache
def replay_at(address: str) -> ReplayElsewhere:
    """The replay at an address."""
    return ReplayElsewhere(address)
