"""The recorder reports its own troubles instead of raising them: a test that expects none must see none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.record import trouble

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def untroubled() -> Iterator[None]:
    """Fail if the recorder reported anything that the test did not take note of (:func:`told`)."""
    _forget()
    yield
    assert not trouble._told  # noqa: SLF001 - nobody else needs to know


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What the recorder reported, for a test that expects a report."""
    _forget()
    yield capsys
    _forget()


def _forget() -> None:
    trouble._told.clear()  # noqa: SLF001 - nobody else needs to know
