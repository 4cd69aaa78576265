"""Promises of `clew search`: every place with its path, marked, and openable; the same with an index and without."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.model import event
from tests.cli import records
from tests.text.corpus import HARMFUL
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_text(folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a person reads is what was agreed upon."""
    assert agrees("cli_search.txt", clew("search", "order", "--dir", folder).out)


def test_json(folder: Path, clew: Callable[..., Outcome]) -> None:
    """What a program reads is JSON, and what was agreed upon."""
    told = clew("search", "order", "agent:support", "--dir", folder, "--json")
    assert agrees("cli_search.json", re.sub(r'"offset": \d+', '"offset": 0', told.out))


def test_every_place_can_be_opened(folder: Path, clew: Callable[..., Outcome]) -> None:
    """The path of each hit is one that `clew show` and `clew snapshot` take, and there the text is."""
    hits = json.loads(clew("search", "order", "--dir", folder, "--json").out)
    assert {hit["path"] for hit in hits if hit["path"]} >= {"1", "1-1", "2-1"}
    for hit in hits:
        assert clew("show", hit["sessionId"], "--path", hit["path"], "--dir", folder).code == 0
        assert "order" in clew("snapshot", hit["sessionId"], "--path", hit["path"], "--dir", folder).out


@pytest.mark.parametrize("options", [["--json"], ["--csv"], []])
def test_the_index_changes_no_answer(folder: Path, clew: Callable[..., Outcome], options: list[str]) -> None:
    """Reading every byte finds the same, in the same order."""
    told = clew("search", "or", "--dir", folder, *options)
    assert clew("search", "or", "--no-index", "--dir", folder, *options) == told


def test_case_counts_unless_asked_otherwise(folder: Path, clew: Callable[..., Outcome]) -> None:
    """With -i upper and lower case are alike."""
    assert clew("search", "FIND MY ORDER", "--dir", folder).code == ExitCode.NOT_FOUND
    assert "»find my order«" in clew("search", "FIND MY ORDER", "-i", "--dir", folder).out


def test_nothing_found_has_an_exit_code_of_its_own(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Scripts can ask whether a text is there; JSON is an empty list."""
    told = clew("search", "nowhere-to-be-found", "--dir", folder)
    assert (told.code, told.out, told.err) == (ExitCode.NOT_FOUND, "", "Nothing found.\n")
    assert json.loads(clew("search", "nowhere-to-be-found", "--dir", folder, "--json").out) == []
    assert clew("search", "order", "agent:researcher", "--dir", folder).code == ExitCode.NOT_FOUND


def test_it_bounds_itself(folder: Path, clew: Callable[..., Outcome]) -> None:
    """At most as many as asked for; that there is more is said on stderr."""
    told = clew("search", "order", "-n", "2", "--csv", "--dir", folder)
    assert len([*csv.DictReader(io.StringIO(told.out))]) == 2
    assert "more than these 2" in told.err
    assert "more than" not in clew("search", "order", "-n", "0", "--dir", folder).err


def test_a_hostile_payload_is_shown_and_not_obeyed(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """No escape sequence around a match, in a path or in a name reaches the terminal, in any format."""
    records.hostile(tmp_path, "needle \x1b]0;pwned\x07\x1b[2J\u202e x")
    for options in ([], ["--json"], ["--csv"]):
        told = clew("search", "needle", "--dir", tmp_path, *options)
        assert told.code == 0
        assert HARMFUL.search(told.out.replace("\n", "")) is None


def test_a_session_that_is_being_written_is_searched(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """What was written a moment ago is found, index or not."""
    journal = records.begin(tmp_path, records.ID, records.conversation()[:4])
    assert clew("search", "find my order", "--dir", tmp_path).code == 0
    journal.write(
        event.StepStart(n=9, index=1, name="later", action="command", action_name="later", content="just now")
    )
    found = json.loads(clew("search", "just now", "--dir", tmp_path, "--json").out)
    journal.close()
    assert [hit["path"] for hit in found] == ["s1"]


def test_what_cannot_be_asked_is_a_sentence(folder: Path, clew: Callable[..., Outcome]) -> None:
    """An empty text, and a query that is wrong."""
    assert clew("search", "", "--dir", folder).code == ExitCode.USAGE
    assert clew("search", "order", "agnt:x", "--dir", folder).code == ExitCode.USAGE
