"""An MCP server of an agent: started with the session, missed when it dies, started again as often as the file allows.

A call during which the server dies has failed, and is not repeated: nobody knows how far it got. The next call starts
the server again. Where it may not be started again, or cannot be, or answers with what is no result, that is the
server's error.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.types import CONNECTION_CLOSED, INVALID_PARAMS, REQUEST_TIMEOUT

from clew.agent.tools.mcp_link import Link, NotStarted
from clew.agent.tools.tool import ParametersRefused, ToolFailure

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.types import CallToolResult
    from mcp.types import Tool as ToolOfServer

    from clew.agent.definition import McpServer
    from clew.agent.tools.mcp_link import Backstage
    from clew.record.session import SessionRecorder
    from clew.record.tool import ToolRecorder


class Server:
    """An MCP server, over all its runs."""

    def __init__(self, declared: McpServer, folder: Path, backstage: Backstage) -> None:
        """``folder`` is where its program runs."""
        self.name = declared.name
        """As the agent file calls it."""
        self.timeout = declared.timeout
        """Seconds that a call may take."""
        self._declared = declared
        self._folder = folder
        self._backstage = backstage
        self._lock = Lock()
        self._restarts = 0
        self._problem: NotStarted | None = None
        self._link: Link | None = None

    @property
    def tools(self) -> tuple[ToolOfServer, ...]:
        """What it offers, or did when it was started last."""
        return self._link.tools if self._link is not None else ()

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._link is not None and self._link.alive

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if not self.alive:
                self._restarts = self._declared.restarts
                try:
                    self._link = self._open()
                except NotStarted as error:
                    self._problem = error

    def introduce(self, session: SessionRecorder) -> None:
        """Say in INIT that it is there, or why not."""
        if self._link is None:
            words = f"the MCP server {self.name} did not start: {self._problem}"
            said = self._problem.last_words if self._problem is not None else ""
            session.log("mcp.start_failed", words, server=self.name, command=self._declared.argv[0], stderr=said)
        else:
            tools = [tool.name for tool in self._link.tools]
            session.log("mcp.connect", f"the MCP server {self.name} is there", server=self.name, tools=tools)

    def call(self, record: ToolRecorder, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        """Have a tool called, in a call that is being recorded."""
        link = self._running(record)
        try:
            return link.call(tool, arguments, self.timeout)
        except MCPError as error:
            raise self._meaning(error, record, link) from error
        except (RuntimeError, ValueError, NotStarted) as error:
            if not link.alive:
                raise self._gone(record, link) from error
            raise self._error(f"the answer is no result: {error}") from error

    def close(self) -> None:
        """End it."""
        if self._link is not None:
            self._link.close()

    def _running(self, record: ToolRecorder) -> Link:
        """The server as it runs; where it does not, it is started again."""
        with self._lock:
            link = self._link
            if link is not None and link.alive:
                return link
            if link is not None and not link.missed:
                self._gone(record, link)
            if self._restarts == 0:
                raise self._error("it stopped, and may not be started again")
            self._restarts -= 1
            try:
                self._link = self._open()
            except NotStarted as error:
                raise self._error(f"it stopped, and did not start again: {error}") from error
            left = f"{self._restarts} more allowed"
            record.log("mcp.restart", f"the MCP server {self.name} was started again ({left})", server=self.name)
            return self._link

    def _open(self) -> Link:
        """A new run. Raises ``NotStarted``."""
        if self._link is not None:
            self._link.close()
        link = self._link = Link(self._backstage, self._declared, self._folder)
        try:
            link.open()
        except NotStarted:
            link.close()
            self._link = None
            raise
        return link

    def _meaning(self, error: MCPError, record: ToolRecorder, link: Link) -> Exception:
        """What an error of the protocol means for the call."""
        if error.code == CONNECTION_CLOSED or not link.alive:
            return self._gone(record, link)
        if error.code == REQUEST_TIMEOUT:
            return ToolFailure(f"no answer within {self.timeout:g} s", status="timeout")
        if error.code == INVALID_PARAMS:
            return ParametersRefused(error.message)
        return self._error(f"error {error.code}: {error.message}")

    def _gone(self, record: ToolRecorder, link: Link) -> ToolFailure:
        """Say that it died."""
        link.missed = True
        words = f"the MCP server {self.name} stopped"
        record.log("mcp.disconnect", words, server=self.name, stderr=link.last_words)
        return ToolFailure(f"{words} during the call; whether anything was done is not known")

    def _error(self, words: str) -> ToolFailure:
        return ToolFailure(f"the MCP server {self.name}: {words}", slug="mcp.error")
