"""A comparison for people and for programs.

::

    A  ◆ 20251109_143414_a1b2c3d4  support  ok    5 turns  14.9 s  41.2k tokens  $0.0312
    B  ◆ 20251109_151201_0badcafe  support  ok    5 turns  15.2 s  41.3k tokens  $0.0314

    time 14.9 s → 15.2 s (+300 ms) · tokens 41.2k → 41.3k (+100)
    2 differences, the first at 1-3 · 4 places only follow from them

    1-3  ~ tool_result_changed
           Directory: /memories → Directory: empty
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from clew.explore.comparison.difference import MEANINGS
from clew.text import numbers, signs
from clew.text.block import session_label
from clew.text.clean import one_line
from clew.text.comparison import change_span, figure_row, unified, value_lines, value_rows
from clew.text.facts import session_facts
from clew.text.row import Row, Span, join
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clew.explore.comparison.difference import Comparison, Difference, Figure
    from clew.model.session import Session

_MOST_LINES = 14
"""Lines of one difference on a screen."""
_TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
_COUNTS = ("turns", "attempts", "retries", "tools", "tools_failed", "child_sessions")


def comparison_rows(
    a: Session, b: Session, told: Comparison, shown: Sequence[Difference], *, brief: bool = False
) -> Iterator[Row]:
    """Both sessions, how their sums differ, where they first diverge, and the differences ``shown``, node by node."""
    yield (Span("A  ", "dim"), *session_label(a))
    yield (Span("B  ", "dim"), *session_label(b))
    yield ()
    for figures in _figures(told):
        if figures:
            yield join(figures, signs.BETWEEN)
    yield _summary(told, shown)
    yield from _kinds(shown) if brief else _nodes(shown)


def comparison_facts(a: Session, b: Session, told: Comparison, shown: Iterable[Difference]) -> dict[str, Any]:
    """The same for programs, with every value whole."""
    differences = [difference_facts(difference) for difference in shown]
    return {
        "same": not differences,
        "a": session_facts(a),
        "b": session_facts(b),
        "first": differences[0] if differences else None,
        "differences": differences,
        "echoes": told.echoes,
        "deltas": {_camel(name): _figure_facts(getattr(told.deltas, name)) for name in told.deltas.__struct_fields__},
        "pairs": [
            {"pathA": pair.path_a, "pathB": pair.path_b, "node": pair.node, "change": pair.change}
            for pair in told.pairs
        ],
    }


def difference_facts(difference: Difference) -> dict[str, Any]:
    """One difference; where a text became another one, the lines that changed."""
    before, after = difference.before, difference.after
    is_text = isinstance(before, str) and isinstance(after, str) and "\n" in before + after
    return {
        "kind": difference.kind,
        "meaning": MEANINGS[difference.kind],
        "node": difference.node,
        "pathA": difference.path_a,
        "pathB": difference.path_b,
        "what": difference.what,
        "before": msgspec.Raw(encode_whole(before)),
        "after": msgspec.Raw(encode_whole(after)),
        "diff": [*unified(value_lines(before), value_lines(after))] if is_text else None,
    }


def below(differences: Iterable[Difference], path: str) -> list[Difference]:
    """The differences at a node of either session and below it; all for an empty path."""
    inside = (path, f"{path}-", f"{path}.")
    return [
        difference
        for difference in differences
        if not path
        or any(
            own is not None and (own == path or own.startswith(inside[1:]))
            for own in (difference.path_a, difference.path_b)
        )
    ]


def _summary(told: Comparison, shown: Sequence[Difference]) -> Row:
    if not shown:
        return (Span("no differences"),)
    count = f"{len(shown)} {'difference' if len(shown) == 1 else 'differences'}"
    words: Row = (Span(count, "title"), Span(f", the first at {_place(shown[0])}"))
    if not told.echoes:
        return words
    follow = "1 place only follows from it" if told.echoes == 1 else f"{told.echoes} places only follow from them"
    return (*words, Span(f"{signs.BETWEEN}{follow}", "dim"))


def _kinds(shown: Sequence[Difference]) -> Iterator[Row]:
    yield ()
    counts = Counter(difference.kind for difference in shown)
    for kind, count in counts.items():
        yield (Span(f"{count:>5}  "), change_span(_change(kind)), Span(f" {kind}"), Span(f"  {MEANINGS[kind]}", "dim"))


def _nodes(shown: Sequence[Difference]) -> Iterator[Row]:
    for place, differences in groupby(shown, _place):
        yield ()
        margin = " " * (len(place) + 2)
        head = f"{place}  "
        for difference in differences:
            what = f"  {one_line(difference.what)}" if difference.what else ""
            change = change_span(_change(difference.kind))
            yield (Span(head, "title"), change, Span(f" {difference.kind}"), Span(what, "dim"))
            yield from value_rows(difference.before, difference.after, indent=f"{margin}  ", most=_MOST_LINES)
            head = margin


def _place(difference: Difference) -> str:
    """Where a difference is, as a person types it; both paths where they are not the same."""
    one, other = difference.path_a, difference.path_b
    name = "session" if difference.node == "session" else ""
    if one == other or one is None or other is None:
        return one_line(" ".join(word for word in (name, difference.path) if word))
    return one_line(f"{name} {one} {signs.ATTEMPT} {other}".strip())


def _change(kind: str) -> str:
    change = kind.rpartition("_")[2]
    return change if change in {"added", "removed"} else "changed"


def _figures(told: Comparison) -> tuple[list[Row], list[Row]]:
    """The sums that differ, and always the time; then the counts that differ."""
    deltas = told.deltas
    time = _figure("time", deltas.duration_ms, numbers.duration, always=True)
    tokens, counts = (
        [_figure(name.replace("_", " "), getattr(deltas, name), numbers.count) for name in names]
        for names in (_TOKENS, _COUNTS)
    )
    sums = [time, _figure("cost", deltas.cost, numbers.money), *tokens]
    return [row for row in sums if row], [row for row in counts if row]


def _figure(name: str, figure: Figure, words: Callable[[Any], str], *, always: bool = False) -> Row:
    if figure.before == figure.after:
        return figure_row(name, words(figure.before), "", "") if always else ()
    delta = figure.delta
    sign = "+" if delta is not None and delta > 0 else ""
    return figure_row(name, words(figure.before), words(figure.after), f"{sign}{words(delta)}")


def _figure_facts(figure: Figure) -> dict[str, Any]:
    return {"before": _exact(figure.before), "after": _exact(figure.after), "delta": _exact(figure.delta)}


def _exact(number: Any) -> Any:  # noqa: ANN401 - a figure
    return number if number is None or isinstance(number, int | float) else f"{number:f}"


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
