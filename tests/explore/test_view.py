"""Ways through a session: what comes before and after a round, and which request was sent before another."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from clew.model import event
from clew.tree.path import operations
from tests.explore.recorded import ID, MODEL, opened, write

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act
    from clew.model.session import Session


def _mixed(seed: int) -> list[Act]:
    """Turns and steps in any order, some with several attempts, some with none."""
    draw = random.Random(seed)
    acts: list[Act] = [event.SessionStart(agent_id="support"), event.InitEnd()]
    counts, n = {"turn": 0, "step": 0}, 0
    for _ in range(40):
        kind = draw.choice(["turn", "turn", "step"])
        counts[kind] += 1
        n = here = n + 1
        is_turn = kind == "turn"
        acts.append(event.TurnStart(n=n, index=counts[kind]) if is_turn else event.StepStart(n=n, index=counts[kind]))
        for place in range(draw.randint(0, 4)):
            n += 1
            if draw.random() < 0.5:
                acts += [event.AttemptStart(n=n, of=here, number=place, model=MODEL), event.AttemptEnd(n=n)]
            else:
                acts += [event.ToolStart(n=n, of=here, name="memory"), event.ToolEnd(n=n)]
        acts.append(event.NodeEnd(n=here))
    return acts


def _requests(session: Session, *, steps: bool) -> list[str]:
    """The paths of all attempts of the turns, or of the steps, in order."""
    return [
        f"{'s' if steps else ''}{holder.index}-{place}"
        for holder in (session.steps if steps else session.turns)
        for place, there in enumerate(operations(holder), 1)
        if there in holder.attempts
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_request_before_is_the_last_one_of_its_kind(tmp_path: Path, seed: int) -> None:
    """Of each attempt the one before it is named: in its round, else in the nearest turn (or step) that has one."""
    write(tmp_path, ID, _mixed(seed))
    view = opened(tmp_path)
    for steps in (False, True):
        paths = _requests(view.whole(), steps=steps)
        assert [view.request_before(path) for path in paths] == [None, *paths[:-1]]


def test_what_stands_beside_a_round(tmp_path: Path) -> None:
    """Before and after each turn and step stands the one that began next to it; at both ends there is none."""
    write(tmp_path, ID, _mixed(7))
    view = opened(tmp_path)
    paths = view.round_paths()
    assert [view.beside(path, back=True) for path in paths] == [None, *paths[:-1]]
    assert [view.beside(path, back=False) for path in paths] == [*paths[1:], None]
    assert view.beside("99", back=True) is view.beside("99", back=False) is view.request_before("99-1") is None


def test_the_operations_of_a_round_are_those_of_all(tmp_path: Path) -> None:
    """Asked for one round, its operations come as they stand among those of the session."""
    write(tmp_path, ID, _mixed(3))
    view = opened(tmp_path)
    assert [there for path in view.round_paths() for there in view.operations(path)] == view.operations()
    assert view.operations("99") == []
