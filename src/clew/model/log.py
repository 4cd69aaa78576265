"""A log entry: what was worth saying, where in the code, and the payloads in force when it was said."""

from __future__ import annotations

import msgspec

from clew.model.payload import Payload
from clew.model.slug import Severity


class Source(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The place in the code that logged."""

    file: str
    """The file's name without its folders."""
    line: int
    """1-based."""
    function: str | None = None
    """The function's name."""


class Context(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The payloads in force when a warning or an error was logged (seed 004, rule 4)."""

    llm_request: Payload | None = None
    """What the attempt in force had sent."""
    llm_response: Payload | None = None
    """What had come back from the model by then."""
    tool_request: Payload | None = None
    """What the tool in force was called with."""
    tool_response: Payload | None = None
    """What the tool had answered by then."""


class LogEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One entry, attached to the node it speaks of."""

    timestamp: float
    """Milliseconds since the epoch, with a fraction to the microsecond."""
    severity: Severity
    """How loud it is."""
    slug: str
    """Its stable name; tests and queries use this, never the message."""
    message: str
    """For people; may change at any time."""
    source: Source | None = None
    """Where in the code; unknown for imported entries."""
    details: Payload | None = None
    """Further named values."""
    context: Context | None = None
    """On ``WRN`` and ``ERR`` the payloads in force, else ``None``."""
    registered: bool = True
    """Whether the slug was declared; an undeclared one is kept and flagged."""

    def __repr__(self) -> str:
        """What a person wants to know first: without payloads, which would be pages."""
        source = f" · {self.source.file}:{self.source.line}" if self.source is not None else ""
        return f"<LogEntry {self.severity} · {self.slug} · {self.message!r}{source}>"
