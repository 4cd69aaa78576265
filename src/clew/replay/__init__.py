"""A recorded session, run again: it stands in for the models and the tools that it was recorded with.

    normaliser.py  what of a request may differ from run to run
    difference.py  what differs between two JSON values, and where
    recording.py   the model calls and tool calls of a session, and which came before which
    divergence.py  a request that the record does not know, and the node where it should have been known
    matcher.py     which call of the record a request is
    dialect.py     which provider a request speaks to, and how a refusal looks there
    answer.py      a recorded attempt as HTTP
    upstream.py    the real provider, for what comes after the recorded part
    server.py      the endpoints
    rerun.py       `clew.replay`: a session that is replayed around a block of code
    command.py     the same around a program
    playback.py    a session shown as it happened, for `clew play`

A request is known by what it says and not by when it comes, so that sub-agents may work at the same time. What is known
but comes too early waits for what came before it in the record; if that does not come, the order has changed.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.replay.rerun import Rerun


class _Package(ModuleType):
    """A package that can be called, since its own name is the name of what applications call."""

    def __call__(self, session: Session | str | Path, **options: Any) -> Rerun:  # noqa: ANN401 - see `rerun.replay`
        from clew.replay.rerun import replay  # noqa: PLC0415 - importing one part of the room need not load all

        return replay(session, **options)


sys.modules[__name__].__class__ = _Package
