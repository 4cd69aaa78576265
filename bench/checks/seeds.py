"""The two documents this project answers to: the recipes of the trace, and the rule about tests."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import clew
from bench.checks.finding import Finding
from bench.process import ROOT, run
from bench.process import clew as command
from clew.compat.session_trace import SessionTrace

RECIPES = (
    ".",
    ".events | group_by(.event_type) | map({type: .[0].event_type, count: length})",
    '.events[] | select(.event_type == "tool_call")',
    '.events[] | select(.event_type == "token_usage") | .cumulative',
)
"""The four recipes, without ``cat``; the last is followed by ``tail -1``."""

SNIPPET = """
import json
with open({path!r}) as f:
    trace = json.load(f)
tool_calls = [e for e in trace['events'] if e['event_type'] == 'tool_call']
print(f"Total tool calls: {{len(tool_calls)}}")
from collections import Counter
commands = Counter(tc['command'] for tc in tool_calls)
print(f"Commands used: {{commands}}")
errors = [e for e in trace['events'] if e['event_type'] == 'error']
if errors:
    print(f"Errors occurred: {{len(errors)}}")
"""
"""The Python snippet."""


def seeds() -> list[Finding]:
    """Try the recipes on both kinds of trace, and the expression on a session."""
    with tempfile.TemporaryDirectory() as folder:
        told, chatted = Path(folder) / "told", Path(folder) / "chatted"
        traces = {"SessionTrace": _told(told), "clew chat": _chatted(chatted)}
        return [*(_recipes(name, path) for name, path in traces.items()), _rule_10(Path(folder) / "rules")]


def _recipes(writer: str, path: Path) -> Finding:
    jq = shutil.which("jq")
    answers = [_jq(jq, recipe, path) for recipe in RECIPES] if jq is not None else []
    snippet = run(["-c", SNIPPET.format(path=str(path))])
    good = snippet.code == 0 and "Total tool calls: 2" in snippet.stdout and "'view': 1" in snippet.stdout
    worked = sum(bool(answer.strip()) for answer in answers)
    return Finding(
        name=f"recipes on a trace written by {writer}",
        figure=f"{worked} of {len(RECIPES)} jq recipes, the Python snippet {'works' if good else 'fails'}"
        + ("" if jq else "; jq is not installed here"),
        target="4 of 4, and the snippet",
        met=None if jq is None else good and worked == len(RECIPES),
    )


def _jq(jq: str, recipe: str, path: Path) -> str:
    done = subprocess.run([jq, recipe, str(path)], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _told(folder: Path) -> Path:
    trace = SessionTrace(folder, model="m", system_prompt="…")
    trace.log_user_input("hello")
    trace.log_llm_request(messages_count=1, tools=["memory"])
    for name in ("view", "create"):
        trace.log_tool_call("memory", name, {"path": "/memories"})
        trace.log_tool_result("memory", name, "result…", success=True)
    trace.log_llm_response("Hello!")
    trace.log_token_usage(100, 20, 0, 50, 100, 20, 0, 50)
    trace.finalize()
    return trace.trace_file


def _chatted(folder: Path) -> Path:
    script = ROOT / "src" / "clew" / "agent" / "demo" / "memory.toml"
    memory = str(folder / "memory")
    words = "Hello!\nHow far is it?\n/quit\n"
    ended = command("chat", "--scenario", str(script), "--memory", memory, "--dir", str(folder), stdin=words)
    assert ended.code == 0, ended.stderr
    return next(folder.glob("session_*.json"))


def _rule_10(folder: Path) -> Finding:
    with clew.session(agent_id="rule", dir=folder) as recorder, recorder.turn(user_input="hello") as turn:
        for reason in ("llm.rate_limited", "llm.overloaded"):
            with turn.attempt(model="m", request={"messages": []}) as attempt:
                attempt.fail("busy", slug=reason)
        turn.log("llm.synthetic_retry", "asked again")
        with turn.attempt(model="m", request={"messages": []}) as attempt:
            attempt.respond({"content": []})
        with turn.tool("memory", {}) as tool:
            tool.fail("no such file")
    session = clew.load(recorder.path)
    holds = (
        len(session.turns[0].llm_retries) == 2
        and session.turns[0].tools[0].status == "failed"
        and clew.find_log(session, "llm.synthetic_retry") is not None
    )
    return Finding(
        name="rule 10: tests ask the tree",
        figure="len(llm_retries) == 2, tools[0].status == 'failed', find_log(…) is not None: "
        + ("all true" if holds else "not all true"),
        target="all true",
        met=holds,
    )
