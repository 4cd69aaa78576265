"""A link to an MCP server: one run of its program, from its start to its end.

The official SDK is asynchronous and the agent is not, so links live in a thread of their own, the *backstage*, with an
event loop. A link is one task there from its start to its end, because the SDK wants to be left where it was entered.
The SDK does not say that a server has died before it is called again, so the link watches the end of its output.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from clew.agent.tools.placeholder import program

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from mcp.client._transport import TransportStreams
    from mcp.shared._stream_protocols import ReadStream
    from mcp.shared.message import SessionMessage
    from mcp.types import CallToolResult
    from mcp.types import Tool as ToolOfServer

    from clew.agent.definition import McpServer

logging.getLogger("mcp").addHandler(logging.NullHandler())  # what it warns of is not for the person at the terminal

T = TypeVar("T")

_PAGES = 100
_LAST_WORDS = 2_000


class NotStarted(Exception):
    """A server could not be started, or did not say what it offers."""

    def __init__(self, why: str, last_words: str = "") -> None:
        super().__init__(why)
        self.last_words = last_words
        """The end of what the program wrote to its standard error."""


class Backstage:
    """A thread with an event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="clew-mcp", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have something done there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done there, and wait for it; who stops waiting stops it."""
        future = self.start(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Link:
    """One run of an MCP server."""

    def __init__(self, backstage: Backstage, server: McpServer, folder: Path) -> None:
        """``folder`` is where the program runs."""
        self._backstage = backstage
        self._server = server
        self._folder = folder
        self._client: Client | None = None
        self._stop = asyncio.Event()
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - open as long as the link
        self._life: Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self.tools: tuple[ToolOfServer, ...] = ()
        """What the server offers."""
        self.missed = False
        """Whether its death was told."""

    @property
    def alive(self) -> bool:
        """Whether the server can be called."""
        return self._client is not None and not self._ended

    @property
    def last_words(self) -> str:
        """The end of what the program wrote to its standard error."""
        size = os.fstat(self._said.fileno()).st_size
        end = os.pread(self._said.fileno(), _LAST_WORDS, max(0, size - _LAST_WORDS))
        return end.decode("utf-8", "replace").strip()

    def open(self) -> None:
        """Start the program and ask what it offers. Raises ``NotStarted``."""
        try:
            self._backstage.run(self._open())
        except Exception as error:
            raise NotStarted(self._why(error), self.last_words) from error

    def call(self, name: str, arguments: dict[str, Any], timeout: float) -> CallToolResult:
        """Call a tool and wait for its answer, some seconds; raises what the SDK raises."""
        if self._client is None:
            raise NotStarted("it is not running")
        return self._backstage.run(self._client.call_tool(name, arguments, timeout))

    def close(self) -> None:
        """End the program, if it still runs, and wait for that."""
        if self._life is not None:
            self._backstage.run(self._let_go())
            with suppress(Exception):
                self._life.result()
        self._said.close()

    async def _open(self) -> None:
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life = self._backstage.start(self._live(opened))
        await opened

    async def _let_go(self) -> None:
        """Let the life of the link end; one that has not come to speak is cut short."""
        self._stop.set()
        if self._client is None and self._task is not None:
            self._task.cancel()

    async def _live(self, opened: asyncio.Future[None]) -> None:
        """The whole life of the link, in one task."""
        self._task = asyncio.current_task()
        try:
            async with AsyncExitStack() as until_the_end:
                async with asyncio.timeout(self._server.timeout):
                    client = Client(self._watched())
                    await until_the_end.enter_async_context(client)
                    self.tools = tuple(await _tools(client))
                self._client = client
                opened.set_result(None)
                await self._stop.wait()
        except Exception as error:  # noqa: BLE001 - told to who waits; later ones only say that the server is gone
            if not opened.done():
                opened.set_exception(error)
        finally:
            self._ended = True
            opened.cancel()

    @asynccontextmanager
    async def _watched(self) -> AsyncGenerator[TransportStreams]:
        """The server's streams; the end of what it says is noted."""
        command, *arguments = program(self._server.argv)
        wanted = StdioServerParameters(
            command=command, args=arguments, env=self._server.env or None, cwd=self._folder.resolve()
        )
        async with stdio_client(wanted, self._said) as (read, write):
            yield _Watched(read, self._end), write

    def _end(self) -> None:
        self._ended = True

    def _why(self, error: BaseException) -> str:
        """Why it did not start."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, TimeoutError):
            return f"no answer within {self._server.timeout:g} s"
        return f"{type(error).__name__}: {error}"


class _Watched:
    """A stream of messages that says when it has ended."""

    def __init__(self, stream: ReadStream[SessionMessage | Exception], end: Any) -> None:  # noqa: ANN401 - a callback
        self._stream = stream
        self._end = end

    async def receive(self) -> SessionMessage | Exception:
        """The next message."""
        try:
            return await self._stream.receive()
        except BaseException:
            self._end()
            raise

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self._stream.__anext__()
        except BaseException:
            self._end()
            raise

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._stream.__aexit__(kind, error, trace)


async def _tools(client: Client) -> list[ToolOfServer]:
    """Everything that a server offers, page by page."""
    found: list[ToolOfServer] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if not cursor:
            break
    return found
