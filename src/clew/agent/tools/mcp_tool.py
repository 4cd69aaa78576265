"""A tool of an MCP server. The model knows it by the server's name and its own, ``shop__search``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from clew.agent.tools.parameters import BadSchema, Parameters
from clew.agent.tools.tool import Result, Tool, ToolFailure, text_of_value

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock
    from mcp.types import Tool as ToolOfServer

    from clew.agent.tools.mcp_server import Server
    from clew.record.tool import ToolRecorder

BETWEEN = "__"
"""What stands between the name of the server and that of the tool."""
_LONGEST = 64


class McpTool(Tool):
    """A tool of an MCP server."""

    kind = "mcp"

    def __init__(self, server: Server, offered: ToolOfServer) -> None:
        super().__init__(_name(server.name, offered.name), offered.description or "", _parameters(offered))
        self.attributes = {"server": server.name, "tool": offered.name}
        self._server = server
        self._offered = offered.name

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:
        """Have it called, and take the answer whole."""
        answer = self._server.call(record, self._offered, arguments)
        whole = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
        text = _text(answer)
        if answer.is_error:
            raise ToolFailure(text or "it failed without a word", response=whole)
        return Result(text, whole)

    def text_of(self, response: object) -> str | None:
        """The texts of an answer that is nothing but text."""
        blocks = response.get("content") if isinstance(response, dict) else None
        if not isinstance(blocks, list) or not blocks:
            return None
        words = [block.get("text") if block.get("type") == "text" else None for block in blocks]
        return None if None in words else "\n".join(map(str, words))


def _name(server: str, tool: str) -> str:
    """A name that every provider takes."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{server}{BETWEEN}{tool}")[:_LONGEST]


def _parameters(offered: ToolOfServer) -> Parameters:
    """As the server says; a schema that is none checks nothing, and the server has to."""
    try:
        return Parameters(offered.input_schema)
    except BadSchema:
        return Parameters({"type": "object"})


def _text(answer: CallToolResult) -> str:
    """The answer as a model reads it."""
    if not answer.content and answer.structured_content is not None:
        return text_of_value(answer.structured_content)
    return "\n".join(_words(block) for block in answer.content)


def _words(block: ContentBlock) -> str:
    if block.type == "text":
        return block.text
    if block.type == "resource" and hasattr(block.resource, "text"):
        return str(block.resource.text)
    if block.type == "resource_link":
        return f"[{block.uri}]"
    return f"[{block.type}]"
