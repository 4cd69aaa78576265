"""The examples of agents that record themselves by one line, each in a process of its own against a scripted model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import clew
from clew.protocol.scenario import Message, Text, ToolUse
from tests.instrument.provider import BUSY, USAGE, serve, value_of
from tests.instrument.test_switch import only_tree

EXAMPLES = Path(__file__).parents[2] / "examples"
OWN = {"own_anthropic": "find_order", "own_openai": "find_order", "own_responses": "find_order", "own_mcp": "find"}
"""The examples, and what the tool of each is called."""
LINES = 40
"""An example has fewer."""


@pytest.mark.parametrize("name", OWN)
def test_an_example_gives_a_full_tree(tmp_path: Path, name: str) -> None:
    """Turns with the user's words, attempts and retries, tool calls with parameters and results, and usage."""
    tool = OWN[name]
    answers = (
        BUSY,
        Message(content=(Text("Let me look."), ToolUse(tool, {"order": 17})), usage=USAGE),
        BUSY,
        Message(content=(Text("It is on its way."),), usage=USAGE),
    )
    with serve(*answers) as server:
        told = subprocess.run(
            [sys.executable, str(EXAMPLES / f"{name}.py"), "Where", "is", "17?"],
            env=os.environ
            | {
                "ANTHROPIC_BASE_URL": server.base_url,
                "ANTHROPIC_API_KEY": "k",
                "OPENAI_BASE_URL": server.openai_url,
                "OPENAI_API_KEY": "k",
                "CLEW_DIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert told.returncode == 0, told.stderr
    assert told.stdout == "It is on its way.\n"
    tree = only_tree(tmp_path)
    clew.assert_session(tree).ok().sound().turns(2).retries(2).calls(tool)
    first, second = tree.turns
    assert tree.agent_id == "orders"
    assert first.action is not None
    assert value_of(first.action.content) == "Where is 17?"
    assert second.action is None
    assert [attempt.slugs for attempt in first.attempts] == [("llm.rate_limited",), ()]
    (call,) = first.tools
    assert (call.status, call.call_id is not None, value_of(call.request)) == ("ok", True, {"order": 17})
    assert call.response is not None
    assert tree.totals.usage.total_tokens == 2 * 80


@pytest.mark.parametrize("name", OWN)
def test_an_example_is_short_and_has_one_line_of_this_project(name: str) -> None:
    """Fewer than forty lines, one `clew.instrument()`, and a row in the index."""
    lines = (EXAMPLES / f"{name}.py").read_text("utf-8").splitlines()
    assert len(lines) < LINES
    assert [line for line in lines if line.startswith("clew.")] == ['clew.instrument(agent_id="orders")']
    assert f"`{name}.py`" in (EXAMPLES / "README.md").read_text("utf-8")
