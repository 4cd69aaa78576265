"""The log in a real journald: an operator with nothing but `journalctl` can say what came of what a user did.

The daemon is started by hand in a namespace of its own, so that the machine's journal is left alone.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import clew
from clew.record.dispatch import dispatch
from clew.sinks.journald import Journald
from clew.sinks.message_id import message_id
from tests.record import host
from tests.record.lines import converse, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
DAEMON = next(
    (place for place in ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald") if Path(place).exists()),
    None,
)
PATIENCE = 20


def _why_not() -> str:
    """What keeps a journald from running here; empty if nothing does."""
    if DAEMON is None or shutil.which("journalctl") is None:
        return "there is no systemd-journald (apt-get install systemd)"
    if os.geteuid() != 0:
        return "a journald in a namespace of its own can only be started by root"
    if not Path("/etc/machine-id").exists():
        return "/etc/machine-id is missing (systemd-machine-id-setup makes it)"
    return ""


pytestmark = pytest.mark.skipif(bool(_why_not()), reason=_why_not())

Entry = dict[str, Any]


class Journal(NamedTuple):
    """A journald that runs."""

    namespace: str
    pid: int

    @property
    def socket(self) -> str:
        """Where it listens."""
        return f"/run/systemd/journal.{self.namespace}/socket"

    def entries(self, *matches: str) -> list[Entry]:
        """What `journalctl` prints of the entries with these fields, oldest first."""
        command = ["journalctl", f"--namespace={self.namespace}", "--output=json", "--all", "-t", "clew", *matches]
        told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        return [json.loads(text) for text in told.stdout.splitlines()]

    def wait(self, enough: Callable[[list[Entry]], bool], *matches: str) -> list[Entry]:
        """The entries, as soon as they are enough: journald stores them a moment after it took them."""
        seen: list[Entry] = _wait(lambda: self.entries(*matches), enough)
        return seen


def _wait(look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - whatever is looked at
    until = time.monotonic() + PATIENCE
    while not enough(seen := look()):
        assert time.monotonic() < until, f"not within {PATIENCE} s: {seen}"
        time.sleep(0.05)
    return seen


@contextmanager
def _running() -> Iterator[Journal]:
    assert DAEMON is not None
    namespace = f"clew{os.getpid()}"
    Path("/run/systemd/journal").mkdir(parents=True, exist_ok=True)
    daemon = subprocess.Popen([DAEMON, namespace], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = Journal(namespace, daemon.pid)
    try:
        _wait(lambda: daemon.poll() is not None or Path(journal.socket).exists(), bool)
        if daemon.poll() is not None:
            pytest.skip("systemd-journald does not start here")
        yield journal
    finally:
        if daemon.poll() is None:
            daemon.send_signal(signal.SIGCONT)
            daemon.terminate()
            daemon.wait(PATIENCE)
        shutil.rmtree(f"/run/systemd/journal.{namespace}", ignore_errors=True)
        for place in ("/run/log/journal", "/var/log/journal"):
            for left in Path(place).glob(f"*.{namespace}"):
                shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="module")
def journal() -> Iterator[Journal]:
    """One daemon for all tests of this file."""
    with _running() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_sinks() -> Iterator[None]:
    """Leave no sink behind."""
    yield
    clew.configure(sinks=[])


def answer(entries: list[Entry]) -> list[Entry]:
    """What an operator reads out of the log: each interaction, who acted, what was executed, what came of it."""
    told: dict[tuple[str, str], Entry] = {}
    executed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries:
        turn = entry.get("AI_PATH", "").partition("-")[0]
        began = [key for key in told if key[0] == entry["AI_ROOT_SESSION_ID"]]
        if entry["AI_EVENT"] == "interaction.begin":
            told[entry["AI_SESSION_ID"], turn] = {"agent": entry["AI_AGENT"], "outcome": None, "executed": []}
            told[entry["AI_SESSION_ID"], turn]["action"] = (entry["AI_ACTION_TYPE"], entry.get("AI_ACTION"))
        elif entry["AI_EVENT"] == "execution":
            executed[began[-1]].append(f"{entry['AI_KIND']} {entry['AI_NAME']} {entry['AI_OUTCOME']}")
        elif entry["AI_EVENT"] == "interaction.end":
            told[began[-1]]["outcome"] = entry["AI_OUTCOME"]
    return [{**known, "executed": executed[key]} for key, known in told.items()]


MENU = ["command ls ok", "workflow_step collect ok", "agent writer ok", "workflow_step write ok"]


def test_journalctl_alone_tells_what_came_of_each_interaction(tmp_path: Path, journal: Journal) -> None:
    """Menu, workflow, tool and sub-agent of one session, by one `journalctl AI_ROOT_SESSION_ID=…`."""
    clew.configure(sinks=[Journald(journal.socket)])
    with session(tmp_path) as recorder:
        converse(recorder)
    entries = journal.wait(lambda found: len(found) >= 12, f"AI_ROOT_SESSION_ID={recorder.session_id}")
    assert answer(entries) == [
        {"agent": "support", "action": ("message", None), "executed": ["mcp orders.search timeout"], "outcome": "ok"},
        {"agent": "support", "action": ("menu", "Reports"), "executed": [*MENU, "workflow report ok"], "outcome": "ok"},
    ]
    (warning,) = journal.entries("AI_SLUG=tool.timeout", "AI_EVENT=log", f"AI_SESSION_ID={recorder.session_id}")
    assert (warning["PRIORITY"], warning["AI_ORIGIN"], warning["AI_PATH"]) == ("4", "tool", "1-2")
    assert json.loads(warning["AI_TOOL_REQUEST"]) == {"query": "order"}
    assert warning["CODE_FILE"] == "lines.py"
    same = journal.entries(f"MESSAGE_ID={message_id('tool.timeout')}", f"AI_SESSION_ID={recorder.session_id}")
    assert [entry["AI_EVENT"] for entry in same] == ["log", "execution"]


KILLED = """
    import os, signal
    from pathlib import Path
    from tests.record.lines import session, workflow
    import clew
    recorder = session(Path(os.environ["CLEW_DIR"]))
    turn = recorder.turn(action=clew.Action("menu", "Reports")).start()
    tool = turn.tool("report", {}, kind="workflow").start()
    workflow(tool)
    print(recorder.session_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_journalctl_tells_how_far_a_killed_session_came(tmp_path: Path, journal: Journal) -> None:
    """Who acted, what the user chose and what was executed by then; no outcome, because there was none."""
    variables = {"CLEW_LOG": f"journald:{journal.socket}", "PYTHONPATH": str(ROOT)}
    ended = host.run(KILLED, tmp_path / "sessions", **variables)
    assert ended.returncode == -signal.SIGKILL
    entries = journal.wait(lambda found: len(found) >= 6, f"AI_ROOT_SESSION_ID={ended.stdout.strip()}")
    assert answer(entries) == [
        {"agent": "support", "action": ("menu", "Reports"), "executed": MENU, "outcome": None},
    ]


def test_a_payload_of_megabytes_is_stored_whole(tmp_path: Path, journal: Journal) -> None:
    """A warning with a large request keeps it, byte for byte; a limit cuts it and says so."""
    request = {"text": "ä" * 2_000_000}
    for limit in (None, 1000):
        clew.configure(sinks=[Journald(journal.socket, limit=limit)])
        with session(tmp_path) as recorder, recorder.turn("go") as turn, turn.tool("big", request):
            clew.log("shop.large", "large")
        found = journal.wait(
            lambda there: len(there) >= 1, "AI_SLUG=shop.large", f"AI_SESSION_ID={recorder.session_id}"
        )
        if limit is None:
            assert json.loads(found[0]["AI_TOOL_REQUEST"]) == request
        assert found[0]["AI_TOOL_REQUEST_SIZE"] == str(4_000_000 + len('{"text":""}'))
        assert ("AI_TOOL_REQUEST_SHA256" in found[0]) is (limit is not None)


def test_a_stopped_journald_is_not_waited_for_and_hears_of_the_loss(tmp_path: Path, journal: Journal) -> None:
    """While it is stopped lines are counted; once it goes on, an entry says how many were lost."""
    sink = Journald(journal.socket)
    clew.configure(sinks=[sink])
    os.kill(journal.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for _ in range(20):
            with session(tmp_path) as recorder:
                converse(recorder)
        seconds = time.monotonic() - began
    finally:
        os.kill(journal.pid, signal.SIGCONT)
    assert sink.loss.total > 100
    lost = sink.loss.untold
    _wait(lambda: _told(sink), bool)
    found = journal.wait(lambda found: _lost_in(found) >= lost, "AI_SLUG=log.lines_lost")
    print(f"20 sessions while journald was stopped: {seconds:.2f} s, {lost} lines lost")
    assert _lost_in(found) >= lost
    assert all((told["AI_ORIGIN"], told["PRIORITY"]) == ("host", "4") for told in found)


def _lost_in(found: list[dict[str, str]]) -> int:
    """How many lines the entries say were lost: more may be, and be told, while the daemon catches up."""
    return sum(int(told["AI_LABEL_LOST"]) for told in found)


def _told(sink: Journald) -> bool:
    """Log something, and say whether every loss has been told of."""
    clew.log("shop.again", "is it back?")
    dispatch.flush()
    return sink.loss.untold == 0
