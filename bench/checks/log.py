"""The structured log: what it answers alone, in a real journald, and that its troubles are not the agent's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.trials import try_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

REAL = "tests/sinks/test_real_journald.py"
LINES = "tests/record/test_narrator.py"
DISPATCH = "tests/record/test_dispatch.py"

PROMISES = {
    "whole": (
        "AC1 from the log alone, from a real systemd-journald with journalctl -o json",
        "a session with menu, workflow, tool and sub-agent, whole and killed half-way: all told",
        (
            f"{REAL}::test_journalctl_alone_tells_what_came_of_each_interaction",
            f"{REAL}::test_journalctl_tells_how_far_a_killed_session_came",
        ),
    ),
    "lines": (
        "AC1 from the log alone, from JSON lines",
        "the same",
        (
            f"{LINES}::test_the_log_alone_says_what_came_of_each_interaction",
            f"{LINES}::test_an_interaction_that_was_killed_half_way_has_its_beginning_and_its_executions",
        ),
    ),
    "stopped": (
        "A real journald that is stopped (SIGSTOP)",
        "not waited for; the loss is counted, and told when it goes on",
        (f"{REAL}::test_a_stopped_journald_is_not_waited_for_and_hears_of_the_loss",),
    ),
    "troubles": (
        "A stopped reader, a closed and a removed socket, a full disk, a sink that raises or blocks",
        "the agent's answers are unchanged, the loss is counted",
        (f"{DISPATCH}::test_the_agents_answers_do_not_depend_on_its_log",),
    ),
}
"""Each promise: its name, what was promised, and the tests that try it."""


def log(names: Sequence[str] = tuple(PROMISES)) -> list[Finding]:
    """Try each promise, or those that are named."""
    return [_tried(*PROMISES[name]) for name in names]


def _tried(name: str, target: str, tests: tuple[str, ...]) -> Finding:
    trial = try_tests(tests)
    return Finding(name=name, figure=trial.figure, target=target, met=trial.met)
