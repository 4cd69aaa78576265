"""Rows of a session's tree: those of ``clew show``, as far as it is opened, for a session in any state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.query import parse
from clew.explore.rows import TreeRow, TreeRows, keys_above
from clew.explore.session_branch import called
from clew.model import event
from clew.store.folder import Folder
from clew.store.index import index as catalog
from clew.text.outline import View, outline
from clew.text.row import plain
from clew.tree.path import locate, walk
from tests.explore.recorded import ID, begin, damaged, family, long, nested, opened, support, write

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.view import SessionView
    from clew.model.act import Act
    from clew.model.session import Step, Turn


def everything(view: SessionView, *, every_entry: bool = False) -> TreeRows:
    """The rows with all of them opened."""
    rows = TreeRows(view, every_entry=every_entry)
    while closed := [row.key for row in rows if row.expandable and not row.expanded]:
        rows = rows.opened(*closed)
    return rows


def words(row: TreeRow) -> str:
    """The texts of a row, without columns."""
    parts = (plain((*row.label, row.status)), row.took, plain(row.notes))
    return "".join(" ".join(part.split()) for part in (row.guide, *parts)).replace(" ", "")


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SessionView:
    """The session that has everything."""
    return opened(family(tmp_path_factory.mktemp("family")))


def test_a_closed_round_names_the_tools_that_it_called(view: SessionView) -> None:
    """Before it is opened, a turn says which tools it called, in order; opened, the calls below it say so."""
    closed = TreeRows(view)
    named = {row.path: plain(row.inside).strip() for row in closed if row.kind == "turn"}
    calls = {path: [call.name for call in view.operations(path) if call.kind != "attempt"] for path in named}
    assert any(calls.values())
    assert named == {path: f"⚙ {', '.join(map(str, names))}" if names else "" for path, names in calls.items()}
    assert not any(row.inside for row in closed.opened(*named) if row.path in named)


def test_many_calls_are_counted() -> None:
    """A name that comes again is counted, beyond six names the rest is, and no name breaks the row."""
    calls = [("read\x1b[2J\n", 2), *((f"tool{number}", 1) for number in range(8))]
    assert plain(called(calls)).strip() == "⚙ read ×2, tool0, tool1, tool2, tool3, tool4, 3 more"
    assert called([]) == ()


@pytest.mark.parametrize("every_entry", [False, True])
@pytest.mark.parametrize("large", [1, 1 << 20])
def test_opened_rows_are_those_of_the_outline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, *, every_entry: bool
) -> None:
    """With everything opened, the rows say what ``clew show`` says, in its order and with its lines, mapped or not."""
    monkeypatch.setattr(catalog, "LARGE", large)
    rows = everything(opened(family(tmp_path)), every_entry=every_entry)
    shown = outline(Folder(tmp_path).load(ID), View(every_entry=every_entry))
    assert [words(row) for row in rows][1:] == ["".join(plain(row).split()) for row in shown][1:]
    assert rows[0].kind == "session"


def test_every_path_locates_its_node(view: SessionView) -> None:
    """The path of a row leads to the node that it shows, and every node of the tree has a row."""
    tree = view.whole()
    rows = [row for row in everything(view) if row.path]
    assert all(row.started_at == locate(tree, row.path).started_at for row in rows)
    nodes = {path for path, node in walk(tree) if path}
    assert {row.path for row in rows} == nodes


@given(data=st.data())
def test_slices_are_slices_of_the_list(view: SessionView, data: st.DataObject) -> None:
    """Any slice equals that of all rows, whatever is opened; so does an index."""
    keys = [row.key for row in everything(view)]
    rows = TreeRows(view, frozenset(data.draw(st.lists(st.sampled_from(keys)))))
    whole = [rows[place] for place in range(len(rows))]
    bound = st.none() | st.integers(-len(rows) - 2, len(rows) + 2)
    first, stop = data.draw(bound), data.draw(bound)
    step = data.draw(st.sampled_from([None, 1, 2, -1]))
    assert rows[first:stop:step] == whole[first:stop:step]
    assert list(rows) == whole
    assert len({row.key for row in whole}) == len(whole)


@given(data=st.data())
def test_closing_what_was_opened_gives_the_rows_before(view: SessionView, data: st.DataObject) -> None:
    """Opening and closing rows, in any order, leaves no trace; opening only adds rows below."""
    keys = [row.key for row in everything(view)]
    before = TreeRows(view, frozenset(data.draw(st.lists(st.sampled_from(keys)))))
    more = frozenset(data.draw(st.lists(st.sampled_from(keys)))) - before.expanded
    after = before.opened(*more)
    assert list(after.closed(*more)) == list(before)
    assert {row.key for row in before} <= {row.key for row in after}


@given(data=st.data())
def test_a_path_is_found_where_its_row_is(view: SessionView, data: st.DataObject) -> None:
    """``index_of`` tells the place of every row that can be seen, and ``revealed`` lets any be seen."""
    whole = everything(view)
    rows = TreeRows(view, frozenset(data.draw(st.lists(st.sampled_from([row.key for row in whole])))))
    there = {row.key: place for place, row in enumerate(rows)}
    for row in whole:
        assert rows.index_of(row.key) == there.get(row.key)
    row = data.draw(st.sampled_from(whole))
    place = rows.revealed(row.key).index_of(row.key)
    assert place is not None
    assert rows.revealed(row.key)[place].key == row.key
    assert keys_above("2-3.1-2") == {"2", "2-3", "2-3.1"}


def test_a_query_marks_nodes_and_leaves_only_them(view: SessionView) -> None:
    """Nodes that a query means are marked, in child sessions too; the rest can be left out but for what is above."""
    rows = everything(view)
    marked = {row.path for row in rows.asked(parse("status:timeout,rejected")) if row.matched}
    assert marked == {"2-1", "2-2"}
    failed = TreeRows(view, query=parse("tokens:10 model:claude-*"), only_matching=True)
    assert [(row.key, row.found) for row in failed] == [("", 0), ("2", 2)]
    below = failed.opened("2", "2-3", "2-3.1")
    assert [(row.key, row.matched) for row in below][1:] == [
        ("2", False),
        ("2-1", True),
        ("2-3", False),
        ("2-3.1", False),
        ("2-3.1-1", True),
    ]
    assert len(TreeRows(view, query=parse("agent:nobody"), only_matching=True)) == len(TreeRows(view))
    assert [row.path for row in TreeRows(view, query=parse("slug:test.slow"), only_matching=True)] == ["", "2"]


def test_free_text_is_sought_in_the_words_of_rows(view: SessionView) -> None:
    """What is typed without a field is found in names, errors and what the user said."""
    assert {row.path for row in everything(view).asked(parse('"find my order"')) if row.matched} == {"1"}
    assert {row.path for row in everything(view).asked(parse("haiku")) if row.matched} == {"s1-1"}


def test_a_closed_round_tells_what_went_wrong_in_it(view: SessionView) -> None:
    """A turn that is not opened says how many retries, failed calls and warnings there are; an open one shows them."""
    rows = {row.path: row for row in TreeRows(view, frozenset({"2"}))}
    assert plain(rows["1"].notes) == "1 retry"
    assert plain(rows["2"].notes) == ""
    assert plain(TreeRows(view)[rows_of(view, "2")].notes) == "1 failed call · 2 warnings"


def rows_of(view: SessionView, path: str) -> int:
    """Where a path is with nothing opened."""
    place = TreeRows(view).index_of(path)
    assert place is not None
    return place


def test_a_row_knows_what_its_node_cost(view: SessionView) -> None:
    """Tokens and dollars are those of the catalog; of a call those of the sessions below it; unknown is unknown."""
    known = {row.path: (row.tokens, None if row.cost is None else str(row.cost)) for row in everything(view)}
    assert known["1-1"] == (None, None)
    assert known["1-2"] == (12_306, "0.0071")
    assert known["1-3"] == (None, None)
    assert known["s1"] == (55, None)
    assert known["2-3"] == known["2-3.1"] == (10, "0.002")


def test_a_session_of_many_turns_is_opened_by_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are made for a slice only, and a round is loaded only when it is opened."""
    monkeypatch.setattr(catalog, "LARGE", 1)
    long(tmp_path, 300)
    view = opened(tmp_path)
    loaded: list[str] = []
    real = view._round  # noqa: SLF001 - to see what is loaded

    def load(path: str) -> Turn | Step:
        loaded.append(path)
        return real(path)

    monkeypatch.setattr(view, "_round", load)
    rows = TreeRows(view)
    assert (len(rows), [row.path for row in rows[148:152]], loaded) == (303, ["147", "148", "149", "150"], [])
    more = rows.opened("200")
    assert ([row.path for row in more[200:206]], set(loaded)) == (
        ["199", "200", "200-1", "200-2", "201", "202"],
        {"200"},
    )
    failed = TreeRows(view, query=parse("tool:memory:failed"), only_matching=True)
    assert [row.path for row in failed[:4]] == ["", "10", "20", "30"]
    assert (failed.index_of("20"), failed.index_of("21")) == (2, None)


def test_a_thousand_sessions_in_one_another_are_drawn(tmp_path: Path) -> None:
    """Nesting beyond the interpreter's stack is opened to its innermost row, which has a guide and a path."""
    outermost = nested(tmp_path, 1000)
    view = opened(tmp_path, outermost)
    path = ".".join(["1-2"] * 999) + ".1-1"
    rows = TreeRows(view).revealed(path)
    place = rows.index_of(path)
    assert place is not None
    row = rows[place]
    assert (row.path, row.kind, row.depth) == (path, "attempt", 2000)
    found = TreeRows(view, query=parse("tokens:10 model:claude-*"), only_matching=True)
    assert (len(found), found[1].found) == (2, 1000)


def test_a_running_session_says_so(tmp_path: Path) -> None:
    """Of a session whose writer lives the open nodes run, and its last row says that it is being written."""
    journal = begin(tmp_path, ID, support()[:10])
    try:
        rows = everything(opened(tmp_path))
        assert [(row.path, row.status.text) for row in rows if row.path.startswith("1-")][-1] == ("1-3", "running")
        assert "stillbeingwritten" in words(rows[-1])
    finally:
        journal.close()


def test_an_interrupted_session_says_so(tmp_path: Path) -> None:
    """Of a session whose writer died in a call, call, turn and session are interrupted."""
    write(tmp_path, ID, support()[:10])
    rows = everything(opened(tmp_path))
    assert [row.status.text for row in rows if row.path == "1-3"] == ["interrupted"]
    assert rows[-1].kind == "ending"
    assert "itswriterdied" in words(rows[-1])


def test_a_damaged_session_begins_with_what_is_lost(tmp_path: Path) -> None:
    """Notes on the record come first, as rows of their own that belong to the session."""
    damaged(tmp_path)
    rows = everything(opened(tmp_path))
    notes = [row for row in rows if row.kind == "note"]
    assert [row.key for row in rows][1 : len(notes) + 1] == [row.key for row in notes]
    assert notes
    assert all(row.path == row.holder == "" for row in notes)


@pytest.mark.parametrize("acts", [[], [event.SessionStart(agent_id="support")], support()[:3]])
def test_a_session_without_turns_is_drawn(tmp_path: Path, acts: list[Act]) -> None:
    """A header alone is a session: its own row, INIT, and how it ended."""
    write(tmp_path, ID, [*acts])
    assert [row.kind for row in TreeRows(opened(tmp_path))] == ["session", "init", "ending"]


@given(data=st.data())
def test_what_has_nothing_below_it_opens_nothing(view: SessionView, data: st.DataObject) -> None:
    """A key that names an entry, a note, an ending or nothing at all draws no row that was not there."""
    keys = [row.key for row in everything(view)]
    opening = data.draw(st.lists(st.sampled_from([*keys, "#0", "#9", "2-3#0", "note#0", "2-3.ending#0", "9", ""])))
    assert [row.key for row in TreeRows(view, frozenset(opening)) if row.key not in keys] == []


def test_an_unreadable_session_says_why(tmp_path: Path) -> None:
    """What is no journal has a row for the session and one that says why it cannot be read."""
    (tmp_path / f"session_{ID}.jsonl").write_bytes(b"nothing of the kind\n")
    rows = TreeRows(opened(tmp_path))
    assert [row.kind for row in rows] == ["session", "ending"]
    assert rows[1].label[0].text.startswith("unreadable")


def test_a_child_that_is_gone_is_a_call_without_rows(tmp_path: Path) -> None:
    """A call whose session lies nowhere is drawn as any other one."""
    write(tmp_path, ID, support())
    rows = everything(opened(tmp_path))
    assert [row.expandable for row in rows if row.path == "2-3"] == [False]


def test_nothing_of_a_record_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    """Names, errors and messages with escape sequences are drawn without them."""
    bad = "\x1b]0;owned\x07\x1b[31mred\u202e"
    write(
        tmp_path,
        ID,
        [
            event.SessionStart(agent_id=bad, title=bad, model=bad),
            event.InitEnd(),
            event.TurnStart(n=1, index=1, action="menu", name=bad, content=bad),
            event.AttemptStart(n=2, of=1, number=0, provider=bad, model=bad, request=bad),
            event.AttemptEnd(n=2, status="failed", error=bad),
            event.ToolStart(n=3, of=1, name=bad, command=bad),
            event.Logged(of=3, slug=bad, severity="ERR", message=bad),
            event.ToolEnd(n=3, status="failed", error=bad),
            event.NodeEnd(n=1, status="failed", error=bad),
        ],
    )
    rows = everything(opened(tmp_path))
    texts = [span.text for row in rows for span in (*row.label, row.status, *row.notes)]
    assert not any(sign in text for text in texts for sign in "\x1b\x07\u202e")


def test_rows_stay_readable_while_the_session_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list made before the catalog took in more shows the same turns, until somebody makes another one."""
    monkeypatch.setattr(catalog, "LARGE", 1)
    journal = begin(tmp_path, ID, support()[:10])
    try:
        view = opened(tmp_path)
        rows = TreeRows(view)
        assert [row.path for row in rows[1:]] == ["init", "1", ""]
        for act in support()[10:14]:
            journal.write(act)
        view.index.refresh()
        assert [row.path for row in rows[1:]] == ["init", "1", ""]
        assert [row.path for row in TreeRows(opened(tmp_path))[1:]] == ["init", "1", "s1", ""]
    finally:
        journal.close()
