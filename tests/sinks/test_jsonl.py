"""Promises of the JSON lines sink: one write per line, and a disk in trouble costs lines, counted, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from typing import TYPE_CHECKING, Any

from clew.sinks.jsonl import JsonLines
from tests.sinks.test_journald import line

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a file."""
    return [json.loads(text) for text in path.read_bytes().splitlines()]


def test_a_line_is_an_object_with_what_is_known(tmp_path: Path) -> None:
    """Fields that say nothing are left out; payloads are values, or cut with size and checksum."""
    path = tmp_path / "log.jsonl"
    sink = JsonLines(path, limit=8)
    sink.write(line(slug="a.b", payloads={"tool_request": b'{"a":1}', "tool_response": b'"longer than that"'}))
    sink.close()
    assert read(path) == [
        {
            "at": 1_762_698_854_123.5,
            "event": "log",
            "severity": "WRN",
            "message": "m",
            "slug": "a.b",
            "payloads": {
                "tool_request": {"size": 7, "value": {"a": 1}},
                "tool_response": {
                    "size": 18,
                    "sha256": hashlib.sha256(b'"longer than that"').hexdigest(),
                    "cut": '"longer ',
                },
            },
        }
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_processes_can_share_a_file(tmp_path: Path) -> None:
    """Lines are appended whole, whoever else writes."""
    path = tmp_path / "log.jsonl"
    writers = [JsonLines(path) for _ in range(4)]

    def write(sink: JsonLines) -> None:
        for number in range(200):
            sink.write(line(message=str(number) * 50))

    threads = [threading.Thread(target=write, args=(sink,)) for sink in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for sink in writers:
        sink.close()
    assert len(read(path)) == 800


def test_a_full_disk_costs_lines_that_are_counted_and_told(tmp_path: Path) -> None:
    """What did not fit is told in a line of its own as soon as there is room."""
    path = tmp_path / "log.jsonl"
    path.symlink_to("/dev/full")
    sink = JsonLines(path)
    for _ in range(3):
        sink.write(line())
    assert (sink.loss.total, sink.loss.reason) == (3, "ENOSPC")
    path.unlink()
    sink.write(line(message="room"))
    sink.close()
    assert [told["message"] for told in read(path)] == ["3 log lines were lost (ENOSPC)", "room"]


def test_a_file_that_was_rotated_is_opened_anew(tmp_path: Path) -> None:
    """Moved away, the file keeps its lines, and the next one begins a new file."""
    path = tmp_path / "log.jsonl"
    sink = JsonLines(path)
    sink.write(line(message="1"))
    path.rename(tmp_path / "log.1")
    sink.write(line(message="2"))
    path.unlink()
    sink.write(line(message="3"))
    sink.close()
    assert [told["message"] for told in read(tmp_path / "log.1") + read(path)] == ["1", "3"]


def test_a_reader_that_stops_reading_is_never_waited_for(tmp_path: Path) -> None:
    """A pipe without a reader, or with one that sleeps, takes what fits."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    sink = JsonLines(path)
    sink.write(line(message="nobody"))
    assert sink.loss.reason == "ENXIO"
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    for _ in range(2_000):
        sink.write(line(message="x" * 200))
    assert sink.loss.total > 1
    os.close(reader)
    sink.close()


def test_a_descriptor_that_became_anothers_is_left_alone(tmp_path: Path) -> None:
    """What an application closed and opened anew under the same number gets no line of the log."""
    path = tmp_path / "log.jsonl"
    sink = JsonLines(path)
    sink.write(line(message="1"))
    other = os.open(tmp_path / "other", os.O_CREAT | os.O_RDWR)
    os.dup2(other, sink._handle)  # noqa: SLF001 - a descriptor cannot be taken over otherwise
    sink.write(line(message="2"))
    sink.close()
    assert len(read(path)) == 2
    assert os.fstat(other).st_size == 0
    os.close(other)
