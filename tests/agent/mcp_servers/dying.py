"""An MCP server that dies in the middle of a call, or right after one."""

from __future__ import annotations

import os
import sys
import threading

from mcp.server.mcpserver import MCPServer

server = MCPServer("dying")


@server.tool()
def crash() -> str:
    """Die before there is an answer."""
    print("out of cheese", file=sys.stderr, flush=True)
    os._exit(139)


@server.tool()
def leave() -> str:
    """Answer, then die."""
    threading.Timer(0.1, os._exit, [0]).start()
    return "bye"


@server.tool()
def pid() -> str:
    """Say which run this is."""
    return str(os.getpid())


server.run()
