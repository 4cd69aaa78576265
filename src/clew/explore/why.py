"""Why a session ended as it did, without reading all of a long one.

An explanation looks at what went wrong, and at the last things that went well: a later call of the same tool, a later
answer, the round that was under way. The catalog knows which rounds these are; only they are loaded, in the session and
in those below it. A session of a usual size, or one of which something is lost, is read as a whole.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.errors import PathError
from clew.model.session import Session, Step, ToolCall, Turn
from clew.tree.failure import Explanation, explain
from clew.tree.path import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.view import SessionView

WHOLE = 8 << 20
"""Bytes of journals, children included, up to which a session is read as a whole."""

_WELL = """o.session = :session AND o.status = 'ok' AND coalesce(o.verdict, '') <> 'rejected' AND NOT EXISTS
 (SELECT 1 FROM session c WHERE c.session_id = o.child_id AND c.status IN ('failed', 'interrupted', 'abandoned'))"""
_OF = "FROM operation o JOIN round r ON r.id = o.round WHERE"
_NEEDED = (
    # what went wrong
    "SELECT path FROM round WHERE session = :session AND (status <> 'ok' OR warnings + errors > 0)",
    f"SELECT r.path {_OF} o.session = :session AND (o.status <> 'ok' OR o.verdict = 'rejected' OR o.slugs IS NOT NULL)",
    # what went well last: of each tool, of the rounds with calls, of all operations, of what the user asked for
    f"SELECT r.path, max(o.started_at) {_OF} {_WELL} AND o.kind <> 'attempt' GROUP BY o.name, o.detail",
    f"SELECT r.path, max(r.started_at) {_OF} {_WELL} AND o.kind <> 'attempt'",
    f"SELECT r.path, max(o.ended_at) {_OF} {_WELL}",
    f"SELECT r.path, max(r.started_at) {_OF} {_WELL} AND o.kind = 'attempt' AND r.status = 'ok' AND r.action NOT NULL",
    # where it was when something was said of the session itself, and when it ended
    """SELECT (SELECT path FROM round WHERE session = :session AND started_at <= log.at
 ORDER BY started_at DESC, id DESC LIMIT 1) FROM log WHERE session = :session AND path = ''""",
    """SELECT path FROM round WHERE session = :session
 AND started_at = (SELECT max(started_at) FROM round WHERE session = :session)""",
)
_TROUBLED = """SELECT s.id FROM json_each(:sessions) CROSS JOIN session s ON s.id = value
 WHERE s.status <> 'ok' OR EXISTS (SELECT 1 FROM log WHERE log.session = s.id) OR EXISTS (SELECT 1 FROM operation o
 WHERE o.session = s.id AND (o.status <> 'ok' OR o.verdict = 'rejected' OR o.slugs IS NOT NULL))
 OR EXISTS (SELECT 1 FROM round WHERE round.session = s.id AND round.status <> 'ok')"""


class _Piece(NamedTuple):
    """A session as far as it is loaded."""

    prefix: str
    frame: Session
    rounds: list[tuple[str, Turn | Step]]


def why(view: SessionView) -> Explanation:
    """Say why a session ended as it did, or what it recovered from. Raises ``RecordError``."""
    return explain(telling(view))


def telling(view: SessionView) -> Session:
    """The session, if it is large only with what an explanation looks at. Raises ``RecordError``."""
    prefixes = view.prefixes()
    ((size, lost),) = view.timed(
        "SELECT sum(size), sum(damaged) FROM session WHERE id IN (SELECT value FROM json_each(:sessions))",
        {"sessions": msgspec.json.encode([*prefixes]).decode()},
    )
    if size <= WHOLE or lost:
        return view.whole()
    troubled = _with_those_above(view, prefixes)
    pieces = [_piece(view, "", troubled)]
    for piece in pieces:  # grows while it runs: children below children
        for path in _calls(piece, troubled):
            with suppress(PathError):
                pieces.append(_piece(view.child(path), f"{path}.", troubled))
    built: dict[str, Session] = {}
    for piece in reversed(pieces):
        built[piece.prefix] = _built(piece, built)
    return built[""]


def _with_those_above(view: SessionView, prefixes: dict[int, str]) -> set[str]:
    """What stands before the paths of the sessions in trouble, and of those above them."""
    rows = view.timed(_TROUBLED, {"sessions": msgspec.json.encode([*prefixes]).decode()})
    found = {""}
    for (number,) in rows:
        prefix = prefixes[number]
        while prefix not in found:
            found.add(prefix)
            prefix = prefix[: prefix.rfind(".", 0, -1) + 1]
    return found


def _piece(view: SessionView, prefix: str, troubled: set[str]) -> _Piece:
    """The rounds of one session that tell something."""
    paths = {row[0] for sql in _NEEDED for row in view.timed(sql, {}) if row[0] is not None}
    calls = (there.path for there in view.calls_with_children())
    paths |= {path.rpartition("-")[0] for path in calls if f"{prefix}{path}." in troubled}
    return _Piece(prefix, view.head(), [(path, view.round(path)) for path in sorted(paths)])


def _calls(piece: _Piece, troubled: set[str]) -> Iterator[str]:
    """The paths of the calls whose sessions tell something."""
    for label, holder in piece.rounds:
        for number, node in enumerate(operations(holder), 1):
            path = f"{piece.prefix}{label}-{number}"
            if isinstance(node, ToolCall) and node.child_session is not None and f"{path}." in troubled:
                yield path


def _built(piece: _Piece, built: dict[str, Session]) -> Session:
    """The session of a piece, with the sessions below it in their calls."""
    rounds = [_with_children(f"{piece.prefix}{label}", holder, built) for label, holder in piece.rounds]
    return msgspec.structs.replace(
        piece.frame,
        turns=tuple(sorted((there for there in rounds if isinstance(there, Turn)), key=_index)),
        steps=tuple(sorted((there for there in rounds if isinstance(there, Step)), key=_index)),
    )


def _with_children(path: str, holder: Turn | Step, built: dict[str, Session]) -> Turn | Step:
    numbers = {id(node): number for number, node in enumerate(operations(holder), 1)}
    tools = [
        msgspec.structs.replace(tool, child_session=built.get(f"{path}-{numbers[id(tool)]}.", tool.child_session))
        for tool in holder.tools
    ]
    return msgspec.structs.replace(holder, tools=tuple(tools))


def _index(holder: Turn | Step) -> int:
    return holder.index
