"""Promises of :mod:`clew.text.outline`: the look of a session, and what it costs."""

from __future__ import annotations

from typing import NoReturn

import pytest

from clew.model.payload import Payload
from clew.model.session import Attempt, Failure, Fin, Init, Session, ToolCall, Turn
from clew.text.outline import View, node_outline, outline
from clew.text.row import Row, plain, width
from clew.tree.path import locate, walk
from tests.text import build
from tests.text.corpus import ESCAPES, HARMFUL
from tests.text.goldens import agrees


def text(rows: list[Row]) -> str:
    """Rows as a person sees them."""
    return "".join(f"{plain(row)}\n" for row in rows)


class Shut(Payload):
    """A large payload that must not be opened."""

    @property
    def value(self) -> NoReturn:
        """Whoever asks has failed."""
        raise AssertionError("an outline loaded a payload")

    @property
    def size(self) -> int:
        """Too large to be opened."""
        return 5_000_000

    def part(self, key: str) -> Payload | None:  # noqa: ARG002 - whichever is asked for
        """There is none."""
        return None


def test_a_session_looks_as_it_is_drawn() -> None:
    """Columns, signs and words are those of the design, child session included."""
    assert agrees("outline.txt", text(outline(build.drawn())))


def test_the_first_line_and_the_last_name_the_first_cause() -> None:
    """Where a failure began, and whose it is, is what ``clew why`` tells, whatever the writer put into FIN."""
    tool = ToolCall(
        index=0, name="t", started_at=2, ended_at=3, status="timeout", slugs=("tool.timeout",), error="late"
    )
    turn = Turn(index=1, started_at=1, ended_at=4, status="failed", error="late", tools=(tool,))
    fin = Fin(started_at=4, success=False, error="late", failure=Failure(origin="agent", slug="session.error"))
    session = Session(session_id="s", init=Init(started_at=0), turns=(turn,), fin=fin, status="failed")
    first, *_, last = text(outline(session)).splitlines()
    assert "failed · tool.timeout at 1-1" in first
    assert last.endswith("fin       failed · tool · late")


def test_an_interrupted_session_says_so() -> None:
    """What nobody finished and what was lost is labelled, in words."""
    assert agrees("outline_interrupted.txt", text(outline(build.interrupted())))


def test_every_path_can_be_shown_and_is_right() -> None:
    """The first column is the path of each node, and what is shown at a path is that node."""
    session = build.drawn()
    rows = [plain(row) for row in outline(session, View(paths=True))]
    paths = {row.split()[0] for row in rows if row[0] not in " ◆"}
    assert paths == {path for path, node in walk(session) if path and not isinstance(node, Session)}
    for path in paths:
        below = text(node_outline(session, path, locate(session, path), View(paths=True)))
        assert below.startswith(f"{path} ")


def test_one_node_is_shown_with_what_is_below_it() -> None:
    """A tool call comes with the session it started."""
    session = build.drawn()
    assert agrees("outline_node.txt", text(node_outline(session, "2-3", locate(session, "2-3"))))


@pytest.mark.parametrize(("depth", "rows"), [(0, 1), (1, 7), (2, 14), (9, 21)])
def test_depth_bounds_the_rows_and_marks_what_is_hidden(depth: int, rows: int) -> None:
    """A shallow outline shows whole levels, with a sign wherever something is below."""
    shown = outline(build.drawn(), View(depth=depth))
    assert len(shown) == rows
    assert ("…" in text(shown)) == (depth < 9)


@pytest.mark.parametrize("name", ESCAPES)
def test_no_field_reaches_a_terminal_as_it_is(name: str) -> None:
    """A hostile text in every field of a session forges no row and sends no sequence."""
    calm, evil = outline(build.hostile("calm")), outline(build.hostile(ESCAPES[name]))
    shown = "".join(span.text for row in evil for span in row)
    assert HARMFUL.search(shown) is None
    assert "\n" not in shown
    assert len(evil) == len(calm)


def test_no_payload_is_loaded_for_its_size() -> None:
    """An outline never opens requests, answers, results or reports."""
    shut = Shut(None)
    asked = Attempt(number=0, request=shut, attributes=shut)
    tool = ToolCall(index=1, name="big", request=shut, response=shut, accounting=shut)
    session = Session(
        session_id=build.SESSION_ID,
        system_prompt=shut,
        init=Init(started_at=0),
        turns=(Turn(index=1, attempts=(asked,), tools=(tool,)),),
        fin=Fin(started_at=0, success=True, final_report=shut),
    )
    assert "report 5.00 MB" in text(outline(session))


def test_times_that_run_backwards_keep_the_order_of_turns() -> None:
    """An imported session with inverted times shows its turns by number."""
    turns = tuple(Turn(index=index, started_at=build.at(-index)) for index in range(1, 6))
    session = Session(session_id=build.SESSION_ID, init=Init(started_at=0), turns=turns)
    numbers = [plain(row).split()[1] for row in outline(session)[2:-1]]
    assert numbers == ["1", "2", "3", "4", "5"]


def test_wide_letters_leave_the_columns_in_place() -> None:
    """A tool with a name in another script does not shift its row."""
    names = ("search", "検索")
    tools = tuple(ToolCall(index=n, name=name, status="ok") for n, name in enumerate(names, 1))
    turn = Turn(index=1, tools=tools)
    session = Session(session_id=build.SESSION_ID, init=Init(started_at=0), turns=(turn,))
    rows = [plain(row) for row in outline(session) if "⚙" in plain(row)]
    assert len({width(row[: row.index(" ok ")]) for row in rows}) == 1
