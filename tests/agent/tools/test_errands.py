"""What happens with tools, through the agent's front door: the examples, a scripted model over real HTTP, and the tree.

In most scenarios the model calls one tool and then has nothing to say, so that the task fails; why, is what the tree
must tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.definition import load_definition
from clew.agent.errand import run_errand
from clew.protocol import ModelServer, load_scenario
from clew.tree.failure import explain

if TYPE_CHECKING:
    from clew.model.session import Session

EXAMPLES = Path(__file__).parents[3] / "examples" / "tools"
FAILURES = {
    "not_found": ("model", "tool.not_found", "1-2"),
    "invalid_params": ("model", "tool.invalid_params", "1-2"),
    "tool_failed": ("tool", "tool.failed", "1-2"),
    "tool_timeout": ("tool", "tool.timeout", "1-2"),
    "step_failed": ("tool", "tool.failed", "1-2.1-1"),
    "step_misfit": ("workflow", "workflow.step_failed", "1-2.2"),
    "server_died": ("tool", "mcp.disconnect", "1-2"),
    "server_error": ("tool", "mcp.error", "1-2"),
    "server_absent": ("configuration", "mcp.start_failed", "init"),
}
"""Origin, slug and path of the first cause in each scenario that fails."""
SUCCESSES = {"shipped": (), "server_restarted": ("mcp.start_failed", "mcp.disconnect", "tool.failed", "mcp.restart")}
"""What each other scenario went through."""


def _perform(folder: Path, scenario: str) -> Session:
    agent = "servers.toml" if scenario.startswith("server_") else "shop.toml"
    with ModelServer(load_scenario(EXAMPLES / "scenarios" / f"{scenario}.toml")) as server:
        errand = run_errand(load_definition(EXAMPLES / agent), "Do it.", folder=folder, server=server.base_url)
    return clew.load(errand.session_id, dir=folder)


@pytest.mark.parametrize("scenario", FAILURES)
def test_the_tree_tells_why_a_task_failed(tmp_path: Path, scenario: str) -> None:
    """Origin, slug and path of the first cause are those of what went wrong with the tool."""
    session = _perform(tmp_path, scenario)
    cause = explain(session).cause
    assert session.status == "failed"
    assert cause is not None
    assert (cause.origin, cause.slug, cause.path) == FAILURES[scenario]
    assert clew.check(session) == []


@pytest.mark.parametrize("scenario", SUCCESSES)
def test_a_task_can_go_well_in_spite_of_its_tools(tmp_path: Path, scenario: str) -> None:
    """What went wrong on the way is in the tree, and the session went well."""
    session = _perform(tmp_path, scenario)
    assert session.status == "ok"
    assert tuple(entry.slug for entry in clew.find_logs(session) if entry.severity != "FIN") == SUCCESSES[scenario]
    assert clew.check(session) == []


def test_every_example_is_tried() -> None:
    """A scenario that no test plays would show something else one day."""
    assert {path.stem for path in (EXAMPLES / "scenarios").glob("*.toml")} == {*FAILURES, *SUCCESSES}
