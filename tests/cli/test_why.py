"""Promises about ``clew why``: ten lines at most, that hold for every state of a session, and the same as JSON."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest

from clew.model import event
from clew.model.session import Failure
from tests.cli import records
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.model.act import Act
    from tests.cli.conftest import Outcome

INCIDENT = "7f3a91c2"


def _shorter(count: int) -> list[Act]:
    """The conversation without its end."""
    return records.conversation()[:count]


def _gave_up() -> list[Act]:
    """A tool fails, the model gives up, and there is no report."""
    return [
        *_shorter(17),
        event.NodeEnd(n=5),
        event.TurnStart(n=8, index=3),
        event.AttemptStart(n=9, of=8, number=0, provider="anthropic", model=records.MODEL, request={"messages": []}),
        event.AttemptEnd(n=9, response={"content": [{"type": "text", "text": "Sorry."}]}),
        event.Logged(
            of=9, slug="llm.synthetic_retry", severity="WRN", message="text without a tool call", llm_request=9
        ),
        event.AttemptVerdict(n=9, rejected=True, slugs=["llm.synthetic_retry"]),
        event.NodeEnd(n=8),
        event.Logged(slug="final_report.missing", severity="WRN", message="no report after 3 turns"),
        event.FinStart(),
        event.FinEnd(success=False, error="no report after 3 turns", failure=Failure(incident="00000001")),
    ]


def _went_well() -> list[Act]:
    """The conversation's first turn, which needed a second attempt, and a good end."""
    return [*_shorter(13), event.FinStart(), event.FinEnd(success=True)]


STATES: dict[str, list[Act]] = {
    "failed": records.conversation(),
    "gave_up": _gave_up(),
    "interrupted": _shorter(15),
    "abandoned": _shorter(2),
    "recovered": _went_well(),
    "fine": [records.child()[0], *records.child()[1:]],
}
"""One session for each state."""


@pytest.mark.parametrize("state", STATES)
def test_the_answer_is_short_and_stays_as_it_is(state: str, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Whatever became of a session, the answer is what was agreed upon, in at most ten lines."""
    records.write(tmp_path / "s", records.ID, STATES[state])
    outcome = clew("why", records.ID, "--dir", tmp_path / "s")
    assert (outcome.code, outcome.err) == (0, "")
    assert len(outcome.out.splitlines()) <= 10
    assert agrees(f"cli_why_{state}.txt", outcome.out.replace(f" --dir {tmp_path / 's'}", ""))


@pytest.mark.parametrize("state", ["gave_up", "interrupted", "recovered"])
def test_programs_get_the_same(state: str, tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """``--json`` has the cause, the chain, what was made good and what to do."""
    records.write(tmp_path / "s", records.ID, STATES[state])
    outcome = clew("why", "--json", "--dir", tmp_path / "s")
    assert json.loads(outcome.out)["sessionId"] == records.ID
    assert agrees(f"cli_why_{state}.json", outcome.out.replace(f" --dir {tmp_path / 's'}", ""))


def test_the_command_it_names_finds_the_session(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Who names the folder gets a command that names it, whole, however long it is; the default needs no name."""
    place = tmp_path / ("name " * 24)
    records.write(place, records.ID, STATES["failed"])
    (line,) = (line for line in clew("why", "--dir", place).out.splitlines() if line.startswith("see "))
    words = shlex.split(line.removeprefix("see").partition(" (payloads")[0])
    assert words[:2] == ["clew", "show"]
    assert clew(*words[1:]).code == 0


def test_the_end_of_a_session_is_named_once(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Where FIN is the place there is nothing else to say of it."""
    acts = [*_shorter(2), event.FinStart(), event.FinEnd(success=False, error="stopped")]
    records.write(tmp_path / "s", records.ID, acts)
    assert "where      fin\n" in clew("why", "--dir", tmp_path / "s").out


def test_a_running_session_is_told_as_it_stands(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A session whose writer lives has no cause of an end, but may be in trouble."""
    journal = records.begin(tmp_path / "s", records.ID, _shorter(15))
    calm = clew("why", "--json", "--dir", tmp_path / "s")
    journal.write(event.ToolEnd(n=6, status="timeout", slugs=["tool.timeout"], error="no answer"))
    troubled = clew("why", "--json", "--dir", tmp_path / "s")
    journal.close()
    assert (json.loads(calm.out)["status"], json.loads(calm.out)["cause"]) == ("running", None)
    assert json.loads(troubled.out)["cause"]["path"] == "2-1"


def test_the_index_knows_incidents(folder: Path, clew: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is an index, no journal is read for one that it knows; one that it does not know is looked for."""
    told = clew("why", "7f3a91c2", "--dir", folder)
    clew("ls", "--dir", folder)
    monkeypatch.delattr("clew.store.incident._names")
    assert clew("why", "7f3a91c2", "--dir", folder) == told
    monkeypatch.undo()
    assert clew("why", "00000000", "--dir", folder).code == 4


def test_an_incident_leads_to_its_session(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The eight digits that a user was told find the session, without its id."""
    assert clew("why", INCIDENT, "--dir", folder) == clew("why", records.ID, "--dir", folder)


@pytest.mark.parametrize("reference", ["0badcafe", "nothing"])
def test_what_is_neither_is_said(reference: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """A word that is no session and no incident ends with the code for that."""
    outcome = clew("why", reference, "--dir", folder)
    assert (outcome.code, outcome.out) == (4, "")
    assert reference in outcome.err


def test_a_damaged_record_says_so(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Where lines are lost the answer stands, with the warning that there may be more to it."""
    path = folder / f"session_{records.ID}.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:9], b"\x00" * len(lines[9]), *lines[10:]]))
    outcome = clew("why", records.ID, "--dir", folder)
    assert outcome.code == 0
    assert "incomplete" in outcome.out


def test_a_path_it_names_can_be_shown(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The command of the last line is a command that works."""
    told = json.loads(clew("why", "--json", "--dir", folder).out)
    assert clew(*told["see"].split()[1:], "--dir", folder).code == 0
