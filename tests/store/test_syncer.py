"""Background syncing: whatever was written is brought to the disk, and a file that is gone is noticed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from clew.model.event import Header
from clew.store import syncer as syncer_module
from clew.store.journal import Journal
from clew.store.syncer import Syncer
from tests.store.damage import ID

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_journals_are_looked_after_until_they_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One daemon thread for all journals: a removed file leads to the next segment without anybody asking."""
    monkeypatch.setattr(syncer_module, "INTERVAL", 0.005)
    syncer = Syncer()
    before = threading.active_count()
    journals = [
        Journal.create(tmp_path / str(number), Header(format=0, session_id=ID), sync="never") for number in range(3)
    ]
    for journal in journals:
        syncer.watch(journal)
    assert threading.active_count() == before + 1
    journals[0].close()
    for journal in journals[1:]:
        journal.path.unlink()
        journal.write(Header(format=1, session_id=ID))
    until = time.monotonic() + 5
    while {journal.segment for journal in journals[1:]} != {2} and time.monotonic() < until:
        time.sleep(0.005)
    assert [journal.segment for journal in journals] == [1, 2, 2]
    for journal in journals:
        journal.close()


def test_journals_may_begin_while_others_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread survives any number of journals that come and go at the same time."""
    monkeypatch.setattr(syncer_module, "INTERVAL", 0.0001)
    syncer = Syncer()

    def work(who: int) -> None:
        for number in range(30):
            journal = Journal.create(tmp_path / f"{who}.{number}", Header(format=0, session_id=ID), sync="never")
            syncer.watch(journal)
            journal.close()

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [thread for thread in threading.enumerate() if thread.name == "clew-sync"]
