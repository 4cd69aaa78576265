"""Promises about slugs in sources: each declared, each emitted, each at one place; and the page that lists them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from clew.cli import slug_page
from clew.cli.slug_check import check, mentions, read
from clew.model.catalog import catalog, is_own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

WAITING: dict[str, str] = {}
"""Slugs of the catalog that no source emits yet, with the reason; empty is how it should be."""


def _found(source: str) -> list[tuple[str, str]]:
    return [(finding.rule, finding.slug) for finding in check(mentions(source, "app.py"), {"tool.failed"})]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('clew.log("shop.closed", "come back")', [("unregistered", "shop.closed")]),
        ('turn.tool("x").fail("no", slug="shop.closed")', [("unregistered", "shop.closed")]),
        ('attempt.reject("a.b" if x else "tool.failed")', [("unregistered", "a.b")]),
        ('clew.log("tool.failed")\nclew.log("tool.failed")', [("emitted twice", "tool.failed")]),
        ('clew.register_slug("shop.closed")', [("never emitted", "shop.closed")]),
        ('clew.register_slug("shop.closed")\nclew.log("shop.closed")', []),
        ('clew.register_slug(name="shop.closed")\nX = {1: "shop.closed"}\nlog(X[y])', []),
        ('S = "tool.failed"\nlog(S)\nlog(S)', [("emitted twice", "tool.failed")]),
        ('S = "tool.failed"\nlog(S)\nif slug == S: pass', []),
        ('if slug == "tool.failed" or slug in {"tool.failed"}: clew.find_log(tree, "tool.failed")', []),
        ('X = {"tool.failed": 1}\nX["tool.failed"]\nlog("tool.failed")', []),
        ('"""tool.failed"""\nimport os.path\nopen("data.json")\nf("a.b")', []),
    ],
)
def test_a_breach_is_found_and_nothing_else(source: str, found: list[tuple[str, str]]) -> None:
    """Emitting is told from looking, and every breach has its rule."""
    assert _found(source) == found


def test_who_takes_over_foreign_records_may_repeat_slugs(tmp_path: Path) -> None:
    """An importer names slugs as often as it must, and one that only importers name counts as emitted."""
    (tmp_path / "importer.py").write_text('A = {1: "a.b", 2: "a.b"}\nregister_slug("a.b")\n')
    assert check(read([tmp_path], foreign=[tmp_path]), set()) == []


def test_the_command_ends_with_its_code(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """0 without, 13 with findings, which are one line each or JSON; 7 for what is no Python."""
    good, bad, broken = (tmp_path / name for name in ("good.py", "bad.py", "broken.py"))
    good.write_text('log("tool.failed")\n')
    bad.write_text('log("shop.closed")\n')
    broken.write_text("def\n")
    assert clew("slugs", "check", good) == (0, "", "")
    outcome = clew("slugs", "check", good, bad)
    assert (outcome.code, len(outcome.out.splitlines()), "bad.py:1" in outcome.out) == (13, 1, True)
    assert json.loads(clew("slugs", "check", bad, "--json").out)[0]["slug"] == "shop.closed"
    assert clew("slugs", "check", broken).code == 7
    assert clew("slugs", "check", tmp_path / "none").code == 64


def test_this_project_keeps_its_own_rules() -> None:
    """No slug of clew is undeclared, emitted twice, or never emitted."""
    found = check(read([slug_page.SOURCES], foreign=slug_page.FOREIGN, without=slug_page.WITHOUT), catalog())
    left = [finding for finding in found if finding.rule != "never emitted" or finding.slug not in WAITING]
    assert left == [], "see `clew slugs check --help` for what each rule asks"
    assert {finding.slug for finding in found} == set(WAITING), "take what is emitted by now out of WAITING"


def test_every_failure_has_an_advice() -> None:
    """Whoever finds a slug with an origin is told what to do about it."""
    own = [slug for slug in catalog().values() if is_own(slug.name)]
    silent = [slug.name for slug in own if slug.origin is not None and not slug.advice]
    assert not silent, f"{silent}: add a sentence to src/clew/model/advice.py"


def test_the_page_of_slugs_is_fresh() -> None:
    """``docs/slugs.md`` says what the catalog and the sources say."""
    assert slug_page.PAGE.read_text("utf-8") == slug_page.slug_page(), f"write it anew: {slug_page.COMMAND}"
