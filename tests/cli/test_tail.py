"""Promises of ``clew tail -f``: every act, as it happens, until nobody writes any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.cli.tail import follow_acts
from clew.model import event
from clew.store.folder import Folder
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.store.journal import Journal
    from tests.cli.conftest import Outcome


def test_acts_are_shown_as_they_happen(tmp_path: Path) -> None:
    """Each look brings what was written since, in order, nothing twice; the end of the writer ends it."""
    acts = records.conversation()
    journal = records.begin(tmp_path, records.ID, acts[:3])
    waiting = iter([acts[3:5], [], acts[5:]])

    def sleep(_: float) -> None:
        batch = next(waiting, None)
        if batch is None:
            journal.close()
        for act in batch or ():
            journal.write(act)

    batches = list(follow_acts(Folder(tmp_path), records.ID, sleep))
    assert [len(batch) for batch in batches] == [4, 2, len(acts) - 5]
    assert [act.seq for batch in batches for act, _ in batch] == list(range(len(acts) + 1))


def test_a_new_segment_is_followed(tmp_path: Path) -> None:
    """A process that takes the session up again is seen, too."""
    first = records.begin(tmp_path, records.ID, records.conversation()[:4])
    second: list[Journal] = []

    def sleep(_: float) -> None:
        if not second:
            second.append(records.begin(tmp_path, records.ID, [event.NodeEnd(n=(1, 1))], segment=2))
            first.close()
        else:
            second[0].close()

    seen = [segment for batch in follow_acts(Folder(tmp_path), records.ID, sleep) for _, segment in batch]
    assert seen == [1] * 5 + [2] * 2


def test_an_ended_session_ends_the_command(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Following what is over shows it and says how it ended."""
    outcome = clew("tail", "-f", "--dir", folder)
    assert outcome.code == 0
    assert "fin  failed" in outcome.out
    assert "to its end" in outcome.err


def test_a_dead_writer_ends_the_command(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """Following a session whose process died does not wait for ever."""
    records.write(tmp_path, records.ID, records.conversation()[:5])
    assert "its writer died" in clew("tail", "-f", "--dir", tmp_path).err
