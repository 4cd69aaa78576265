"""An MCP server whose tool takes longer than anybody waits."""

from __future__ import annotations

import asyncio

from mcp.server.mcpserver import MCPServer

server = MCPServer("slow")


@server.tool()
async def think() -> str:
    """Think about it."""
    await asyncio.sleep(60)
    return "42"


server.run()
