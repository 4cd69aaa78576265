"""An agent on OpenAI's responses that records itself by one line; each request says only what is new."""

from __future__ import annotations

import json
import sys
from typing import Any

from openai import OpenAI

import clew

clew.instrument(agent_id="orders")

PARAMETERS = {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]}
TOOL: Any = {"type": "function", "name": "find_order", "parameters": PARAMETERS, "strict": False}


@clew.tool
def find_order(order: int) -> str:
    """Find an order."""
    return f"order {order} is on its way"


said: Any = " ".join(sys.argv[1:]) or "Where is order 17?"
before: str | None = None
with OpenAI() as client:
    while said:
        answer = client.responses.create(model="gpt-5.5", input=said, tools=[TOOL], previous_response_id=before)
        before = answer.id
        said = []
        for call in (item for item in answer.output if item.type == "function_call"):
            result = find_order(**json.loads(call.arguments))
            said.append({"type": "function_call_output", "call_id": call.call_id, "output": result})
print(answer.output_text)
