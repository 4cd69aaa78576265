"""Session ids: sortable by their time, safe as a part of a file's name, and the same for the same import."""

from __future__ import annotations

import time

import pytest

from clew.model.session_id import derived_session_id, is_session_id, new_session_id


def test_an_id_is_the_local_time_and_eight_random_signs() -> None:
    """Two sessions that begin in the same second have different ids."""
    ids = {new_session_id(1_762_698_854) for _ in range(50)}
    assert len(ids) == 50
    assert all(is_session_id(session_id) for session_id in ids)
    begin = time.strftime("%Y%m%d_%H%M%S_", time.localtime(1_762_698_854))
    assert all(session_id.startswith(begin) for session_id in ids)
    assert is_session_id(new_session_id())


def test_an_imported_session_always_gets_the_same_id() -> None:
    """Its start in UTC and its foreign key decide, whatever they are."""
    assert derived_session_id(1_762_698_854_000, "x") == derived_session_id(1_762_698_854_000, "x")
    assert derived_session_id(1_762_698_854_000, "x").startswith("20251109_143414_")
    assert derived_session_id(0, "x") != derived_session_id(0, "y")
    for odd in (-5.0, 0.0, 2**40):
        assert is_session_id(derived_session_id(odd, "\ud800"))


@pytest.mark.parametrize(
    "text",
    ["", "last", "../../etc/passwd", "20260101_000000_AAAA0001", "20260101_000000_aaaa0001\n",
     "20260101_000000_aaaa0001/x", "20260101_000000_aaaa00011", "2026\u0660101_000000_aaaa0001",
     "\u0662\u0660260101_000000_aaaa0001"],
)  # fmt: skip
def test_nothing_else_is_an_id(text: str) -> None:
    """No separator, no line break, no digit of another script becomes part of a path."""
    assert not is_session_id(text)
