"""Promises about queries as SQL: the database finds what the language means, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.query import FIELDS, parse, titled, where
from clew.explore.query.parser import LONGEST, MOST
from clew.explore.query.pattern import Pattern
from clew.explore.query.term import Query
from tests.explore.query.queries import NAMES, queries
from tests.explore.query.sessions import NOW, Recorded, alike, catalog, means, sessions

SESSION = Recorded(
    session_id="20251109_143414_a1b2c3d4",
    agent="support",
    model="claude-sonnet",
    title="Find my Order",
    status="failed",
    error="connection refused",
    origin="tool",
    incident="7f3a91c2",
    parent="20251109_143413_00000001",
    started_at=NOW - 60_000,
    ended_at=NOW,
    seen_at=NOW,
    turns=3,
    retries=1,
    tools=5,
    failures=2,
    children=1,
    damaged=1,
    input=1000,
    cache_read=20_000,
    cache_write=500,
    output=210,
    cost=31_200_000_000,
    unpriced=1,
    tags=frozenset({"prod", "Zürich"}),
    slugs=frozenset({"tool.timeout"}),
    calls=frozenset({("memory", "failed", "function"), ("orders.search", "ok", "mcp")}),
    used=frozenset({("anthropic", "claude-sonnet-4-5"), ("", "")}),
)

HOLDING = (
    *("id:20251109", "id:a1b2c3d4", "id:*A1B2*", "id:*1434*", "session:2025*"),
    *("agent:SUPPORT", "agent:sup*", "agent:x,support", 'agent:"support"', "agent:*"),
    *("model:claude-sonnet", "model:*-4-5", "model:CLAUDE*", "provider:anthropic", "provider:a*c"),
    *("status:failed", "status:ok,failed", "state:Failed"),
    *("slug:tool.timeout", "slug:tool.*", "slug:Tool.Timeout", "slug:*"),
    *("tool:memory", "tool:Memory:failed", "tool:*:ok", "tool:orders.*:ok,x", "tool:*", "tool:*search"),
    *("kind:mcp", "kind:rest,function", "origin:tool"),
    *("cost:0.0312", "cost:>0.03", "cost:$0.01..$0.05", "cost:<1", "cost:>=.0312", "cost:<1G"),
    *("tokens:>20k", "tokens:21710", "input:1k", "output:..210", "cached:20.5k", "input:0.5k..1.5K"),
    *("turns:3", "turns:>2", "turns:>=3", "turns:<4", "turns:<=3", "turns:=3", "turns:2.5..3.5"),
    *("retries:1", "tools:1..5", "tools:5..", "failures:2", "children:>0"),
    *("duration:60s", "duration:>59s", "duration:1m", "duration:500ms..1h", "time:<0.5d", "duration:<1w"),
    *("title:order", 'title:"find my"', "title:find*order", 'title:"MY ORDER"', "error:refused"),
    *("tag:prod", "tag:zÜRICH", "tag:pr*", "tag:x,y,prod"),
    *("after:2d", "since:1h", "after:yesterday", "after:2026-11-01", "before:2100-01-01", "until:1s"),
    *("parent:00000001", "parent:20251109_143413_00000001", "incident:7f3a91c2", "incident:7f3a"),
    *("is:child", "is:damaged", "is:unpriced", "is:root,child"),
)
MISSING = (
    *("id:x", 'id:"20251109*"', "agent:supp", 'agent:"sup*"', "model:sonnet", "provider:openai", "provider:x*"),
    *("status:ok", "status:live", "status:timeout", "slug:tool", "slug:tool.failed", "slug:*.failed"),
    *("tool:memory:ok", "tool:mem", "tool:orders.search:failed", "kind:rest", "origin:model"),
    *("cost:>0.0312", "cost:<0.0312", "cost:0.03", "cost:>1G", "tokens:<20k", "input:>1k", "output:211.."),
    *("cached:0", "turns:>3", "turns:<3", "turns:1..2", "turns:2.5", "retries:0", "tools:6..", "failures:>2"),
    *("children:0", "duration:>1m", "duration:<60s", "title:orders", 'title:"find order"', "error:timeout"),
    *("tag:pro", "after:30s", "before:2d", "after:2100-01-01", "parent:x", "is:root", "is:live", "incident:x"),
)


def found(connection: sqlite3.Connection, text: str | Query) -> list[int]:
    """The places of the sessions that the database finds."""
    told = where(parse(text) if isinstance(text, str) else text, now=NOW)
    rows = connection.execute(
        f"SELECT session.id FROM session WHERE {told.sql} ORDER BY id",
        told.parameters,
    )
    return [number for (number,) in rows]


@given(st.lists(sessions(), min_size=1, max_size=5, unique_by=lambda session: session.session_id), queries())
def test_the_database_finds_what_is_meant(recorded: list[Recorded], query: Query) -> None:
    """For any sessions and any query, SQL finds exactly those that the reference means."""
    with closing(catalog(recorded)) as connection:
        expected = [number for number, session in enumerate(recorded) if means(query, session)]
        assert found(connection, query) == expected


@pytest.mark.parametrize("term", HOLDING)
def test_a_term_that_holds(term: str) -> None:
    """Each of these finds the session, and does not when it is negated."""
    with closing(catalog([SESSION])) as connection:
        assert found(connection, term) == [0]
        assert found(connection, f"-{term}") == []


@pytest.mark.parametrize("term", MISSING)
def test_a_term_that_does_not_hold(term: str) -> None:
    """Each of these misses the session, and finds it when it is negated."""
    with closing(catalog([SESSION])) as connection:
        assert found(connection, term) == []
        assert found(connection, f"-{term}") == [0]


@pytest.mark.parametrize("terms", [HOLDING, MISSING])
def test_every_field_is_tried(terms: tuple[str, ...]) -> None:
    """No field is left out of the two lists above."""
    assert {condition.field for condition in parse(" ".join(terms[:99])).conditions} == set(FIELDS)


def test_what_is_unknown_does_not_hold() -> None:
    """A session without a cost or an agent is found by no condition on them, and by every negated one."""
    bare = Recorded(**{**vars(SESSION), "cost": None, "agent": None, "error": None, "origin": None, "incident": None})
    with closing(catalog([bare])) as connection:
        for term in ("cost:>0", "cost:<=0", "agent:*", "error:*", "origin:tool", "incident:*"):
            assert found(connection, term) == []
            assert found(connection, f"-{term}") == [0]


def test_terms_are_joined_by_and() -> None:
    """A session must have everything that a query names."""
    with closing(catalog([SESSION])) as connection:
        assert found(connection, "") == [0]
        assert found(connection, "agent:support status:failed -tag:test") == [0]
        assert found(connection, "agent:support status:ok") == []


def test_a_live_session_lasts_until_now() -> None:
    """Without an end a live session counts until now, and a broken one until its last act."""
    live = Recorded(**{**vars(SESSION), "status": "running", "ended_at": None, "seen_at": NOW - 50_000})
    with closing(catalog([live])) as connection:
        assert found(connection, "duration:60s") == [0]
    broken = Recorded(**{**vars(live), "status": "interrupted"})
    with closing(catalog([broken])) as connection:
        assert found(connection, "duration:10s") == [0]


@given(st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES))
def test_titles_are_searched_for_free_text(words: str, title: str | None) -> None:
    """Free text is found in titles as it stands, in any case; its wildcards are letters."""
    told = titled(words)
    with closing(catalog([Recorded(**{**vars(SESSION), "title": title})])) as connection:
        rows = connection.execute(f"SELECT id FROM session WHERE {told.sql}", told.parameters)
        assert bool(rows.fetchall()) == alike(Pattern(("", words, "")), title)


@pytest.mark.parametrize(
    "text",
    [
        "title:" + "ǆ" * (LONGEST - 6),
        "title:" + "𐐨" * (LONGEST - 6),
        "title:" + "k*" * ((LONGEST - 6) // 2),
        "tag:" + ",".join("x" * MOST),
        " ".join(["-id:x"] * MOST),
        " ".join(["tool:*a*,b:failed"] * MOST),
        "cost:>999999999999999 tokens:<999999999999999 duration:>11574d",
    ],
)
def test_the_largest_queries_run(text: str) -> None:
    """Whatever parses can be run: no pattern is too long, no expression too deep and no number too large."""
    with closing(catalog([SESSION])) as connection:
        found(connection, text)


def test_no_value_becomes_sql() -> None:
    """What a person types reaches the database as a parameter only."""
    told = where(parse('agent:"x\' OR 1=1 --" tag:"\');DROP"'), now=NOW)
    assert "DROP" not in told.sql
    assert "1=1" not in told.sql
    assert told.sql.count("?") == len(told.parameters)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("slug:tool.timeout", "SEARCH slug USING PRIMARY KEY (slug=?)"),
        ("tool:memory:failed", "SEARCH tool USING PRIMARY KEY (name=? AND status=?)"),
        ("status:failed", "session_by_status"),
        ("after:2d", "session_by_start"),
    ],
)
def test_an_index_answers(text: str, index: str) -> None:
    """Slugs, calls, statuses and times are looked up and not sought row by row."""
    told = where(parse(text), now=NOW)
    with closing(catalog([SESSION])) as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM session WHERE {told.sql}",
            told.parameters,
        )
        assert index in "\n".join(step[3] for step in plan)
