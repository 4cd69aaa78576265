"""Promises of :mod:`clew.text.tables` and :mod:`clew.text.facts`."""

from __future__ import annotations

import msgspec
import pytest

from clew.model.catalog import catalog
from clew.model.session import Session
from clew.text.facts import node_facts, session_facts
from clew.text.numbers import elapsed
from clew.text.row import plain
from clew.text.tables import SessionLine, session_table, slug_table
from clew.tree.path import walk
from tests.text import build
from tests.text.corpus import ESCAPES, HARMFUL
from tests.text.goldens import agrees


def line(session_id: str, session: Session, *, below: bool = False) -> SessionLine:
    """A session as a line of a list."""
    return SessionLine(
        session_id=session_id,
        agent_id=session.agent_id,
        status=session.status,
        turns=len(session.turns),
        took=elapsed(session.started_at, session.ended_at),
        tokens=session.totals.usage.total_tokens,
        cost=session.totals.cost,
        unpriced=session.totals.unpriced,
        title=session.title,
        below=below,
    )


def test_the_list_of_sessions() -> None:
    """Columns are aligned, figures to the right, and a session that cannot be read says why."""
    refused = "session_20250101_000000_deadbeef.jsonl is no journal of clew."
    sessions = [
        line(build.SESSION_ID, build.drawn()),
        line("20251109_143426_00c0ffee", build.child()),
        line(build.SESSION_ID, build.interrupted()),
        SessionLine("20250101_000000_deadbeef", None, "unreadable", 0, None, 0, None, 0, None, refused=refused),
    ]
    assert agrees("ls.txt", "".join(f"{plain(row)}\n" for row in session_table(sessions)))


def test_an_empty_list_has_no_heads() -> None:
    """Nothing is shown of nothing."""
    assert session_table([]) == []


def test_sessions_below_others_are_marked_on_demand() -> None:
    """The sign stands before the id; the other ids stand under each other all the same."""
    below, other = line("a", build.child(), below=True), line("b", build.child())
    assert [plain(row)[:3] for row in session_table([below, other], below=True)[1:]] == ["⤷ a", "  b"]
    assert plain(session_table([below])[1]).startswith("a ")


def test_every_slug_is_listed() -> None:
    """The catalog is shown whole."""
    rows = [plain(row) for row in slug_table(catalog().values())]
    assert [row.split()[0] for row in rows[1:]] == list(catalog())


@pytest.mark.parametrize("name", ESCAPES)
def test_no_title_speaks_to_the_terminal(name: str) -> None:
    """A hostile text in every field forges no row of a table."""
    shown = [plain(row) for row in session_table([line(ESCAPES[name], build.hostile(ESCAPES[name]))])]
    assert HARMFUL.search("".join(shown)) is None
    assert len(shown) == 2


def test_facts_are_plain_data_and_say_unknown() -> None:
    """Every node is a flat object without payloads; a missing figure is null, never zero."""
    session = build.drawn()
    facts = [node_facts(path, node) for path, node in walk(session)]
    assert agrees("show.json", msgspec.json.format(msgspec.json.encode(facts), indent=2).decode() + "\n")
    assert session_facts(build.interrupted())["cost"] is None
    assert session_facts(build.interrupted())["durationMs"] is None
