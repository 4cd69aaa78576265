"""Promises of ``clew tail -f``: every act, as it happens, until nobody writes any more; of a query, for ever."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.cli.query_words import query_of
from clew.cli.tail import follow_query, follow_session, is_query
from clew.model import event
from clew.model.session import Parent
from clew.store.folder import Folder
from clew.text.ticker import Ticker
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from clew.cli.watch import Seen
    from clew.store.journal import Journal
    from tests.cli.conftest import Outcome


class Enough(Exception):
    """Somebody interrupts."""


class Notes:
    """What was written, look by look."""

    def __init__(self) -> None:
        self.looks: list[list[Seen]] = []

    def write(self, found: Iterable[Seen]) -> None:
        """Take what was seen."""
        self.looks.append([*found])

    def told(self) -> Iterator[tuple[str, str]]:
        """Session and path of every act."""
        for seen in (seen for look in self.looks for seen in look):
            yield seen.session.session_id, seen.session.ticker.path(seen.act, seen.segment)


def between(*steps: Callable[[], object]) -> Callable[[float], None]:
    """What happens while a command sleeps: one step each time, then somebody interrupts."""
    waiting = iter(steps)

    def sleep(_: float) -> None:
        step = next(waiting, None)
        if step is None:
            raise Enough
        step()

    return sleep


def test_acts_are_shown_as_they_happen(tmp_path: Path) -> None:
    """Each look brings what was written since, in order, nothing twice; the end of the writer ends it."""
    acts = records.conversation()
    journal, notes = records.begin(tmp_path, records.ID, acts[:3]), Notes()
    waiting = iter([acts[3:5], [], acts[5:]])

    def sleep(_: float) -> None:
        batch = next(waiting, None)
        if batch is None:
            journal.close()
        for act in batch or ():
            journal.write(act)

    follow_session(Folder(tmp_path), records.ID, notes.write, sleep=sleep)
    assert [len(look) for look in notes.looks] == [4, 2, len(acts) - 5]
    assert [seen.act.seq for look in notes.looks for seen in look] == list(range(len(acts) + 1))


def test_a_set_up_that_says_nothing_to_people_has_no_line() -> None:
    """Tags and prompts that become known later are no second beginning of a session."""
    ticker = Ticker()
    assert ticker.row(event.SessionSet(tags=["replay"])) is None
    assert ticker.row(event.SessionSet(title="the order")) is not None
    assert ticker.row(event.SessionStart()) is not None


def test_a_new_segment_is_followed(tmp_path: Path) -> None:
    """A process that takes the session up again is seen, too."""
    first, notes = records.begin(tmp_path, records.ID, records.conversation()[:4]), Notes()
    second: list[Journal] = []

    def sleep(_: float) -> None:
        if not second:
            second.append(records.begin(tmp_path, records.ID, [event.NodeEnd(n=(1, 1))], segment=2))
            first.close()
        else:
            second[0].close()

    follow_session(Folder(tmp_path), records.ID, notes.write, sleep=sleep)
    assert [seen.segment for look in notes.looks for seen in look] == [1] * 5 + [2] * 2


def test_child_sessions_are_followed_with_their_parent(tmp_path: Path) -> None:
    """Their acts stand among the others in time, under the path of the call that started them."""
    acts, notes = records.conversation(), Notes()
    journal = records.begin(tmp_path, records.ID, acts[:19])
    children: list[Journal] = []

    def begin() -> None:
        parent = Parent(session_id=records.ID, path="2-2")
        children.append(records.begin(tmp_path, records.CHILD, records.child()[:3], parent=parent))

    def end() -> None:
        journal.close()
        children[0].close()

    follow_session(Folder(tmp_path), records.ID, notes.write, sleep=between(begin, end))
    told = [path for session_id, path in notes.told() if session_id == records.CHILD]
    assert told == ["2-2", "2-2", "2-2", "2-2.1"]


def test_a_query_follows_what_runs_and_what_begins(tmp_path: Path) -> None:
    """Every running session that is meant, one that begins later, and those below them; others are left out."""
    notes = Notes()
    records.write(tmp_path, "20251109_143400_00000001", records.conversation())
    first = records.begin(tmp_path, records.ID, records.conversation()[:5])
    other = records.begin(tmp_path, "20251109_143500_00000002", [event.SessionStart(agent_id="other")])
    later: list[Journal] = []

    def begin() -> None:
        later.append(records.begin(tmp_path, "20251109_143600_00000003", records.conversation()[:19]))
        parent = Parent(session_id="20251109_143600_00000003", path="2-2")
        later.append(records.begin(tmp_path, records.CHILD, records.child()[:3], parent=parent))
        other.write(event.SessionSet(title="nobody asked"))

    def rest() -> None:
        """Nothing happens."""

    steps = [begin, *[rest] * 6]
    with pytest.raises(Enough):
        follow_query(query_of(["agent:support"]), tmp_path, notes.write, lines=2, sleep=between(*steps))
    for journal in (first, other, *later):
        journal.close()
    assert len(notes.looks[0]) == 2
    assert {seen.session.session_id for seen in notes.looks[0]} == {records.ID}
    told = [session_id for session_id, _ in notes.told()]
    assert set(told) == {records.ID, "20251109_143600_00000003", records.CHILD}
    assert told.count("20251109_143600_00000003") == 20


def test_a_child_whose_file_is_not_begun_yet_is_waited_for(tmp_path: Path) -> None:
    """Between the making of a file and its first line somebody may look."""
    notes = Notes()
    journal = records.begin(tmp_path, records.ID, records.conversation()[:19])
    path = tmp_path / f"session_{records.CHILD}.jsonl"
    path.touch()

    def begin() -> None:
        path.unlink()
        records.write(tmp_path, records.CHILD, records.child()[:3], parent=Parent(session_id=records.ID, path="2-2"))

    follow_session(Folder(tmp_path), records.ID, notes.write, sleep=between(begin, journal.close))
    assert [session_id for session_id, _ in notes.told()].count(records.CHILD) == 4


def test_one_of_many_that_cannot_be_read_is_given_up(tmp_path: Path, clew: Callable[..., Outcome]) -> None:
    """The others go on; asked for by itself it is an error."""
    notes = Notes()
    journal = records.begin(tmp_path, records.ID, records.conversation()[:4])

    def spoil() -> None:
        (tmp_path / "session_20251109_150000_0badc0de.jsonl").write_text("no journal\n")
        journal.write(event.NodeEnd(n=1))

    def rest() -> None:
        """Nothing happens."""

    with pytest.raises(Enough):
        follow_query(query_of(["turns:>=0"]), tmp_path, notes.write, sleep=between(spoil, *[rest] * 6))
    journal.close()
    assert [session_id for session_id, _ in notes.told()] == [records.ID] * 6
    assert clew("tail", "-f", "0badc0de", "--dir", tmp_path).code == ExitCode.FOREIGN


def test_a_session_that_is_taken_up_again_goes_on(tmp_path: Path) -> None:
    """Its writer died and another process went on: nothing is shown twice."""
    notes = Notes()
    first = records.begin(tmp_path, records.ID, records.conversation()[:4])
    second: list[Journal] = []

    def rest() -> None:
        """Nothing happens."""

    def again() -> None:
        second.append(records.begin(tmp_path, records.ID, [event.NodeEnd(n=(1, 1))], segment=2))

    steps = [first.close, *[rest] * 6, again, *[rest] * 6]
    with pytest.raises(Enough):
        follow_query(query_of(["agent:support"]), tmp_path, notes.write, sleep=between(*steps))
    second[0].close()
    assert [seen.segment for look in notes.looks for seen in look] == [1] * 5 + [2] * 2


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], False),
        (["last"], False),
        ([records.ID], False),
        (["./a:b/session_x.jsonl"], False),
        (["status:live"], True),
        (["agent:a", "tag:b"], True),
        (['"some words"'], True),
    ],
)
def test_a_query_is_told_from_a_session(words: list[str], asked: bool) -> None:  # noqa: FBT001 - what is expected
    """A colon, quotes or several words make a query; the path of a journal is none."""
    assert is_query(words) is asked


def test_a_query_without_following_is_refused(folder: Path, clew: Callable[..., Outcome]) -> None:
    """There is no sum of the ends of many sessions; the sentence says what to do. A wrong query says where."""
    told = clew("tail", "agent:support", "--dir", folder)
    assert (told.code, told.out) == (ExitCode.USAGE, "")
    assert "-f" in told.err
    assert clew("tail", "-f", "agnt:support", "--dir", folder).code == ExitCode.USAGE


def test_programs_learn_whose_act_it_is(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Each object names its session and its agent, those of child sessions too."""
    told = [json.loads(line) for line in clew("tail", "-f", "-n", "0", "--json", "--dir", folder).out.splitlines()]
    assert {(line["sessionId"], line["agentId"]) for line in told} == {
        (records.ID, "support"),
        (records.CHILD, "researcher"),
    }


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
