"""The table of public prices: ``genai-prices``, if it is installed.

Only what is inside the installed package is used. It can also renew its table over the network, for the whole process;
the table here is made of the bundled one apart from that, so the network is never asked and an application that does
renew its table does not change these answers.

The package counts cached tokens inside the input, here they stand beside it; so its prices are read and not its sums.
A model that is not found as it is called is looked for under its plainer names: without the provider before a ``/``,
as a name of Bedrock, and whoever serves it. Servers that people run themselves have no public price, whatever the
model: they are never guessed at.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clew.explore.tariff import Rates, Tariff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, ModelPrice, Provider

_PACKAGE = "genai_prices"
_OWN_SERVERS = frozenset(
    {"ollama", "vllm", "lmstudio", "lm-studio", "llama.cpp", "llamacpp", "sglang", "localai", "tgi", "local"}
)
"""Names of providers that are a program on somebody's own machine."""
_CLOUDS = {"aws.bedrock": "aws", "azure.ai.openai": "azure", "gcp.vertex_ai": "google"}
"""What the table calls the providers that OpenTelemetry names otherwise."""
_NEWEST = datetime(9999, 12, 30, 12, tzinfo=UTC)
"""When calls of unknown time are thought to be made: under the newest prices."""
_LAST_MS = _NEWEST.timestamp() * 1000


class Listing:
    """A model of the table, with the prices of each time."""

    def __init__(self, provider: Provider, model: ModelInfo, table: str) -> None:
        """``table`` names the table in words."""
        self._model = model
        self._source = f"{table} {provider.id}/{model.id}"
        self._tariffs: dict[int, Tariff] = {}
        self._always = None if isinstance(model.prices, list) else self._tariff(model.prices)

    def tariff(self, at: float | None) -> Tariff:
        """The prices in force at a time, in milliseconds since the epoch; the newest if it is unknown."""
        if self._always is not None:
            return self._always
        when = datetime.fromtimestamp(at / 1000, UTC) if at is not None and 0 < at < _LAST_MS else _NEWEST
        return self._tariff(self._model.get_prices(when))

    def _tariff(self, price: ModelPrice) -> Tariff:
        tariff = self._tariffs.get(id(price))
        if tariff is None:
            tariff = self._tariffs[id(price)] = Tariff(dict(_brackets(price)), self._source)
        return tariff


class PriceTable:
    """The public prices of models; empty where the package is missing."""

    @property
    def version(self) -> str:
        """Which table this is, in words; empty if there is none. Nothing is imported for it."""
        return _version()

    def find(self, provider: str | None, model: str) -> Listing | None:
        """A model of a provider; ``None`` if it has no public price."""
        if (provider or "").lower() in _OWN_SERVERS or (snapshot := _snapshot()) is None:
            return None
        for served_by, name in dict.fromkeys(_spellings(provider, model)):
            try:
                return Listing(*snapshot.find_provider_model(name, None, served_by, None), self.version)
            except LookupError:
                continue
        return None


@cache
def _snapshot() -> DataSnapshot | None:
    """The bundled table; importing it takes a while, so it waits for the first question."""
    try:
        from genai_prices.data import providers  # noqa: PLC0415 - optional, and slow to import
        from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415 - as above
    except ImportError:
        return None
    return DataSnapshot(providers=providers, from_auto_update=False)


@cache
def _version() -> str:
    """Name and version by the folder that the installer left: `importlib.metadata` takes longer than a whole query."""
    from importlib.util import find_spec  # noqa: PLC0415 - not everybody asks

    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return ""
    found = sorted(Path(spec.origin).parents[1].glob(f"{_PACKAGE}-*.dist-info"))
    return f"genai-prices {found[-1].stem.partition('-')[2]}" if found else "genai-prices"


def _spellings(provider: str | None, model: str) -> Iterator[tuple[str | None, str]]:
    """Providers and names under which a model may stand in the table, the likeliest first."""
    front, _, name = model.rpartition("/")
    if provider:
        served_by = _CLOUDS.get(provider, provider)
        yield served_by, model
        yield served_by, name
    if front:
        yield front.partition("/")[0], name
    if "." in name.partition("-")[0]:
        yield "aws", name
    yield None, model
    yield None, name


def _brackets(price: ModelPrice) -> Iterator[tuple[int, Rates]]:
    """The rates of every bracket, by the number of input tokens above which it begins."""
    prices: dict[str, Any] = {key: value for key, value in vars(price).items() if value is not None}
    starts = {tier.start for value in prices.values() for tier in getattr(value, "tiers", ())}
    for limit in sorted({0, *starts}):
        at = {key: _price_above(value, limit) for key, value in prices.items()}
        yield (
            limit,
            Rates(
                input=at.get("input_mtok"),
                cache_read=at.get("cache_read_mtok"),
                cache_write=at.get("cache_write_mtok"),
                output=at.get("output_mtok"),
                reasoning=at.get("output_reasoning_mtok"),
                request=at.get("requests_kcount", Decimal(0)).scaleb(-3),
            ),
        )


def _price_above(value: Any, limit: int) -> Decimal:  # noqa: ANN401 - the package's own type, which may be missing
    """A price for calls whose input is larger than a limit."""
    price: Decimal = getattr(value, "base", value)
    for tier in getattr(value, "tiers", ()):
        price = tier.price if tier.start <= limit else price
    return price
