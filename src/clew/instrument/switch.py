"""``clew.instrument()``: one line that lets an application record itself.

::

    import clew

    clew.instrument()

From then on every new client of the ``anthropic`` and ``openai`` SDKs and every MCP session is recorded, turns are
found from the conversation where the application marks none, and a session is opened at the first call if there is
none. What is not installed is left alone; a release of an SDK that cannot be recorded is said once in the log, and so
is, when the process ends, that no call was seen. Nothing here raises because of an SDK.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any

from clew.errors import ClewError
from clew.instrument.arrival import Arrivals
from clew.instrument.automatic import want_sessions, was_called
from clew.record.api import log
from clew.record.dispatch import dispatch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

SDKS = ("anthropic", "openai", "mcp")
"""What can be recorded, by the name under which it is imported."""


class Instrumentation:
    """What :func:`instrument` switched on; ends with its ``with`` block, or with :meth:`remove`, or never."""

    def __init__(self) -> None:
        self._arrivals = Arrivals()
        self._undo = ExitStack()
        self._seen: set[str] = set()
        self._told = False
        """Whether the end of the process will tell of calls that were not seen."""

    def add(self, sdk: str) -> None:
        """Record an SDK, now or as soon as it is imported."""
        if not self._told:
            self._told = True
            dispatch.before_end(self._tell_unused)
        if sdk not in self._seen:
            self._seen.add(sdk)
            self._arrivals.when(sdk, lambda: self._install(sdk))

    def remove(self) -> None:
        """Record no further client, and end the session that was opened by itself."""
        with _lock:
            self._arrivals.forget()
            self._undo.close()
            self._seen.clear()
            want_sessions(None)

    def _tell_unused(self) -> None:
        """The process ends. A program that never loaded an SDK had nothing to record."""
        if not was_called() and any(sdk in sys.modules for sdk in self._seen):
            log("instrument.no_calls")

    def _install(self, sdk: str) -> None:
        try:
            self._undo.callback(import_module(f"clew.instrument.{sdk}").install())
        except Exception as problem:  # noqa: BLE001 - the application works without being recorded
            log("instrument.unavailable", sdk=sdk, error=f"{type(problem).__name__}: {problem}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.remove()


def instrument(
    *sdks: str,
    agent_id: str | None = None,
    dir: Path | str | None = None,
    title: str | None = None,
    tags: Iterable[str] = (),
    attributes: object = None,
) -> Instrumentation:
    """Record every client made from now on of ``anthropic``, ``openai`` and ``mcp``, or of those that are named.

    The other arguments are those of :func:`clew.session`, for the session that is opened at the first call outside
    any; ``agent_id`` is the name of the program unless given. May be called again. Raises ``ClewError`` for an unknown
    name, and nothing else.
    """
    unknown = sorted(set(sdks) - set(SDKS))
    if unknown:
        raise ClewError(f"'{unknown[0]}' cannot be recorded; there are {', '.join(SDKS)}.")
    options: dict[str, Any] = {
        "agent_id": agent_id,
        "dir": dir,
        "title": title,
        "tags": tuple(tags),
        "attributes": attributes,
    }
    with _lock:
        want_sessions(options)
        for sdk in sdks or SDKS:
            _switched.add(sdk)
    return _switched


_lock = RLock()
_switched = Instrumentation()
"""What is switched on in this process."""
