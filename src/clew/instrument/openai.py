"""The `openai` SDK: every HTTP attempt of a response or a chat completion, at OpenAI or in a cloud that serves it.

The SDK has one seam, its HTTP client, so the recorder sits on that client's transports (see `openai_transport`);
proxies, limits and connections stay as they were set up. Copies of a client share the HTTP client, so each client
marks its requests, by the hook that the SDK has for changing a request before it is sent.

    client = clew.instrument.openai.record(OpenAI())
"""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from clew.errors import ClewError, MissingExtra
from clew.record.trouble import report

try:
    import httpx2
    import openai

    from clew.instrument.detour import change_requests, take_detour
    from clew.instrument.openai_transport import ASKER, Asker, AsyncRecorderTransport, RecorderTransport
except ImportError as error:
    raise MissingExtra("Recording the `openai` SDK needs it: pip install 'clew[agent]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable

Client = TypeVar("Client", openai.OpenAI, openai.AsyncOpenAI)
CLOUDS = {"AzureOpenAI": "azure.ai.openai", "BedrockOpenAI": "aws.bedrock"}
"""Whom the clients of clouds ask, by their classes; those of async clients have the same names after ``Async``."""
RUNTIMES = {"bedrock": "aws.bedrock", "vertex": "gcp.vertex_ai"}
"""Whom a client asks that was made for a provider of the SDK, by what the SDK calls that."""


def record(client: Client) -> Client:
    """Record the exchanges of a client from now on, and of all that share its HTTP client; returns the same client."""
    http: Any = client._client  # noqa: SLF001 - the SDK has no other way to the HTTP client that it made
    wrap: Any = {httpx2.Client: RecorderTransport, httpx2.AsyncClient: AsyncRecorderTransport}
    kind = next((wrap[base] for base in wrap if isinstance(http, base)), None)
    if kind is None:
        raise ClewError("Only clients on the SDK's own HTTP library, httpx2, can be recorded.")
    asker = Asker(provider_of(client), client.max_retries)
    _mark_requests(client, asker)
    if not isinstance(http._transport, kind):  # noqa: SLF001 - a transport given anew would lose proxies and limits
        http._transport = kind(http._transport, asker)  # noqa: SLF001 - as above
        http._mounts = {  # noqa: SLF001 - as above
            pattern: kind(inner, asker) if inner is not None else None
            for pattern, inner in http._mounts.items()  # noqa: SLF001 - as above
        }
    return client


def install() -> Callable[[], None]:
    """Record every client made from now on; returns what ends that."""
    with ExitStack() as undo:
        for kind in (openai.OpenAI, openai.AsyncOpenAI):
            _install(kind, undo)
        return undo.pop_all().close


def provider_of(client: openai.OpenAI | openai.AsyncOpenAI) -> str:
    """Whom a client asks, as OpenTelemetry names providers."""
    names = [kind.__name__.removeprefix("Async") for kind in type(client).__mro__]
    runtime = getattr(getattr(client, "_provider_runtime", None), "name", None)
    return next((CLOUDS[name] for name in names if name in CLOUDS), RUNTIMES.get(str(runtime), "openai"))


def _install(kind: Any, undo: ExitStack) -> None:  # noqa: ANN401 - a class of the SDK that is changed from outside
    """Record every new client of a class, as far as it can be."""
    made = kind.__init__

    @functools.wraps(made)
    def make(self: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401 - a client, and what its class takes
        made(self, *args, **options)
        try:
            record(self)
        except Exception as problem:  # noqa: BLE001 - the client works without being recorded
            report(problem)

    undo.callback(setattr, kind, "__init__", made)
    kind.__init__ = make


def _mark_requests(client: Any, asker: Asker) -> None:  # noqa: ANN401 - a client that is changed from outside
    """Let the requests of a client say who makes them, and find a replay.

    A release without the hook leaves the first to the transport.
    """

    def mark(request: httpx2.Request) -> None:
        request.extensions[ASKER] = asker
        take_detour(request)

    change_requests(client, mark)
