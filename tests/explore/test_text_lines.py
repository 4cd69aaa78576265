"""Texts in pages: every character, in lines, whatever the text and wherever it is cut."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore import text_lines
from clew.explore.text_lines import TextLines
from clew.text.clean import clean
from clew.wire.strings import EncodedBytes

texts = st.text(st.sampled_from('ab\n\\"\té漢😀n\u0000'), max_size=400)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut often, so that small texts show what large ones do."""
    monkeypatch.setattr(text_lines, "_PIECE", 40)
    monkeypatch.setattr(text_lines, "WIDEST", 25)


def lines_of(text: str) -> TextLines:
    """The lines of a text as it lies in a journal."""
    return TextLines(EncodedBytes(msgspec.json.encode(text)))


@given(text=texts)
def test_nothing_of_a_text_is_left_out(text: str) -> None:
    """All pages, one after the other, are the text: newlines aside every character, in order, none too long."""
    lines = lines_of(text)
    whole = lines.page(0, 10_000)
    assert "".join(whole) == clean(text).replace("\n", "")
    assert all(len(line) <= 25 for line in whole)
    assert (lines.count(), lines.is_whole) == (len(whole), True)
    if all(len(line) <= 5 for line in text.split("\n")):
        assert whole == clean(text).split("\n")


@given(text=texts, data=st.data())
def test_a_page_is_a_slice_of_all_lines(text: str, data: st.DataObject) -> None:
    """Whatever was looked at before, a page is the same."""
    whole = lines_of(text).page(0, 10_000)
    lines = lines_of(text)
    for _ in range(3):
        start = data.draw(st.integers(0, len(whole) + 2))
        stop = data.draw(st.integers(start, len(whole) + 4))
        assert lines.page(start, stop) == whole[start:stop]


@given(text=texts, needle=st.text(st.sampled_from("ab漢\\"), min_size=1, max_size=4), data=st.data())
def test_a_text_is_found_at_its_line(text: str, needle: str, data: st.DataObject) -> None:
    """What is within one line is found there, from any line on; what is nowhere is not found."""
    lines = lines_of(text)
    whole = lines.page(0, 10_000)
    start = data.draw(st.integers(0, len(whole)))
    inside = [number for number, line in enumerate(whole) if number >= start and needle in line]
    found = lines.find(needle, start)
    if inside:
        assert found is not None
        assert start - 1 <= found.line <= inside[0]
        beginning = "".join(whole[found.line : found.line + 3])[found.column :]
        assert beginning.startswith(needle)
    elif needle not in clean(text):
        assert found is None


def test_case_can_be_left_aside() -> None:
    """A search may look at letters only."""
    lines = lines_of("one\nTwo\nthree")
    assert lines.find("TWO") is None
    found = lines.find("TWO", ignore_case=True)
    assert found is not None
    assert (found.line, found.column, found.length) == (1, 0, 3)


def test_the_first_page_reads_the_beginning_only() -> None:
    """A page touches what it shows, however large the text is."""

    class Watched(EncodedBytes):
        """Remembers how far it was read."""

        farthest = 0

        def read(self, start: int, stop: int) -> bytes:
            """Read, and remember."""
            if stop < self.size:
                self.farthest = max(self.farthest, stop)
            return super().read(start, stop)

    source = Watched(msgspec.json.encode("line\n" * 10_000))
    assert TextLines(source).page(0, 3) == ["line"] * 3
    assert source.farthest < 200
