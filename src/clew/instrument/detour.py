"""The detour: while a recorded session is replayed, requests go to the replay, whichever address their client has.

Both SDKs have a method that may change a request right before it is sent. Each client has its own here, so that the
detour is taken below retries and above proxies, by clients that were made before the replay began too. The real address
goes along in a header of the request, for a replay that goes on live, and nowhere else.
"""

from __future__ import annotations

import functools
import inspect
import os
from typing import TYPE_CHECKING, Any

import httpx2

from clew.record.replayed import OWN_ADDRESS
from clew.record.standin import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_HOOK = "_prepare_request"
"""The method of a client that the SDK calls with each request before it is sent."""
_COPIES = ("copy", "with_options")
"""The methods that make a client of a client."""


def change_requests(client: Any, change: Callable[[httpx2.Request], object]) -> None:  # noqa: ANN401 - a client of an SDK that is changed from outside
    """Change each request of a client, and of those made of it, after the SDK has changed it.

    A client without the hook, or changed before, is left alone. It comes to hold itself, as by its resources it does.
    """
    kind = type(client)
    prepare = getattr(kind, _HOOK, None)
    if prepare is None or _HOOK in vars(client):
        return

    def prepared(request: httpx2.Request) -> object:
        done = prepare(client, request)
        if inspect.isawaitable(done):
            return _after(done, request)
        change(request)
        return done

    async def _after(done: Awaitable[object], request: httpx2.Request) -> object:
        result = await done
        change(request)
        return result

    setattr(client, _HOOK, prepared)
    for name in _COPIES:
        if hasattr(client, name):
            setattr(client, name, _copying(getattr(client, name), change))


def _copying(copy: Callable[..., Any], change: Callable[[httpx2.Request], object]) -> Callable[..., Any]:
    """A method that makes a client of a client, so that the new one is changed too."""

    @functools.wraps(copy)
    def copied(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - what the SDK's own method takes and gives
        made = copy(*args, **options)
        change_requests(made, change)
        return made

    return copied


def take_detour(request: httpx2.Request) -> None:
    """Send a request to the replay that this process belongs to, if it does."""
    replay = os.environ.get(VARIABLE)
    if not replay:
        return
    there, own = httpx2.URL(replay), request.url
    if own.netloc == there.netloc:
        return
    request.url = own.copy_with(scheme=there.scheme, host=there.host, port=there.port)
    request.headers["host"] = there.netloc.decode("ascii")
    request.headers[OWN_ADDRESS] = f"{own.scheme}://{own.netloc.decode('ascii')}"
