"""Sessions in tests: record a test, ask its tree, keep what a failing one did.

The files, from what pytest meets first:

    plugin.py      what pytest loads by itself: the fixtures, the marker, the options; cheap until used
    recording.py   the recording of one test, and what is said and kept of it if the test fails
    assertions.py  ``assert_session(tree)``: what has to be in a tree, and what is there instead
    snapshot.py    a tree as text without what differs from run to run, compared with a file
    unused.py      snapshots that no test asks for any more
    normal.py      how a tree becomes such text
    name.py        names of files for tests
    replaying.py   the marker that runs a test against a recorded session
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clew.testing.assertions import SessionAssertion, assert_session
    from clew.testing.normal import normal_text
    from clew.testing.snapshot import SnapshotDiffers, match_snapshot

__all__ = ["SessionAssertion", "SnapshotDiffers", "assert_session", "match_snapshot", "normal_text"]

_HOMES = {
    "SessionAssertion": "assertions",
    "SnapshotDiffers": "snapshot",
    "assert_session": "assertions",
    "match_snapshot": "snapshot",
    "normal_text": "normal",
}
"""Where each name comes from: pytest loads this package in every run, so that nothing else may come along."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Load what tests use when it is first asked for."""
    from importlib import import_module  # noqa: PLC0415 - as the names themselves

    if name not in _HOMES:
        raise AttributeError(f"module 'clew.testing' has no attribute '{name}'")
    return getattr(import_module(f"clew.testing.{_HOMES[name]}"), name)
