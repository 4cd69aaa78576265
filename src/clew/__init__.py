"""clew records what an agent did, as one tree per session, and lets people follow it.

::

    import clew

    with clew.session(agent_id="support") as session, session.turn(user_input="hello") as turn:
        with turn.attempt(provider="anthropic", model="…", request={...}) as attempt:
            attempt.respond(response, usage=clew.Usage(input_tokens=150, output_tokens=20))

Importing this package loads ``msgspec`` and the standard library, nothing else, and starts nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.errors import ClewError
from clew.model.usage import Usage
from clew.record.action import Action
from clew.record.api import configure, current, log, register_slug, session

if TYPE_CHECKING:
    from clew.compat.session_trace import SessionTrace
    from clew.compat.session_tree_builder import SessionTreeBuilder
    from clew.explore.library import Library
    from clew.instrument.agents import agent
    from clew.instrument.switch import instrument
    from clew.instrument.tools import tool
    from clew.model.session import Session
    from clew.record.logging_bridge import LoggingHandler
    from clew.record.public import PublicError, public_error
    from clew.replay.rerun import replay
    from clew.store.reading import load, sessions
    from clew.testing.assertions import assert_session
    from clew.tree.check import check
    from clew.tree.query import count_retries, find_log, find_logs, find_tool, find_tools, find_turn, walk
    from clew.wire.rules import Rule

__all__ = [
    "Action",
    "ClewError",
    "Library",
    "LoggingHandler",
    "PublicError",
    "Rule",
    "Session",
    "SessionTrace",
    "SessionTreeBuilder",
    "Usage",
    "agent",
    "assert_session",
    "check",
    "configure",
    "count_retries",
    "current",
    "find_log",
    "find_logs",
    "find_tool",
    "find_tools",
    "find_turn",
    "instrument",
    "load",
    "log",
    "public_error",
    "register_slug",
    "replay",
    "session",
    "sessions",
    "tool",
    "walk",
]

_LAZY = {
    "Library": "clew.explore.library",
    "LoggingHandler": "clew.record.logging_bridge",
    "PublicError": "clew.record.public",
    "Rule": "clew.wire.rules",
    "Session": "clew.model.session",
    "SessionTrace": "clew.compat.session_trace",
    "SessionTreeBuilder": "clew.compat.session_tree_builder",
    "agent": "clew.instrument.agents",
    "assert_session": "clew.testing.assertions",
    "check": "clew.tree.check",
    "count_retries": "clew.tree.query",
    "find_log": "clew.tree.query",
    "find_logs": "clew.tree.query",
    "find_tool": "clew.tree.query",
    "find_tools": "clew.tree.query",
    "find_turn": "clew.tree.query",
    "instrument": "clew.instrument.switch",
    "load": "clew.store.reading",
    "public_error": "clew.record.public",
    "replay": "clew.replay.rerun",
    "sessions": "clew.store.reading",
    "tool": "clew.instrument.tools",
    "walk": "clew.tree.query",
}
"""What only readers need, and where it comes from: a recorder does not pay for it."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Load what only readers need when it is first asked for."""
    from importlib import import_module

    if name not in _LAZY:
        message = f"module 'clew' has no attribute '{name}'"
        raise AttributeError(message)
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Everything there is, loaded or not."""
    return sorted(__all__)
