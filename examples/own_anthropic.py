"""An agent on the plain `anthropic` SDK that records itself: one line is all there is to it."""

from __future__ import annotations

import sys
from typing import Any

from anthropic import Anthropic

import clew

clew.instrument(agent_id="orders")

TOOL: Any = {
    "name": "find_order",
    "description": "Finds an order by its number.",
    "input_schema": {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]},
}


def find_order(order: int) -> str:
    """Find an order."""
    return f"order {order} is on its way"


messages: list[Any] = [{"role": "user", "content": " ".join(sys.argv[1:]) or "Where is order 17?"}]
with Anthropic() as client:
    while True:
        answer = client.messages.create(model="claude-sonnet-5-5", max_tokens=1024, messages=messages, tools=[TOOL])
        calls = [block for block in answer.content if block.type == "tool_use"]
        if not calls:
            break
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": find_order(**call.input)} for call in calls
        ]
        messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
print("".join(block.text for block in answer.content if block.type == "text"))
