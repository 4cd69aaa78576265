"""Promises of ``clew diff``: what differs stands where it began, the same as JSON, and the exit code is for CI."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.model import event
from clew.model.usage import Usage
from tests.cli import records
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act
    from tests.cli.conftest import Outcome

OTHER = "20251110_091500_00000bee"
PROMPT = "\n".join(["Be kind.", *(f"Rule {number}." for number in range(40))])


def _changed() -> list[Act]:
    """The conversation with other words in the prompt, no retry, another result, one call more and a good end."""
    acts = records.conversation()
    acts[0] = event.SessionStart(
        agent_id="support",
        title="an order",
        model=records.MODEL,
        system_prompt=PROMPT.replace("Rule 7.", "Rule seven."),
    )
    del acts[5:8]
    acts[6] = event.AttemptEnd(
        n=2,
        response={"content": [{"type": "text", "text": "Let me see."}]},
        usage=Usage(input_tokens=1096, cache_read_tokens=11_000, output_tokens=230),
        cost=Decimal("0.0073"),
    )
    acts[5] = event.AttemptChunk(n=2, text="Let me ")
    acts[8] = event.ToolEnd(n=4, response="Directory: /memories\n- notes.md")
    acts[9:9] = [event.ToolStart(n=9, of=1, name="clock", request={}), event.ToolEnd(n=9, response="noon")]
    return [*acts[:-3], event.FinStart(), event.FinEnd(success=True)]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with a session and its changed second run."""
    folder = records.recorded(tmp_path / "sessions")
    first = records.conversation()
    first[0] = event.SessionStart(agent_id="support", title="an order", model=records.MODEL, system_prompt=PROMPT)
    (folder / f"session_{records.ID}.jsonl").unlink()
    records.write(folder, records.ID, first)
    records.write(folder, OTHER, _changed())
    return folder


def test_the_differences_stay_as_they_are(two: Path, clew: Callable[..., Outcome]) -> None:
    """Sessions, sums, the first divergence and each difference at its node, as was agreed upon."""
    outcome = clew("diff", records.ID, OTHER, "--dir", two)
    assert (outcome.code, outcome.err) == (ExitCode.DIFFERENT, "")
    assert agrees("cli_diff.txt", outcome.out)


def test_the_brief_answer_counts_kinds(two: Path, clew: Callable[..., Outcome]) -> None:
    """``--brief`` says how many differences there are of each kind, and what the kind means."""
    assert agrees("cli_diff_brief.txt", clew("diff", records.ID, OTHER, "--brief", "--ascii", "--dir", two).out)


def test_programs_get_the_same(two: Path, clew: Callable[..., Outcome]) -> None:
    """``--json`` has every difference with whole values, every pair of nodes and every sum."""
    outcome = clew("diff", records.ID, OTHER, "--json", "--dir", two)
    told = json.loads(outcome.out)
    assert outcome.code == ExitCode.DIFFERENT
    assert told["first"] == told["differences"][0]
    assert told["first"]["before"] == PROMPT
    assert agrees("cli_diff.json", outcome.out)


def test_a_session_is_the_same_as_itself(two: Path, clew: Callable[..., Outcome]) -> None:
    """Nothing differs, and the exit code says so."""
    outcome = clew("diff", OTHER, OTHER, "--dir", two)
    assert outcome.code == 0
    assert "no differences" in outcome.out
    assert json.loads(clew("diff", OTHER, OTHER, "--json", "--dir", two).out)["same"] is True


def test_sessions_may_lie_in_two_folders(two: Path, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A path names a session wherever it lies."""
    records.recorded(tmp_path / "elsewhere")
    path = tmp_path / "elsewhere" / f"session_{records.ID}.jsonl"
    outcome = clew("diff", records.ID, path, "--brief", "--dir", two)
    assert outcome.code == ExitCode.DIFFERENT
    assert "system_prompt_changed" in outcome.out


def test_a_path_narrows_what_is_shown(two: Path, clew: Callable[..., Outcome]) -> None:
    """``--path`` shows the differences at a node of either session and below it; without any the code is 0."""
    told = json.loads(clew("diff", records.ID, OTHER, "--path", "1", "--json", "--dir", two).out)
    places = {one["pathB"] or one["pathA"] for one in told["differences"]}
    assert places
    assert all(place.startswith("1") for place in places)
    assert clew("diff", records.ID, OTHER, "--path", "2-1", "--dir", two).code == 0
    assert clew("diff", records.ID, OTHER, "--path", "9", "--dir", two).code == ExitCode.NOT_FOUND


def test_kinds_can_be_ignored(two: Path, clew: Callable[..., Outcome]) -> None:
    """What CI does not care for does not make it fail."""
    told = json.loads(clew("diff", records.ID, OTHER, "--json", "--dir", two).out)
    kinds = {one["kind"] for one in told["differences"]}
    assert len(kinds) > 5
    ignored = [word for kind in kinds for word in ("--ignore", kind)]
    assert clew("diff", records.ID, OTHER, *ignored, "--dir", two).code == 0
    assert clew("diff", records.ID, OTHER, "--ignore", "nonsense", "--dir", two).code == ExitCode.USAGE


def test_a_damaged_record_says_so(two: Path, clew: Callable[..., Outcome]) -> None:
    """Where lines are lost, a note warns that what is missing looks like differences."""
    path = two / f"session_{OTHER}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:7], b"\x00" * len(lines[7]), *lines[8:]]))
    outcome = clew("diff", records.ID, OTHER, "--dir", two)
    assert outcome.code == ExitCode.DIFFERENT
    assert "incomplete" in outcome.err


@pytest.mark.parametrize("form", [[], ["--json"], ["--brief"]])
def test_nothing_that_a_terminal_would_obey_comes_out(
    form: list[str], tmp_path: Path, clew: Callable[..., Outcome]
) -> None:
    """Text of a session never reaches the terminal as it is, wherever in a session it stands."""
    one = records.hostile(tmp_path / "a", "\x1b]0;owned\x07\x9b31m\u202e one")
    other = records.hostile(tmp_path / "b", "\x1b]0;taken\x07\x9b32m\u202e two\nlines")
    journals = [folder / f"session_{records.ID}.jsonl" for folder in (one, other)]
    outcome = clew("diff", *journals, *form)
    assert outcome.code == ExitCode.DIFFERENT
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(outcome.out + outcome.err)
