"""Promises of `clew ls` with a query: which sessions, in which order, marked as what they are."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.store.index.database import catalog_path
from tests.cli import records
from tests.text.goldens import agrees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_a_query_finds_sessions_below_others_and_marks_them(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Without a query they are left out; with `is:root` too; nothing is marked where nothing is below."""
    assert agrees("cli_ls_query.txt", clew("ls", "turns:>0", "--dir", folder).out)
    assert "⤷" not in clew("ls", "agent:support", "--dir", folder).out
    assert records.CHILD not in clew("ls", "turns:>0 is:root", "--dir", folder).out
    assert records.CHILD in clew("ls", "agent:researcher", "--dir", folder).out


def test_words_are_joined_by_blanks(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A query may be one argument or several."""
    several = clew("ls", "agent:support", "tool:orders.search:timeout", "--dir", folder)
    assert records.ID in several.out
    assert clew("ls", "agent:support tool:orders.search:timeout", "--dir", folder) == several


def test_free_text_is_looked_for_in_payloads(folder: Path, clew: Callable[..., Outcome]) -> None:
    """A session is found by what was said in it."""
    assert records.ID in clew("ls", '"find my order"', "--dir", folder).out
    nothing = clew("ls", "nowhere-to-be-found", "--dir", folder)
    assert (nothing.code, nothing.out) == (0, "")
    assert "No session" in nothing.err
    assert "in its own capitals only" in nothing.err
    assert "capitals" not in clew("ls", "agent:nobody", "--dir", folder).err


def test_a_wrong_query_is_one_sentence_with_the_column(folder: Path, clew: Callable[..., Outcome]) -> None:
    """It ends with 64 and says where it is wrong, counted over all words."""
    told = clew("ls", "agent:support", "sttus:ok", "--dir", folder)
    assert (told.code, told.out) == (ExitCode.USAGE, "")
    assert "(column 15)" in told.err
    assert len(told.err.splitlines()) == 1


def test_the_order_is_chosen(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Newest first unless asked otherwise; the one that cost something before the one that did not."""

    def ids(*arguments: str) -> list[str]:
        return [row["sessionId"] for row in json.loads(clew("ls", *arguments, "--dir", folder, "--json").out)]

    assert ids("--children") == [records.CHILD, records.ID]
    assert ids("--children", "--order", "oldest") == [records.ID, records.CHILD]
    assert ids("--children", "--order", "cost", "-n", "1") == [records.ID]
    assert clew("ls", "--order", "colour", "--dir", folder).code == ExitCode.USAGE


def test_csv_has_a_line_for_each_session(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Exact figures; what is unknown is an empty cell."""
    told = clew("ls", "--children", "--csv", "--dir", folder)
    assert agrees("cli_ls.csv", told.out)
    rows = [*csv.DictReader(io.StringIO(told.out))]
    assert [(row["agentId"], row["cost"]) for row in rows] == [("researcher", ""), ("support", "0.0071")]


def test_a_hostile_session_is_no_formula_and_no_escape(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """A title that a spreadsheet would run, or a terminal obey, is text on one line."""
    records.hostile(tmp_path, "=1+1\n\x1b]0;x\x07")
    told = clew("ls", "--csv", "--dir", tmp_path)
    assert "'=1+1" in told.out
    assert "\x1b" not in told.out
    assert len(told.out.splitlines()) == 2


def test_what_cannot_be_read_has_a_row_that_says_why(folder: Path, clew: Callable[..., Outcome]) -> None:
    """It stands among the others, and `status:unreadable` finds it."""
    (folder / "session_20251109_150000_0badc0de.jsonl").write_text("no journal\n")
    rows = clew("ls", "--dir", folder).out.splitlines()
    assert rows[1].startswith("20251109_150000_0badc0de")
    assert "unreadable" in rows[1]
    (row,) = json.loads(clew("ls", "status:unreadable", "--dir", folder, "--json").out)
    assert sorted(row) == ["error", "sessionId", "status"]
    assert "no journal" in row["error"]


def test_notes_on_the_record_are_in_json(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Damage that reading found is told as it is when the session is loaded."""
    journal = folder / f"session_{records.ID}.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[9] = lines[9].replace(b"a", b"b", 1)
    journal.write_bytes(b"".join(lines))
    (row,) = json.loads(clew("ls", "--dir", folder, "--json").out)
    shown = json.loads(clew("show", records.ID, "--dir", folder, "--json").out)[0]
    assert row["notes"] == shown["notes"] != []


@pytest.mark.parametrize("damage", ["none", "garbage", "file"])
def test_an_index_that_cannot_be_used_changes_no_answer(
    folder: Path, clew: Callable[..., Outcome], damage: str
) -> None:
    """No index, a damaged one, a file where its folder should be: the same rows."""
    before = clew("ls", "--dir", folder)
    for path in catalog_path(folder).parent.iterdir():
        path.unlink()
    if damage == "garbage":
        catalog_path(folder).write_bytes(b"garbage" * 1000)
    if damage == "file":
        catalog_path(folder).parent.rmdir()
        catalog_path(folder).parent.write_text("in the way")
    assert clew("ls", "--dir", folder) == before
