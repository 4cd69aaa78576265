"""Promises of `clew stats`: figures as tables, JSON and CSV, with what is unknown or doubtful said beside them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

import clew as recorder
from clew.cli.exit_codes import ExitCode
from clew.cli.main import clew as main
from tests.cli import records
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

TEXT = {
    "stats": [],
    "stats_cost": ["cost"],
    "stats_tokens": ["tokens", "--by", "agent", "--by", "status"],
    "stats_tools": ["tools"],
    "stats_tools_by": ["tools", "--by", "kind", "--by", "day"],
    "stats_latency": ["latency"],
}
"""Command lines whose text is golden."""

KINDS = ["cost", "tokens", "tools", "latency"]


@pytest.mark.parametrize("name", TEXT)
def test_text(name: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a person reads is what was agreed upon."""
    told = clew("stats", *TEXT[name], "--dir", folder)
    assert told.code == 0
    assert agrees(f"cli_{name}.txt", told.out)


@pytest.mark.parametrize("name", TEXT)
def test_json(name: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a program reads is JSON, and what was agreed upon."""
    told = clew("stats", *TEXT[name], "--dir", folder, "--json")
    assert told.code == 0
    json.loads(told.out)
    assert agrees(f"cli_{name}.json", told.out)


@pytest.mark.parametrize("kind", KINDS)
def test_csv(kind: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """A spreadsheet gets the same figures, a line for each group, exact."""
    rows = [*csv.DictReader(io.StringIO(clew("stats", kind, "--dir", folder, "--csv").out))]
    groups = json.loads(clew("stats", kind, "--dir", folder, "--json").out)["groups"]
    assert len(rows) == len(groups) > 0
    if kind == "cost":
        assert (rows[0]["model"], rows[0]["cost"], rows[0]["tokens"]) == (records.MODEL, "0.0071", "12306")


def test_what_has_no_price_is_named_and_never_free(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A model without a price has a dash and a count; its name stands on stderr and in JSON."""
    with (
        recorder.session("support", dir=tmp_path, trace=False) as session,
        session.turn("go") as turn,
        turn.attempt(provider="vllm", model="homemade", request={}) as attempt,
    ):
        attempt.respond("yes", usage=recorder.Usage(input_tokens=10, output_tokens=5))
    told = clew("stats", "cost", "--dir", tmp_path)
    assert told.out.splitlines()[1].split() == ["homemade", "1", "15", "–", "1", "–"]
    assert "No price is known of vllm homemade" in told.err
    facts = json.loads(clew("stats", "cost", "--dir", tmp_path, "--json").out)
    assert facts["total"]["cost"] is None
    assert facts["unpriced"] == [{"provider": "vllm", "model": "homemade", "answers": 1, "tokens": 15}]


def test_usage_that_cannot_be_true_is_said(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """What the counts show is said at once; what only the answers show, with --check."""
    with recorder.session("support", dir=tmp_path, trace=False) as session, session.turn("go") as turn:
        with turn.attempt(provider="p", model="m", request={}) as attempt:
            attempt.respond("yes", usage=recorder.Usage(output_tokens=5, reasoning_tokens=9))
        with turn.attempt(provider="p", model="m", request={}) as attempt:
            attempt.respond(
                {"content": [{"type": "text", "text": "a word " * 30}]}, usage=recorder.Usage(output_tokens=1)
            )
    told = clew("stats", "tokens", "--dir", tmp_path)
    assert f"{session.session_id} 1-1: 9 tokens of reasoning" in told.err
    assert "1-2" not in told.err
    checked = json.loads(clew("stats", "cost", "--dir", tmp_path, "--check", "--json").out)["suspects"]
    assert {(one["path"], one["kind"]) for one in checked} == {
        ("1-1", "reasoning_over_output"),
        ("1-2", "too_little_output"),
    }


def test_the_overview_takes_a_query(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Whatever is no name of a command is a query; sessions below those that are meant are counted with them."""
    assert json.loads(clew("stats", "agent:support", "--dir", folder, "--json").out)["sessions"] == 2
    assert json.loads(clew("stats", "agent:researcher", "--dir", folder, "--json").out)["sessions"] == 1


def test_a_command_after_options_is_no_query(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Nobody gets an overview of the sessions that speak of cost when they asked for the cost."""
    told = clew("stats", "--dir", folder, "cost")
    assert (told.code, told.out) == (ExitCode.USAGE, "")
    assert "clew stats cost" in told.err


@pytest.mark.parametrize(
    ("word", "said"), [("failure", "did you mean 'clew stats failures'?"), ("foo", "cost, tokens")]
)
def test_a_mistyped_command_is_no_query(word: str, said: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """A single word that is nearly a command, or that finds nothing, ends with 64 and says which commands there are."""
    told = clew("stats", word, "--dir", folder)
    assert (told.code, told.out) == (ExitCode.USAGE, "")
    assert said in told.err
    assert clew("stats", f'"{word}"', "--dir", folder).code == 0


def test_what_cannot_be_asked_is_a_sentence(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A key that figures do not have, and a query that is wrong, end with 64 and say what there is."""
    by = clew("stats", "tools", "--by", "model", "--dir", folder)
    assert (by.code, by.out) == (ExitCode.USAGE, "")
    assert "'agent'" in by.err
    wrong = clew("stats", "cost", "agent:support", "colour:red", "--dir", folder)
    assert (wrong.code, wrong.out) == (ExitCode.USAGE, "")
    assert "column 15" in wrong.err


def test_signs_are_ascii_on_demand(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Block characters have figures in their place."""
    assert clew("stats", "--ascii", "--dir", folder).out.isascii()


def test_an_empty_folder_is_no_error(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Before the first session all figures are zero or unknown."""
    for kind in ([], *([kind] for kind in KINDS)):
        assert clew("stats", *kind, "--dir", tmp_path / "none").code == 0
    assert "None of these sessions called a tool." in clew("stats", "tools", "--dir", tmp_path).err


def test_help_lists_the_figures(clew: Callable[..., Outcome]) -> None:
    """Every kind of figures stands in the help of the group."""
    assert all(f"  {kind} " in clew("stats", "--help").out for kind in KINDS)


def test_a_shell_completes_commands_and_queries(folder: Path) -> None:
    """The first word may be either; what follows a query is a query, what follows a command is the command's."""

    def offered(arguments: list[str], incomplete: str) -> list[str]:
        complete = ShellComplete(main, {}, "clew", "_CLEW_COMPLETE")
        return [item.value for item in complete.get_completions(["stats", *arguments], incomplete)]

    assert offered([], "c")[:3] == ["cost", "cost:", "cached:"]
    assert offered(["agent:support"], "sta") == ["status:"]
    assert offered(["tools", "--dir", str(folder)], "status:fa") == ["status:failed"]
    assert "session" in offered(["cost", "--by"], "")
