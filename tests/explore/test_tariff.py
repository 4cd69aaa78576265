"""Promises of a tariff: exact decimals, parts that add up, and brackets that fall like a cliff."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clew
from clew.explore.tariff import Rates, Tariff

COUNTS = st.integers(0, 2**62)
PRICES = st.decimals(0, 1000, allow_nan=False, allow_infinity=False)
RATES = st.builds(
    Rates,
    input=PRICES,
    cache_read=st.none() | PRICES,
    cache_write=st.none() | PRICES,
    output=PRICES,
    reasoning=st.none() | PRICES,
    request=PRICES,
)
USAGES = st.builds(
    lambda fresh, read, write, reasoning, rest: clew.Usage(
        input_tokens=fresh,
        cache_read_tokens=read,
        cache_write_tokens=write,
        output_tokens=reasoning + rest,
        reasoning_tokens=reasoning,
    ),
    *[COUNTS] * 5,
)


def flat(rates: Rates) -> Tariff:
    """A tariff without brackets."""
    return Tariff({0: rates}, "made by hand")


def by_hand(rates: Rates, usage: clew.Usage) -> Fraction:
    """The cost as a fraction, written down as a bill is."""
    assert rates.input is not None
    assert rates.output is not None
    read = rates.input if rates.cache_read is None else rates.cache_read
    write = rates.input if rates.cache_write is None else rates.cache_write
    reasoning = rates.output if rates.reasoning is None else rates.reasoning
    lines = [
        (usage.input_tokens, rates.input),
        (usage.cache_read_tokens, read),
        (usage.cache_write_tokens, write),
        (usage.output_tokens - usage.reasoning_tokens, rates.output),
        (usage.reasoning_tokens, reasoning),
    ]
    return sum((count * Fraction(price) / 1_000_000 for count, price in lines), Fraction(rates.request))


@given(RATES, USAGES)
def test_a_cost_is_what_a_bill_would_say(rates: Rates, usage: clew.Usage) -> None:
    """Whatever the prices and counts, the cost equals the fraction that the sum comes to: nothing is rounded."""
    cost = flat(rates).cost(usage)
    assert type(cost) is Decimal
    assert Fraction(cost) == by_hand(rates, usage)


@given(RATES, USAGES)
def test_parts_add_up(rates: Rates, usage: clew.Usage) -> None:
    """The parts of a cost sum up to the whole, each an exact decimal."""
    parts = flat(rates).parts(usage)
    assert parts is not None
    dollars = [parts.input, parts.cache_read, parts.cache_write, parts.output, parts.request]
    assert all(type(part) is Decimal for part in dollars)
    assert sum(map(Fraction, dollars)) == by_hand(rates, usage)


@given(RATES, USAGES, USAGES)
def test_a_cost_is_linear_within_a_bracket(rates: Rates, one: clew.Usage, other: clew.Usage) -> None:
    """Two calls cost what one call with the tokens of both costs, but for the price of the call itself."""
    tariff = flat(rates)
    first, second, both = tariff.cost(one), tariff.cost(other), tariff.cost(one + other)
    assert first is not None
    assert second is not None
    assert both is not None
    assert Fraction(first) + Fraction(second) == Fraction(both) + Fraction(rates.request)


def test_the_decimal_context_of_the_host_does_not_matter() -> None:
    """An application that reckons with three digits gets the same exact cost."""
    usage = clew.Usage(input_tokens=123_456_789, output_tokens=987_654_321)
    tariff = flat(Rates(input=Decimal("1.2345"), output=Decimal("6.789")))
    with localcontext(prec=3):
        cost = tariff.cost(usage)
    assert cost == Decimal("6857.5925912895")


@pytest.mark.parametrize(
    ("tokens", "cost"), [(1, "0.000003"), (200_000, "0.600000"), (200_001, "1.200006"), (900_001, "8.100009")]
)
def test_a_bracket_prices_the_whole_call(tokens: int, cost: str) -> None:
    """Above a limit, and not at it, all tokens cost what the bracket says, not only those beyond the limit."""
    prices = {0: "3", 200_000: "6", 900_000: "9"}
    tariff = Tariff({limit: Rates(input=Decimal(price)) for limit, price in prices.items()}, "made by hand")
    assert tariff.cost(clew.Usage(input_tokens=tokens)) == Decimal(cost)


def test_cached_tokens_count_into_the_size_of_the_input() -> None:
    """The bracket is chosen by all input, fresh and cached; the output of a large call costs more too."""
    rates = Rates(input=Decimal(3), cache_read=Decimal("0.3"), output=Decimal(15))
    large = Rates(input=Decimal(6), cache_read=Decimal("0.6"), output=Decimal("22.5"))
    tariff = Tariff({0: rates, 200_000: large}, "made by hand")
    usage = clew.Usage(input_tokens=1_000, cache_read_tokens=250_000, output_tokens=2_000)
    assert tariff.rates(usage) == large
    assert tariff.cost(usage) == Decimal("0.006") + Decimal("0.15") + Decimal("0.045")


def test_what_has_no_price_is_unknown() -> None:
    """A cost that would need an unknown price is unknown, and never the sum of the known parts."""
    embedding = flat(Rates(input=Decimal("0.1")))
    assert embedding.cost(clew.Usage(input_tokens=10)) == Decimal("0.000001")
    assert embedding.cost(clew.Usage(input_tokens=10, output_tokens=1)) is None
    assert embedding.parts(clew.Usage(input_tokens=10, output_tokens=1)) is None
    speech = flat(Rates(output=Decimal(1)))
    assert speech.cost(clew.Usage(output_tokens=3)) == Decimal("0.000003")
    assert speech.cost(clew.Usage(cache_read_tokens=1)) is None


def test_a_free_model_costs_nothing() -> None:
    """A price of 0 is a price: the cost is known."""
    assert flat(Rates(input=Decimal(0), output=Decimal(0))).cost(clew.Usage(input_tokens=5, output_tokens=5)) == 0


@pytest.mark.parametrize("name", clew.Usage.__struct_fields__)
def test_a_negative_count_has_no_cost(name: str) -> None:
    """Counts that cannot be true are not priced."""
    assert flat(Rates(input=Decimal(1), output=Decimal(1))).cost(clew.Usage(**{name: -1})) is None


def test_reasoning_beyond_the_output_is_not_billed() -> None:
    """More reasoning than output cannot be true; no more than the output is billed."""
    tariff = flat(Rates(input=Decimal(1), output=Decimal(2), reasoning=Decimal(3)))
    assert tariff.cost(clew.Usage(output_tokens=10, reasoning_tokens=4)) == Decimal("0.000024")
    assert tariff.cost(clew.Usage(output_tokens=10, reasoning_tokens=99)) == Decimal("0.00003")
