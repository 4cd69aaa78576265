"""Promises of the user's price file: what it says is what is reckoned with, and what is wrong is said in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import clew
from clew.errors import PriceFileError
from clew.explore.prices import Prices

if TYPE_CHECKING:
    from pathlib import Path

MILLION = clew.Usage(input_tokens=1_000_000)
JANUARY, JULY = 1_767_225_600_000.0, 1_782_864_000_000.0
"""The first millisecond of 2026-01-01 and of 2026-07-01, in UTC."""


def load(folder: Path, text: str) -> Prices:
    """The prices of a file with this text."""
    file = folder / "prices.toml"
    file.write_text(text, "utf-8")
    return Prices.load(file)


def entry(match: str = '"house-*"', **more: str) -> str:
    """One entry of a file."""
    keys = {"match": match, "input": "1", "output": "2", **more}
    return "[[prices]]\n" + "".join(f"{name} = {value}\n" for name, value in keys.items())


@pytest.mark.parametrize(
    ("match", "model", "fits"),
    [
        ('"house-*"', "house-1", True),
        ('"house-*"', "HOUSE-1", True),
        ('"house-*"', "lab/house-1", True),
        ('"lab/house-*"', "lab/house-1", True),
        ('"house-*"', "my-house-1", False),
        ('"house"', "house-1", False),
        ('"*.house-*-v1"', "eu.house-x-v1", True),
        ('"house[1m]"', "house[1m]", True),
        ('"house.1"', "house-1", False),
        ('["barn", "house-*"]', "house-1", True),
    ],
)
def test_which_models_an_entry_is_for(match: str, model: str, fits: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a column of the table
    """``*`` is the only wildcard, capitals do not matter, and what stands before a ``/`` can be left out."""
    cost = load(tmp_path, entry(match)).cost(None, model, MILLION)
    assert cost == (Decimal(1) if fits else None)


def test_an_entry_can_ask_for_a_provider(tmp_path: Path) -> None:
    """An entry with a provider holds for that one alone; the first entry that fits decides."""
    prices = load(tmp_path, entry(provider='"bedrock*"', input="3") + entry())
    costs = [prices.cost(provider, "house-1", MILLION) for provider in ("bedrock-eu", "Bedrock", "elsewhere", None)]
    assert costs == [3, 3, 1, 1]


def test_decimals_are_taken_as_written(tmp_path: Path) -> None:
    """A tenth is a tenth: no float comes between the file and the cost."""
    prices = load(tmp_path, entry(input="0.1", output="0.2"))
    cost = prices.cost(None, "house-1", clew.Usage(input_tokens=1, output_tokens=1))
    assert cost == Decimal("0.0000003")


def test_tokens_without_a_price_of_their_own(tmp_path: Path) -> None:
    """Cached input costs what fresh input does, unless the file says otherwise."""
    usage = clew.Usage(cache_read_tokens=1_000_000, cache_write_tokens=1_000_000)
    assert load(tmp_path, entry(input="3")).cost(None, "house-1", usage) == 6
    assert load(tmp_path, entry(input="3", cache_read="0.5", cache_write="4")).cost(None, "house-1", usage) == Decimal(
        "4.5"
    )


def test_tiers(tmp_path: Path) -> None:
    """Above its number of input tokens a tier changes the prices that it names, for the whole call."""
    tiers = "[{ above = 2_000_000, output = 9 }, { above = 1_000_000, input = 3 }]"
    prices = load(tmp_path, entry(tiers=tiers))
    small, large, huge = (
        clew.Usage(input_tokens=millions * 1_000_000, output_tokens=1_000_000) for millions in (1, 2, 3)
    )
    assert [prices.cost(None, "house-1", usage) for usage in (small, large, huge)] == [1 + 2, 6 + 2, 9 + 9]


@pytest.mark.parametrize(
    ("at", "cost"), [(JANUARY - 1, 1), (JANUARY, 5), (JULY - 1, 5), (JULY, 1), (None, 1), (0.0, 1), (float("nan"), 1)]
)
def test_dates(at: float | None, cost: int, tmp_path: Path) -> None:
    """An entry holds from the beginning of its first day, in UTC, to the beginning of the day it ends."""
    dated = {"from": "2026-01-01", "until": "2026-07-01", "input": "5"}
    prices = load(tmp_path, entry(**dated) + entry())
    assert prices.cost(None, "house-1", MILLION, at) == cost


def test_an_open_date_holds_to_the_end(tmp_path: Path) -> None:
    """A call of unknown time is priced as if it were made last."""
    prices = load(tmp_path, entry(**{"from": "2026-01-01", "input": "5"}))
    assert [prices.cost(None, "house-1", MILLION, at) for at in (JANUARY - 1, JANUARY, None)] == [None, 5, 5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[prices]", ["line 1"]),
        ('[[prices]]\nmatch = "a"\ninput = 1', ["prices[0]", "output"]),
        (entry(input='"cheap"'), ["prices[0].input"]),
        (entry(input="-1"), ["prices[0]", "`input` is no price: -1"]),
        (entry(cache_read="nan"), ["prices[0]", "`cache_read` is no price"]),
        (entry(output="inf"), ["prices[0]", "`output` is no price"]),
        (entry(inptu="1"), ["prices[0]", "inptu"]),
        (entry(match="[]"), ["prices[0].match"]),
        (entry(match='""'), ["prices[0].match"]),
        (entry(tiers="[{ above = 0 }]"), ["prices[0].tiers[0].above"]),
        (entry(tiers="[{ above = 5, input = -2 }]"), ["prices[0].tiers[0]", "no price: -2"]),
        (entry(tiers="[{ above = 5 }, { above = 5 }]"), ["prices[0]", "two tiers"]),
        (entry(**{"from": "2026-02-01", "until": "2026-02-01"}), ["prices[0]", "not after"]),
        (entry(**{"from": '"soon"'}), ["prices[0].from"]),
        ("price = 1", ["price"]),
        (entry(input="1e999999999999999999999"), []),
        (entry(input="1e400000"), ["no price"]),
        (entry(input="1e-400000"), ["no price"]),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(text: str, words: list[str], tmp_path: Path) -> None:
    """What is wrong is named: the file, the place in it, and what was found."""
    with pytest.raises(PriceFileError) as refused:
        load(tmp_path, text)
    sentence = str(refused.value)
    assert sentence.startswith(f"The price file {tmp_path / 'prices.toml'} is wrong: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert all(word in sentence for word in words), sentence


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that was asked for has to be there, and to be text."""
    with pytest.raises(PriceFileError, match="cannot be read: No such file"):
        Prices.load(tmp_path / "gone.toml")
    with pytest.raises(PriceFileError, match="cannot be read: Is a directory"):
        Prices.load(tmp_path)
    (tmp_path / "prices.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PriceFileError, match="not text in UTF-8"):
        Prices.load(tmp_path / "prices.toml")


def test_where_the_file_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file given, else ``$CLEW_PRICES``, else the one in the user's configuration, which need not exist."""

    def cost(file: Path | None = None) -> Decimal | None:
        return Prices.load(file).cost(None, "house-1", MILLION)

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert cost() is None
    (tmp_path / "clew").mkdir()
    (tmp_path / "clew" / "prices.toml").write_text(entry(input="1"))
    assert cost() == 1
    (tmp_path / "other.toml").write_text(entry(input="2"))
    monkeypatch.setenv("CLEW_PRICES", str(tmp_path / "other.toml"))
    assert cost() == 2
    (tmp_path / "third.toml").write_text(entry(input="3"))
    assert cost(tmp_path / "third.toml") == 3
    monkeypatch.delenv("CLEW_PRICES")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cost() is None
    (tmp_path / ".config").mkdir()
    (tmp_path / "clew").rename(tmp_path / ".config" / "clew")
    assert cost() == 1
