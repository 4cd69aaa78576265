"""opTree snapshots, version 1 and 2: one gzipped document -> a session and its child sessions.

There, INIT and FIN are operations of a turn 0, every attempt is an operation of its own without number or reason, and
tool calls, sub-agents and the agent's own work stand in one list. A snapshot written during a run has no end. All
descendants of a session share one file, so a file may hold a child's tree alone: ids come from the tree, never from the
file's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clew.importers.foreign import Foreign
from clew.importers.identity import Identity, identify
from clew.importers.ops import Ops
from clew.importers.optree_file import head_of, read_envelope
from clew.importers.script import END
from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import text_or
from clew.model.act import ABSENT, Act
from clew.model.event import FinalReport, FinEnd, FinStart, InitEnd, SessionStart
from clew.model.session import Parent

NAME = "optree"
TITLE = "opTree snapshots (.json.gz, version 1 and 2)"

_TOLD = frozenset(
    {"turns", "steps", "finalReport", "sessionTitle", "agentId", "endedAt", "startedAt", "success", "error"}
)
_FIRST, _LAST = -1, 1 << 60


def detect(path: Path, head: bytes) -> bool:
    """Whether a file is an opTree snapshot, by its content."""
    return not path.is_dir() and b'"opTree"' in head_of(head)


def read(path: Path) -> Iterator[Foreign]:
    """The session of a snapshot, then its child sessions, callers first. Raises ``ForeignFormat``."""
    envelope = read_envelope(path)
    extra: dict[str, Any] = {key: envelope[key] for key in ("version", "reason") if key in envelope}
    waiting: list[tuple[Identity, Parent | None]] = [(identify(envelope["opTree"], "unnamed", 0.0), None)]
    for identity, parent in waiting:
        ops = Ops(identity)
        yield _session(identity, parent, ops, extra)
        waiting += [(child, Parent(session_id=identity.session_id, path=path)) for child, path in ops.children()]


def _session(identity: Identity, parent: Parent | None, ops: Ops, extra: dict[str, Any]) -> Foreign:
    ops.tell()
    tree = identity.tree
    agent_id, title = (text_or(tree.get(name), "") or None for name in ("agentId", "sessionTitle"))
    attributes = {"format": NAME, "foreign_id": identity.key, **extra}
    attributes |= {name: value for name, value in tree.items() if name not in _TOLD}
    start = SessionStart(
        at=identity.started_at,
        agent_id=agent_id,
        title=title,
        model=ops.model,
        system_prompt=ops.prompts.get("system", ABSENT),
        attributes=attributes,
    )
    ops.script.add(_FIRST, start)
    ops.script.add(_FIRST, InitEnd(at=ops.init_ended_at or identity.started_at), END)
    for act in _end(tree, ops.last_at):
        ops.script.add(_LAST, act)
    return Foreign(
        session_id=identity.session_id,
        format=NAME,
        foreign_id=identity.key,
        agent_id=agent_id,
        title=title,
        parent=parent,
        acts=ops.script,
    )


def _end(tree: dict[str, Any], last_at: float) -> list[Act]:
    """FIN, if there is one; a report alone is no end, and a session may have a report and have failed."""
    at = epoch_milliseconds(tree.get("endedAt"))
    report = tree.get("finalReport")
    reported: list[Act] = [FinalReport(at=last_at if at is None else at, report=report)] if report is not None else []
    if at is None or not isinstance(tree.get("success"), bool):
        return reported
    error = text_or(tree.get("error"), "") or None
    return [FinStart(at=at), *reported, FinEnd(at=at, success=tree["success"], error=error)]
