"""Breakdowns of tokens and dollars: however they are shared out, they sum up to the totals of the tree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, get_args

import pytest

from clew.explore.costs import By, library_costs, session_costs, total
from clew.explore.library import Library
from clew.explore.price_file import PriceFile
from clew.explore.prices import Prices
from clew.model import event
from clew.model.usage import Usage
from clew.store.folder import Folder
from clew.tree.totals import totals
from tests.explore.recorded import CHILD, ID, NoPrices, damaged, family, long, nested, opened, write

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.view import SessionView

WAYS = get_args(By)
UNKNOWN = Prices(None, NoPrices())


def priced(folder: Path) -> Prices:
    """Prices of one model, with those of its cache."""
    file = folder / "prices.toml"
    file.write_text('[[prices]]\nmatch = "m-1"\ninput = 3\noutput = 15\ncache_read = 0.3\ncache_write = 3.75\n')
    return Prices(PriceFile.read(file), NoPrices())


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SessionView:
    """The session that has everything."""
    return opened(family(tmp_path_factory.mktemp("family")))


@pytest.mark.parametrize("by", WAYS)
def test_shares_sum_up_to_the_totals_of_the_tree(view: SessionView, by: By) -> None:
    """Of every sample, by whatever is asked: tokens, dollars and what has no price are those of the leaves."""
    whole = total(session_costs(view, by, UNKNOWN))
    leaves = totals(view.whole())
    assert (whole.usage, whole.cost, whole.unpriced) == (leaves.usage, leaves.cost, leaves.unpriced)
    assert whole.calls == 4


@pytest.mark.parametrize("by", WAYS)
def test_so_do_those_of_nested_long_and_damaged_sessions(tmp_path: Path, by: By) -> None:
    """The same holds with hundreds of sessions inside one another, with many turns, and where lines are lost."""
    outermost = nested(tmp_path / "nested", 120)
    long(tmp_path / "long", 40)
    (tmp_path / "damaged").mkdir(mode=0o700)
    damaged(tmp_path / "damaged")
    for name, session_id in (("nested", outermost), ("long", ID), ("damaged", ID)):
        there = opened(tmp_path / name, session_id)
        leaves = there.whole().totals
        whole = total(session_costs(there, by, UNKNOWN))
        assert (whole.usage, whole.cost, whole.unpriced) == (leaves.usage, leaves.cost, leaves.unpriced)


def test_each_way_names_whom_it_is_put_down_to(view: SessionView) -> None:
    """Models, agents, tools that started sessions, turns in their order, calls with children, days."""
    keys = {by: [share.key for share in session_costs(view, by, UNKNOWN)] for by in WAYS}
    assert keys["model"] == ["claude-sonnet-4-5", "claude-haiku-4-5"]
    assert keys["agent"] == ["support", "researcher"]
    assert keys["tool"] == ["", "researcher"]
    assert keys["turn"] == ["1", "s1", "2"]
    assert keys["child"] == ["", "2-3"]
    assert keys["day"] == ["2025-11-09"]
    haiku = session_costs(view, "model", UNKNOWN)[1]
    assert (haiku.cost, haiku.of_cost, haiku.unpriced) == (None, None, 1)


def test_kinds_of_tokens_are_priced_as_by_hand(tmp_path: Path) -> None:
    """Fresh input, cache reads, cache writes and output cost what a pencil says, to the last digit."""
    usage = Usage(input_tokens=1_000, cache_read_tokens=20_000, cache_write_tokens=400, output_tokens=300)
    acts = [
        event.TurnStart(n=1, index=1),
        event.AttemptStart(n=2, of=1, number=0, provider="p", model="m-1"),
        event.AttemptEnd(n=2, response={"content": "x"}, usage=usage),
    ]
    write(tmp_path, ID, acts)
    prices = priced(tmp_path)
    shares = {share.key: share.cost for share in session_costs(opened(tmp_path, ID, prices), "kind", prices)}
    assert shares == {
        "fresh input": Decimal("0.003"),
        "cache read": Decimal("0.006"),
        "cache write": Decimal("0.0015"),
        "output": Decimal("0.0045"),
    }
    assert sum(cost for cost in shares.values() if cost is not None) == Decimal("0.015")


def test_a_told_cost_is_shared_out_by_list_prices_and_the_rest_is_named(tmp_path: Path) -> None:
    """What was told beyond list prices is ``other``; without prices a told cost is ``not split``; unknown is not 0."""
    acts = [
        event.TurnStart(n=1, index=1),
        event.AttemptStart(n=2, of=1, number=0, provider="p", model="m-1"),
        event.AttemptEnd(n=2, response={}, usage=Usage(input_tokens=1_000, output_tokens=100), cost=Decimal("0.01")),
    ]
    write(tmp_path, ID, acts)
    prices = priced(tmp_path)
    there = opened(tmp_path, ID, prices)
    known = {share.key: share.cost for share in session_costs(there, "kind", prices)}
    assert known == {"other": Decimal("0.0055"), "fresh input": Decimal("0.003"), "output": Decimal("0.0015")}
    unsplit = {share.key: share.cost for share in session_costs(there, "kind", UNKNOWN)}
    assert unsplit == {"not split": Decimal("0.01"), "fresh input": None, "output": None}


def test_sessions_of_a_query_are_counted_once(tmp_path: Path) -> None:
    """A child counts with the session that started it, and not again for itself."""
    library = Library(Folder(family(tmp_path)), prices=UNKNOWN)
    library.refresh()
    for by in WAYS:
        assert total(library_costs(library, "", by, UNKNOWN)).cost == Decimal("0.0091")
    assert total(library_costs(library, f"id:{ID},{CHILD}", "agent", UNKNOWN)).cost == Decimal("0.0091")
    assert library_costs(library, "agent:nobody", "model", UNKNOWN) == []
    tools = {share.key: share.cost for share in library_costs(library, "", "tool", UNKNOWN)}
    assert tools == {"": Decimal("0.0071"), "researcher": Decimal("0.002")}
