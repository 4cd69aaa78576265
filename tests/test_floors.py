"""The floors hold: imports point down, and every dependency is known only in the rooms that are its home."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "clew"

HOMES = {
    "anthropic": {"agent", "instrument"},
    "click": {"cli"},
    "genai_prices": {"explore"},
    "httpx2": {"agent", "instrument"},
    "jsonschema": {"agent"},
    "mcp": {"agent", "instrument"},
    "openai": {"agent", "instrument"},
    "pytest": {"testing"},
    "referencing": {"agent"},
    "rich": {"agent", "cli", "sinks", "text", "tui"},
    "starlette": {"asgi", "web"},
    "textual": {"tui"},
    "uvicorn": {"web"},
}
"""The rooms that may import a distribution, by the name it is imported under. msgspec is at home everywhere."""


def _room(module: Path) -> str:
    """The first name below ``clew``: a folder, or the stem of a file that stands alone."""
    return module.relative_to(SRC).parts[0].removesuffix(".py")


def _imported(module: Path) -> Iterator[str]:
    """The top-level names of everything a module imports, at any depth of its code."""
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _strangers() -> Iterator[tuple[Path, str]]:
    """Every import that is neither the project's, nor msgspec, nor of the standard library, with its module."""
    known = sys.stdlib_module_names | {"clew", "msgspec"}
    for module in sorted(SRC.rglob("*.py")):
        yield from ((module, name) for name in sorted(set(_imported(module)) - known))


def test_every_contract_of_the_floors_is_kept() -> None:
    """import-linter finds no import that points up or sideways; its own output says which one, and how to mend it."""
    linter = Path(sys.executable).with_name("lint-imports")
    assert linter.exists(), "import-linter is missing from the environment; run `make .venv`"
    plain = os.environ | {"NO_COLOR": "1", "COLUMNS": "120"}
    told = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, env=plain, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, f"{told.stdout}{told.stderr}"


def test_every_dependency_stays_at_home() -> None:
    """A distribution is imported only in the rooms that `HOMES` gives it, so that each can be left out or replaced."""
    strayed = [
        f"{module.relative_to(ROOT)} imports {name}"
        for module, name in _strangers()
        if _room(module) not in HOMES.get(name, ())
    ]
    assert not strayed, "\n".join(
        [
            *strayed,
            "Ask the room that is its home, or, for a new one, add it to HOMES, pyproject.toml and ARCHITECTURE.md.",
        ]
    )
