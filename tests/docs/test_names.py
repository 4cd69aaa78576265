"""Nothing that a user can name is undocumented: commands, options, variables, public names, slugs, exit codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew
from clew.cli.main import COMMANDS
from clew.model.catalog import catalog, is_own
from tests.docs.making import MADE
from tests.docs.page import DOCS, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_GENERATED = {*MADE, "slugs.md", "failures-tried.md", "evidence.md"}
_WRITTEN = "\n".join(path.read_text("utf-8") for path in pages() if path.name not in _GENERATED)
"""What people wrote."""
PLUGIN = ("plugin", "recording")
"""Where the names are that the plugin adds to pytest."""
_OF_OTHERS = {"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"}
"""Variables that SDKs read."""


def _variables() -> Iterator[str]:
    """The variables that the sources read by name, and all that begin as this project's do."""
    for module in sorted((ROOT / "src" / "clew").rglob("*.py")):
        text = module.read_text("utf-8")
        yield from re.findall(r"\bCLEW_[A-Z_]+\b", text)
        yield from _read(text)


def _read(text: str) -> Iterator[str]:
    """The variables that a module reads by a name that stands where it is read."""
    yield from re.findall(r"(?:environ(?:\.\w+)?|getenv)[(\[]\s*\"([A-Z][A-Z0-9_]+)\"", text)
    yield from re.findall(r"\"([A-Z][A-Z0-9_]+)\" (?:not )?in (?:os\.)?environ", text)


def _documented_variables() -> set[str]:
    """The variables in the first column of a table of the page."""
    page = (DOCS / "environment.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def test_every_variable_is_documented_and_read() -> None:
    """docs/environment.md lists the environment variables that the sources read, and no other."""
    read = set(_variables()) - {"CLEW_COMPLETE"}
    documented = _documented_variables()
    assert not read - documented, f"add rows for {sorted(read - documented)} to docs/environment.md"
    assert not documented - read - _OF_OTHERS, f"nobody reads {sorted(documented - read - _OF_OTHERS)}"


@pytest.mark.parametrize(
    "line",
    ['os.environ["NEW"]', 'environ.get("NEW")', 'os.environ.setdefault("NEW", "")', 'os.getenv("NEW")',
     'environ.pop(\n    "NEW")', '"NEW" in os.environ', '"NEW" not in environ'],
)  # fmt: skip
def test_the_guard_sees_every_usual_way_to_read_a_variable(line: str) -> None:
    """A variable that is read without a row of the page would go unseen otherwise."""
    assert list(_read(line)) == ["NEW"]


def _of_the_plugin() -> set[str]:
    """Fixtures, marker, flag and line of the ini file, and the properties of a report."""
    text = "".join((ROOT / "src" / "clew" / "testing" / f"{name}.py").read_text("utf-8") for name in PLUGIN)
    patterns = (
        r"@pytest\.fixture\ndef (\w+)",
        r"add(?:option|ini)\(\"([\w-]+)\"",
        r"\"markers\", \"(\w+)",
        r"yield \"(clew_\w+)\"",
    )
    found = [re.findall(pattern, text) for pattern in patterns]
    assert all(found), "the plugin adds something in another way now; teach this test to see it"
    return {name for names in found for name in names}


def test_everything_that_the_plugin_adds_to_pytest_is_documented() -> None:
    """Each has its place in docs/testing.md, which names no other."""
    page = (DOCS / "testing.md").read_text("utf-8")
    named = set(re.findall(r"\bclew_\w+|--clew-\w+", page))
    assert not _of_the_plugin() - named, f"say what {sorted(_of_the_plugin() - named)} are in docs/testing.md"
    assert not named - _of_the_plugin(), f"the plugin has no {sorted(named - _of_the_plugin())}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    """Each command has its section among the commands, and a page that somebody wrote says what it is for."""
    assert f"## `clew {name}`" in (DOCS / "cli.md").read_text("utf-8")
    assert re.search(rf"\bclew {re.escape(name)}\b", _WRITTEN), f"say in a page under docs/ what `clew {name}` is for"


@pytest.mark.parametrize("name", clew.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """Each name of `clew` has its section in the API, and a page that somebody wrote shows it."""
    assert f"### `clew.{name}`" in (DOCS / "api.md").read_text("utf-8"), f"add {name} to a chapter of api_page.py"
    assert re.search(rf"\b(?:clew\.)?{name}\b", _WRITTEN), f"show `clew.{name}` in a page under docs/"


@pytest.mark.parametrize("slug", [name for name in catalog() if is_own(name)])
def test_every_slug_is_documented(slug: str) -> None:
    """Each slug has its row among the slugs."""
    assert f"| `{slug}` |" in (DOCS / "slugs.md").read_text("utf-8")


def test_pages_speak_of_commands_that_there_are() -> None:
    """No page names a command, or a name of `clew`, that was never there or is gone."""
    commands = {name for name in re.findall(r"`clew ([a-z]+)\b", _WRITTEN) if name not in COMMANDS}
    names = {
        name for name in re.findall(r"(?<![/\w])clew\.([A-Za-z_]\w*)(?=[(`])", _WRITTEN) if not hasattr(clew, name)
    }
    assert not commands, f"no such commands: {sorted(commands)}"
    assert not names, f"no such names: {sorted(names)}"
