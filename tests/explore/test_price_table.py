"""Promises of the public prices: the same sums as the package that brings them, from its bundled table alone."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clew
from clew.explore.price_table import Listing, PriceTable

genai_prices = pytest.importorskip("genai_prices")

COUNTS = st.integers(0, 400_000)
TIMES = st.floats(1_672_531_200_000, 1_900_000_000_000)
"""From 2023 on."""


@cache
def models() -> list[tuple[Any, Any]]:
    """Every model of the bundled table that has a price for tokens in and out, with its provider."""
    from genai_prices.data import providers

    return [
        (provider, model)
        for provider in providers
        for model in provider.models
        for price in [model.get_prices(datetime(2026, 1, 1, tzinfo=UTC))]
        if price.input_mtok is not None and price.output_mtok is not None
    ]


@given(st.integers(0, 10**6), COUNTS, COUNTS, COUNTS, COUNTS, TIMES)
def test_sums_agree_with_the_package(pick: int, fresh: int, read: int, write: int, output: int, at: float) -> None:
    """For every model, time and mixture of cached tokens the cost is what the package itself works out.

    The package counts cached tokens inside the input; here they stand beside it.
    """
    provider, model = models()[pick % len(models())]
    when = datetime.fromtimestamp(at / 1000, UTC)
    theirs = genai_prices.Usage(
        input_tokens=fresh + read + write, cache_read_tokens=read, cache_write_tokens=write, output_tokens=output
    )
    ours = clew.Usage(input_tokens=fresh, cache_read_tokens=read, cache_write_tokens=write, output_tokens=output)
    cost = Listing(provider, model, "").tariff(at).cost(ours)
    if cost is None:
        prices = model.get_prices(when)
        assert None in (prices.input_mtok, prices.output_mtok)
    else:
        assert cost == model.calc_price(theirs, provider, genai_request_timestamp=when).total_price


@pytest.mark.parametrize(
    ("provider", "model", "found"),
    [
        ("anthropic", "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "Claude-Sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        (None, "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        (None, "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("a gateway", "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("a gateway", "gpt-4o-2024-08-06", "openai/gpt-4o"),
        ("openai", "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("openai", "openai/gpt-4o", "openai/gpt-4o"),
        ("google", "gemini-2.5-pro", "google/gemini-2.5-pro"),
        (None, "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("vertex", "claude-sonnet-4-5@20250929", "google/claude-sonnet-4-5"),
    ],
)
def test_a_model_is_found_under_its_names(provider: str | None, model: str, found: str) -> None:
    """A date, a provider in front, or a provider that nobody knows does not hide a model."""
    listing = PriceTable().find(provider, model)
    assert listing is not None
    assert listing.tariff(None).source == f"{PriceTable().version} {found}"


@pytest.mark.parametrize("front", ["", "bedrock/", "arn:aws:bedrock:us-east-1:12:inference-profile/"])
@pytest.mark.parametrize("provider", [None, "anthropic", "aws", "bedrock"])
def test_a_name_of_bedrock_has_the_prices_of_bedrock(provider: str | None, front: str) -> None:
    """A regional model id is looked for where it comes from, whichever SDK asked for it."""
    listing = PriceTable().find(provider, f"{front}us.anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert listing is not None
    assert " aws/" in listing.tariff(None).source


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "claude-unheard-of-9"),
        ("openai", "gpt-unheard-of-9"),
        (None, "our-own-model"),
        ("ollama", "deepseek-chat"),
        ("vLLM", "gpt-4o"),
        ("", ""),
        ("/", "/"),
    ],
)
def test_an_unknown_model_has_no_price(provider: str | None, model: str) -> None:
    """No price is guessed for a model that is not in the table, nor for a server that people run themselves."""
    assert PriceTable().find(provider, model) is None


@pytest.mark.parametrize("at", [None, 0.0, -5.0, float("nan"), float("inf"), 1e300])
def test_a_call_of_unknown_time_has_the_newest_prices(at: float | None) -> None:
    """A time that is unknown or absurd is taken for the latest."""
    late = datetime(9999, 12, 29, 12, tzinfo=UTC).timestamp() * 1000
    for provider, model in models():
        listing = Listing(provider, model, "")
        assert listing.tariff(at) is listing.tariff(late)


def test_the_version_is_that_of_the_package() -> None:
    """It is told without importing the package, and right."""
    from importlib.metadata import version

    assert PriceTable().version == f"genai-prices {version('genai-prices')}"


ASK = """
import json, socket, sys, threading
import clew
from clew.explore.prices import Prices

def refuse(*_, **__):
    raise AssertionError("the network was asked")

{before}
prices = Prices.load()
early = "genai_prices" in sys.modules
version = prices.version
asked = "genai_prices" in sys.modules and sys.modules["genai_prices"] is not None
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
cost = prices.cost("anthropic", "claude-haiku-4-5", clew.Usage(input_tokens=10), 1.77e12)
print(json.dumps([str(cost), version, early, asked, threading.active_count()]))
"""


def ask(before: str) -> list[Any]:
    """The answer of a fresh interpreter."""
    told = subprocess.run(
        [sys.executable, "-c", ASK.format(before=before)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    answer: list[Any] = json.loads(told.stdout)
    return answer


def test_the_package_is_imported_at_the_first_question_and_the_network_never() -> None:
    """Neither loading nor telling the version imports it; pricing connects nowhere and leaves no thread behind."""
    cost, version, early, asked, threads = ask("")
    assert Decimal(cost) > 0
    assert "genai-prices" in version
    assert (early, asked, threads) == (False, False, 1)


def test_without_the_package_every_price_is_unknown() -> None:
    """The extra is optional: without it all works, unknown stays unknown, and the version says so."""
    cost, version, _, asked, _ = ask("sys.modules['genai_prices'] = None")
    assert cost == "None"
    assert "genai-prices" not in version
    assert asked is False


def test_an_application_that_renews_its_table_changes_nothing() -> None:
    """Prices that somebody else in the process put into the package are not used: the version would not tell."""
    emptied = "import genai_prices.data_snapshot as data; data.set_custom_snapshot(data.DataSnapshot([], True))"
    assert ask(emptied)[0] == ask("")[0]


def test_clouds_are_found_by_the_names_that_recorders_give_them() -> None:
    """A provider may stand in the record as OpenTelemetry calls it."""
    for told, known, model in (
        ("azure.ai.openai", "azure", "gpt-4o"),
        ("gcp.vertex_ai", "google", "claude-sonnet-4-5@20250929"),
        ("aws.bedrock", "aws", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    ):
        found, expected = PriceTable().find(told, model), PriceTable().find(known, model)
        assert found is not None
        assert expected is not None
        assert found.tariff(None).source == expected.tariff(None).source
