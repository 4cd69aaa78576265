"""Nothing leaks: canaries through every failure into files and public answers, and innocent text left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.checks.finding import Finding
from bench.trials import try_tests
from tests.wire.canaries import CANARIES, INTERNAL

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRETS = 60
INSIDES = 30

PROMISES = {
    "files": (
        f"{len(CANARIES)} canary secrets through every failure, streams split at every offset",
        "0 in any file",
        (
            "tests/agent/test_secrets.py",
            "tests/record/test_redaction.py::test_no_path_of_the_recorder_writes_a_secret",
            "tests/record/test_redaction.py::test_a_secret_split_over_a_stream_at_any_offset_is_not_written",
            "tests/record/test_redaction.py::test_a_secret_that_kills_the_process_is_not_on_disk",
            "tests/record/test_narrator.py::test_no_secret_reaches_the_log",
        ),
    ),
    "answers": (
        f"{len(CANARIES)} canary secrets and {len(INTERNAL)} internal strings through every failure",
        "0 in any public answer",
        (
            "tests/record/test_public.py::test_no_word_of_a_failure_reaches_a_user",
            "tests/asgi/test_recorded.py::test_a_failure_is_told_by_a_sentence_and_an_incident",
        ),
    ),
    "innocent": (
        "10 MB of prose and code that talks about passwords, sessions and keys",
        "0 bytes changed",
        ("tests/wire/test_rules.py::test_ten_megabytes_of_innocent_text_stay_as_they_are",),
    ),
}
"""Each promise: its name, what was promised, and the tests that try it."""


def leaks(names: Sequence[str] = tuple(PROMISES)) -> list[Finding]:
    """Try each promise, or those that are named."""
    assert len(CANARIES) >= SECRETS
    assert len(INTERNAL) >= INSIDES
    return [_tried(*PROMISES[name]) for name in names]


def _tried(name: str, target: str, tests: tuple[str, ...]) -> Finding:
    trial = try_tests(tests)
    return Finding(name=name, figure=trial.figure, target=target, met=trial.met)
