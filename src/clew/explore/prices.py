"""Prices: what a model call cost, by estimate.

A user's price file (:mod:`clew.explore.price_file`) decides first, then the table of public prices
(:mod:`clew.explore.price_table`); what neither knows is unknown. A cost is an exact decimal.

Pricing a folder means pricing half a million calls of a handful of models, so what is found for a provider and model is
kept: the first call of a model takes milliseconds, and each further one a few microseconds.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clew.explore.price_table import Listing, PriceTable
from clew.explore.tariff import Parts, Rates

if TYPE_CHECKING:
    from clew.explore.price_file import Agreed, PriceFile
    from clew.explore.tariff import Tariff
    from clew.model.usage import Usage

_RULES = 1
"""Goes up whenever the same prices and counts come to another cost."""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A cost, and how it comes about."""

    cost: Decimal
    """US dollars: the sum of the parts."""
    parts: Parts
    """Dollars, part by part."""
    rates: Rates
    """The unit prices, of the bracket that the call falls into."""
    source: str
    """Where they were found: ``genai-prices 0.2.3 anthropic/claude-haiku-4-5`` or ``prices.toml: claude-*``."""


class Prices:
    """What models cost."""

    def __init__(self, file: PriceFile | None, table: PriceTable) -> None:
        """Lay the prices of a file over those of a table; :meth:`load` finds both."""
        self._file = file
        self._table = table
        self._plans: dict[tuple[str | None, str | None], _Plan] = {}

    @classmethod
    def load(cls, file: Path | None = None) -> Prices:
        """Read a price file and lay it over the public prices.

        The file is the one given, else ``$CLEW_PRICES``, else ``prices.toml`` in the folder ``clew`` of the user's
        configuration, if it exists. One that cannot be read raises :class:`~clew.errors.PriceFileError`.
        """
        return cls(_price_file(file), PriceTable())

    @property
    def version(self) -> str:
        """A text that changes when results may: what is stored beside an estimate to know when it is stale."""
        file = "" if self._file is None else f"file {self._file.digest[:16]}"
        return "; ".join(part for part in (f"rules {_RULES}", self._table.version, file) if part)

    def cost(self, provider: str | None, model: str | None, usage: Usage, at: float | None = None) -> Decimal | None:
        """Dollars of a call made at a time, in milliseconds since the epoch; ``None`` if its price is unknown.

        A call of unknown time (``None``, or 0) is priced as if it were made last.
        """
        tariff = self._tariff(provider, model, at)
        return None if tariff is None else tariff.cost(usage)

    def quote(self, provider: str | None, model: str | None, usage: Usage, at: float | None = None) -> Quote | None:
        """The same, and how it comes about."""
        tariff = self._tariff(provider, model, at)
        if tariff is None or (cost := tariff.cost(usage)) is None or (parts := tariff.parts(usage)) is None:
            return None
        return Quote(cost=cost, parts=parts, rates=tariff.rates(usage), source=tariff.source)

    def _tariff(self, provider: str | None, model: str | None, at: float | None) -> Tariff | None:
        plan = self._plans.get((provider, model))
        if plan is None:
            plan = self._plans[provider, model] = self._plan(provider, model)
        return plan.tariff(at)

    def _plan(self, provider: str | None, model: str | None) -> _Plan:
        if not model:
            return _Plan((), None)
        agreed = () if self._file is None else self._file.find(provider, model)
        return _Plan(agreed, None if any(_is_final(one) for one in agreed) else self._table.find(provider, model))


class _Plan:
    """All that is known of the prices of one model of one provider."""

    __slots__ = ("_agreed", "_listing")

    def __init__(self, agreed: tuple[Agreed, ...], listing: Listing | None) -> None:
        self._agreed = agreed
        self._listing = listing

    def tariff(self, at: float | None) -> Tariff | None:
        """The prices in force at a time."""
        if self._agreed:
            when = at if at is not None and at > 0 else _LAST
            for agreed in self._agreed:
                if agreed.since <= when < agreed.until or (when == _LAST == agreed.until):
                    return agreed.tariff
        return self._listing.tariff(at) if self._listing is not None else None


_LAST = float("inf")


def _is_final(agreed: Agreed) -> bool:
    """Whether it holds at all times, so that nothing after it is ever asked."""
    return agreed.since == -_LAST and agreed.until == _LAST


def _price_file(file: Path | None) -> PriceFile | None:
    """The file that was asked for, here or in the environment, else the usual one if it exists."""
    named = os.environ.get("CLEW_PRICES")
    asked = file or (_expanded(named) if named else None)
    path = asked or _usual_place()
    if asked is None and not os.path.exists(path):  # noqa: PTH110 - `Path.exists` raises where a folder may not be entered
        return None
    from clew.explore.price_file import PriceFile  # noqa: PLC0415 - most people have no such file

    return PriceFile.read(path)


def _usual_place() -> Path:
    return _expanded(os.environ.get("XDG_CONFIG_HOME") or "~/.config") / "clew" / "prices.toml"


def _expanded(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - `Path.expanduser` raises where there is no home
