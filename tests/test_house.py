"""The rules of the house, each with a guard that says how to mend what it found.

The guards read the files and run none of them, so they also hold while a part does not work.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "clew"
MODULES = sorted(SRC.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

MODULE_LINES = 350
FUNCTION_LINES = 60
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "base", "manager", "misc"}
REGISTRY = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|crates[.]io|proxy[.]golang[.]org|anaconda[.]org")
SILENCER = re.compile(r"# (?:noqa|type: ignore)\b(?P<rest>.*)")
CODES = re.compile(r":? ?\[?[A-Za-z]+[\w-]*(?:, ?[A-Za-z]+[\w-]*)*\]?")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _name(path: Path) -> str:
    """A file's name as a person types it from the root of the project."""
    return path.relative_to(ROOT).as_posix()


def _functions(module: Path) -> Iterator[Function]:
    """Every function and method of a module, nested ones included."""
    return (node for node in ast.walk(ast.parse(module.read_bytes())) if isinstance(node, Function))


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _distributions() -> list[str]:
    """The distributions that the project asks for, itself left out, each once."""
    project = _pyproject()["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return sorted({re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0] for line in asked} - {"clew"})


def _page(name: str) -> str:
    page = ROOT / name
    assert page.exists(), f"{name} is missing from the root of the project; write it"
    return page.read_text("utf-8")


def _kept_files() -> list[Path]:
    """The files that git keeps or is about to; without git, those of the project's own folders."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    listed = [ROOT / os.fsdecode(name) for name in git.stdout.split(b"\0") if name]
    if git.returncode == 0 and listed:
        return [path for path in listed if path.is_file()]
    own = [path for path in ROOT.iterdir() if path.is_file()]
    rooms = ("src", "tests", "bench", "docs", "examples", ".ci")
    return own + [
        path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".pyc"
    ]


def _text(path: Path) -> str:
    """What a file says; what is not text says nothing that a person reads."""
    return path.read_bytes().decode("utf-8", "replace")


def test_every_module_says_what_it_is_for() -> None:
    """A module's docstring is its design note, so that a stranger can read the project file by file."""
    silent = [_name(module) for module in MODULES if not ast.get_docstring(ast.parse(module.read_bytes()))]
    assert not silent, f"no module docstring in {silent}; say in the first line what the file holds"


def test_every_test_states_its_promise() -> None:
    """A test's docstring is the promise that it keeps; read together they are what the project promises."""
    silent = [
        f"{_name(module)}::{function.name}"
        for module in TESTS
        for function in _functions(module)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert not silent, f"no docstring in {silent}; state the promise in one sentence"


def test_no_module_is_too_long_to_read() -> None:
    """A module holds one noun and can be read in one sitting."""
    lengths = {_name(module): len(_text(module).splitlines()) for module in MODULES}
    long = {name: lines for name, lines in lengths.items() if lines > MODULE_LINES}
    assert not long, f"over {MODULE_LINES} lines: {long}; move one of its nouns to a file of its own"


def test_no_function_is_too_long_to_read() -> None:
    """A function fits on a screen."""
    long = [
        f"{_name(module)}:{function.lineno} {function.name}"
        for module in MODULES
        for function in _functions(module)
        if (function.end_lineno or function.lineno) - function.lineno >= FUNCTION_LINES
    ]
    assert not long, f"over {FUNCTION_LINES} lines: {long}; give its parts names of their own"


def test_every_file_is_named_by_a_noun() -> None:
    """No file or folder has a name that could hold anything."""
    empty = [_name(path) for path in SRC.rglob("*") if path.stem.strip("_") in EMPTY_NAMES]
    assert not empty, f"{empty} could hold anything; name each by the one thing that it holds"


@pytest.mark.parametrize("distribution", _distributions())
def test_every_dependency_has_a_reason(distribution: str) -> None:
    """Whoever adds a dependency says in ARCHITECTURE.md, section "Dependencies", why the project needs it."""
    cell = re.compile(rf"^\|[^|]*`{re.escape(distribution)}`[^|]*\|.*\w", re.MULTILINE)
    _, _, section = _page("ARCHITECTURE.md").partition("Dependencies")
    assert cell.search(section), (
        f"add a row to the table of section 'Dependencies' in ARCHITECTURE.md: | `{distribution}` | why it is needed |"
    )


def test_every_rule_switched_off_has_a_reason() -> None:
    """Each rule that ruff is told to ignore stands on a line of its own, with the reason as a comment."""
    text = _text(ROOT / "pyproject.toml")
    rules = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8-type-checking]")]
    bare = [
        line.strip()
        for line in rules.splitlines()
        if re.match(r'\s+"[A-Z]+\d*"', line) and not re.search(r"#.*\w{3}", line)
    ]
    lumped = [line for line in rules.splitlines() if re.match(r'.*=\s*\["[A-Z]+\d+"', line)]
    assert not bare + lumped, f"no reason given in {bare + lumped}; put each rule on its line and say why after a `#`"


def test_every_silenced_finding_has_a_reason() -> None:
    """A `noqa` or `type: ignore` names the rule that it silences and says why, on the same line."""
    bare = [
        f"{_name(module)}:{number}"
        for module in sorted([*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")])
        if module != Path(__file__)
        for number, line in enumerate(_text(module).splitlines(), 1)
        if (found := SILENCER.search(line)) and not re.search(r"\w{2}", CODES.sub("", found["rest"], count=1))
    ]
    assert not bare, f"no rule or no reason at {bare}; write `# noqa: CODE - why`"


def test_nothing_kept_names_this_machine_or_a_registry() -> None:
    """A clone works anywhere: no file names the folder it was made in, root's home, or the host of a registry."""
    here = re.compile(rf"{re.escape(str(ROOT))}(?![\w-])|(?<![\w.-])/root/\w")
    named = [
        f"{_name(path)}: {found[0]}"
        for path in _kept_files()
        if (found := here.search(_text(path)) or REGISTRY.search(_text(path)))
    ]
    assert not named, f"{named}; say it relative to the project, or leave it to the installer's settings"


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_its_commands(command: str) -> None:
    """The README shows the commands that a newcomer types, and the Makefile has them."""
    assert command in _page("README.md"), f"README.md does not show `{command}`"
    assert re.search(rf"^{command.removeprefix('make ')}:.* ## ", _page("Makefile"), re.MULTILINE)


def test_integration_runs_the_command_of_the_readme() -> None:
    """The machine that checks a change types what a person would: `make test`. `.ci/run` can be run as it is."""
    runner = ROOT / ".ci" / "run"
    assert re.search(r"^make test\b", _text(runner), re.MULTILINE), ".ci/run has to run `make test`, unchanged"
    assert os.access(runner, os.X_OK), ".ci/run is not executable; `chmod +x .ci/run`"
