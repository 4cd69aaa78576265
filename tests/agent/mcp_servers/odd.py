"""An MCP server whose answers are not what they should be."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS, CallToolRequestParams, CallToolResult, ListToolsResult, Tool

ANYTHING: dict[str, Any] = {"type": "object"}
NUMBER: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def tools(*_: object) -> ListToolsResult:
    """Say what there is."""
    return ListToolsResult(
        tools=[
            Tool(name="liar", input_schema=ANYTHING, output_schema=NUMBER),
            Tool(name="broken", input_schema=ANYTHING),
            Tool(name="picky", input_schema=ANYTHING),
            Tool(name="nonsense", input_schema={"type": "object", "required": "everything"}),
        ]
    )


async def call(_: object, asked: CallToolRequestParams) -> CallToolResult:
    """Answer, after a fashion."""
    if asked.name == "broken":
        raise MCPError(INTERNAL_ERROR, "the index is gone")
    if asked.name == "picky":
        raise MCPError(INVALID_PARAMS, "n has to be prime")
    return CallToolResult(content=[], structured_content={"n": "many"} if asked.name == "liar" else {"n": 1})


async def main() -> None:
    """Serve."""
    server = Server("odd", on_list_tools=tools, on_call_tool=call)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


asyncio.run(main())
