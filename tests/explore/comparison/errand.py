"""An agent that follows a plan: it is recorded with the real recorder, and its plan can be changed in one place.

Its conversation grows as that of a real agent does: answers and results are copied into the next request, every run
has other ids, and the last answer becomes the report.
"""

from __future__ import annotations

import copy
import json
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import clew

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session
    from clew.record.session import SessionRecorder
    from clew.record.turn import HolderRecorder

Plan = dict[str, Any]

_USAGE = {"input_tokens": 100, "output_tokens": 20}


def exchange(text: str = "", **fields: Any) -> Plan:  # noqa: ANN401 - whatever a test wants
    """An attempt that is answered."""
    return {"text": text, "usage": dict(_USAGE), "cost": "0.0100", "stop": "end_turn", **fields}


def call(name: str, request: Any, result: Any, **fields: Any) -> Plan:  # noqa: ANN401 - JSON values
    """A tool call."""
    return {"name": name, "request": request, "result": result, **fields}


def researcher() -> Plan:
    """The agent that the other one asks."""
    return {
        "agent_id": "researcher",
        "model": "claude-haiku-4-5",
        "system": "Find things out.",
        "turns": [
            {
                "user": "who delivers?",
                "attempts": [exchange("I look it up.")],
                "tools": [call("search", {"q": "carrier"}, "three carriers")],
            },
            {"attempts": [exchange("DHL delivers it.")], "tools": []},
        ],
    }


def plan() -> Plan:
    """A session with turns, a retry, tools, a child session, a step and a report."""
    turns = [
        {
            "user": "find my order 17",
            "attempts": [
                exchange(fails="too many requests", slug="llm.rate_limited", http_status=429),
                exchange("Let me look.", reasoning="The user wants an order."),
            ],
            "tools": [
                call("memory", {"path": "/memories"}, "Directory: /memories", command="view"),
                call("orders", {"number": 17}, {"state": "sent", "items": [{"name": "lamp"}, {"name": "desk"}]}),
            ],
        },
        {
            "attempts": [exchange("I ask somebody.")],
            "tools": [call("researcher", {"task": "who delivers?"}, None, kind="agent", child=researcher())],
        },
        {
            "attempts": [exchange("One more look.")],
            "tools": [call("orders", {"number": 18}, {"state": "lost"}), call("clock", {}, "noon")],
        },
        {"user": "and when?", "attempts": [exchange("I check.")], "tools": [call("clock", {}, "five")]},
        {"attempts": [exchange("It comes at five.")], "tools": []},
    ]
    return {
        "agent_id": "support",
        "model": "claude-sonnet-4-5",
        "system": "Be kind.\nBe brief.\nNever guess.",
        "title": "an order",
        "tags": ["prod"],
        "attributes": {"shop": "north"},
        "provider": "anthropic",
        "providers": [{"name": "anthropic", "retries": 3}],
        "prompts": {"greeting": "Hello!", "farewell": "Bye!"},
        "tools": [_tool("memory"), _tool("orders"), _tool("clock"), _tool("researcher")],
        "parameters": {"temperature": 0.5, "max_tokens": 1000},
        "turns": turns,
        "steps": {2: {"kind": "compaction", "name": "tidy", "attempts": [exchange("All is well.")], "tools": []}},
    }


def record(folder: Path, changed: Plan | None = None) -> Session:
    """Let an agent follow a plan, and load what was recorded."""
    told = copy.deepcopy(plan() if changed is None else changed)
    with clew.session(dir=folder, **_about(told)) as session:
        _follow(session, told)
    return clew.load(session.path)


def _about(told: Plan) -> Plan:
    about = {name: told.get(name) for name in ("agent_id", "model", "title", "attributes")}
    return {**about, "system_prompt": told.get("system"), "tags": told.get("tags", ())}


def _follow(session: SessionRecorder, told: Plan) -> str:
    """Go through a plan; returns what is reported in the end."""
    session.config(providers=told.get("providers"), tools=told.get("tools"), prompts=told.get("prompts"))
    if "warns" in told:
        session.log(told["warns"], "as planned", "WRN")
    messages: list[Any] = []
    text = ""
    for number, turn in enumerate(told["turns"]):
        step = told.get("steps", {}).get(number)
        if step is not None:
            with session.step(step["kind"], step["name"]) as holder:
                _round(holder, told, step, [{"role": "user", "content": "Sum up."}])
        if "user" in turn:
            messages.append({"role": "user", "content": turn["user"]})
        with session.turn(action=_action(turn)) as holder:
            text = _round(holder, told, turn, messages) or text
            if "outcome" in turn:
                holder.outcome(turn["outcome"])
            if "gives_up" in turn:
                holder.fail(turn["gives_up"])
    report = told.get("report", text)
    session.final_report({"format": "markdown", "content": report})
    if "fails" in told:
        session.fail(told["fails"], told.get("slug"))
    return str(report)


def _action(turn: Plan) -> clew.Action | None:
    return clew.Action(turn.get("opened_by", "message"), None, turn["user"]) if "user" in turn else None


def _round(holder: HolderRecorder, told: Plan, turn: Plan, messages: list[Any]) -> str:
    turn.get("rewrites", lambda _: None)(messages)
    sent = copy.deepcopy(messages)
    turn.get("sends", lambda _: None)(sent)
    asked = [{**one, "id": f"toolu_{uuid.uuid4().hex}"} for one in turn["tools"]]
    text = ""
    for attempt in turn["attempts"]:
        text = _attempt(holder, told, (turn, attempt), sent, asked)
    messages.append({"role": "assistant", "content": _content(turn["attempts"][-1], asked)})
    results = [_call(holder, one) for one in asked]
    if results:
        messages.append({"role": "user", "content": results})
    if "warns" in turn:
        holder.log(turn["warns"], "as planned", "WRN")
    return text


def _content(attempt: Plan, asked: list[Plan]) -> list[Plan]:
    thought = {"type": "thinking", "thinking": attempt.get("reasoning"), "signature": uuid.uuid4().hex}
    blocks: list[Plan] = [thought] if "reasoning" in attempt else []
    blocks.append({"type": "text", "text": attempt["text"]})
    asks = [*asked, *attempt.get("asks", [])]
    return blocks + [
        {"type": "tool_use", "id": one.get("id", "toolu_x"), "name": one["name"], "input": one["request"]}
        for one in asks
        if not one.get("unasked")
    ]


def _attempt(
    holder: HolderRecorder, told: Plan, parts: tuple[Plan, Plan], messages: list[Any], asked: list[Plan]
) -> str:
    turn, attempt = parts
    model = attempt.get("model", told["model"])
    tools = turn.get("tools_offered", told.get("tools", []))
    parameters = {**told.get("parameters", {}), **turn.get("parameters", {})}
    system = turn.get("system", told["system"])
    request = {"model": model, "system": system, "tools": tools, **parameters, "messages": messages}
    provider = attempt.get("provider", told.get("provider", "anthropic"))
    with holder.attempt(provider=provider, model=model, request=request) as record:
        if "fails" in attempt:
            record.fail(attempt["fails"], slug=attempt["slug"], status="failed", http_status=attempt.get("http_status"))
            return ""
        content = _content(attempt, asked)
        if "block" in attempt:
            content.append(attempt["block"])
        record.respond(
            {
                "id": f"msg_{uuid.uuid4().hex}",
                "type": "message",
                "role": "assistant",
                "model": attempt.get("answers", model),
                "content": content,
                "stop_reason": attempt["stop"],
                "usage": attempt["usage"],
            },
            usage=clew.Usage(**attempt["usage"]),
            cost=Decimal(attempt["cost"]),
            model=attempt.get("answers", model),
            http_status=attempt.get("http_status", 200),
        )
        if "rejected" in attempt:
            record.reject(attempt["rejected"], "not good enough")
    return str(attempt["text"])


def _call(holder: HolderRecorder, one: Plan) -> Plan:
    result = one["result"]
    with holder.tool(
        one["name"],
        one.get("does", one["request"]),
        kind=one.get("kind", "function"),
        command=one.get("command"),
        call_id=one["id"],
        attributes=one.get("attributes"),
    ) as record:
        if "child" in one:
            with record.child(**_about(one["child"])) as child:
                result = _follow(child, one["child"])
        if "warns" in one:
            record.log(one["warns"], "as planned", "WRN")
        if "fails" in one:
            record.fail(one["fails"], slug=one.get("slug"), status=one.get("status"))
            result = f"Error: {one['fails']}"
        else:
            record.respond(result, accounting=one.get("accounting"))
    told = result if isinstance(result, str) else json.dumps(result)
    return {"type": "tool_result", "tool_use_id": one["id"], "content": told, "is_error": "fails" in one}


def _tool(name: str) -> Plan:
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": []}
    return {"name": name, "description": f"The tool {name}.", "input_schema": schema}
