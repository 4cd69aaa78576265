"""The tree of one session: opened and closed, filtered, followed while it grows; below it the node at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input, Static

from clew.errors import QueryError
from clew.explore.marks import Marks
from clew.explore.query import parse
from clew.explore.reading_order import ReadingOrder
from clew.explore.rows import TreeRows
from clew.explore.tree_row import parent_key
from clew.explore.vocabulary import known_values
from clew.tui.detail_pane import DetailPane
from clew.tui.field import TextField
from clew.tui.lines import Lines
from clew.tui.query_field import QueryField
from clew.tui.sheet import Sheet, session_heading
from clew.tui.tree_lines import TreeLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.explore.query import Field
    from clew.explore.tree_row import TreeRow
    from clew.explore.view import SessionView
    from clew.tui.messages import Chosen, Moved

_FAILED = "status:failed,timeout,cancelled,interrupted,rejected"
"""What is looked for where no filter says otherwise."""
_OPENED_AT_ONCE = 30
"""Turns and steps up to which a session is shown opened."""
_FIELDS = ("filter", "hint", "jump")


class SessionSheet(Sheet):
    """The tree of one session."""

    PLACE: ClassVar[str] = "session"

    def __init__(self, session_id: str, path: str = "") -> None:
        """``path`` is where the cursor is put."""
        super().__init__()
        self.session_id = session_id
        self._path = path
        self._query = ""
        self._follows = False
        self.tree_rows: TreeRows | None = None
        """The rows as they are opened now; ``None`` until they are read."""

    def body(self) -> Iterable[Widget]:
        """The tree, the fields to type in, and the node at the cursor."""
        yield QueryField("", self._values, id="filter", hint="rows have to match this; empty for all")
        yield Static(id="hint", classes="hint")
        yield TextField(id="jump", hint="a path: 2, 2-1, 2-3.1, s1, init, fin")
        yield Lines(self.brush, id="tree", empty="reading…")
        yield DetailPane(self.brush, id="detail")

    def on_mount(self) -> None:
        """Read the session."""
        self._type_in("")
        self._read(self._path)

    def taken_in(self, change: Changed) -> None:
        """Read on if the session, or one below it, grew."""
        if self.tree_rows is None or self.session_id in change.moved:
            self._read(self._key_at_cursor())

    def whereabouts(self) -> tuple[str, str]:
        """The node at the cursor."""
        row = self.row_at_cursor()
        return self.session_id, row.holder if row is not None else ""

    def redraw(self) -> None:
        """Write the title."""
        if self.tree_rows is not None:
            flags = [f"filter: {self._query}" if self._query else "", "following" if self._follows else ""]
            self.title_says(session_heading(self.tree_rows.view.row, *flags))

    def row_at_cursor(self) -> TreeRow | None:
        """The row at the cursor."""
        cursor = self.lines("tree").cursor
        return self.tree_rows[cursor] if self.tree_rows is not None and cursor < len(self.tree_rows) else None

    def go_to(self, path: str) -> None:
        """Put the cursor on a node, with everything opened that it stands under."""
        if self.tree_rows is None:
            self._path = path
            return
        self._show(self.tree_rows.revealed(path), path, centre=True)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Help to type a filter."""
        message.stop()
        if isinstance(message.input, QueryField) and message.input.has_focus:
            self.label_says("hint", message.input.hint_row())

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Filter, or go to the path."""
        message.stop()
        if message.input.id == "jump":
            self._type_in("")
            self.go_to(message.value.strip())
            return
        try:
            parse(message.value)
        except QueryError as problem:
            self.refused(str(problem))
            return
        self._query = message.value.strip()
        self._type_in("")
        self._read(self._key_at_cursor())

    def on_moved(self, message: Moved) -> None:
        """Show the node at the cursor."""
        message.stop()
        row = self.row_at_cursor()
        if row is not None and self.tree_rows is not None:
            self.query_one(DetailPane).ask(self.tree_rows.view, row.holder, self.library.prices)

    def on_chosen(self, message: Chosen) -> None:
        """Open the node; a row that only holds others is opened in place."""
        message.stop()
        row = self.row_at_cursor()
        if row is None:
            return
        if row.kind in {"turn", "step", "session"} and row.expandable and not row.expanded:
            self.action_fold()
        else:
            self.explorer.open_node(self.session_id, row.holder)

    def action_back(self) -> None:
        """Leave a field, else the session."""
        if self.lines("tree").has_focus:
            super().action_back()
        else:
            self._type_in("")

    def action_expand(self) -> None:
        """Open the row, or go into it."""
        row = self.row_at_cursor()
        if row is not None and row.expandable and not row.expanded:
            self.action_fold()
        elif row is not None and row.expanded:
            self.lines("tree").cursor += 1

    def action_collapse(self) -> None:
        """Close the row, or go to the one above it."""
        row = self.row_at_cursor()
        if row is None or self.tree_rows is None:
            return
        if row.expandable and row.expanded and row.depth:
            self.action_fold()
        else:
            self._show(self.tree_rows, parent_key(row.key))

    def action_fold(self) -> None:
        """Open or close the row."""
        row = self.row_at_cursor()
        if row is not None and row.expandable and self.tree_rows is not None:
            tree = self.tree_rows.closed(row.key) if row.expanded else self.tree_rows.opened(row.key)
            self._show(tree, row.key)

    def action_expand_all(self) -> None:
        """Open every turn and step, or close them all."""
        if self.tree_rows is not None:
            key = self._key_at_cursor()
            keys = _round_keys(self.tree_rows.view)
            if self.tree_rows.expanded >= keys:
                self._show(self.tree_rows.closed(*self.tree_rows.expanded), key.partition("-")[0])
            else:
                self._show(self.tree_rows.opened(*keys), key)

    def action_next(self, by: int) -> None:
        """Go to the next match of the filter, or else the next failure; or to the one before."""
        tree, here = self.tree_rows, self.whereabouts()[1]
        if tree is not None:
            query, now = self._query, self.explorer.now() * 1000
            self.ask(lambda: next_match(tree, here, by, query or _FAILED, now), self._go_or_say, group="next")

    def _go_or_say(self, path: str | None) -> None:
        if path is None:
            self.notify("there is no other one", timeout=2, markup=False)
        else:
            self.go_to(path)

    def action_other_pane(self) -> None:
        """Go to the node below the tree, or back."""
        tree = self.lines("tree")
        self.set_focus(self.query_one(DetailPane) if tree.has_focus else tree)

    def action_jump(self) -> None:
        """Type a path."""
        self.query_one("#jump", Input).value = ""
        self._type_in("jump")

    def action_filter(self) -> None:
        """Type a filter."""
        self._type_in("filter")

    def action_follow(self) -> None:
        """Stay at the end, or not."""
        self._follows = not self._follows
        if self._follows:
            self.lines("tree").action_last()
        self.redraw()

    def action_why(self) -> None:
        """Say why it failed."""
        self.explorer.open_why(self.session_id)

    def action_timeline(self) -> None:
        """Show when what happened."""
        self.explorer.open_timeline(self.session_id, self.whereabouts()[1])

    def action_entries(self) -> None:
        """Show its log entries."""
        self.explorer.open_entries(self.session_id)

    def action_costs(self) -> None:
        """Show what it used."""
        self.explorer.open_costs(self.session_id, "")

    def action_search(self) -> None:
        """Search in it."""
        self.explorer.open_search(self.session_id, "")

    def action_mark(self) -> None:
        """Mark it for a comparison."""
        self.explorer.marked = self.session_id
        self.notify("marked; press c on another session to compare", markup=False)

    def action_compare(self) -> None:
        """Compare it with the marked one."""
        self.explorer.compare(self.session_id)

    def _key_at_cursor(self) -> str:
        row = self.row_at_cursor()
        return row.key if row is not None else self._path

    def _type_in(self, field: str) -> None:
        """Show one field to type in, or none and the tree."""
        for name in _FIELDS:
            self.query_one(f"#{name}").display = name == field or (name == "hint" and field == "filter")
        self.set_focus(self.query_one(f"#{field or 'tree'}"))
        if field == "filter":
            self.label_says("hint", self.query_one(QueryField).hint_row())

    def _values(self, field: Field) -> Iterable[str]:
        return known_values(self.library, field)

    def _read(self, key: str) -> None:
        """Read the session as it is now, and come back to a row."""
        before, query, library = self.tree_rows, self._query, self.library
        self.ask(lambda: _tree(library, self.session_id, before, query, self.explorer.now()), self._shown_at(key))

    def _shown_at(self, key: str) -> Callable[[TreeRows], None]:
        def show(tree: TreeRows) -> None:
            is_first = self.tree_rows is None
            self._show(tree.revealed(key) if is_first else tree, key, centre=is_first and bool(key))
            if self._follows:
                self.lines("tree").action_last()

        return show

    def _show(self, tree: TreeRows, key: str, *, centre: bool = False) -> None:
        """Show rows, with the cursor on the one of a key."""
        self.tree_rows = tree
        place = tree.index_of(key)
        if place is None and centre and key:
            self.refused(f"There is no node '{key}' to be seen here.")
        lines = self.lines("tree")
        lines.show(TreeLines(tree), cursor=place)
        if centre and place is not None:
            lines.centre(place)
        self.redraw()


def next_match(tree: TreeRows, here: str, by: int, query: str, now: float) -> str | None:
    """The path of the next node, or the one before, that a query means; ``None`` if there is none."""
    marks = tree.marks if query != _FAILED and tree.marks is not None else Marks(tree.view, parse(query), now)
    return ReadingOrder(tree.view).next(marks.paths, here, back=by < 0)


def _round_keys(view: SessionView) -> frozenset[str]:
    row = view.row
    return frozenset([*map(str, range(1, row.turns + 1)), *(f"s{place}" for place in range(1, row.steps + 1))])


def _tree(library: Library, session_id: str, before: TreeRows | None, query: str, now: float) -> TreeRows:
    """The rows of a session as it is now, opened as before."""
    view = library.session(session_id)
    asked = parse(query) if query else None
    few = view.row.turns + view.row.steps <= _OPENED_AT_ONCE
    expanded = before.expanded if before is not None else _round_keys(view) if few else frozenset()
    return TreeRows(view, expanded, asked, only_matching=asked is not None, now=now * 1000)
