"""Usage and cost of a session, or of all that a query means, broken down by model, agent, tool, turn and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.widgets import Static

from clew.explore.costs import By, Share, library_costs, session_costs, total
from clew.text import numbers
from clew.text.clean import one_line
from clew.text.operation import cost_words
from clew.text.row import Row, Span, crop, pad
from clew.tui.line_source import FixedLines
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.widget import Widget

    from clew.explore.changes import Changed
    from clew.explore.library import Library
    from clew.tui.messages import Chosen

_OF_SESSION: tuple[By, ...] = ("model", "agent", "tool", "turn", "child", "kind", "day")
_OF_LIBRARY: tuple[By, ...] = ("model", "agent", "tool", "kind", "day")
_NAMES = {"kind": "kind of token", "child": "child session"}
_NOTHING = {
    "tool": "(the session itself)",
    "child": "(the session itself)",
    "model": "(unknown model)",
    "agent": "(no agent)",
}
_HEADS = ("cost", "of all", "fresh", "cached", "written", "output", "calls")
_COLUMN = 10
_KEY_AT_LEAST, _KEY_AT_MOST = 16, 46


class Broken(NamedTuple):
    """A breakdown."""

    by: By
    shares: list[Share]
    whole: Share


class CostsSheet(Sheet):
    """Usage and cost."""

    PLACE: ClassVar[str] = "costs"

    def __init__(self, session_id: str | None, query: str) -> None:
        """Of one session with all below it, or of those that a query means."""
        super().__init__()
        self._session_id = session_id
        self._query = query
        self._place = 0
        self._broken: Broken | None = None

    def body(self) -> Iterable[Widget]:
        """By what, and the shares."""
        yield Static(id="keys", classes="about")
        yield Lines(self.brush, id="shares", empty="adding up…")

    def on_mount(self) -> None:
        """Add up."""
        self.set_focus(self.lines("shares"))
        self.redraw()
        self._ask()

    def taken_in(self, change: Changed) -> None:
        """Add up again."""
        if change.gone or (self._session_id in change.moved if self._session_id else change.moved):
            self._ask()

    def redraw(self) -> None:
        """Write the title and by what it is broken down."""
        where = self._session_id or (f"sessions like {self._query}" if self._query else "all sessions")
        row = heading(where, "usage and cost", style="dim")
        if self._broken is not None:
            whole = self._broken.whole
            figures = (
                f"{numbers.count(whole.usage.total_tokens or None)} tokens, {cost_words(whole.cost, whole.unpriced)}"
            )
            row = (*row, Span(f"  {figures}"))
        self.title_says(row)
        chosen = self._keys[self._place]
        self.label_says(
            "keys", tuple(Span(f" {_NAMES.get(key, key)} ", "match" if key == chosen else "") for key in self._keys)
        )

    def whereabouts(self) -> tuple[str, str]:
        """The turn or the call of the share at the cursor."""
        broken, cursor = self._broken, self.lines("shares").cursor
        if broken is None or cursor >= len(broken.shares) or broken.by not in {"turn", "child"}:
            return self._session_id or "", ""
        return self._session_id or "", broken.shares[cursor].key

    def on_chosen(self, message: Chosen) -> None:
        """Go to the turn or the call."""
        message.stop()
        session_id, path = self.whereabouts()
        if path:
            self.explorer.open_session(session_id, path)

    def action_key(self, by: int) -> None:
        """Break down by the next, or the one before."""
        self._place = (self._place + by) % len(self._keys)
        self.redraw()
        self._ask()

    @property
    def _keys(self) -> tuple[By, ...]:
        return _OF_SESSION if self._session_id else _OF_LIBRARY

    def _ask(self) -> None:
        library, session_id, query, by = self.library, self._session_id, self._query, self._keys[self._place]
        self.ask(lambda: _broken(library, session_id, query, by), self._show)

    def _show(self, broken: Broken) -> None:
        is_other = self._broken is None or self._broken.by != broken.by
        self._broken = broken
        lines = self.lines("shares")
        lines.say("nothing was used, as far as is known")
        column = _key_width(broken)
        rows = [_share_row(share, broken.by, column) for share in broken.shares]
        head = (Span(_NAMES.get(broken.by, broken.by).ljust(column) + "".join(name.rjust(_COLUMN) for name in _HEADS)),)
        lines.show(FixedLines(rows), cursor=0 if is_other else None, head=head)
        self.redraw()


def _broken(library: Library, session_id: str | None, query: str, by: By) -> Broken:
    if session_id is None:
        shares = library_costs(library, query, by, library.prices)
    else:
        shares = session_costs(library.session(session_id), by, library.prices)
    return Broken(by, shares, total(shares))


def _key(share: Share, by: By) -> str:
    return one_line(share.key) or _NOTHING.get(by, "")


def _key_width(broken: Broken) -> int:
    longest = max((len(_key(share, broken.by)) for share in broken.shares), default=0)
    return max(_KEY_AT_LEAST, min(_KEY_AT_MOST, longest)) + 1


def _share_row(share: Share, by: By, column: int) -> Row:
    usage = share.usage
    part = share.of_cost if share.of_cost is not None else share.of_tokens
    cells = (
        numbers.money(share.cost) + ("+" if share.unpriced and share.cost is not None else ""),
        numbers.UNKNOWN if part is None else f"{part:.1%}",
        *(numbers.count(count or None) for count in (usage.input_tokens, usage.cache_read_tokens)),
        *(numbers.count(count or None) for count in (usage.cache_write_tokens, usage.output_tokens)),
        f"{share.calls:,}",
    )
    key = pad((Span(crop(_key(share, by), column - 1)),), column)
    return (*key, *(Span(cell.rjust(_COLUMN)) for cell in cells))
