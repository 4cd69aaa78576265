"""An MCP server that notes every call in a file, so that a test knows which were really made."""

from __future__ import annotations

import os
from pathlib import Path

from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import INVALID_PARAMS

server = MCPServer("ledger")


def _note(call: str) -> None:
    with Path(os.environ["LEDGER"]).open("a", encoding="utf-8") as file:
        file.write(f"{call}\n")


@server.tool()
def find(order: int) -> str:
    """Find an order."""
    _note("find")
    return f"order {order} is on its way"


@server.tool()
def count(word: str) -> dict[str, int]:
    """Count letters, as structured content."""
    _note("count")
    return {letter: word.count(letter) for letter in sorted(set(word))}


@server.tool()
def cancel(order: int) -> str:
    """Fail, as a tool does that says so in its result."""
    _note("cancel")
    message = f"order {order} has left"
    raise ToolError(message)


@server.tool()
def lock(order: int) -> str:
    """Fail, as the protocol does."""
    _note("lock")
    raise MCPError(INVALID_PARAMS, f"order {order} is locked")


server.run()
