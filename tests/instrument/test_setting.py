"""What the first request says of how an agent is set up, in INIT."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anthropic
import pytest

import clew
from clew.explore.comparison.compare import compare
from clew.instrument.setting import tell_setting
from tests.instrument.provider import HELLO, serve, value_of
from tests.instrument.sdks import KEY
from tests.instrument.test_switch import only_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.session import Session

PROMPT = "You look after orders. " * 9
TOOLS: list[Any] = [{"name": "find_order", "input_schema": {"type": "object"}}]
SAID: list[Any] = [{"role": "user", "content": "hi"}]


@pytest.fixture(autouse=True)
def _switched(tmp_path: Path) -> Iterator[None]:
    with clew.instrument(agent_id="app", dir=tmp_path):
        yield


def ask(**told: Any) -> None:  # noqa: ANN401 - what the SDK takes
    """One call outside any session or in the one in force."""
    with serve(HELLO) as server, anthropic.Anthropic(base_url=server.base_url, api_key=KEY) as client:
        client.messages.create(**{"model": "m-1", "max_tokens": 9, "messages": SAID, **told})


def setting_of(tree: Session) -> tuple[Any, Any, Any]:
    """Model, system prompt and tools of INIT."""
    prompt, tools = tree.system_prompt, tree.init.config.tools
    return tree.model, prompt and prompt.value, tools and tools.value


def test_the_first_request_tells_what_init_holds(tmp_path: Path) -> None:
    """Model, system prompt and tools stand in INIT, written once; what a later request says differently does not."""
    ask(system=PROMPT, tools=TOOLS)
    ask(system="other", model="m-2")
    clew.instrument().remove()
    tree = only_tree(tmp_path)
    assert setting_of(tree) == ("m-1", PROMPT, TOOLS)
    assert clew.check(tree) == []
    (journal,) = tmp_path.glob("*.jsonl")
    assert journal.read_text("utf-8").count(PROMPT) == 1
    assert value_of(tree.turns[1].attempts[0].request)["system"] == "other"


def test_what_the_application_says_stands(tmp_path: Path) -> None:
    """A request fills only what nobody said, at the beginning of the session or later."""
    with clew.session(agent_id="app", dir=tmp_path, system_prompt="said") as session:
        session.config(tools=[])
        ask(system=PROMPT, tools=TOOLS)
    assert setting_of(only_tree(tmp_path)) == ("m-1", "said", [])


def test_a_session_that_goes_on_is_set_up_already(tmp_path: Path) -> None:
    """Another segment of a session leaves its INIT as it was."""
    with clew.session(agent_id="app", dir=tmp_path) as session:
        ask(system=PROMPT)
    with clew.session(dir=tmp_path, session_id=session.session_id):
        ask(system="other", model="m-2")
    assert setting_of(only_tree(tmp_path)) == ("m-1", PROMPT, None)


@pytest.mark.parametrize(
    ("request_", "prompt"),
    [
        ({"instructions": "be kind", "input": "hi"}, "be kind"),
        ({"messages": [{"role": "system", "content": "be kind"}, *SAID]}, "be kind"),
        ({"input": [{"role": "developer", "content": "a"}, {"role": "system", "content": "b"}, *SAID]}, ["a", "b"]),
        ({"messages": [*SAID, {"role": "system", "content": "late"}]}, None),
        ({"messages": SAID, "model": 3, "tools": []}, None),
    ],
)
def test_a_system_prompt_is_found_wherever_a_request_has_it(tmp_path: Path, request_: Any, prompt: Any) -> None:  # noqa: ANN401 - JSON
    """As a value of its own, or as what the conversation begins with; what says nothing leaves nothing."""
    with clew.session(agent_id="app", dir=tmp_path) as session:
        tell_setting(session, request_)
        tell_setting(session, "no request")
    assert setting_of(session.tree()) == (None, prompt, None)


_PROGRAM = """
import clew
clew.instrument(agent_id="app")
import openai
with openai.OpenAI(api_key="k") as client:
    tools = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
    said = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]
    client.chat.completions.create(model="m-1", messages=said, tools=tools)
"""


def test_a_replay_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session and its replay are set up alike, so nothing is different between them."""
    monkeypatch.setenv("CLEW_DIR", str(tmp_path))
    with serve(HELLO) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
        subprocess.run([sys.executable, "-c", _PROGRAM], check=True)
    with clew.replay("last", dir=tmp_path):
        subprocess.run([sys.executable, "-c", _PROGRAM], check=True)
    trees = list(clew.sessions(dir=tmp_path))
    tools = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
    assert [setting_of(tree) for tree in trees] == [("m-1", "be kind", tools)] * 2
    assert compare(*trees).differences == ()
