"""Anthropic's memory tool: every command on real files, and each a recorded tool call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from anthropic.tools import ToolError

import clew
from clew.agent.memory import REQUIRED, Memory

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.session import Session

COMMANDS: list[dict[str, Any]] = [
    {"command": "create", "path": "/memories/a.md", "file_text": "one\ntwo\n"},
    {"command": "str_replace", "path": "/memories/a.md", "old_str": "two", "new_str": "2"},
    {"command": "insert", "path": "/memories/a.md", "insert_line": 0, "insert_text": "zero"},
    {"command": "view", "path": "/memories/a.md", "view_range": [1, 2]},
    {"command": "rename", "old_path": "/memories/a.md", "new_path": "/memories/b.md"},
    {"command": "view", "path": "/memories"},
    {"command": "delete", "path": "/memories/b.md"},
]


def _run(folder: Path, *commands: dict[str, Any]) -> Session:
    """Run commands in one turn; what fails is only recorded."""
    memory = Memory(folder / "memory")
    with clew.session(agent_id="test", dir=folder / "sessions") as session, session.turn():
        for number, command in enumerate(commands):
            try:
                memory.run(command, f"call-{number}")
            except ToolError:
                continue
    return clew.load(session.session_id, dir=folder / "sessions")


def test_all_six_commands_work_and_are_recorded(tmp_path: Path) -> None:
    """A call's name, command, parameters, id and result are the ones that the model gave and got."""
    tools = _run(tmp_path, *COMMANDS).turns[0].tools
    assert {tool.command for tool in tools} == set(REQUIRED)
    assert [tool.status for tool in tools] == ["ok"] * len(COMMANDS)
    for number, (tool, command) in enumerate(zip(tools, COMMANDS, strict=True)):
        assert (tool.name, tool.kind, tool.call_id) == ("memory", "function", f"call-{number}")
        assert tool.request is not None
        assert {"command": tool.command, **tool.request.value} == command
        assert tool.response is not None
    assert tools[3].response is not None
    assert [line.split("\t")[-1] for line in tools[3].response.value.splitlines()[1:]] == ["zero", "one"]
    assert list((tmp_path / "memory" / "memories").iterdir()) == []


@pytest.mark.parametrize(
    "path",
    ["/memories/../../secret", "/etc/passwd", "../memories", "/memories/link/secret", "/memories/%2e%2e/../../secret"],
)
def test_no_path_leads_out_of_the_memory(tmp_path: Path, path: str) -> None:
    """Dots, absolute paths and symbolic links are refused, whatever the command, and the refusal is recorded."""
    secret = tmp_path / "memory" / "secret"
    memories = tmp_path / "memory" / "memories"
    memories.mkdir(parents=True)
    secret.write_text("untouched")
    (memories / "link").symlink_to(tmp_path / "memory")
    session = _run(
        tmp_path,
        {"command": "view", "path": path},
        {"command": "create", "path": f"{path}.new", "file_text": "x"},
        {"command": "delete", "path": path},
        {"command": "rename", "old_path": path, "new_path": "/memories/stolen"},
    )
    assert [tool.status for tool in session.turns[0].tools] == ["failed"] * 4
    assert {slug for tool in session.turns[0].tools for slug in tool.slugs} == {"tool.failed"}
    assert secret.read_text() == "untouched"
    assert sorted(child.name for child in (tmp_path / "memory").iterdir()) == ["memories", "secret"]


@pytest.mark.parametrize(
    "command",
    [{}, {"command": "format"}, {"command": "view"}, {"command": "create", "path": "/memories/x"}, {"command": 7}],
)
def test_a_command_that_makes_no_sense_is_refused_as_such(tmp_path: Path, command: dict[str, Any]) -> None:
    """Unknown commands and missing parameters are the model's mistake, and have a slug that says so."""
    (tool,) = _run(tmp_path, command).turns[0].tools
    assert (tool.status, tool.slugs) == ("failed", ("tool.invalid_params",))


def test_without_a_session_the_memory_just_works(tmp_path: Path) -> None:
    """Recording is no condition of remembering."""
    memory = Memory(tmp_path)
    memory.run(COMMANDS[0])
    assert (tmp_path / "memories" / "a.md").exists()
    with pytest.raises(ToolError):
        memory.run({"command": "view", "path": "/memories/none"})
