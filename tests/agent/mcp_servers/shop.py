"""An MCP server as it should be: two tools, one of which refuses."""

from __future__ import annotations

import os

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("shop")


@server.tool()
def search(query: str) -> str:
    """Look for an order."""
    return f"{query}: shipped, seen by {os.environ.get('CLERK', 'nobody')}"


@server.tool()
def cancel(order: int) -> str:
    """Cancel an order."""
    message = f"order {order} is on its way"
    raise ToolError(message)


server.run()
