"""Promises of the journald sink: its encoding, its fields, and that a journald in trouble costs lines only."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.model.log import Source
from clew.sinks.journald import Journald, entry
from clew.sinks.line import Line
from clew.sinks.message_id import message_id
from tests.sinks.journal import FakeJournal, decode, flat

if TYPE_CHECKING:
    from pathlib import Path


def line(**fields: Any) -> Line:  # noqa: ANN401 - the fields of a line
    """A line that says little."""
    known: dict[str, Any] = {"at": 1_762_698_854_123.5, "event": "log", "severity": "WRN", "message": "m", **fields}
    return Line(**known)


def test_an_entry_holds_the_line_in_the_fields_that_operators_ask_for() -> None:
    """Slug, place, user's action, origin and code are fields of their own; the message id follows from the slug."""
    told = line(
        slug="tool.timeout",
        session_id="20251109_143426_00c0ffee",
        root_session_id="20251109_143414_a1b2c3d4",
        agent_id="support",
        action_type="menu",
        action="Reports",
        path="2-3.1-2",
        kind="mcp",
        name="orders.search",
        outcome="timeout",
        origin="tool",
        incident="7f3a91c2",
        duration_ms=10_000.0,
        source=Source(file="shop.py", line=7, function="pay"),
    )
    fields = flat(decode(entry(told)))
    assert fields == {
        "MESSAGE": "m",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "clew",
        "MESSAGE_ID": message_id("tool.timeout"),
        "CODE_FILE": "shop.py",
        "CODE_LINE": "7",
        "CODE_FUNC": "pay",
        "AI_ACTION": "Reports",
        "AI_ACTION_TYPE": "menu",
        "AI_AGENT": "support",
        "AI_DIRECTION": "response",
        "AI_DURATION_MS": "10000.000",
        "AI_EVENT": "log",
        "AI_INCIDENT": "7f3a91c2",
        "AI_KIND": "mcp",
        "AI_NAME": "orders.search",
        "AI_ORIGIN": "tool",
        "AI_ORIGIN_TXN_ID": "20251109_143414_a1b2c3d4",
        "AI_OUTCOME": "timeout",
        "AI_PATH": "2-3.1-2",
        "AI_REMOTE": "mcp:orders.search",
        "AI_ROOT_SESSION_ID": "20251109_143414_a1b2c3d4",
        "AI_SESSION_ID": "20251109_143426_00c0ffee",
        "AI_SEVERITY": "WRN",
        "AI_SLUG": "tool.timeout",
        "AI_SUBTURN": "2",
        "AI_TIMESTAMP": "1762698854123.500",
        "AI_TOOL": "orders.search",
        "AI_TOOL_KIND": "mcp",
        "AI_TURN": "1",
        "AI_TURN_PATH": "2-3.1-2",
        "AI_TXN_ID": "20251109_143426_00c0ffee",
        "AI_TYPE": "tool",
    }


@pytest.mark.parametrize(
    ("severity", "priority"), [("ERR", "3"), ("WRN", "4"), ("FIN", "5"), ("VRB", "6"), ("THK", "6"), ("TRC", "7")]
)
def test_severities_are_priorities(severity: str, priority: str) -> None:
    """`journalctl -p err` shows errors, `-p warning` warnings too."""
    assert flat(decode(entry(line(severity=severity))))["PRIORITY"] == priority


def test_a_message_id_never_changes() -> None:
    """It is derived from the slug, so that every installation and every release has the same."""
    assert message_id("llm.retry") == "84bc15041ce45f88aededcb511b5bb9c"


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_whatever_an_application_says_is_read_back(message: str, details: dict[str, str]) -> None:
    """Newlines, binary and odd names cost no entry and no value; names are such as journald keeps."""
    fields = decode(entry(line(message=message, details=details)))
    assert fields["MESSAGE"] == [message.encode("utf-8", "backslashreplace")]
    labels = [value for name, values in fields.items() if name.startswith("AI_LABEL_") for value in values]
    others = [value for key, value in details.items() if key != "traceback"]
    assert sorted(labels) == sorted(value.encode("utf-8", "backslashreplace") for value in others)
    assert all(len(name) <= 64 and name.replace("_", "").isalnum() and name.isupper() for name in fields)


def test_labels_that_collide_are_all_kept() -> None:
    """Two keys that make one name, or the name of a field there is, lose nothing."""
    fields = decode(entry(line(slug="a.b", details={"slug": "1", "Slug": "2", "a-b": "3", "a b": "4"})))
    assert (fields["AI_SLUG"], fields["AI_LABEL_SLUG"], fields["AI_LABEL_A_B"]) == (
        [b"a.b"],
        [b"1", b"2"],
        [b"3", b"4"],
    )


def test_payloads_are_whole_unless_a_limit_cuts_them() -> None:
    """A cut one says how large the whole is, and its SHA-256, by which the journal's payload can be recognised."""
    payload = b'{"q":"' + "ä".encode() * 100 + b'"}'
    whole = flat(decode(entry(line(payloads={"tool_request": payload}))))
    assert whole["AI_TOOL_REQUEST"].encode() == payload
    assert (whole["AI_TOOL_REQUEST_FORMAT"], whole["AI_TOOL_REQUEST_SIZE"]) == ("json", str(len(payload)))
    assert "AI_TOOL_REQUEST_SHA256" not in whole
    cut = flat(decode(entry(line(payloads={"tool_request": payload}), limit=9)))
    assert cut["AI_TOOL_REQUEST"] == '{"q":"ä', "no character is cut in two"
    assert cut["AI_TOOL_REQUEST_SIZE"] == str(len(payload))
    assert cut["AI_TOOL_REQUEST_SHA256"] == hashlib.sha256(payload).hexdigest()


def test_an_entry_too_large_for_a_datagram_goes_as_a_sealed_file(tmp_path: Path) -> None:
    """A payload of megabytes arrives whole."""
    payload = b'"' + b"x" * 3_000_000 + b'"'
    with FakeJournal(tmp_path / "socket") as journal:
        sink = Journald(journal.path)
        sink.write(line(message="small"))
        sink.write(line(payloads={"llm_request": payload}))
        sink.close()
        small, large = journal.entries()
    assert (small["MESSAGE"], large["AI_LLM_REQUEST"]) == ([b"small"], [payload])
    assert (journal.sealed, sink.loss.total) == (1, 0)


def test_a_journald_that_does_not_read_costs_lines_and_no_time(tmp_path: Path) -> None:
    """Ten thousand lines to a stopped reader take no time; what is lost is told as soon as it reads again."""
    with FakeJournal(tmp_path / "socket") as journal:
        sink = Journald(journal.path)
        began = time.monotonic()
        for number in range(10_000):
            sink.write(line(message=str(number)))
        seconds = time.monotonic() - began
        kept = journal.entries()
        sink.write(line(message="after"))
        sink.close()
        told, after = journal.entries()
    assert len(kept) + sink.loss.total == 10_000
    assert sink.loss.total > 0
    assert flat(told)["AI_SLUG"] == "log.lines_lost"
    assert told["AI_LABEL_LOST"] == [str(sink.loss.total).encode()]
    assert after["MESSAGE"] == [b"after"]
    assert sink.loss.untold == 0
    print(f"10,000 lines to a reader that is stopped: {seconds:.2f} s, {sink.loss.total} counted as lost")
    assert seconds < 5


def test_a_journald_that_dies_and_comes_back_is_told_of_the_gap(tmp_path: Path) -> None:
    """Removed socket, dead daemon, new daemon at the same place: the sink finds it again by itself."""
    path = tmp_path / "socket"
    sink = Journald(str(path))
    sink.write(line(message="nobody there"))
    with FakeJournal(path) as journal:
        sink.write(line(message="there"))
        assert [one["MESSAGE"] for one in journal.entries()] == [[b"1 log lines were lost (ENOENT)"], [b"there"]]
    sink.write(line(message="dead"))
    path.unlink()
    with FakeJournal(path) as journal:
        sink.close()
        assert [one["MESSAGE"] for one in journal.entries()] == [[b"1 log lines were lost (ECONNREFUSED)"]]


def test_a_descriptor_that_the_application_closed_is_let_go(tmp_path: Path) -> None:
    """A daemon that closes all descriptors, and opens others under their numbers, loses no line and no file."""
    with FakeJournal(tmp_path / "socket") as journal:
        sink = Journald(journal.path)
        sink.write(line(message="1"))
        ours = sink._socket  # noqa: SLF001 - a closed descriptor cannot be made otherwise
        assert isinstance(ours, socket.socket)
        handle = ours.fileno()
        os.close(handle)
        theirs = os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)
        os.dup2(theirs, handle)
        sink.write(line(message="2"))
        sink.close()
        assert [one["MESSAGE"] for one in journal.entries()] == [[b"1"], [b"2"]]
    os.write(handle, b"still open")
    os.close(handle)
    if theirs != handle:
        os.close(theirs)
