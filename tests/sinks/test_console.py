"""Promises of the console sink: a row per line for people, which no payload can turn into a command to the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest

from clew.sinks.console import Console
from tests.sinks.test_journald import line

HOSTILE = (
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "\x9b31m",
    "\x1bPq\x1b\\",
    "\u202e",
    "\r\n",
    "\x7f",
    "\ud800",
    "\x1b]52;c;aGk=",
)


def written(**fields: Any) -> str:  # noqa: ANN401 - the fields of a line
    """What a line looks like."""
    stream = io.StringIO()
    Console(stream).write(line(**fields))
    return stream.getvalue()


def test_a_row_says_what_happened_and_where_to_look() -> None:
    """Severity, agent, path, slug, message, origin, incident and session are on one row."""
    row = written(
        agent_id="support",
        path="2-1",
        slug="tool.timeout",
        message="no answer",
        duration_ms=10_000.4,
        origin="tool",
        incident="7f3a91c2",
        session_id="20251109_143414_a1b2c3d4",
    )
    assert row.partition(" ")[2] == (
        "WRN support 2-1 tool.timeout no answer 10000 ms (origin tool) incident 7f3a91c2 [20251109_143414_a1b2c3d4]\n"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_terminal_would_obey_reaches_it(text: str) -> None:
    """Whatever a tool or model said, in whichever field: the row is one line of printable text."""
    row = written(message=f"a{text}b", agent_id=text, path=text, slug=text, session_id=text)
    assert row.endswith("\n")
    assert row.count("\n") == 1
    assert row[:-1].isprintable()
