"""A slug: the stable, dot-separated name of one log point, declared once."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Severity = Literal["VRB", "WRN", "ERR", "TRC", "THK", "FIN"]
"""Verbose, warning, error, trace, thinking, final: the severities of seed 004."""

Origin = Literal["configuration", "workflow", "tool", "model", "context", "agent", "user", "host"]
"""Where a failure comes from."""

_SHAPE = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+"


def is_slug(text: str) -> bool:
    """Whether a text has the shape of a slug: at least two parts, in lower case, joined by dots."""
    return re.fullmatch(_SHAPE, text) is not None


class Slug(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration of one log point."""

    name: str
    """For instance ``tool.timeout``."""
    severity: Severity
    """How loud its entries are."""
    description: str
    """What an entry with this slug says, for developers."""
    origin: Origin | None = None
    """Where the failure it reports comes from; ``None`` for what is no failure."""
    public: str = "Something went wrong. Please try again."
    """The sentence a user of the agent may see: it names nothing internal."""
    advice: str = ""
    """What an operator can do about it, in one sentence; empty for what is no failure."""
