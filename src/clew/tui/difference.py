"""One difference, or those of one node: both values whole, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from clew.explore.comparison import MEANINGS
from clew.text.clean import clean, one_line
from clew.text.pretty import json_lines
from clew.text.row import Row, Span
from clew.tui.lines import Lines
from clew.tui.sheet import Sheet, heading
from clew.tui.wrapped import Wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from textual.widget import Widget

    from clew.explore.comparison import Difference


class DifferenceSheet(Sheet):
    """What differs at a node."""

    PLACE: ClassVar[str] = "difference"

    def __init__(self, found: Sequence[Difference]) -> None:
        """The differences of one pair of nodes."""
        super().__init__()
        self._found = found

    def body(self) -> Iterable[Widget]:
        """The values."""
        yield Lines(self.brush, id="values", cursor=False)

    def on_mount(self) -> None:
        """Write them."""
        self.redraw()
        self.lines("values").show(Wrapped([*difference_rows(self._found)]))

    def redraw(self) -> None:
        """Write the title."""
        first = self._found[0]
        a, b = ("nothing" if path is None else path or "session" for path in (first.path_a, first.path_b))
        self.title_says(heading(f"A {one_line(a)}", f"B {one_line(b)}", style="title"))


def difference_rows(found: Iterable[Difference]) -> Iterator[Row]:
    """Every difference: what it is, what it was in A, what it is in B."""
    for one in found:
        yield (Span(MEANINGS[one.kind], "title"), Span(f"   {one.kind}  {one_line(one.what)}", "dim"))
        for name, value in (("A", one.before), ("B", one.after)):
            for place, line in enumerate(_lines(value)):
                yield (Span(f"{name if not place else ' '} ", "dim"), Span(line))
        yield ()


def _lines(value: Any) -> Iterator[str]:  # noqa: ANN401 - any value of a session
    if value is None:
        yield "–"
    elif isinstance(value, str):
        yield from clean(value).split("\n")
    else:
        yield from json_lines(value)
