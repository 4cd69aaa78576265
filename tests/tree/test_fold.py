"""The fold: any acts, in any order that is free, whatever is missing, make the one honest session."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clew.model import event
from clew.model.payload import Payload
from clew.model.session import Note, Totals
from clew.model.usage import Usage
from clew.tree.check import check
from clew.tree.fold import Fold
from clew.tree.path import walk
from clew.tree.query import walk_logs
from clew.tree.totals import totals
from tests.tree.histories import ID, bare, histories, shuffled

if TYPE_CHECKING:
    from clew.model.act import Act
    from clew.model.session import Session

ALIVE = frozenset({1, 2})
History = tuple[list[tuple["Act", int, object]], "Session"]


def fold(acts: list[tuple[Act, int, object]], alive: frozenset[int] = ALIVE) -> Session:
    """The session of some acts."""
    made = Fold(ID)
    for act, segment, _ in acts:
        made.add(act, segment)
    return made.session(alive)


@given(histories())
def test_the_acts_of_a_tree_fold_to_that_tree(history: History) -> None:
    """Written, folded, compared: every field of every node."""
    acts, expected = history
    session = fold(acts)
    assert bare(session) == expected
    assert session.totals == totals(expected)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter_where_it_is_free(history: History, chance: random.Random) -> None:
    """Ends before beginnings, parts before wholes, two processes in any order: the same tree."""
    acts, expected = history
    assert bare(fold(shuffled(acts, chance))) == expected


@given(histories())
def test_every_prefix_is_a_session_and_folding_on_is_the_same_as_folding_anew(history: History) -> None:
    """A follower that looks after every act sees at each moment what a fresh reader sees."""
    acts, _ = history
    follower = Fold(ID)
    for count, (act, segment, _) in enumerate(acts, 1):
        follower.add(act, segment)
        session = follower.session(ALIVE)
        assert session == fold(acts[:count])
        assert not [violation for violation in check(session) if violation.rule not in {"context", "slug", "attempt"}]


@given(histories(), st.sets(st.integers(0, 60)), st.randoms(use_true_random=False))
def test_any_losses_leave_a_session(history: History, lost: set[int], chance: random.Random) -> None:
    """Whatever lines are missing, in whatever order the rest comes: a tree, in which no surviving entry is missing."""
    acts, _ = history
    kept = [item for item in acts if item[0].seq not in lost]
    session = fold(shuffled(kept, chance))
    indexes = [turn.index for turn in session.turns]
    assert len(indexes) == len(set(indexes))
    list(walk(session))
    said = [act for act, _, _ in kept if isinstance(act, event.Logged) and act.severity != "VRB"]
    told = [entry for _, entry in walk_logs(session) if entry.slug == "a.b"]
    on_root_after_fin = sum(act.of == 0 for act in said) if session.fin is None else 0
    assert len(said) - on_root_after_fin <= len(told) <= len(said)


@given(histories())
def test_an_unfinished_node_is_interrupted_once_its_writer_is_dead(history: History) -> None:
    """What runs while the writer lives is interrupted afterwards, and nothing else changes."""
    acts, expected = history
    dead = fold(acts, frozenset())
    for (_, then), (_, now) in zip(walk(expected), walk(dead), strict=True):
        before, after = getattr(then, "status", None), getattr(now, "status", None)
        if then is expected and before == "running":
            assert after == ("interrupted" if expected.turns else "abandoned")
        elif before == "running":
            assert after == "interrupted"
        else:
            assert after == before


def _acts(*acts: Any) -> list[tuple[Act, int, object]]:  # noqa: ANN401 - acts
    for number, act in enumerate(acts):
        act.seq, act.at = number, float(number)
    return [(act, 1, None) for act in acts]


def test_a_lost_beginning_costs_only_what_it_said() -> None:
    """A turn, an attempt and a tool whose first lines are gone keep everything that came later."""
    acts = _acts(
        event.TurnStart(n=1, index=1),
        event.NodeEnd(n=1),
        event.Logged(of=3, slug="a.b", severity="WRN", message="on the lost turn's attempt"),
        event.AttemptEnd(n=3, response=Payload.of("answer"), usage=Usage(output_tokens=2)),
        event.ToolEnd(n=4, response=Payload.of("result")),
        event.NodeEnd(n=2, status="failed", error="why"),
        event.TurnStart(n=5, index=3),
        event.NodeEnd(n=5),
    )
    session = fold(acts)
    assert [turn.index for turn in session.turns] == [1, 2, 3]
    assert session.turns[1].error == "why"
    assert session.totals.usage.output_tokens == 2
    assert [entry.message for _, entry in walk_logs(session)] == ["on the lost turn's attempt"]
    assert [tool.response and tool.response.value for turn in session.turns for tool in turn.tools] == ["result"]


def test_entries_on_a_node_that_is_lost_whole_are_kept_on_the_session() -> None:
    """A warning is never lost because its node is."""
    session = fold(_acts(event.TurnStart(n=1, index=1), event.Logged(of=7, slug="a.b", severity="WRN", message="kept")))
    assert [entry.message for entry in session.logs] == ["kept"]
    assert len(session.turns) == 1


def test_two_processes_with_the_same_index_get_different_ones() -> None:
    """Every turn has a path of its own."""
    made = Fold(ID)
    for segment in (1, 2, 3):
        made.add(event.TurnStart(seq=1, at=float(segment), n=1, index=2), segment)
    assert [turn.index for turn in made.session().turns] == [2, 3, 4]


def test_the_end_of_a_session_counts_until_it_goes_on() -> None:
    """FIN of an earlier segment does not end what was taken up after it."""
    first = _acts(event.TurnStart(n=1, index=1), event.NodeEnd(n=1), event.FinEnd(success=True))
    assert fold(first).status == "ok"
    later: Any = event.TurnStart(n=1, index=2, seq=1, at=50.0)
    more = fold([*first, (later, 2, None)])
    assert (more.status, more.fin) == ("running", None)
    end: Any = event.FinEnd(success=False, seq=2, at=60.0, totals=Totals(turns=1))
    ended = fold(
        [*first, (event.Header(format=1, session_id=ID, seq=0, at=0.0), 1, None), (later, 2, None), (end, 2, None)]
    )
    assert ended.fin is not None
    assert (ended.status, ended.fin.totals) == ("failed", None)


def test_notes_of_the_writer_are_shown() -> None:
    """Losses and steps of the clock that the writer knew of are part of the session."""
    session = fold(_acts(event.ClockStep(delta_ms=-3_600_000.0), event.Dropped(acts=3, bytes=99, reason="ENOSPC")))
    assert [(note.kind, note.size) for note in session.notes] == [("clock", None), ("dropped", 99)]
    assert "-3600.000 s" in session.notes[0].message
    made = Fold(ID)
    made.note(Note(kind="torn", message="x"))
    assert [note.kind for note in made.session().notes] == ["torn"]


@given(histories(), st.integers(1, 9))
def test_a_corrupted_leaf_is_noticed(history: History, more: int) -> None:
    """A token count that changed anywhere breaks the totals, above it and in FIN."""
    acts, _ = history
    session = fold(acts)
    places = [(turn, attempt) for turn in session.turns for attempt in turn.attempts if attempt.response is not None]
    if not places:
        return
    turn, attempt = places[0]
    assert attempt.response is not None
    usage = Usage(output_tokens=more) + (attempt.response.usage or Usage())
    replace = msgspec.structs.replace
    broken = replace(attempt, response=replace(attempt.response, usage=usage))
    attempts = tuple(broken if other is attempt else other for other in turn.attempts)
    turns = tuple(replace(turn, attempts=attempts) if other is turn else other for other in session.turns)
    assert "totals" in {violation.rule for violation in check(replace(session, turns=turns))}
