"""The field in which a query is typed: candidates below it while it is typed, a sentence if it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from clew.errors import QueryError
from clew.explore.query import complete, parse
from clew.text.row import Row, Span
from clew.tui.field import TextField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clew.explore.query import Field
    from clew.explore.query.completion import Completion

_SHOWN = 8
"""Candidates that are listed."""


class QueryField(TextField):
    """An input in the query language; tab takes the first candidate."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "take", "complete", show=False)]

    def __init__(self, value: str, values: Callable[[Field], Iterable[str]], *, id: str, hint: str) -> None:
        """``values`` knows values of a field; ``hint`` stands there while it is empty."""
        super().__init__(value, id=id, hint=hint)
        self._values = values

    def candidates(self) -> list[Completion]:
        """What may stand at the cursor."""
        return complete(self.value, self.cursor_position, self._values)

    def action_take(self) -> None:
        """Take the first candidate."""
        for found in self.candidates()[:1]:
            cursor = self.cursor_position
            self.value = self.value[: found.start] + found.insert + self.value[cursor:]
            self.cursor_position = found.start + len(found.insert)

    def hint_row(self) -> Row:
        """The line below it: what is wrong, else what may come next."""
        problem = self.problem()
        found = self.candidates()
        if problem is not None and not found:
            return (Span(" " * (problem.column - 1)), Span("^ ", "failed"), Span(str(problem), "failed"))
        first = found[0] if found else None
        words = "  ".join(completion.insert for completion in found[:_SHOWN])
        more = f"  … {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        says = f"   tab: {first.insert} {first.says}" if first is not None else ""
        return (Span(words), Span(more, "dim"), Span(says.rstrip(), "dim"))

    def problem(self) -> QueryError | None:
        """What is wrong with the query."""
        try:
            parse(self.value)
        except QueryError as problem:
            return problem
        return None
