"""The user's price file: prices that somebody agreed on, laid over the table of public ones.

The file is TOML; the structs below are the format. Dollars are per million tokens, and what is written is what is
reckoned with: ``0.1`` is a tenth.

    [[prices]]
    match = ["claude-sonnet-*", "*.claude-sonnet-*"]
    provider = "bedrock"
    input = 2.70
    output = 13.50
    cache_read = 0.27
    cache_write = 3.375
    from = 2026-01-01
    until = 2026-07-01
    tiers = [{ above = 200_000, input = 5.40, output = 20.25 }]

The first entry that fits decides. ``*`` stands for any characters, capitals do not matter, and a model is also known
by what follows the last ``/`` in its name. A part of the input that has no price costs what fresh input does; a part of
a tier that has none costs what it does below the tier. Dates are days in UTC, ``until`` is the first day that no longer
counts. A file that does not fit is refused whole, with one sentence.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import msgspec

from clew.errors import PriceFileError
from clew.explore.tariff import Rates, Tariff

if TYPE_CHECKING:
    from collections.abc import Iterator

Glob: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")


_HIGHEST = 1_000_000_000
"""Dollars per million tokens that no price reaches."""
_PLACES = 30
"""Decimal places that no price has."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a price file: a misspelt key is an error, and so is a price below zero."""

    def __post_init__(self) -> None:
        for name in ("input", "output", "cache_read", "cache_write"):
            price = getattr(self, name)
            if price is not None and not _is_price(price):
                raise ValueError(f"`{name}` is no price: {price}")


class Tier(_Part, frozen=True, kw_only=True):
    """Other prices for calls with a large input."""

    above: Annotated[int, msgspec.Meta(ge=1)]
    """They hold for calls whose whole input has more tokens than this."""
    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None


class Entry(_Part, frozen=True, kw_only=True, rename={"since": "from"}):
    """The prices of some models."""

    match: Glob | Annotated[tuple[Glob, ...], msgspec.Meta(min_length=1)]
    """Which models, by name."""
    provider: Glob | None = None
    """From which provider; without it, from any, also an unknown one."""
    input: Decimal
    """Fresh input."""
    output: Decimal
    """Output, reasoning included."""
    cache_read: Decimal | None = None
    """Input read from the provider's cache."""
    cache_write: Decimal | None = None
    """Input written to the provider's cache."""
    tiers: tuple[Tier, ...] = ()
    """Other prices above some size of the input."""
    since: date | None = None
    """The first day, in UTC."""
    until: date | None = None
    """The first day on which it no longer holds."""

    def __post_init__(self) -> None:
        """Refuse what could never hold."""
        _Part.__post_init__(self)
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError(f"`until` ({self.until}) is not after `from` ({self.since})")
        if len({tier.above for tier in self.tiers}) < len(self.tiers):
            raise ValueError("two tiers begin at the same number of tokens")

    @property
    def globs(self) -> tuple[str, ...]:
        """The names it is for."""
        return (self.match,) if isinstance(self.match, str) else self.match

    def tariff(self, source: str) -> Tariff:
        """Its prices."""
        rates = Rates(input=self.input, output=self.output, cache_read=self.cache_read, cache_write=self.cache_write)
        brackets = {0: rates}
        for tier in sorted(self.tiers, key=lambda tier: tier.above):
            names = ("input", "output", "cache_read", "cache_write")
            changed = {name: price for name in names if (price := getattr(tier, name)) is not None}
            rates = brackets[tier.above] = msgspec.structs.replace(rates, **changed)
        return Tariff(brackets, source)


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    prices: tuple[Entry, ...] = ()


class Agreed(msgspec.Struct, frozen=True):
    """A tariff of the file and when it holds, in milliseconds since the epoch."""

    tariff: Tariff
    since: float
    until: float


class PriceFile:
    """The entries of a price file."""

    def __init__(self, text: str, name: str) -> None:
        """Read a text; ``name`` stands in sentences about it."""
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        """Tells one text from another."""
        self._name = name
        self._entries = _entries(text, name)

    @classmethod
    def read(cls, path: Path) -> PriceFile:
        """Read a file."""
        try:
            return cls(path.read_text("utf-8"), str(path))
        except UnicodeDecodeError:
            raise PriceFileError(f"The price file {path} is wrong: it is not text in UTF-8.") from None
        except OSError as problem:
            raise PriceFileError(f"The price file {path} cannot be read: {problem.strerror}.") from problem

    def find(self, provider: str | None, model: str) -> tuple[Agreed, ...]:
        """What was agreed for a model, in the order of the file."""
        return tuple(self._fitting(provider or "", model))

    def _fitting(self, provider: str, model: str) -> Iterator[Agreed]:
        names = {model, model.rpartition("/")[2]}
        for entry in self._entries:
            glob = next((glob for glob in entry.globs if any(_fits(glob, name) for name in names)), None)
            if glob is not None and (entry.provider is None or _fits(entry.provider, provider)):
                source = f"{Path(self._name).name}: {glob}"
                yield Agreed(entry.tariff(source), _moment(entry.since, "-inf"), _moment(entry.until, "inf"))


def _entries(text: str, name: str) -> tuple[Entry, ...]:
    try:
        values: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
        return msgspec.convert(values, _Document).prices
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ArithmeticError, RecursionError) as problem:
        raise PriceFileError(f"The price file {name} is wrong: {_sentence(problem)}.") from problem


def _sentence(problem: Exception) -> str:
    """Words that begin with the place, where it is known."""
    message = str(problem) or type(problem).__name__
    found = _PLACE.search(message)
    if found is None:
        return message
    what = message[: found.start()]
    return f"at `{found['place']}`, {what[:1].lower()}{what[1:]}"


def _is_price(price: Decimal) -> bool:
    exponent = price.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_PLACES and 0 <= price < _HIGHEST


def _fits(glob: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, glob.split("*"))), name, re.IGNORECASE | re.DOTALL) is not None


def _moment(day: date | None, otherwise: str) -> float:
    """The beginning of a day in UTC."""
    return float(otherwise) if day is None else datetime.combine(day, time(), UTC).timestamp() * 1000
