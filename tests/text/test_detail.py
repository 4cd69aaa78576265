"""Promises of :mod:`clew.text.detail` and :mod:`clew.text.pretty`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.model.payload import Payload
from clew.model.session import Attempt, ToolCall
from clew.text.detail import detail
from clew.text.pretty import json_lines
from clew.text.row import plain
from clew.tree.path import walk
from tests.text import build
from tests.text.corpus import ESCAPES, HARMFUL
from tests.text.goldens import agrees

_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def test_every_node_of_a_session_is_shown_whole() -> None:
    """All fields of all nodes are there, each under its name."""
    rows = [plain(row) for path, node in walk(build.drawn()) for row in detail(path, node)]
    assert agrees("detail.txt", "\n".join(rows) + "\n")


def test_no_payload_is_cut() -> None:
    """A long text and a long list are shown to their last byte."""
    tool = ToolCall(
        index=1, name="read", request=Payload.of({"n": list(range(5000))}), response=Payload.of("line\n" * 3000 + "end")
    )
    rows = [plain(row).strip() for row in detail("1-1", tool)]
    assert rows.count("line") == 3000
    assert {"end", "4999"} <= set(rows)


@given(_VALUES)
def test_indented_json_is_the_value(value: object) -> None:
    """What is shown as JSON reads back as the value."""
    assert json.loads("\n".join(json_lines(value))) == value


def test_a_value_may_nest_deeper_than_the_interpreter() -> None:
    """Ten thousand lists inside each other are shown, not refused."""
    value: list[Any] = []
    for _ in range(10_000):
        value = [value]
    assert sum(1 for _ in json_lines(value)) == 20_001


@pytest.mark.parametrize("name", ESCAPES)
def test_no_payload_speaks_to_the_terminal(name: str) -> None:
    """A hostile text in every field of every node sends no sequence, and stays whole in JSON."""
    session = build.hostile(ESCAPES[name])
    shown = "".join(plain(row) for path, node in walk(session) for row in detail(path, node))
    assert HARMFUL.search(shown) is None


def test_json_keeps_what_text_must_drop() -> None:
    """In JSON a control character is an escape: nothing is lost."""
    request = Payload.of({"text": "a\x1b[31m\x9b\u202eb"})
    rows = [plain(row) for row in detail("1-1", Attempt(number=0, request=request))]
    assert '"text": "a\\u001b[31m\\u009b\\u202eb"' in "".join(rows)
