"""Recorded sessions of every kind for the index, and what the catalog must say of them, told by the tree alone."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import clew
from clew.store.folder import Folder
from clew.store.index.facts import LOG, OPERATION, ROUND
from clew.store.index.schema import to_picodollars
from clew.tree.path import operations, walk
from clew.tree.query import walk_logs
from clew.tree.totals import totals

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session, Step, Turn
    from clew.store.index.index import Index

_TABLES = {
    "round": f"SELECT {', '.join(ROUND)} FROM round WHERE session = ?",
    "operation": f"SELECT r.path, {', '.join(f'o.{name}' for name in OPERATION)}"
    " FROM operation o JOIN round r ON r.id = o.round WHERE o.session = ?",
    "log": f"SELECT {', '.join(LOG)} FROM log WHERE session = ?",
    "slug": "SELECT slug, count FROM slug WHERE session = ?",
    "tool": "SELECT name, status, kind, calls, round(ms, 3) FROM tool WHERE session = ?",
    "usage": "SELECT provider, model, attempts, failed, input_tokens, output_tokens, cost, unpriced FROM usage"
    " WHERE session = ?",
    "tag": "SELECT tag FROM tag WHERE session = ?",
}


def record(folder: Path, seed: int, turns: int = 3, **options: Any) -> str:  # noqa: ANN401 - what `clew.session` takes
    """Record a session with retries, failures, entries, steps and, at times, a child: always the same for a seed."""
    draw = random.Random(seed)
    with clew.session(agent_id=draw.choice(["support", "billing"]), model="m-1", dir=folder, **options) as session:
        session.config(tools=[{"name": "memory"}])
        session.set(title=f"session {seed}", tags=["prod"] if draw.random() < 0.5 else [])
        late = None
        for index in range(turns):
            if draw.random() < 0.3:
                with session.step(kind="compaction", name="shorten"):
                    clew.log("shop.compacted", "shortened", severity="WRN")
            with session.turn(user_input=f"question {index} " + "é" * draw.randrange(300)) as turn:
                late = _turn(draw, turn, index, late)
        if draw.random() < 0.5:
            session.final_report({"content": "done"})
    return session.session_id


def _turn(draw: random.Random, turn: Any, index: int, late: Any) -> Any:  # noqa: ANN401 - handles
    for number in range(draw.randrange(1, 4)):
        with turn.attempt(
            provider="p", model=draw.choice(["m-1", "m-2"]), request={"messages": ["x" * 200] * index}
        ) as a:
            if draw.random() < 0.2:
                a.fail("slow down", slug="llm.rate_limited", status="failed", http_status=429)
                continue
            usage = clew.Usage(input_tokens=draw.randrange(99), cache_read_tokens=3, output_tokens=number)
            cost = Decimal("0.000123") if draw.random() < 0.5 else None
            a.respond({"text": "answer " * draw.randrange(60)}, usage=usage, cost=cost)
            if draw.random() < 0.3:
                a.reject("llm.empty_response", "nothing in it")
    tool = turn.tool(draw.choice(["memory", "orders"]), {"path": "/m"}, kind="function", command="view").start()
    if late is not None and draw.random() < 0.5:
        late.log("shop.late", "said when its turn was over", severity="ERR")
    if draw.random() < 0.3:
        with tool.child(agent_id="researcher") as child, child.turn(user_input="look") as inner:
            inner.log("shop.inside", "within", severity="WRN")
    (tool.fail if draw.random() < 0.3 else tool.respond)("something came of it")
    tool.end()
    return turn


def dump(index: Index, session_id: str) -> dict[str, Any]:
    """Everything that a catalog says of a session, without the ids and maps that only it knows."""
    cursor = index.connection.execute("SELECT * FROM session WHERE session_id = ?", (session_id,))
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    key = row.pop("id")
    del row["frame"]
    found = {name: sorted(index.rows(sql, (key,)), key=repr) for name, sql in _TABLES.items()}
    return {"session": row, **found}


def expected(folder: Path, session_id: str) -> dict[str, Any]:
    """What the tree of a session says, in the catalog's words: its own figures, and those with children."""
    tree = Folder(folder).load(session_id)
    own, whole = totals(tree, children=False), tree.totals
    slugs = sorted(
        {entry.slug for _, entry in walk_logs(tree, children=False) if entry.severity in {"WRN", "ERR", "FIN"}}
    )
    return {
        "status": tree.status,
        "turns": len(tree.turns),
        "steps": len(tree.steps),
        "attempts": own.attempts,
        "retries": own.retries,
        "tools": own.tools,
        "tools_failed": own.tools_failed,
        "output_tokens": own.usage.output_tokens,
        "cost": to_picodollars(own.cost),
        "unpriced": own.unpriced,
        "children": whole.child_sessions,
        "all_attempts": whole.attempts,
        "all_input_tokens": whole.usage.input_tokens,
        "all_cost": to_picodollars(whole.cost),
        "all_unpriced": whole.unpriced,
        "all_tools_failed": whole.tools_failed,
        "ended_at": tree.ended_at,
        "slugs": sorted({*slugs, *_reasons(tree)}),
        "paths": sorted({path for path, _ in walk(tree) if "." not in path} - {"", "init", "fin"}),
    }


def told(index: Index, folder: Path, session_id: str) -> dict[str, Any]:
    """What the catalog says of the same."""
    said = dump(index, session_id)
    names = expected(folder, session_id).keys() - {"slugs", "paths"}
    rounds = {row[ROUND.index("path")] for row in said["round"]}
    return {
        **{name: said["session"][name] for name in names},
        "slugs": sorted(slug for slug, _ in said["slug"]),
        "paths": sorted({*rounds, *(f"{path}-{place}" for path, place, *_ in said["operation"])}),
    }


def _reasons(tree: Session) -> set[str]:
    rounds: list[Turn | Step] = [*tree.turns, *tree.steps]
    return {slug for held in rounds for node in operations(held) for slug in node.slugs}
