"""Names of files for tests: readable, harmless, and never shared by two tests."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from clew.testing.name import file_name


@given(st.text(max_size=300))
@example("../../etc/passwd")
@example("CON\x00")
@example("x" * 1000)
@example("日本語" * 100)
@example("")
def test_any_text_gives_a_harmless_name(text: str) -> None:
    """No separator, no leading dot, nothing hidden, and short enough for every file system."""
    assert re.fullmatch(r"[\w-][\w.-]{0,199}", file_name(text), re.ASCII)


@given(st.text(max_size=8), st.text(max_size=8))
@example("test_it.py::test_par[a/b]", "test_it.py::test_par[a b]")
@example("test_par[" + "x" * 300 + "1]", "test_par[" + "x" * 300 + "2]")
@example("a/b.py::test", "a_b.py::test")
def test_two_texts_have_two_names(one: str, two: str) -> None:
    """Whatever had to be replaced or cut off is told apart; ``::`` and a point are one sign."""
    if one.replace("::", ".") != two.replace("::", "."):
        assert file_name(one) != file_name(two)


def test_a_plain_name_stays_as_it_is() -> None:
    """Most tests have a name that a file may have."""
    assert file_name("test_it.py::TestShop::test_pay") == "test_it.py.TestShop.test_pay"
