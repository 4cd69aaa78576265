"""An asynchronous agent with the tools of an MCP server that records itself: its one line knows both SDKs."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from anthropic import AsyncAnthropic
from mcp import Client, StdioServerParameters

import clew

clew.instrument(agent_id="orders")

SERVER = StdioServerParameters(command=sys.executable, args=[str(Path(__file__).parent / "tools" / "orders_server.py")])


async def main(question: str) -> str:
    """Answer a question."""
    messages: list[Any] = [{"role": "user", "content": question}]
    async with Client(SERVER) as server, AsyncAnthropic() as model:
        offered = (await server.list_tools()).tools
        tools: Any = [{"name": t.name, "description": t.description, "input_schema": t.input_schema} for t in offered]
        while True:
            request: Any = {"model": "claude-sonnet-5-5", "max_tokens": 1024, "messages": messages, "tools": tools}
            answer = await model.messages.create(**request)
            results: list[Any] = []
            for call in (block for block in answer.content if block.type == "tool_use"):
                told = (await server.call_tool(call.name, call.input)).model_dump(mode="json")["content"]
                content = [{"type": "text", "text": part["text"]} for part in told]
                results.append({"type": "tool_result", "tool_use_id": call.id, "content": content})
            if not results:
                return "".join(block.text for block in answer.content if block.type == "text")
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]


print(asyncio.run(main(" ".join(sys.argv[1:]) or "Where is order 17?")))
