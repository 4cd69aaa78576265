"""The way to a model of the chat: a recorded client of the `anthropic` SDK.

Importing this file first is how a program without the SDK learns which extra it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clew.agent.speaker import ModelAway
from clew.instrument.anthropic import record

if TYPE_CHECKING:
    from anthropic import Anthropic


def connect(*, api_key: str, base_url: str | None = None) -> Anthropic:
    """A recorded client of the provider, or of another server that speaks the Messages API. Raises ``ModelAway``."""
    import anthropic  # noqa: PLC0415 - the import of `record` above says what to install if it is not there

    if base_url is not None and not _is_address(base_url):
        raise ModelAway(f"'{base_url}' is no address of a server; it should look like http://127.0.0.1:8000.")
    return record(anthropic.Anthropic(api_key=api_key, base_url=base_url))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
