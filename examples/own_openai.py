"""An agent on the plain `openai` SDK, streamed, that records itself by one line; its tool is recorded as it runs."""

from __future__ import annotations

import json
import sys
from typing import Any

from openai import OpenAI

import clew

clew.instrument(agent_id="orders")

PARAMETERS = {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]}
TOOL: Any = {"type": "function", "function": {"name": "find_order", "parameters": PARAMETERS}}


@clew.tool
def find_order(order: int) -> str:
    """Find an order."""
    return f"order {order} is on its way"


messages: list[Any] = [{"role": "user", "content": " ".join(sys.argv[1:]) or "Where is order 17?"}]
with OpenAI() as client:
    while True:
        with client.chat.completions.stream(
            model="gpt-5.5", messages=messages, tools=[TOOL], stream_options={"include_usage": True}
        ) as stream:
            answer = stream.get_final_completion().choices[0].message
        if not answer.tool_calls:
            break
        messages.append(answer.to_dict())
        for call in answer.tool_calls:
            result = find_order(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(answer.content)
