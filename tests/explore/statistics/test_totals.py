"""Promises of figures over many sessions: however they are broken down, they add up to the totals of the sessions."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.explore.library import Library
from clew.explore.price_table import PriceTable
from clew.explore.prices import Prices
from clew.explore.statistics import activity, calls, latency, overview, spending, suspects, unpriced
from clew.model.session import Attempt, ToolCall
from clew.store.folder import Folder
from clew.tree.path import walk
from tests.store.index.library import record

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.statistics import By
    from clew.model.session import Session

SEEDS = range(12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sessions of every kind, some of them below others."""
    place = tmp_path_factory.mktemp("sessions")
    for seed in SEEDS:
        record(place, seed)
    return place


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    """The library of that folder."""
    known = Library(Folder(folder), prices=Prices(None, PriceTable()))
    known.refresh()
    return known


@pytest.fixture(scope="module")
def trees(folder: Path) -> list[Session]:
    """The same sessions as trees, those below others inside them."""
    return [*clew.sessions(dir=folder)]


def nodes(trees: list[Session], kind: type) -> list[Any]:
    """All nodes of a kind."""
    return [node for tree in trees for _, node in walk(tree) if isinstance(node, kind)]


BY: list[tuple[By, ...]] = [
    ("model",),
    ("provider",),
    ("agent",),
    ("status",),
    ("session",),
    ("tool",),
    ("day",),
    ("hour", "agent"),
    ("model", "session"),
]


@pytest.mark.parametrize("by", BY)
def test_what_is_spent_adds_up_to_the_totals_of_the_trees(
    library: Library, trees: list[Session], by: tuple[By, ...]
) -> None:
    """Tokens, money, attempts and unpriced answers are there once, children included."""
    groups, (total,) = spending(library, by=by), spending(library)
    for name in ("input_tokens", "cache_read_tokens", "output_tokens"):
        whole = sum(getattr(tree.totals.usage, name) for tree in trees)
        assert sum(getattr(one.usage, name) for one in groups) == getattr(total.usage, name) == whole
    assert sum(one.attempts for one in groups) == total.attempts == len(nodes(trees, Attempt))
    assert sum(one.cost or Decimal(0) for one in groups) == sum(tree.totals.cost or 0 for tree in trees) == total.cost
    assert sum(one.unpriced for one in groups) == total.unpriced == sum(tree.totals.unpriced for tree in trees)
    assert total.failed == sum(node.status == "failed" for node in nodes(trees, Attempt))


@pytest.mark.parametrize("by", [(), ("tool",), ("kind", "agent"), ("day",), ("tool", "hour"), ("session",)])
def test_calls_add_up_to_those_of_the_trees(library: Library, trees: list[Session], by: tuple[By, ...]) -> None:
    """Every call of a tool is there once, with how it ended."""
    groups = calls(library, by=by)
    counted: Counter[str] = Counter()
    for one in groups:
        counted.update(one.statuses)
    assert counted == Counter(node.status for node in nodes(trees, ToolCall))
    assert sum(one.calls for one in groups) == counted.total()


def test_by_tag_a_session_counts_under_each(library: Library, trees: list[Session]) -> None:
    """Sessions without a tag stand under none, so that with one tag each nothing is counted twice."""
    groups = {one.keys: one for one in spending(library, by=("tag",))}
    tagged = sum(tree.totals.usage.total_tokens for tree in trees if tree.tags)
    assert set(groups) == {("prod",), (None,)}
    assert groups[("prod",)].usage.total_tokens <= tagged


def test_a_query_means_sessions_with_all_below_them(library: Library, trees: list[Session]) -> None:
    """What an agent cost is with its sub-agents, as in a list; a session that is meant twice counts once."""
    wanted = [tree for tree in trees if tree.agent_id == "support"]
    (total,) = spending(library, "agent:support,researcher is:root")
    assert total.attempts == sum(tree.totals.attempts for tree in wanted)
    (twice,) = calls(library, "agent:support,researcher", by=())
    known = sum(len(nodes([tree], ToolCall)) for tree in wanted)
    assert twice.calls >= known
    agents = {one.keys[0] for one in calls(library, "agent:support", by=("agent",))}
    assert "billing" not in agents


def test_what_has_no_price_is_listed_and_never_free(library: Library) -> None:
    """Each model of which answers have no cost is named, with how many."""
    (total,) = spending(library)
    told = unpriced(library)
    assert {(one.provider, one.model) for one in told} <= {("p", "m-1"), ("p", "m-2")}
    assert sum(one.answers for one in told) == total.unpriced > 0


def test_the_overview_counts_every_session_once(library: Library, trees: list[Session]) -> None:
    """Statuses, days and hours each add up to the sessions; those below others are told apart."""
    seen = overview(library)
    assert seen.sessions == sum(seen.statuses.values()) == library.count(children=True)
    assert seen.sessions - seen.below == len(trees)
    assert sum(day.sessions for day in seen.days) == sum(hour.sessions for hour in seen.hours) == seen.sessions
    assert len(seen.hours) == 24
    assert (seen.tools, seen.turns) == (
        len(nodes(trees, ToolCall)),
        sum(one.turns for one in library.sessions(children=True)),
    )


def test_latency_tells_attempts_from_calls_and_leaves_back_off_apart(library: Library, trees: list[Session]) -> None:
    """Counts are those of nodes that ended; the longest time is that of one of them."""
    told = latency(library)
    ended = [node for node in nodes(trees, Attempt) if node.ended_at is not None]
    attempts = [one for one in told if one.operation == "attempt"]
    assert sum(one.count for one in attempts) == len(ended)
    assert max(one.max for one in attempts) == pytest.approx(max(node.ended_at - node.started_at for node in ended))
    assert all(one.p50 <= one.p90 <= one.p99 <= one.max for one in told)
    assert {one.operation for one in latency(library, by=("tool",))} == {"tool"}
    assert {one.operation for one in latency(library, by=("model",))} == {"attempt"}


def test_days_bound_what_is_counted(library: Library) -> None:
    """The last day is today, and everything was recorded today; from tomorrow on nothing was."""
    assert overview(library, days=2).sessions == overview(library).sessions
    tomorrow = Library(library.folder, prices=library.prices, now=lambda: library.now() + 3 * 86_400)
    assert overview(tomorrow, days=1).sessions == 0


def test_figures_without_a_key_say_so(library: Library) -> None:
    """A key that the rows do not have is an error and not an empty answer."""
    with pytest.raises(ValueError, match="kind"):
        spending(library, by=("kind",))


def test_an_empty_folder_has_empty_figures(tmp_path: Path) -> None:
    """Nothing is an answer: zero sessions, no cost rather than none."""
    library = Library(Folder(tmp_path))
    library.refresh()
    seen = overview(library)
    assert (seen.sessions, seen.spending.cost, seen.days, activity(library, per="hour")) == (0, None, (), [])
    assert (calls(library), latency(library), suspects(library)) == ([], [], [])
