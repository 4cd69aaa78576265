"""MCP servers as tools, each a real process that speaks through the official SDK: there, slow, dying, absent, odd."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import clew
from clew.agent.tools.kit import open_kit
from tests.agent.tools.workbench import PYTHON, Workbench, response_of, tools_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.session import Session

SERVERS = Path(__file__).parents[1] / "mcp_servers"


def _server(name: str, *arguments: str, more: str = "") -> str:
    argv = [PYTHON, str(SERVERS / f"{name}.py"), *arguments]
    return f'[[mcp]]\nname = "{name}"\nargv = {json.dumps(argv)}\n{more}\n'


def _slugs(session: Session, place: int) -> list[str]:
    """What was said on the call at a place: its own slugs are entries too."""
    return [entry.slug for entry in tools_of(session)[place].logs]


def test_a_servers_tools_are_called_and_recorded(tmp_path: Path) -> None:
    """INIT says that it is there; a result is recorded whole; a refusal is a failed call; nothing wrong reaches it."""
    bench = Workbench(tmp_path, _server("shop", more='env = { CLERK = "Ann" }'))
    with open_kit(bench.definition) as kit:
        session = bench.call_with(
            kit, ("shop__search", {"query": "7"}), ("shop__cancel", {"order": 7}), ("shop__search", {"query": 7})
        )
        assert [schema.name for schema in kit.schemas()] == ["shop__search", "shop__cancel"]
        again = bench.call_with(kit, ("shop__search", {"query": "8"}))
    found, refused, wrong = tools_of(session)
    assert (found.kind, found.status) == ("mcp", "ok")
    assert found.attributes is not None
    assert found.attributes.value == {"server": "shop", "tool": "search"}
    assert response_of(found)["content"][0]["text"] == bench.told[0] == "7: shipped, seen by Ann"
    assert refused.slugs == ("tool.failed",)
    assert response_of(refused)["isError"] is True
    assert wrong.slugs == ("tool.invalid_params",)
    assert response_of(tools_of(again)[0])["content"][0]["text"].startswith("8: shipped")
    for tree in (session, again):
        full = clew.load(tree.session_id, dir=tmp_path / "sessions", verbose_in_tree=True)
        assert "mcp.connect" in [entry.slug for entry in full.init.logs]


def test_a_slow_call_times_out_and_the_server_is_there_for_the_next(tmp_path: Path) -> None:
    """A timeout is no death: nothing is started again."""
    bench = Workbench(tmp_path, _server("slow"))
    with open_kit(bench.definition) as kit, clew.session(agent_id="bench", dir=tmp_path / "sessions") as recorder:
        kit.introduce(recorder)
        kit.servers[0].timeout = 0.1  # the start may take longer
        with recorder.turn(user_input="go") as turn:
            for place in range(2):
                kit.call(turn, "slow__think", {}, f"c{place}")
    session = clew.load(recorder.session_id, dir=tmp_path / "sessions")
    assert [tool.slugs for tool in tools_of(session)] == [("tool.timeout",)] * 2
    assert clew.find_logs(session, "mcp.disconnect") == clew.find_logs(session, "mcp.restart") == ()


def test_a_server_that_dies_in_a_call_is_started_again_for_the_next(tmp_path: Path) -> None:
    """The call has failed and is not repeated; the next one finds the server again, until the limit is reached."""
    bench = Workbench(tmp_path, _server("dying", more="restarts = 1"))
    crash: tuple[str, object] = ("dying__crash", {})
    session = bench.call(crash, ("dying__pid", {}), crash, crash, crash)
    assert [tool.status for tool in tools_of(session)] == ["failed", "ok", "failed", "failed", "failed"]
    assert _slugs(session, 0) == ["mcp.disconnect", "tool.failed"]
    assert _slugs(session, 1) == ["mcp.restart"]
    assert _slugs(session, 2) == ["mcp.disconnect", "tool.failed"]
    assert _slugs(session, 3) == _slugs(session, 4) == ["mcp.error"]
    told = clew.find_log(session, "mcp.disconnect")
    assert told is not None
    assert told.details is not None
    assert told.details.value == {"server": "dying", "stderr": "out of cheese"}
    _until(lambda: not _runs(int(bench.told[1])))


def test_a_server_that_died_between_calls_costs_no_call(tmp_path: Path) -> None:
    """It is missed at the next call, which starts it again and goes well."""
    bench = Workbench(tmp_path, _server("dying"))
    with open_kit(bench.definition) as kit, clew.session(agent_id="bench", dir=tmp_path / "sessions") as recorder:
        kit.introduce(recorder)
        with recorder.turn(user_input="go") as turn:
            process = int(kit.call(turn, "dying__pid", {}, "c0"))
            kit.call(turn, "dying__leave", {}, "c1")
            _until(lambda: not any(server.alive for server in kit.servers))
            assert int(kit.call(turn, "dying__pid", {}, "c2")) != process
    session = clew.load(recorder.session_id, dir=tmp_path / "sessions")
    assert [tool.status for tool in tools_of(session)] == ["ok", "ok", "ok"]
    assert _slugs(session, 2) == ["mcp.disconnect", "mcp.restart"]


def test_a_server_that_does_not_start_is_the_configurations_fault(tmp_path: Path) -> None:
    """INIT says why for each; the others are there; the model that asks for its tool reads that there is none."""
    absent = '[[mcp]]\nname = "absent"\nargv = ["./no-such-server"]\n'
    hanging = _server("mute", "stay", more="timeout = 0.5").replace('"mute"', '"hanging"', 1)
    bench = Workbench(tmp_path, absent + hanging + _server("mute") + _server("shop"))
    session = bench.call(("absent__search", {}), ("shop__search", {"query": "7"}))
    entries = [entry for entry in session.init.logs if entry.slug == "mcp.start_failed"]
    assert [entry.details.value["server"] for entry in entries if entry.details] == ["absent", "hanging", "mute"]
    assert entries[2].details is not None
    assert entries[2].details.value["stderr"] == "no licence found"
    assert [tool.slugs for tool in tools_of(session)] == [("tool.not_found",), ()]


def test_answers_that_are_none_are_the_servers_error(tmp_path: Path) -> None:
    """A result that breaks its own schema, or an error of the protocol; a refusal of parameters is the model's."""
    bench = Workbench(tmp_path, _server("odd"))
    session = bench.call(("odd__liar", {}), ("odd__broken", {}), ("odd__picky", {"n": 4}), ("odd__nonsense", {}))
    slugs = [tool.slugs for tool in tools_of(session)]
    assert slugs == [("mcp.error",), ("mcp.error",), ("tool.invalid_params",), ()]
    assert "the index is gone" in bench.told[1]
    assert bench.told[3] == '{"n":1}'


def _runs(process: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for another process, whose clock is not ours."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
