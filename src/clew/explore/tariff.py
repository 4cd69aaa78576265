"""A tariff: what the tokens of one model cost, in brackets by the size of the input.

A bracket is a cliff, as providers bill it: a call whose whole input (fresh, read from the cache, written to it) is
larger than a limit pays that bracket's prices for all of its tokens.

Prices are dollars per million tokens. They are brought to integers of one common power of ten beforehand, so that a
cost is a sum of products of integers: exact whatever the precision of the decimal context in force, and quick. No
float takes part.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Context, Decimal
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clew.model.usage import Usage

_EXACT = Context(prec=999)
"""More digits than any cost has."""
_MILLION = 6
"""The power of ten of a million tokens."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Unit prices: dollars per million tokens, except ``request``."""

    input: Decimal | None = None
    """Fresh input; ``None`` if unknown."""
    cache_read: Decimal | None = None
    """Input read from the cache; ``None`` if it has no price of its own and costs what fresh input does."""
    cache_write: Decimal | None = None
    """Input written to the cache; ``None`` if it has no price of its own and costs what fresh input does."""
    output: Decimal | None = None
    """Output; ``None`` if unknown."""
    reasoning: Decimal | None = None
    """The reasoning in the output; ``None`` if it has no price of its own, as nearly everywhere."""
    request: Decimal = Decimal(0)
    """Dollars for the call itself."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Dollars of one call, part by part."""

    input: Decimal
    """For fresh input."""
    cache_read: Decimal
    """For what was read from the cache."""
    cache_write: Decimal
    """For what was written to the cache."""
    output: Decimal
    """For all output, reasoning included."""
    request: Decimal
    """For the call itself."""


class Tariff:
    """The rates of one model, as they are in force at one time."""

    __slots__ = ("_brackets", "_limits", "source")

    def __init__(self, brackets: Mapping[int, Rates], source: str) -> None:
        """Make a tariff of rates by the number of input tokens above which they hold; one of them is 0.

        ``source`` says where it was found, in words.
        """
        limits = sorted(brackets)
        self.source = source
        self._brackets = tuple(_Bracket(brackets[limit]) for limit in limits)
        self._limits = tuple(limits[1:])

    def cost(self, usage: Usage) -> Decimal | None:
        """Dollars of a call; ``None`` if a price that it needs is unknown, or a count is negative."""
        fresh, read, write = usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens
        output, reasoning = usage.output_tokens, usage.reasoning_tokens
        if fresh < 0 or read < 0 or write < 0 or output < 0 or reasoning < 0:
            return None
        whole = fresh + read + write
        bracket = self._brackets[bisect_left(self._limits, whole)] if self._limits else self._brackets[0]
        if (whole and bracket.lacks_input) or (output and bracket.lacks_output):
            return None
        units = (
            fresh * bracket.input + read * bracket.cache_read + write * bracket.cache_write + output * bracket.output
        )
        if bracket.extra:
            units += min(reasoning, output) * bracket.extra
        return _EXACT.scaleb(Decimal(units + bracket.request), bracket.exponent)

    def parts(self, usage: Usage) -> Parts | None:
        """The same, part by part."""
        if self.cost(usage) is None:
            return None
        bracket = self._bracket(usage)
        reasoning = min(usage.reasoning_tokens, usage.output_tokens)
        return Parts(
            input=bracket.dollars(usage.input_tokens * bracket.input),
            cache_read=bracket.dollars(usage.cache_read_tokens * bracket.cache_read),
            cache_write=bracket.dollars(usage.cache_write_tokens * bracket.cache_write),
            output=bracket.dollars(usage.output_tokens * bracket.output + reasoning * bracket.extra),
            request=bracket.dollars(bracket.request),
        )

    def rates(self, usage: Usage) -> Rates:
        """The rates of the bracket that a call falls into."""
        return self._bracket(usage).rates

    def _bracket(self, usage: Usage) -> _Bracket:
        whole = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        return self._brackets[bisect_left(self._limits, whole)]


class _Bracket:
    """Rates as integers, all in the same power of ten."""

    __slots__ = (
        "cache_read",
        "cache_write",
        "exponent",
        "extra",
        "input",
        "lacks_input",
        "lacks_output",
        "output",
        "rates",
        "request",
    )

    def __init__(self, rates: Rates) -> None:
        """Bring rates to integers."""
        fresh, output = rates.input or Decimal(0), rates.output or Decimal(0)
        read = fresh if rates.cache_read is None else rates.cache_read
        write = fresh if rates.cache_write is None else rates.cache_write
        reasoning = output if rates.reasoning is None else rates.reasoning
        digits = max(0, *(_digits(price) for price in (fresh, read, write, output, reasoning)))
        digits = max(digits, _digits(rates.request) - _MILLION)
        self.rates = rates
        self.exponent = -digits - _MILLION
        self.lacks_input = rates.input is None
        self.lacks_output = rates.output is None
        self.input, self.output = _scaled(fresh, digits), _scaled(output, digits)
        self.cache_read, self.cache_write = _scaled(read, digits), _scaled(write, digits)
        self.extra = _scaled(reasoning, digits) - self.output
        """What a token of reasoning costs more than another one of the output."""
        self.request = _scaled(rates.request, digits + _MILLION)

    def dollars(self, units: int) -> Decimal:
        """Units of this bracket's power of ten, as dollars."""
        return _EXACT.scaleb(Decimal(units), self.exponent)


def _digits(price: Decimal) -> int:
    """How many decimal places a price has."""
    exponent = price.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _scaled(price: Decimal, digits: int) -> int:
    return int(_EXACT.scaleb(price, digits))
