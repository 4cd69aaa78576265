"""The structured log line: what operators search, filter and count.

Each line says by itself which session, agent and user's action it belongs to, so that the log answers "what came of
what the user did?" without the journals. There are four events:

===================== ============================================================================================
``interaction.begin`` a user did something (or an agent began by itself)
``interaction.end``   what came of it. An agent may go on after an end: then another one follows, and the last counts
``execution``         a tool, workflow, workflow step or sub-agent ended
``log``               a warning or an error, with the payloads in force
===================== ============================================================================================

What the user typed is no part of a line; what was chosen from a menu, and the names of workflows and tools, are.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal, NamedTuple

import msgspec

from clew.model.log import Source
from clew.model.slug import Severity

Event = Literal["interaction.begin", "interaction.end", "execution", "log"]

EVENTS: dict[Event, str] = {
    "interaction.begin": "An interaction began",
    "interaction.end": "An interaction ended",
    "execution": "A tool, workflow, workflow step or sub-agent was executed",
    "log": "A warning or an error",
}
"""Every event, in words."""

PRIORITIES: dict[str, int] = {"ERR": 3, "WRN": 4, "FIN": 5, "VRB": 6, "THK": 6, "TRC": 7}
"""The syslog priority of each severity."""


class Line(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One line."""

    at: float
    """Milliseconds since the epoch."""
    event: Event
    severity: Severity
    message: str
    """For people; may change at any time."""
    session_id: str | None = None
    """``None`` for what is logged outside any session."""
    parent_session_id: str | None = None
    """The session whose tool call started this one."""
    root_session_id: str | None = None
    """The outermost session that this process knows of; its id gathers an interaction with all below it."""
    agent_id: str | None = None
    agent_path: str | None = None
    """The agents from the outermost one to this one, joined by colons."""
    action_type: str | None = None
    """What the user did: ``message``, ``menu``, ``workflow``, ``tool``, ``command``."""
    action: str | None = None
    """What was chosen; ``None`` for a message."""
    path: str | None = None
    """The node, as ``clew show --path`` takes it with the outermost session."""
    kind: str | None = None
    """Of an execution: ``mcp``, ``rest``, ``agent``, ``command``, ``function``, ``workflow``, ``workflow_step``; of a
    log entry: its node's, where ``attempt``, ``turn``, ``step`` and ``session`` occur too."""
    name: str | None = None
    """Of the tool, workflow, step or sub-agent."""
    outcome: str | None = None
    """``ok``, ``failed``, ``rejected``, ``timeout`` or ``cancelled``."""
    slug: str | None = None
    """Of the log entry, or of the failure."""
    origin: str | None = None
    """Where the failure comes from."""
    incident: str | None = None
    """The number that the user of a failed session was told."""
    duration_ms: float | None = None
    provider: str | None = None
    """Of the model, where one was involved."""
    model: str | None = None
    source: Source | None = None
    """Where in the code it was logged."""
    details: dict[str, str] = msgspec.field(default_factory=dict)
    """Further named values."""
    payloads: dict[str, bytes] = msgspec.field(default_factory=dict)
    """On warnings and errors what was in force, as JSON: ``llm_request llm_response tool_request tool_response``."""


class Portion(NamedTuple):
    """A payload, or its beginning."""

    text: str
    size: int
    """Bytes of the whole."""
    sha256: str | None
    """Of the whole, if this is only its beginning."""


def portion(payload: bytes, limit: int | None) -> Portion:
    """A payload whole, or, above ``limit`` bytes, its beginning with what identifies the rest."""
    if limit is None or len(payload) <= limit:
        return Portion(payload.decode("utf-8", "replace"), len(payload), None)
    return Portion(payload[:limit].decode("utf-8", "ignore"), len(payload), sha256(payload).hexdigest())


def is_loud(line: Line) -> bool:
    """Whether a line is a warning or an error."""
    return line.severity in {"WRN", "ERR"}
