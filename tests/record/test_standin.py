"""Promises of stand-ins: a recorded failure is raised as what it was, as far as this process knows of it."""

from __future__ import annotations

import pytest

from clew.record.failure import describe
from clew.record.standin import Found, RecordedFailure, exception_of


class PickyError(Exception):
    """An exception that is made of more than words."""

    def __init__(self, words: str, *, code: int) -> None:
        super().__init__(words)
        self.code = code


class MumblingError(Exception):
    """An exception that does not say what it was given."""

    def __str__(self) -> str:
        return "hm"


@pytest.mark.parametrize(
    ("error", "full_name", "kind"),
    [
        ("LookupError: nothing", "builtins.LookupError", LookupError),
        ("LookupError: nothing", None, LookupError),
        ("ValueError", "builtins.ValueError", ValueError),
        ("PickyError: no", f"{__name__}.PickyError", PickyError),
        ("MumblingError: words", f"{__name__}.MumblingError", RecordedFailure),
        ("GoneError: words", "module.that.is.gone.GoneError", RecordedFailure),
        ("the parcel is lost: for ever", None, RecordedFailure),
        ("SystemExit: 3", "builtins.SystemExit", RecordedFailure),
    ],
)
def test_an_exception_is_raised_again(error: str, full_name: str | None, kind: type[Exception]) -> None:
    """Of its own type where that is loaded, else of one with its name; told again, it says what was recorded."""
    problem = exception_of(error, "failed", full_name)
    assert isinstance(problem, kind)
    assert describe(problem) == error


def test_what_took_too_long_did_so_again() -> None:
    """Also where the type of the exception does not say it."""
    late = exception_of("PickyError: late", "timeout", f"{__name__}.PickyError")
    assert isinstance(late, PickyError)
    assert isinstance(late.__cause__, TimeoutError)
    assert isinstance(exception_of("10 s", "timeout"), TimeoutError)


def test_a_result_comes_back_and_a_failure_is_raised() -> None:
    """As the tool would have done."""
    assert Found({"stock": 12}).outcome() == {"stock": 12}
    with pytest.raises(LookupError, match=r"^nothing$"):
        Found(status="failed", error="LookupError: nothing").outcome()
