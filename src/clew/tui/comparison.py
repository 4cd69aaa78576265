"""Two sessions beside each other: what differs, where it began, and how the sums changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.widgets import Static

from clew.explore.comparison import compare
from clew.text import numbers
from clew.text.clean import one_line
from clew.text.row import Row, Span
from clew.tui.lines import Lines
from clew.tui.pair_lines import PairLines
from clew.tui.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual.widget import Widget

    from clew.explore.comparison import Comparison, Deltas, Difference, Figure, Pair
    from clew.explore.library import Library
    from clew.model.session import Session
    from clew.tui.messages import Chosen, Moved


class Compared(NamedTuple):
    """Two sessions and what differs."""

    a: Session
    b: Session
    told: Comparison


class ComparisonSheet(Sheet):
    """Two sessions beside each other."""

    PLACE: ClassVar[str] = "comparison"

    def __init__(self, a: str, b: str) -> None:
        """Nothing is read yet."""
        super().__init__()
        self._ids = (a, b)
        self._compared: Compared | None = None
        self._pairs: list[Pair] = []
        self._only = False

    def body(self) -> Iterable[Widget]:
        """The sums, the trees, and the first words on what differs at the cursor."""
        yield Static(id="sums", classes="about")
        yield Lines(self.brush, id="pairs", empty="reading both sessions…")
        yield Static(id="about", classes="about")

    def on_mount(self) -> None:
        """Compare them."""
        self.set_focus(self.lines("pairs"))
        self.redraw()
        self._ask()

    def redraw(self) -> None:
        """Write the title and the sums."""
        a, b = self._ids
        title: Row = (Span("A ", "dim"), Span(a, "title"), Span("   B ", "dim"), Span(b, "title"))
        if self._compared is not None:
            told = self._compared.told
            title = (*title, Span("   "), *_verdict(told))
            self.label_says("sums", deltas_row(told.deltas))
        self.title_says(title)

    def whereabouts(self) -> tuple[str, str]:
        """The node at the cursor: in B if it is there."""
        pair = self._pair()
        if pair is None:
            return self._ids[1], ""
        return (self._ids[1], pair.path_b) if pair.path_b is not None else (self._ids[0], pair.path_a or "")

    def on_moved(self, message: Moved) -> None:
        """Say what differs at the cursor."""
        message.stop()
        found = self._differences()
        words = "; ".join(one_line(f"{found_one.kind}: {found_one.what}") for found_one in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""  # noqa: PLR2004 - as many as were named
        self.label_says("about", (Span(f"{words}{more}  enter shows both values" if found else "", "retry"),))

    def on_chosen(self, message: Chosen) -> None:
        """Show both values, or the node where nothing differs."""
        message.stop()
        found = self._differences()
        if found:
            self.explorer.open_difference(found)
        else:
            self.explorer.open_session(*self.whereabouts())

    def action_next(self, by: int) -> None:
        """Go to the next difference, or the one before."""
        lines = self.lines("pairs")
        places = [place for place, pair in enumerate(self._pairs) if pair.change != "same"]
        ahead = [place for place in places if (place - lines.cursor) * by > 0]
        if ahead:
            lines.centre(min(ahead) if by > 0 else max(ahead))

    def action_only(self) -> None:
        """Show only what differs, or everything."""
        self._only = not self._only
        self._show_pairs()

    def action_swap(self) -> None:
        """Compare the other way round."""
        self._ids = (self._ids[1], self._ids[0])
        self._ask()

    def _ask(self) -> None:
        self.ask(_comparing(self.library, *self._ids), self._show)

    def _show(self, compared: Compared) -> None:
        self._compared = compared
        self._show_pairs()
        self.redraw()
        self.lines("pairs").cursor = 0
        if compared.told.differences:
            places = [place for place, pair in enumerate(self._pairs) if pair.change != "same"]
            self.lines("pairs").centre(places[0] if places else 0)

    def _show_pairs(self) -> None:
        if self._compared is not None:
            a, b, told = self._compared
            self._pairs = [pair for pair in told.pairs if not self._only or pair.change != "same"]
            lines = self.lines("pairs")
            lines.say("nothing differs")
            lines.show(PairLines(self._pairs, a, b), cursor=0)

    def _pair(self) -> Pair | None:
        cursor = self.lines("pairs").cursor
        return self._pairs[cursor] if cursor < len(self._pairs) else None

    def _differences(self) -> list[Difference]:
        pair = self._pair()
        if pair is None or self._compared is None:
            return []
        at = (pair.path_a, pair.path_b)
        return [found for found in self._compared.told.differences if (found.path_a, found.path_b) == at]


def deltas_row(deltas: Deltas) -> Row:
    """How the sums changed, those that did."""
    parts = (
        ("time", deltas.duration_ms, numbers.duration),
        ("cost", deltas.cost, numbers.money),
        ("turns", deltas.turns, str),
        ("attempts", deltas.attempts, str),
        ("retries", deltas.retries, str),
        ("calls", deltas.tools, str),
        ("failed calls", deltas.tools_failed, str),
        ("input", deltas.input_tokens, numbers.count),
        ("cached", deltas.cache_read_tokens, numbers.count),
        ("output", deltas.output_tokens, numbers.count),
    )
    row: Row = ()
    for name, figure, written in parts:
        if figure.before != figure.after:
            row = (*row, Span(f"{name} ", "dim"), Span(f"{_change(figure, written)}  "))
    return row or (Span("the sums are the same", "dim"),)


def _change(figure: Figure, written: Callable[[Any], str]) -> str:
    shown = (numbers.UNKNOWN if value is None else written(value) for value in (figure.before, figure.after))
    return " → ".join(shown)


def _verdict(told: Comparison) -> Row:
    if told.first is None:
        return (Span("the same"),)
    count = len(told.differences)
    words = f"{count} {'difference' if count == 1 else 'differences'}"
    echoes = f", echoed in {told.echoes} places" if told.echoes else ""
    return (Span(f"{words}{echoes}, first at {told.first.path or 'the session'}", "retry"),)


def _comparing(library: Library, a: str, b: str) -> Callable[[], Compared]:
    def question() -> Compared:
        one, other = library.folder.load(a), library.folder.load(b)
        return Compared(one, other, compare(one, other, price=library.prices.cost))

    return question
