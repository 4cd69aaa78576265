"""The pytest plugin, in real runs of pytest: what it records, says, keeps and costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import clew
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Error, Message, Text, ToolUse
from tests.testing.house import AGENT, run, run_installed

if TYPE_CHECKING:
    from pathlib import Path


def test_the_fixture_records_a_test(tmp_path: Path) -> None:
    """The session is in force; its tree can be asked; nothing is left of a test that passes."""
    body = """
def test_it(clew_session):
    agent()
    tree = clew_session.tree()
    assert tree.agent_id == "test_it"
    clew.assert_session(tree).has_tool("orders.search", status="ok").retries(1)
    clew.assert_session(clew_session).ok().turns(1)
"""
    told = run_installed(tmp_path, test_it=AGENT + body)
    assert told.code == 0, told.text
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["test_it.py"]


def test_a_failing_test_prints_cause_path_and_incident_and_keeps_the_journal(tmp_path: Path) -> None:
    """The report has the outline and why it failed; the journal lies where it says, and tells the same."""
    told = run(tmp_path, test_it=AGENT + "\ndef test_it(clew_session):\n    agent(broken=True)\n")
    assert told.code == 1
    (journal,) = (tmp_path / "clew-artifacts" / "test_it.py.test_it").glob("session_*.jsonl")
    tree = clew.load(journal)
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert tree.fin.failure.slug == "tool.failed"
    for part in ("tool.failed", "1-3", f"incident {tree.fin.failure.incident}", "orders.search", str(journal)):
        assert part in told.text, part


def test_the_command_of_a_report_finds_what_was_kept(tmp_path: Path) -> None:
    """The line that says how to see more names the folder that the session is kept in."""
    told = run(tmp_path, test_it=AGENT + "\ndef test_it(clew_session):\n    agent(broken=True)\n")
    (line,) = (line for line in told.text.splitlines() if line.startswith("see "))
    assert f" --dir {tmp_path / 'clew-artifacts' / 'test_it.py.test_it'} (" in line


def test_a_failed_assertion_shows_what_the_agent_did(tmp_path: Path) -> None:
    """A test that fails after its agent did well says so, with the whole session; the folder can be chosen."""
    body = "\ndef test_it(clew_session):\n    agent()\n    clew.assert_session(clew_session).has_tool('other')\n"
    (tmp_path / "pytest.ini").write_text("[pytest]\nclew_artifacts = kept/here\n", "utf-8")
    told = run(tmp_path, test_it=AGENT + body)
    assert told.code == 1
    assert "expected a call of a tool with name='other'" in told.text
    assert "orders.search" in told.text
    assert list((tmp_path / "kept" / "here").glob("*/session_*.jsonl"))


def test_sessions_that_a_test_opens_itself_are_shown_too(tmp_path: Path) -> None:
    """They lie beside the test's own, which is left out where it is empty."""
    body = """
def test_it(clew_session):
    with clew.session(agent_id="mine") as session, session.turn() as turn:
        turn.tool("mine.tool").start()
        raise LookupError
"""
    told = run(tmp_path, test_it=AGENT + body)
    assert told.code == 1
    assert "mine.tool" in told.text
    assert told.text.count("◆") == 2, told.text


def test_errors_outside_the_test_itself_and_passing_tests_are_left_alone(tmp_path: Path) -> None:
    """A skipped test and an expected failure keep nothing; a failing fixture after the session is told."""
    body = """
@pytest.fixture
def bad(clew_session):
    agent()
    raise LookupError("in a fixture")

def test_skipped(clew_session):
    pytest.skip("not now")

@pytest.mark.xfail(strict=True)
def test_expected(clew_session):
    agent(broken=True)

def test_fixture(bad):
    pass
"""
    told = run(tmp_path, test_it=AGENT + body)
    assert "1 skipped, 1 xfailed, 1 error" in told.text
    assert [path.name for path in (tmp_path / "clew-artifacts").iterdir() if path.is_dir()] == [
        "test_it.py.test_fixture"
    ]


KINDS = """
import asyncio, unittest

def test_loop(clew_session):
    async def main():
        agent()
    asyncio.run(main())
    clew.assert_session(clew_session).turns(1)

@pytest.mark.anyio
async def test_anyio(clew_session):
    agent()
    clew.assert_session(clew_session).turns(1)

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.usefixtures("clew_session")
class TestCase(unittest.TestCase):
    def test_unit(self):
        agent()
        clew.assert_session(self.clew_session).turns(1)

@pytest.mark.usefixtures("clew_session")
class TestLoopCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        agent()

    async def test_unit(self):
        await asyncio.gather(asyncio.to_thread(agent), asyncio.sleep(0))
        clew.assert_session(self.clew_session).turns(2)

class TestClass:
    @pytest.mark.parametrize("number", [1, 2])
    def test_method(self, clew_session, number):
        agent()
        clew.assert_session(clew_session).turns(1)
"""


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_it_works_with_loops_unittest_and_xdist(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """asyncio.run, anyio, both kinds of unittest and parametrized methods, in one process and in two."""
    told = run(tmp_path, *arguments, plugins=("anyio.pytest_plugin",), test_it=AGENT + KINDS)
    assert told.code == 0, told.text
    assert "6 passed" in told.text


def test_what_failed_in_a_worker_is_told_by_the_first_process(tmp_path: Path) -> None:
    """With xdist the report comes through, and each test has a folder of its own."""
    body = "\n".join(f"\ndef test_{n}(clew_session):\n    agent(broken=True)\n" for n in range(3))
    told = run(tmp_path, "-n", "2", test_it=AGENT + body)
    assert "3 failed" in told.text
    assert told.text.count("clew: kept") == 3
    assert len(list((tmp_path / "clew-artifacts").glob("*/session_*.jsonl"))) == 3


def test_clients_made_in_a_test_are_recorded(tmp_path: Path) -> None:
    """An agent with the plain SDK needs no line at all in a test; after the test it is as it was."""
    body = """
import anthropic
from clew.protocol import ModelServer, Scenario
from clew.protocol.scenario import Error, Message, Text
made = anthropic.Anthropic.__init__

def test_plain(clew_session):
    busy = Error(status=429, headers={"retry-after": "0.01"})
    with ModelServer(Scenario(name="t", answers=(busy, Message(content=(Text("hi"),))))) as server:
        with anthropic.Anthropic(base_url=server.base_url, api_key="k") as client:
            client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hello"}])
    clew.assert_session(clew_session).turns(1).retries(1).ok()

def test_after():
    assert anthropic.Anthropic.__init__ is made
"""
    told = run(tmp_path, test_it=AGENT + body)
    assert told.code == 0, told.text


def test_snapshots_are_written_compared_and_told_apart(tmp_path: Path) -> None:
    """Without a file a test fails and says how to make it; ids and times differ and match; a change is shown."""
    body = "\ndef test_it(clew_session, clew_snapshot):\n    agent()\n    clew_snapshot(clew_session)\n"
    told = run(tmp_path, test_it=AGENT + body)
    assert told.code == 1
    assert "--clew-update" in told.text
    assert run(tmp_path, "--clew-update").code == 0
    assert [path.name for path in (tmp_path / "__snapshots__" / "test_it").iterdir()] == ["test_it.txt"]
    assert run(tmp_path).code == 0
    told = run(tmp_path, test_it=(AGENT + body).replace('"shipped"', '"lost"'))
    assert told.code == 1
    assert '-          "response": "shipped"' in told.text
    assert '+          "response": "lost"' in told.text


def test_the_flags_marker_and_line_of_the_ini_file_are_declared(tmp_path: Path) -> None:
    """`pytest --help` and `--markers` tell of them, and strict runs take them."""
    told = run(tmp_path, "--help")
    assert "--clew-update" in told.text
    assert "clew_artifacts" in told.text
    assert "clew_replay(path)" in run(tmp_path, "--markers").text


def test_a_marked_session_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A wrong path fails the test that is marked with it, by its name, with the folders that were looked in."""
    body = '\n@pytest.mark.clew_replay("gone.jsonl")\ndef test_it(clew_session):\n    pass\n'
    told = run(tmp_path, test_it=AGENT + body)
    assert told.code == 1
    assert f"There is no session gone.jsonl in any of these folders: {tmp_path}, {tmp_path / 'sessions'}." in told.text
    assert "replaying.py" not in told.text


_COST = """
import json, sys, time
import pytest, msgspec
before = set(sys.modules)
started = time.perf_counter()
import clew.testing.plugin
took = time.perf_counter() - started
print(json.dumps({"took": took, "modules": sorted(set(sys.modules) - before)}))
"""


def test_a_run_that_records_nothing_pays_next_to_nothing() -> None:
    """Importing the plugin loads neither an SDK, nor a screen, nor the rest of this project's reading side.

    Its time and that of its hooks for one test are printed; they are no promise on a busy machine.
    """
    told = subprocess.run([sys.executable, "-c", _COST], capture_output=True, text=True, check=True)
    cost = json.loads(told.stdout)
    heavy = {"anthropic", "openai", "mcp", "httpx2", "click", "rich", "clew.text", "clew.tree", "clew.instrument"}
    assert not heavy & set(cost["modules"])
    print(f"importing the plugin takes {cost['took'] * 1000:.1f} ms")


AGENT_WITH_TOOL = """
import anthropic, clew, pytest

@clew.tool
def find_order(order):
    raise_if_live()
    return "on its way"

def raise_if_live():
    pass

def ask(question):
    messages = [{"role": "user", "content": question}]
    with anthropic.Anthropic() as client:
        while True:
            answer = client.messages.create(model="m", max_tokens=9, messages=messages)
            calls = [block for block in answer.content if block.type == "tool_use"]
            if not calls:
                return answer.content[0].text
            told = [{"type": "tool_result", "tool_use_id": c.id, "content": find_order(**c.input)} for c in calls]
            messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": told}]
"""
REPLAYED = (
    AGENT_WITH_TOOL.replace("    pass", "    raise RuntimeError('called for real')")
    + """
@pytest.mark.clew_replay("kept.jsonl")
def test_same(clew_session):
    assert ask("Where is 17?") == "It is on its way."
    clew.assert_session(clew_session).turns(2).retries(1).calls("find_order").ok()

@pytest.mark.clew_replay("kept.jsonl")
def test_other(clew_session):
    ask("Where is 18?")
"""
)


def test_a_marked_test_runs_against_its_recorded_session(tmp_path: Path) -> None:
    """Models and tools are played by the record, with their retries; a test that asks otherwise fails where it does."""
    answers = (
        Error(status=429, headers={"retry-after": "0.01"}),
        Message(content=(ToolUse("find_order", {"order": 17}),)),
        Message(content=(Text("It is on its way."),)),
    )
    with ModelServer(Scenario(name="shop", answers=answers)) as server:
        subprocess.run(
            [sys.executable, "-c", f"{AGENT_WITH_TOOL}\nclew.instrument()\nask('Where is 17?')"],
            env=os.environ
            | {"ANTHROPIC_BASE_URL": server.base_url, "ANTHROPIC_API_KEY": "k", "CLEW_DIR": str(tmp_path / "kept")},
            check=True,
        )
    (journal,) = (tmp_path / "kept").glob("session_*.jsonl")
    (tmp_path / "kept").rename(tmp_path / "sessions")  # where a path that is only a name is looked for too
    told = run(tmp_path, test_it=REPLAYED.replace("kept.jsonl", journal.name))
    assert "1 failed, 1 passed" in told.text, told.text
    assert "ReplayDiverged: The run left the record at 1-1" in told.text
