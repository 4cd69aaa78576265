"""An MCP server with the orders of the shop, and a fault: asked for order 13 it dies."""

from __future__ import annotations

import os
import sys

from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.types import INTERNAL_ERROR

UNLUCKY = 13
server = MCPServer("orders")


@server.tool()
def find(order: int) -> str:
    """Find an order by its number."""
    if order == UNLUCKY:
        print("order 13: out of luck", file=sys.stderr, flush=True)
        os._exit(1)
    return f"order {order} is on its way"


@server.tool()
def cancel(order: int) -> str:
    """Cancel an order."""
    raise MCPError(INTERNAL_ERROR, f"the book of order {order} is locked")


server.run()
