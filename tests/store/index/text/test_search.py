"""Searching: the index changes how soon an answer comes, and never the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.model import event
from clew.store.index.text.filler import fill
from clew.store.index.text.lines import read_line
from clew.store.index.text.search import scan, search
from tests.store.index.text.samples import both, leaves_of, session_id, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clew.model.act import Act

ODD = [
    *"aAbBé\u0301eßẞ\u017f\u212aKkİi\u0131\u03a3\u03c3\u03c2ǅ",
    *"“”'\"\\/*^:-+(){}[],.$ \n\t\0\x1b\x7f\x85\u2028\u202e\ufeff\ufffd\ufffe\uffff",
    *"漢字かな한글🧶👩‍🚀\U0010ffff\ud800\udc00\udfff",
    *("AND", "OR", "NOT", "NEAR(", '"$"', "\\u0061", '{"$":1}', "null", "1e16", "12"),
]
TEXTS = st.lists(st.sampled_from(ODD), max_size=40).map("".join)
LONG = st.tuples(TEXTS, st.sampled_from([1, 30, 400])).map(lambda pair: pair[0] * pair[1])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | LONG
    | TEXTS.map(lambda text: text.encode("utf-8", "replace")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS | st.just("$"), inner, max_size=4),
    max_leaves=8,
)


def _acts(values: Sequence[Any], pieces: Sequence[str]) -> list[Act]:
    acts: list[Act] = [event.SessionStart(agent_id="odd", title="title “x”")]
    acts += [event.AttemptStart(n=1, of=0, number=0, request={"messages": list(values)})]
    acts += [event.AttemptChunk(n=1, text=piece, reasoning=piece[::-1]) for piece in pieces]
    acts += [event.ToolStart(n=2, of=0, name="tool", request=value) for value in values]
    acts += [event.Logged(slug="a.b", severity="WRN", message=str(len(values)), details=values)]
    return [*acts, event.AttemptEnd(n=1, response={"content": "".join(pieces)})]


@given(
    st.lists(st.tuples(st.lists(VALUES, max_size=4), st.lists(LONG, max_size=4)), min_size=1, max_size=3),
    st.lists(TEXTS, min_size=1, max_size=4),
    st.data(),
)
def test_the_search_is_the_scan_and_the_scan_is_the_payloads(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[Any], needles: list[str], data: st.DataObject
) -> None:
    """On any text, for any needle, with the index empty, behind, and filled: the same hits, and none too few."""
    folder = tmp_path_factory.mktemp("sessions")
    journals = [write(folder, number, _acts(*session)).read_bytes() for number, session in enumerate(sessions)]
    leaves = list(leaves_of(folder))
    for leaf in data.draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=4)):
        start = data.draw(st.integers(0, len(leaf[1])))
        needles.append(leaf[1][start : start + data.draw(st.sampled_from([1, 2, 3, 5, 40, 3000]))])
    for number, journal in enumerate(journals):
        path = folder / f"session_{session_id(number)}.jsonl"
        path.write_bytes(journal[: data.draw(st.integers(0, len(journal)))])
    for state in ("empty", "filled with less", "behind", "filled"):
        if state == "behind":
            _restore(folder, journals)
        elif state != "empty":
            fill(folder)
        for needle in needles:
            both(folder, needle, ignore_case=True)
            found = both(folder, needle)
            assert all(hit.match == needle for hit in found)
            if state in {"behind", "filled"}:
                assert {hit.session_id for hit in found} == {
                    owner for owner, leaf in leaves if needle and needle in leaf
                }


def _restore(folder: Path, journals: list[bytes]) -> None:
    for number, journal in enumerate(journals):
        with (folder / f"session_{session_id(number)}.jsonl").open("r+b") as file:
            file.write(journal)


def test_a_hit_tells_its_place_and_what_stands_around(tmp_path: Path) -> None:
    """Session, node, field and path lead to the value; the context is at most sixty characters on each side."""
    text = "x" * 100 + "needle" + "y" * 100 + "needle"
    acts = [
        event.SessionStart(agent_id="a", title="a needle in the title"),
        event.ToolStart(n=3, of=(2, 1), name="find", request={"where": [0, {"hay": "the needle!"}], "long": text}),
        event.Logged(of=(2, 7), slug="a.b", severity="WRN", message="no needle"),
    ]
    path = write(tmp_path, 1, acts)
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        hits = both(tmp_path, "needle")
        assert [(hit.ev, hit.field, hit.path, hit.n, hit.node_segment, hit.count) for hit in hits] == [
            ("session.start", "title", "", 0, 1, 1),
            ("tool.start", "request", "", 3, 1, 2),
            ("tool.start", "request", "where[1].hay", 3, 1, 1),
            ("log", "message", "", 7, 2, 1),
        ]
        assert (hits[1].before, hits[1].match, hits[1].after) == ("x" * 60, "needle", "y" * 60)
        for hit in hits:
            line = read_line(path, hit.offset)
            assert line is not None
            assert f'{{"ev":"{hit.ev}"'.encode() in line


def test_a_needle_that_straddles_the_pieces_of_a_stream_is_found(tmp_path: Path) -> None:
    """A streamed answer is one text, however small its pieces, and also while more of them come."""
    chunks = [event.AttemptChunk(n=1, text=letter) for letter in "the answer is forty-two"]
    begin: list[Act] = [event.SessionStart(agent_id="a"), event.AttemptStart(n=1, of=0, number=0)]
    write(tmp_path, 1, [*begin, *chunks[:8]])
    fill(tmp_path)
    write(tmp_path, 1, [*begin, *chunks])
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        (hit,) = both(tmp_path, "answer is forty")
        assert (hit.ev, hit.field, hit.n) == ("attempt.chunk", "text", 1)
        assert both(tmp_path, "answers") == []


def test_a_value_counts_once_in_a_session_and_in_every_session(tmp_path: Path) -> None:
    """A prompt that a thousand sessions share is a hit in each of them, at its first place."""
    prompt = "You are a needle. " * 100
    acts = [
        event.SessionStart(agent_id="a", system_prompt=prompt),
        event.ToolStart(n=1, of=0, name="t", request={"p": prompt}),
    ]
    for number in range(3):
        write(tmp_path, number, acts)
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        hits = both(tmp_path, "a needle")
        assert [(hit.session_id, hit.ev, hit.count) for hit in hits] == [
            (session_id(number), "session.start", 100) for number in (2, 1, 0)
        ]
        assert [hit.session_id for hit in search(tmp_path, "a needle", sessions={session_id(1)})] == [session_id(1)]
        assert len(list(search(tmp_path, "a needle", limit=2))) == 2
        assert len(list(scan(tmp_path, "a needle", limit=2))) == 2


def test_names_of_the_format_are_not_found_but_keys_of_the_session_are(tmp_path: Path) -> None:
    """Who looks for `usage` finds what the session says, not every line that has such a field."""
    write(tmp_path, 1, [event.ToolStart(n=1, of=0, name="t", request={"ledger": 1.5, "big": 2**70, "ok": True})])
    for state in (lambda: None, lambda: fill(tmp_path)):
        state()
        assert len(both(tmp_path, "ledger")) == 1
        assert len(both(tmp_path, "1.5")) == 1
        assert len(both(tmp_path, str(2**70))) == 1
        assert [both(tmp_path, word) for word in ("tool.start", "request", "true", "")] == [[], [], [], []]


def test_a_needle_nearly_everywhere_is_found_newest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in thousands of places comes in the same order, though the newest sessions are read before asking."""
    for number in range(6):
        write(tmp_path, number, [event.ToolStart(n=n, of=0, name="everywhere") for n in range(1, 300)])
    fill(tmp_path)
    monkeypatch.setattr("clew.store.index.text.search.MANY", 3)
    monkeypatch.setattr("clew.store.index.text.search.READ_FIRST", 60_000)
    hits = both(tmp_path, "everywhere")
    assert len(hits) == 6 * 299
    assert [hit.session_id for hit in hits] == sorted((hit.session_id for hit in hits), reverse=True)
