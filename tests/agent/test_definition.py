"""The agent file: what it may say, and how what is wrong with it is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from clew.agent.definition import load_definition, tool_names
from clew.agent.fault import find_line, sentence_of
from clew.errors import AgentFileError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
name = "support"
system = "You look after orders."

[[models]]
provider = "anthropic"
model = "m-1"

[[models]]
provider = "openai"
model = "m-2"
base_url = "http://127.0.0.1:8000/v1"
api_key_env = "SHOP_KEY"
context_window = 8192
max_output_tokens = 512

[[functions]]
name = "convert"
target = "shop.units:convert"

[[commands]]
name = "disk"
argv = ["df", "-h"]
timeout = 5.0

[[rest]]
name = "stock"
url = "http://127.0.0.1:9000/stock/{item}"

[rest.parameters]
type = "object"

[[mcp]]
name = "files"
argv = ["python", "server.py"]
env = { MODE = "read" }
restarts = 2

[[agents]]
name = "researcher"
file = "researcher.toml"

[[workflows]]
name = "close"
steps = [{ name = "look", tool = "stock", arguments = { item = "17" } }]

[menu]
title = "What can I do?"
entries = [{ label = "Close the order", command = "/close", workflow = "close" }]

[limits]
max_turns = 6
report = false
"""


def _load(folder: Path, text: str) -> str:
    """The sentence with which a file is refused."""
    path = folder / "agent.toml"
    path.write_text(text)
    with pytest.raises(AgentFileError) as caught:
        load_definition(path)
    return str(caught.value)


def test_a_file_says_all_that_an_agent_is(tmp_path: Path) -> None:
    """Models in order, every kind of tool, menu, workflows and limits are there; what is left out has its default."""
    path = tmp_path / "agent.toml"
    path.write_text(WHOLE)
    definition = load_definition(path)
    assert [model.provider for model in definition.models] == ["anthropic", "openai"]
    assert [model.key_variable for model in definition.models] == ["ANTHROPIC_API_KEY", "SHOP_KEY"]
    assert [name for _, name in tool_names(definition)] == ["convert", "disk", "stock", "researcher", "close"]
    assert definition.mcp[0].env == {"MODE": "read"}
    assert definition.workflows[0].steps[0].tool == "stock"
    assert definition.menu is not None
    assert definition.menu.entries[0].workflow == "close"
    assert (definition.limits.max_turns, definition.limits.max_attempts, definition.limits.report) == (6, 3, False)
    assert definition.folder == tmp_path


@pytest.mark.parametrize(
    ("before", "after", "line", "key"),
    [
        ("max_turns = 6", 'max_turns = "six"', 46, "limits.max_turns"),
        ("max_turns = 6", "max_turns = 0", 46, "limits.max_turns"),
        ("report = false", "raport = false", 47, "limits"),
        ('provider = "openai"', 'provider = "nobody"', 9, "models[1].provider"),
        ("context_window = 8192", "context_window = -1", 13, "models[1].context_window"),
        ('model = "m-2"\n', "", 8, "models[1]"),
        ('target = "shop.units:convert"', 'target = "shop.units.convert"', 18, "functions[0].target"),
        ('argv = ["df", "-h"]', "argv = []", 22, "commands[0].argv"),
        ('url = "http://127.0.0.1:9000', 'url = "ftp://127.0.0.1:9000', 27, "rest[0].url"),
        ('label = "Close the order"', 'label = ""', 43, "menu.entries[0].label"),
        ('name = "close"', 'name = "disk"', 41, "workflows.name"),
        ('name = "close"', 'name = "final_report"', 41, "workflows.name"),
        ('name = "support"', 'name = "sup port"', 1, "name"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(tmp_path: Path, before: str, after: str, line: int, key: str) -> None:
    """One sentence: the file, the line on which a person finds it, the key, and what was expected."""
    assert before in WHOLE
    sentence = _load(tmp_path, WHOLE.replace(before, after))
    line = _line_of(WHOLE.replace(before, after), after) if after else line
    assert f"agent.toml, line {line}," in sentence
    assert f"`{key}`" in sentence
    assert "\n" not in sentence


def _line_of(text: str, part: str) -> int:
    return text[: text.rindex(part)].count("\n") + 1


def test_what_is_no_toml_or_no_file_is_said_too(tmp_path: Path) -> None:
    """A syntax error has its line; a file that is not there, or not text, has none."""
    assert re.search(r"agent\.toml, line 2,", _load(tmp_path, 'name = "a"\nsystem = \n'))
    with pytest.raises(AgentFileError, match="cannot be read"):
        load_definition(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(AgentFileError, match="not UTF-8"):
        load_definition(tmp_path / "bytes.toml")
    assert "`models`" in _load(tmp_path, 'name = "a"\n')


def test_a_line_is_found_in_every_way_toml_can_be_written() -> None:
    """Dotted tables, arrays of tables and inline tables; what cannot be found has no line, and no wrong one."""
    text = "[a.b]\nx = 1\n[[c]]\ny = 1\n[[c]]\ny = { z = 2 }\n"
    assert find_line(text, "bad - at `$.a.b.x`") == 2
    assert find_line(text, "bad - at `$.c[1].y.z`") == 6
    assert find_line(text, "Object contains unknown field `y` - at `$.c[1]`") == 6
    assert find_line(text, "bad - at `$.nothing`") is None
    assert sentence_of("Expected `int` - at `$.a.x`") == "at `a.x`, expected `int`"
    assert sentence_of("Object misses a field") == "object misses a field"
