"""The workshop: the folder in which the examples of a page are run, as a reader would run them.

It is empty at first, belongs to nobody's home, and knows no key. Model providers are a scripted server on loopback;
what it says to the agents of a page stands in ``scenarios/<page>.toml``. Everything else is real.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from clew.protocol.scenario import load_scenario
from clew.protocol.server import ModelServer
from tests.docs.page import Block, blocks, settled, with_bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS = Path(__file__).parent / "scenarios"
HOME = "/home/ann"
"""What a page shows for the folder it was run in."""
PROMPT = "$ "
_PASSED_ON = ("PATH", "LANG", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "PLAYWRIGHT_BROWSERS_PATH")
_LONGEST = 120
"""Seconds after which a command hangs."""


def rerun(name: str, text: str) -> str:
    """A page as it is after its examples were run; untouched, if they printed what stands there."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="clew-docs-"))).resolve()
        environment = _environment(folder)
        scenario = SCENARIOS / f"{name}.toml"
        if scenario.exists():
            environment |= _addresses(stack.enter_context(ModelServer(load_scenario(scenario))))
        found = dict(_run(blocks(text), folder, environment))
    bodies = {block.start: block.body for block in blocks(text)}
    same = all(settled(bodies[start]) == settled(body) for start, body in found.items())
    return text if same else with_bodies(text, found)


def _run(page: list[Block], folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Put files there and run commands, in the order of the page; what each console shows then."""
    for block in page:
        if block.title is not None:
            (folder / block.title).write_text(block.body, encoding="utf-8")
        elif block.kind == "console":
            commands = [line.removeprefix(PROMPT) for line in block.body.splitlines() if line.startswith(PROMPT)]
            yield block.start, "".join(_shown(command, folder, environment) for command in commands)


def _shown(command: str, folder: Path, environment: dict[str, str]) -> str:
    """A command and what it printed, as a terminal shows them."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_LONGEST,
        check=False,
    )
    printed = done.stdout.decode().replace(str(folder), HOME)
    if printed and not printed.endswith("\n"):
        printed += "\n"
    lines = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
    return f"{PROMPT}{command}\n{lines}"


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own = {"HOME": str(folder), "TZ": "UTC", "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
    own |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "clew.testing.plugin"}  # and no other plugin
    return kept | own | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _addresses(server: ModelServer) -> dict[str, str]:
    """Where SDKs find the scripted model, and a key that opens nothing."""
    return {
        "ANTHROPIC_BASE_URL": server.base_url,
        "ANTHROPIC_API_KEY": "none",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "none",
    }
