"""An application that only records pays for little: what `import clew` loads, starts and costs.

Each test asks a fresh interpreter, since this one has everything loaded already.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_LOADED = """
import json, sys, threading
before = set(sys.modules)
import {module}
names = sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})
print(json.dumps({{"names": names, "threads": threading.active_count()}}))
"""


def _loaded_by(module: str) -> tuple[set[str], int]:
    """The top-level modules that importing ``module`` adds to a fresh interpreter, and the threads alive after it."""
    told = subprocess.run(
        [sys.executable, "-c", _LOADED.format(module=module)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    return set(answer["names"]), answer["threads"]


def test_importing_clew_loads_msgspec_and_the_standard_library_only() -> None:
    """No other distribution comes along, and no thread is started, until something is recorded."""
    names, threads = _loaded_by("clew")
    brought_by_msgspec, _ = _loaded_by("msgspec")
    strangers = names - sys.stdlib_module_names - brought_by_msgspec - {"clew"}
    assert not strangers, f"`import clew` loads {sorted(strangers)}; import them where they are first used"
    assert threads == 1, "`import clew` starts a thread; start it when the first session begins"


@pytest.mark.parametrize("extra", ["anthropic", "mcp", "openai", "starlette", "textual", "uvicorn"])
def test_the_command_line_starts_without_the_extras(extra: str) -> None:
    """`clew.cli.main` loads no optional distribution: `clew ls` works, and starts at once, without any of them."""
    names, _ = _loaded_by("clew.cli.main")
    assert extra not in names, f"`clew.cli.main` loads {extra}; import it inside the command that needs it"
