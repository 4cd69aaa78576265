"""Promises of prices: costs that a person can work out by hand, where they come from, and when they are stale."""

from __future__ import annotations

import doctest
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

import clew
from clew.explore.prices import Prices
from clew.explore.tariff import Rates

PAGE = Path(__file__).parents[2] / "docs" / "prices.md"
AT = 1_762_698_854_000.0
"""2025-11-09."""


def usage(fresh: int, read: int, write: int, output: int) -> clew.Usage:
    """Four counts."""
    return clew.Usage(input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=write, output_tokens=output)


def rates(fresh: str, read: str | None, write: str | None, output: str) -> Rates:
    """Four unit prices."""
    return Rates(
        input=Decimal(fresh),
        cache_read=None if read is None else Decimal(read),
        cache_write=None if write is None else Decimal(write),
        output=Decimal(output),
    )


BY_HAND = [
    # 1,000 × 3 + 11,000 × 0.30 + 500 × 3.75 + 210 × 15 = 3,000 + 3,300 + 1,875 + 3,150 = 11,325 millionths
    ("anthropic", "claude-sonnet-4-5", rates("3", "0.3", "3.75", "15"), usage(1_000, 11_000, 500, 210), "0.011325"),
    # input 2,000 + 240,000 + 8,000 = 250,000 > 200,000: 2,000 × 6 + 240,000 × 0.60 + 8,000 × 7.50 + 1,000 × 22.50
    # = 12,000 + 144,000 + 60,000 + 22,500 = 238,500
    (
        "anthropic",
        "claude-sonnet-4-5-20250929",
        rates("6", "0.6", "7.5", "22.5"),
        usage(2_000, 240_000, 8_000, 1_000),
        "0.2385",
    ),
    # 117 × 1 + 10,444 × 0.10 + 2,144 × 1.25 + 371 × 5 = 117 + 1,044.4 + 2,680 + 1,855 = 5,696.4
    (None, "anthropic/claude-haiku-4-5", rates("1", "0.1", "1.25", "5"), usage(117, 10_444, 2_144, 371), "0.0056964"),
    # 3 × 0.80 + 100 × 0.08 + 20 × 1 + 7 × 4 = 2.4 + 8 + 20 + 28 = 58.4
    ("anthropic", "claude-3-5-haiku-20241022", rates("0.8", "0.08", "1", "4"), usage(3, 100, 20, 7), "0.0000584"),
    # 1,500 × 2.50 + 2,048 × 1.25 + 300 × 10 = 3,750 + 2,560 + 3,000 = 9,310
    ("openai", "gpt-4o-2024-08-06", rates("2.5", "1.25", None, "10"), usage(1_500, 2_048, 0, 300), "0.00931"),
    # no price for writing: 1,000 × 2.50 + 2,000 × 1.25 + 400 × 2.50 + 0 = 2,500 + 2,500 + 1,000 = 6,000
    ("openai", "gpt-4o", rates("2.5", "1.25", None, "10"), usage(1_000, 2_000, 400, 0), "0.006"),
    # 10,000 × 1.25 + 90,000 × 0.125 + 2,000 × 10 = 12,500 + 11,250 + 20,000 = 43,750
    ("google", "gemini-2.5-pro", rates("1.25", "0.125", None, "10"), usage(10_000, 90_000, 0, 2_000), "0.04375"),
    # 1,000 × 3.30 + 11,000 × 0.33 + 500 × 4.125 + 210 × 16.50 = 3,300 + 3,630 + 2,062.5 + 3,465 = 12,457.5
    (
        "bedrock",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        rates("3.3", "0.33", "4.125", "16.5"),
        usage(1_000, 11_000, 500, 210),
        "0.0124575",
    ),
]
"""Provider, model, dollars per million tokens, counts, and dollars as worked out with pencil and paper."""


@pytest.mark.parametrize(("provider", "model", "told", "counts", "dollars"), BY_HAND)
def test_costs_worked_out_by_hand(
    provider: str | None, model: str, told: Rates, counts: clew.Usage, dollars: str
) -> None:
    """Costs with cache reads and writes equal those of a computation by hand, to the last digit."""
    pytest.importorskip("genai_prices")
    prices = Prices.load()
    quote = prices.quote(provider, model, counts, AT)
    assert quote is not None
    if quote.rates != told:
        pytest.skip(f"{quote.source} now has other prices: {quote.rates}")
    assert quote.cost == Decimal(dollars)
    assert prices.cost(provider, model, counts, AT) == Decimal(dollars)


@pytest.mark.parametrize(("provider", "model", "told", "counts", "dollars"), BY_HAND)
def test_the_same_costs_from_a_file(
    provider: str | None, model: str, told: Rates, counts: clew.Usage, dollars: str, tmp_path: Path
) -> None:
    """The same prices, agreed in a file, come to the same costs; a file goes before the public prices."""
    named = {"input": told.input, "output": told.output, "cache_read": told.cache_read, "cache_write": told.cache_write}
    lines = [f"{name} = {price}" for name, price in named.items() if price is not None]
    (tmp_path / "mine.toml").write_text("\n".join(["[[prices]]", 'match = "*"', *lines]))
    quote = Prices.load(tmp_path / "mine.toml").quote(provider, model, counts, AT)
    assert quote is not None
    assert quote.cost == Decimal(dollars)
    assert quote.source == "mine.toml: *"


def test_a_quote_shows_every_part(tmp_path: Path) -> None:
    """A quote says what each kind of token costs together and apiece, and the parts sum up to the cost."""
    file = tmp_path / "prices.toml"
    file.write_text('[[prices]]\nmatch = "claude-*"\ninput = 3\noutput = 15\ncache_read = 0.3\ncache_write = 3.75\n')
    quote = Prices.load(file).quote("anthropic", "claude-x", usage(1_000, 11_000, 500, 210))
    assert quote is not None
    parts = quote.parts
    dollars = [parts.input, parts.cache_read, parts.cache_write, parts.output, parts.request]
    assert dollars == [Decimal(part) for part in ("0.003", "0.0033", "0.001875", "0.00315", "0")]
    assert sum(dollars) == quote.cost
    assert quote.rates == rates("3", "0.3", "3.75", "15")
    assert quote.source == "prices.toml: claude-*"


def test_unknown_stays_unknown(tmp_path: Path) -> None:
    """Without a model, or with one that nobody has a price for, cost and quote are unknown, each time anew."""
    file = tmp_path / "prices.toml"
    file.write_text('[[prices]]\nmatch = "house-*"\ninput = 1\noutput = 1\n')
    prices = Prices.load(file)
    for provider, model in [("anthropic", None), (None, ""), (None, "barn-1"), ("ollama", "llama")] * 2:
        assert prices.cost(provider, model, usage(1, 1, 1, 1)) is None
        assert prices.quote(provider, model, usage(1, 1, 1, 1)) is None
    assert prices.quote(None, "house-1", usage(-1, 0, 0, 0)) is None


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    """The version is the same for the same prices wherever they lie, and another as soon as the file changes."""
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text('[[prices]]\nmatch = "a"\ninput = 1\noutput = 1\n')
    shutil.copy(one, other)
    versions = [Prices.load(one).version, Prices.load(other).version, Prices.load().version]
    other.write_text(one.read_text().replace("1", "2"))
    versions.append(Prices.load(other).version)
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3
    assert all(re.fullmatch(r"[\w .;-]+", version) for version in versions)


def test_the_page_is_true(tmp_path: Path) -> None:
    """The worked example of docs/prices.md does what the page says."""
    page = PAGE.read_text("utf-8")
    file = tmp_path / "prices.toml"
    file.write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0])
    globs = {"clew": clew, "Decimal": Decimal, "prices": Prices.load(file)}
    examples = [
        doctest.DocTestParser().get_doctest(block, dict(globs), "docs/prices.md", None, None)
        for block in re.findall(r"```pycon\n(.*?)```", page, re.DOTALL)
    ]
    assert sum(len(example.examples) for example in examples) > 3
    for example in examples:
        assert doctest.DocTestRunner().run(example).failed == 0
