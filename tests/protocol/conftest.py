"""How these tests get a server and a client: real ones, closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import anthropic
import pytest

from clew.protocol import ModelServer, load_scenario

Serve: TypeAlias = Callable[..., ModelServer]
Connect: TypeAlias = Callable[..., anthropic.Anthropic]

SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers by the name of their scenario."""
    with ExitStack() as stack:

        def start(name: str, **options: Any) -> ModelServer:  # noqa: ANN401 - handed on as they are
            return stack.enter_context(ModelServer(load_scenario(SCENARIOS / f"{name}.toml"), **options))

        yield start


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make clients of a server with the official SDK."""
    with ExitStack() as stack:

        def client(server: ModelServer, **options: Any) -> anthropic.Anthropic:  # noqa: ANN401 - handed on as they are
            options = {"api_key": "test", "base_url": server.base_url, **options}
            return stack.enter_context(anthropic.Anthropic(**options))

        yield client
