"""What a person meets who types something wrong: one sentence, a documented exit code, no traceback."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import clew
from bench.checks.finding import Finding
from bench.checks.specimen import record_specimen
from bench.process import clew as command
from clew.cli.exit_codes import ExitCode
from clew.wire.line import seal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

REFUSES = """
name = "refuses"

[[answers]]
kind = "error"
status = 401
message = "invalid x-api-key"
"""
"""A scenario of a model server that takes no key."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One command line that cannot work."""

    name: str
    """What is wrong."""
    arguments: tuple[str, ...]
    """What is typed."""
    code: ExitCode
    """How it must end."""
    stdin: str = ""
    """What is typed then."""
    keeps: Path | None = None
    """A folder in which a session must be afterwards."""
    on_stdout: bool = False
    """Whether the sentence is the command's answer, and stands on stdout."""


def bad_input(names: Collection[str] = ()) -> list[Finding]:
    """Try every case, or those of these names, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        findings = [_finding(case) for case in _cases(Path(folder)) if not names or case.name in names]
    if not os.geteuid():
        why = "this is the superuser, who reads every folder"
        findings.append(Finding(name="bad input: unreadable folder", figure=why, target="exit code 3", met=None))
    return findings


def _finding(case: Case) -> Finding:
    ended = command(*case.arguments, stdin=case.stdin, extra={"ANTHROPIC_API_KEY": "wrong"})
    said = ended.stdout if case.on_stdout else ended.stderr
    lines = [line for line in said.splitlines() if line.strip()]
    quiet = "Traceback" not in ended.stdout + ended.stderr
    kept = case.keeps is None or any(True for _ in clew.sessions(dir=case.keeps))
    return Finding(
        name=f"bad input: {case.name}",
        figure=f"exit code {ended.code}, {len(lines)} line{'s' * (len(lines) != 1)} said"
        + ("" if quiet else ", a traceback")
        + ("" if kept else ", the session is lost"),
        target=f"exit code {int(case.code)}, " + ("damage shown" if case.on_stdout else "one sentence"),
        met=ended.code == case.code and quiet and kept and (len(lines) == 1 or (case.on_stdout and bool(lines))),
    )


def _cases(folder: Path) -> Iterator[Case]:
    sessions = folder / "sessions"
    journal = record_specimen(sessions, 1)
    record_specimen(sessions, 1)
    here = ("--dir", str(sessions))
    yield Case(name="missing id", arguments=("show", "19990101", *here), code=ExitCode.NOT_FOUND)
    yield Case(name="missing file", arguments=("show", str(folder / "session_x.jsonl")), code=ExitCode.NOT_FOUND)
    century = journal.name.removeprefix("session_")[:2]
    yield Case(name="ambiguous id", arguments=("show", century, *here), code=ExitCode.AMBIGUOUS)
    yield Case(name="path of no node", arguments=("show", "--path", "9-9", *here), code=ExitCode.NOT_FOUND)
    yield Case(name="wrong option", arguments=("show", "--nope", *here), code=ExitCode.USAGE)
    yield from _unreadable(folder)
    yield from _files(folder, journal)
    yield from _models(folder)


def _unreadable(folder: Path) -> Iterator[Case]:
    file = folder / "file"
    file.write_text("x")
    yield Case(name="a file for a folder", arguments=("ls", "--dir", str(file)), code=ExitCode.UNREADABLE)
    if os.geteuid():
        closed = folder / "closed"
        closed.mkdir(mode=0o000)
        yield Case(name="unreadable folder", arguments=("ls", "--dir", str(closed)), code=ExitCode.UNREADABLE)
        closed.chmod(0o700)


def _files(folder: Path, journal: Path) -> Iterator[Case]:
    foreign = folder / "notes.jsonl"
    foreign.write_text("{}\n")
    yield Case(name="foreign file", arguments=("show", str(foreign)), code=ExitCode.FOREIGN)
    yield Case(name="foreign file imported", arguments=_into(folder, foreign), code=ExitCode.FOREIGN)
    newer = folder / "newer" / journal.name
    newer.parent.mkdir()
    head = {"ev": "journal", "seq": 0, "at": 0.0, "format": 99, "session_id": journal.stem.removeprefix("session_")}
    newer.write_bytes(seal(json.dumps(head, separators=(",", ":")).encode())[0])
    yield Case(name="newer format", arguments=("show", str(newer)), code=ExitCode.NEWER_FORMAT)
    damaged = folder / "damaged" / journal.name
    damaged.parent.mkdir()
    data = bytearray(journal.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    keeps = damaged.parent
    yield Case(
        name="damaged journal shown", arguments=("show", str(damaged)), code=ExitCode.OK, keeps=keeps, on_stdout=True
    )
    yield Case(
        name="damaged journal verified",
        arguments=("verify", str(damaged)),
        code=ExitCode.DAMAGED,
        keeps=keeps,
        on_stdout=True,
    )


def _into(folder: Path, file: Path) -> tuple[str, ...]:
    return ("import", "--dir", str(folder / "imported"), str(file))


def _models(folder: Path) -> Iterator[Case]:
    scenario = folder / "refuses.toml"
    scenario.write_text(REFUSES)
    for name, code, where in (
        ("no model server", ExitCode.NO_MODEL, ("--base-url", "http://127.0.0.1:9")),
        ("wrong key", ExitCode.BAD_CREDENTIALS, ("--scenario", str(scenario))),
    ):
        chat = folder / name.replace(" ", "-")
        arguments = ("chat", *where, "--memory", str(chat / "memory"), "--dir", str(chat))
        yield Case(name=name, arguments=arguments, code=code, stdin="hello\n/quit\n", keeps=chat)
