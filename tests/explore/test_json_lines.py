"""JSON in pages: the lines of ``clew show --path``, whatever the value and wherever the reading begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore import json_lines
from clew.explore.detail import part_of
from clew.explore.json_lines import JsonLines
from clew.model import event
from clew.model.payload import Payload
from clew.text import pretty
from tests.explore.recorded import ID, opened, write

if TYPE_CHECKING:
    from pathlib import Path

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.sampled_from('ab"\\\n漢\u202e'), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.sampled_from("ab$"), max_size=2), inner),
    max_leaves=25,
)


@pytest.fixture(autouse=True)
def _walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look small values up part by part, as if they were large, and keep many places."""
    monkeypatch.setattr(json_lines, "_SMALL", 3)
    monkeypatch.setattr(json_lines, "_STRIDE", 4)
    monkeypatch.setattr(json_lines, "_MOST_PLACES", 5)


@given(value=values)
def test_lines_are_those_of_the_pretty_printer(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Walking a value part by part gives the lines that printing it as a whole gives."""
    lines = JsonLines(Payload(value))
    assert lines.page(0, 10_000) == [*pretty.json_lines(value)]
    assert (lines.count(), lines.is_whole) == (lines.known, True)


@given(value=values, data=st.data())
def test_a_page_is_a_slice_of_all_lines(value: Any, data: st.DataObject) -> None:  # noqa: ANN401 - any JSON value
    """Whatever was looked at before, a page is the same."""
    whole = [*pretty.json_lines(value)]
    lines = JsonLines(Payload(value))
    for _ in range(4):
        start = data.draw(st.integers(0, len(whole) + 2))
        stop = data.draw(st.integers(start, len(whole) + 4))
        assert lines.page(start, stop) == whole[start:stop]


@given(value=values, needle=st.sampled_from(["a", "b", "null", "漢", "}"]))
def test_a_text_is_found_at_its_line(value: Any, needle: str) -> None:  # noqa: ANN401 - any JSON value
    """The first line that holds a text is found, or none."""
    holding = [number for number, line in enumerate(pretty.json_lines(value)) if needle in line]
    found = JsonLines(Payload(value)).find(needle)
    assert (None if found is None else found.line) == (holding[0] if holding else None)


def test_a_long_string_goes_on_over_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is longer than a screen can hold, and nothing is lost of one that would be."""
    monkeypatch.setattr(json_lines, "WIDEST", 10)
    lines = JsonLines(Payload({"a": "0123456789" * 5, "b": 1})).page(0, 100)
    assert "".join(lines) == '{  "a": "' + "0123456789" * 5 + '",  "b": 1}'


def test_a_recorded_value_is_read_where_it_lies(tmp_path: Path) -> None:
    """Lists and strings that a journal holds elsewhere, and objects in a blob, are shown as they were sent."""
    rows = [{"id": number, "name": f"customer {number}"} for number in range(60_000)]
    messages = [{"role": "user", "content": "word " * 100}, {"role": "assistant", "content": "x" * 2_000_000}]
    acts = [
        event.TurnStart(n=1, index=1),
        event.AttemptStart(n=2, of=1, number=0, request={"model": "m", "messages": messages}),
        event.AttemptEnd(n=2, response={"rows": rows}),
    ]
    write(tmp_path, ID, acts)
    view = opened(tmp_path)
    answer = part_of(view, "1-1", "response")
    assert answer.json_lines(0, 4) == ["{", '  "rows": [', "    {", '      "id": 0,']
    assert answer.json_lines(199_998, 200_000) == ["    {", '      "id": 49999,']
    request = "".join(part_of(view, "1-1", "request").json_lines(0, 2_000))
    assert request.replace(" ", "") == '{"model":"m","messages":[' + "".join(
        f'{{"role":"{message["role"]}","content":"{message["content"].replace(" ", "")}"}}{comma}'
        for message, comma in zip(messages, [",", "]}"], strict=True)
    )
