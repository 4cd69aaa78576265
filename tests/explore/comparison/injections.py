"""Changes that are put into a plan, each with the differences that have to be found, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.explore.comparison.errand import call, exchange, researcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.explore.comparison.errand import Plan

Found = tuple[str, str | None, str | None]
"""Kind, path in A, path in B."""


class Injection(NamedTuple):
    """One change."""

    change: Callable[[Plan], object]
    """Changes a plan."""
    expected: tuple[Found, ...]
    """What has to be found."""


def _at(kind: str, path: str) -> tuple[Found, ...]:
    return ((kind, path, path),)


def _attempt(plan: Plan, turn: int, number: int = -1) -> Plan:
    found: Plan = plan["turns"][turn]["attempts"][number]
    return found


def _tool(plan: Plan, turn: int, number: int = 0) -> Plan:
    found: Plan = plan["turns"][turn]["tools"][number]
    return found


def _child(plan: Plan) -> Plan:
    found: Plan = _tool(plan, 1)["child"]
    return found


def _turn(text: str, tool: str) -> Plan:
    return {"attempts": [exchange(text)], "tools": [call(tool, {"number": 99}, f"result of {text}")]}


def _offer(plan: Plan, place: int, **fields: Any) -> None:  # noqa: ANN401 - fields of a tool
    plan["tools"][place] = {**plan["tools"][place], **fields}


INJECTIONS: dict[str, Injection] = {
    # what the agent is set up with
    "agent": Injection(lambda p: p.update(agent_id="sales"), _at("agent_changed", "")),
    "system prompt": Injection(
        lambda p: p.update(system="Be kind.\nBe long.\nNever guess."), _at("system_prompt_changed", "")
    ),
    "system prompt of one request": Injection(
        lambda p: p["turns"][2].update(system="Be rude."), _at("system_prompt_changed", "3-1")
    ),
    "prompt in config": Injection(lambda p: p["prompts"].update(greeting="Hi!"), _at("prompt_changed", "init")),
    "prompt added to config": Injection(lambda p: p["prompts"].update(third="?"), _at("prompt_changed", "init")),
    "providers": Injection(lambda p: p["providers"][0].update(retries=5), _at("providers_changed", "init")),
    "provider added to config": Injection(
        lambda p: p["providers"].append({"name": "openai"}), _at("providers_changed", "init")
    ),
    "tool offered": Injection(
        lambda p: p["tools"].append({"name": "shell", "description": "A shell."}),
        _at("tool_definition_added", "init"),
    ),
    "tool offered first": Injection(
        lambda p: p["tools"].insert(0, {"name": "shell", "description": "A shell."}),
        _at("tool_definition_added", "init"),
    ),
    "tool not offered": Injection(lambda p: p["tools"].pop(0), _at("tool_definition_removed", "init")),
    "tool not offered once": Injection(
        lambda p: p["turns"][4].update(tools_offered=p["tools"][1:]), _at("tool_definition_removed", "5-1")
    ),
    "tool schema": Injection(
        lambda p: _offer(
            p,
            1,
            input_schema={
                "type": "object",
                "properties": {"number": {"type": "string"}, "more": {"type": "string"}},
                "required": ["more"],
            },
        ),
        _at("tool_schema_changed", "init"),
    ),
    "tool description": Injection(
        lambda p: _offer(p, 1, description="Finds orders."), _at("tool_description_changed", "init")
    ),
    "tool definition": Injection(lambda p: _offer(p, 1, strict=True), _at("tool_definition_changed", "init")),
    "tools in another order": Injection(lambda p: p["tools"].reverse(), _at("tool_definitions_reordered", "init")),
    "title": Injection(lambda p: p.update(title="a parcel"), _at("title_changed", "")),
    "tags": Injection(lambda p: p.update(tags=["prod", "eu"]), _at("tags_changed", "")),
    "attributes": Injection(lambda p: p["attributes"].update(shop="south"), _at("attributes_changed", "")),
    # requests
    "model": Injection(lambda p: p.update(model="claude-opus-4-5"), _at("model_changed", "")),
    "model of one attempt": Injection(
        lambda p: _attempt(p, 2).update(model="claude-opus-4-5"), _at("model_changed", "3-1")
    ),
    "provider": Injection(lambda p: p.update(provider="bedrock"), _at("provider_changed", "1-1")),
    "provider of one attempt": Injection(
        lambda p: _attempt(p, 3).update(provider="bedrock"), _at("provider_changed", "4-1")
    ),
    "temperature": Injection(lambda p: p["parameters"].update(temperature=0.7), _at("parameter_changed", "1-1")),
    "max tokens": Injection(lambda p: p["parameters"].update(max_tokens=9), _at("parameter_changed", "1-1")),
    "temperature of one turn": Injection(
        lambda p: p["turns"][2].update(parameters={"temperature": 0.7}), _at("parameter_changed", "3-1")
    ),
    "temperature of two turns": Injection(
        lambda p: [p["turns"][turn].update(parameters={"temperature": 0.7}) for turn in (0, 3)],
        (*_at("parameter_changed", "1-1"), *_at("parameter_changed", "4-1")),
    ),
    "parameter added": Injection(lambda p: p["parameters"].update(top_p=0.9), _at("parameter_changed", "1-1")),
    "parameter removed": Injection(lambda p: p["parameters"].pop("max_tokens"), _at("parameter_changed", "1-1")),
    "user's message": Injection(
        lambda p: p["turns"][0].update(user="find my order 18"), _at("user_message_changed", "1")
    ),
    "later message of the user": Injection(
        lambda p: p["turns"][3].update(user="and where?"), _at("user_message_changed", "4")
    ),
    "action": Injection(lambda p: p["turns"][3].update(opened_by="menu"), _at("action_changed", "4")),
    "message put into the history": Injection(
        lambda p: p["turns"][2].update(rewrites=lambda m: m.insert(0, {"role": "user", "content": "Hurry."})),
        _at("request_message_added", "3-1"),
    ),
    "message put into one request": Injection(
        lambda p: p["turns"][2].update(sends=lambda m: m.append({"role": "user", "content": "Hurry."})),
        _at("request_message_added", "3-1"),
    ),
    "message taken out of the history": Injection(
        lambda p: p["turns"][2].update(rewrites=lambda m: m.pop(1)), _at("request_message_removed", "3-1")
    ),
    "messages taken out of one request": Injection(
        lambda p: p["turns"][2].update(sends=lambda m: m.__delitem__(slice(1, 3))),
        _at("request_message_removed", "3-1"),
    ),
    "message changed in the history": Injection(
        lambda p: p["turns"][2].update(rewrites=lambda m: m[0].update(content="find nothing")),
        _at("request_message_changed", "3-1"),
    ),
    "message changed in one request": Injection(
        lambda p: p["turns"][2].update(sends=lambda m: m[0].update(content="find nothing")),
        _at("request_message_changed", "3-1"),
    ),
    "result changed on its way": Injection(
        lambda p: p["turns"][1].update(rewrites=lambda m: m[-1]["content"][0].update(content="nothing")),
        _at("request_message_changed", "2-1"),
    ),
    # attempts and answers
    "answer text": Injection(lambda p: _attempt(p, 0).update(text="I look."), _at("answer_text_changed", "1-2")),
    "last answer": Injection(lambda p: _attempt(p, 4).update(text="At six."), _at("answer_text_changed", "5-1")),
    "reasoning": Injection(lambda p: _attempt(p, 0).update(reasoning="Hm."), _at("reasoning_changed", "1-2")),
    "another block in an answer": Injection(
        lambda p: _attempt(p, 4).update(block={"type": "image", "source": {"data": "…"}}),
        _at("answer_changed", "5-1"),
    ),
    "call asked for in vain": Injection(
        lambda p: _attempt(p, 3).update(asks=[call("shell", {"run": "ls"}, None)]), _at("asked_call_changed", "4-1")
    ),
    "stop reason": Injection(lambda p: _attempt(p, 2).update(stop="max_tokens"), _at("stop_reason_changed", "3-1")),
    "usage": Injection(lambda p: _attempt(p, 2)["usage"].update(output_tokens=21), _at("usage_changed", "3-1")),
    "cost": Injection(lambda p: _attempt(p, 2).update(cost="0.0200"), _at("cost_changed", "3-1")),
    "answering model": Injection(
        lambda p: _attempt(p, 2).update(answers="claude-sonnet-4-6"), _at("answering_model_changed", "3-1")
    ),
    "retry": Injection(
        lambda p: p["turns"][2]["attempts"].insert(0, exchange(fails="busy", slug="llm.overloaded", http_status=529)),
        (("retry_added", None, "3-1"),),
    ),
    "rejected answer": Injection(
        lambda p: p["turns"][2]["attempts"].insert(0, exchange("", rejected="llm.empty_response")),
        (("retry_added", None, "3-1"),),
    ),
    "no retry": Injection(lambda p: p["turns"][0]["attempts"].pop(0), (("retry_removed", "1-1", None),)),
    "attempt fails": Injection(
        lambda p: _attempt(p, 4).update(fails="no answer", slug="llm.timeout", text=""),
        (*_at("attempt_status_changed", "5-1"), *_at("report_changed", "fin")),
    ),
    "slug of an attempt": Injection(
        lambda p: _attempt(p, 0, 0).update(slug="llm.quota_exceeded"), _at("attempt_slugs_changed", "1-1")
    ),
    "words of a failure": Injection(
        lambda p: _attempt(p, 0, 0).update(fails="slow down"), _at("attempt_error_changed", "1-1")
    ),
    "HTTP status": Injection(lambda p: _attempt(p, 0, 0).update(http_status=529), _at("http_status_changed", "1-1")),
    "verdict": Injection(
        lambda p: _attempt(p, 4).update(rejected="llm.synthetic_retry"), _at("verdict_changed", "5-1")
    ),
    # calls
    "call": Injection(
        lambda p: p["turns"][2]["tools"].append(call("shell", {"run": "ls"}, "two files")),
        (("tool_call_added", None, "3-4"),),
    ),
    "call before others": Injection(
        lambda p: p["turns"][2]["tools"].insert(0, call("orders", {"number": 4}, {"state": "new"})),
        (("tool_call_added", None, "3-2"),),
    ),
    "no call": Injection(lambda p: p["turns"][0]["tools"].pop(0), (("tool_call_removed", "1-3", None),)),
    "another tool": Injection(
        lambda p: _tool(p, 3).update(name="watch"),
        (("tool_call_removed", "4-2", None), ("tool_call_added", None, "4-2")),
    ),
    "parameters": Injection(
        lambda p: _tool(p, 2).update(request={"number": 19}), _at("tool_parameters_changed", "3-2")
    ),
    "parameters that were not asked for": Injection(
        lambda p: _tool(p, 2).update(does={"number": 19}), _at("tool_parameters_changed", "3-2")
    ),
    "result": Injection(lambda p: _tool(p, 0).update(result="Directory: empty"), _at("tool_result_changed", "1-3")),
    "part of a result": Injection(
        lambda p: _tool(p, 0, 1)["result"]["items"].pop(0), _at("tool_result_changed", "1-4")
    ),
    "call fails": Injection(lambda p: _tool(p, 0).update(fails="no such folder"), _at("tool_status_changed", "1-3")),
    "call takes too long": Injection(
        lambda p: _tool(p, 2, 1).update(fails="no answer in 10 s", status="timeout"),
        _at("tool_status_changed", "3-3"),
    ),
    "kind of a call": Injection(lambda p: _tool(p, 2).update(kind="mcp"), _at("tool_kind_changed", "3-2")),
    "command": Injection(lambda p: _tool(p, 0).update(command="list"), _at("tool_command_changed", "1-3")),
    "what a call used": Injection(
        lambda p: _tool(p, 2).update(accounting={"credits": 2, "took_ms": 12}),
        _at("tool_accounting_changed", "3-2"),
    ),
    "attributes of a call": Injection(
        lambda p: _tool(p, 2).update(attributes={"host": "b"}), _at("attributes_changed", "3-2")
    ),
    "order of calls": Injection(lambda p: p["turns"][2]["tools"].reverse(), _at("tool_calls_reordered", "3")),
    # rounds
    "turn in the middle": Injection(
        lambda p: p["turns"].insert(2, _turn("Something else.", "memory")), (("turn_added", None, "3"),)
    ),
    "turn at the beginning": Injection(
        lambda p: p["turns"].insert(0, {"user": "hello", **_turn("Hello!", "memory")}), (("turn_added", None, "1"),)
    ),
    "turn at the end": Injection(
        lambda p: p["turns"].append({"user": "thanks", "attempts": [exchange("It comes at five.")], "tools": []}),
        (("turn_added", None, "6"),),
    ),
    "no turn": Injection(lambda p: p["turns"].pop(2), (("turn_removed", "3", None),)),
    "turn gives up": Injection(lambda p: p["turns"][3].update(gives_up="enough"), _at("round_status_changed", "4")),
    "outcome of an action": Injection(
        lambda p: p["turns"][3].update(outcome="answered"), _at("action_outcome_changed", "4")
    ),
    "step": Injection(
        lambda p: p["steps"].update({4: {"kind": "router", "name": "who", "attempts": [exchange("me")], "tools": []}}),
        (("step_added", None, "s2"),),
    ),
    "no step": Injection(lambda p: p["steps"].clear(), (("step_removed", "s1", None),)),
    "kind of a step": Injection(lambda p: p["steps"][2].update(kind="system"), _at("step_changed", "s1")),
    # child sessions
    "child session": Injection(
        lambda p: _tool(p, 0).update(child={**researcher(), "report": "Directory: /memories"}),
        (("child_session_added", "1-3", "1-3"),),
    ),
    "no child session": Injection(
        lambda p: p["turns"][1]["tools"].__setitem__(
            0, call("researcher", {"task": "who delivers?"}, "DHL delivers it.", kind="agent")
        ),
        (("child_session_removed", "2-2", "2-2"),),
    ),
    "result inside a child session": Injection(
        lambda p: _child(p)["turns"][0]["tools"][0].update(result="no carriers"),
        _at("tool_result_changed", "2-2.1-2"),
    ),
    "report of a child session": Injection(
        lambda p: _child(p)["turns"][1]["attempts"][0].update(text="UPS delivers it."),
        _at("answer_text_changed", "2-2.2-1"),
    ),
    "turn inside a child session": Injection(
        lambda p: _child(p)["turns"].insert(1, _turn("Once more.", "search")), (("turn_added", None, "2-2.2"),)
    ),
    "model of a child session": Injection(
        lambda p: _child(p).update(model="claude-sonnet-4-5"), _at("model_changed", "2-2")
    ),
    # what was logged, and the end
    "warning": Injection(lambda p: p.update(warns="shop.slow"), _at("log_added", "init")),
    "warning of a turn": Injection(lambda p: p["turns"][3].update(warns="shop.slow"), _at("log_added", "4")),
    "warning of a call": Injection(lambda p: _tool(p, 2).update(warns="shop.slow"), _at("log_added", "3-2")),
    "outcome": Injection(lambda p: p.update(fails="out of stock", slug="shop.empty"), _at("outcome_changed", "fin")),
    "report": Injection(lambda p: p.update(report="It is on its way."), _at("report_changed", "fin")),
}
"""Every change by name."""
