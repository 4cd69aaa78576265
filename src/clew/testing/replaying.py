"""The marker ``clew_replay``: a test that runs against a recorded session.

The replay itself is the business of :mod:`clew.replay`; here only the file is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.errors import SessionNotFound
from clew.replay.rerun import replay

if TYPE_CHECKING:
    from pathlib import Path

    from clew.replay.rerun import Rerun


def replay_of(test: Path, root: Path, session: str | Path, **options: Any) -> Rerun:  # noqa: ANN401 - what `clew.replay` takes
    """The replay of a session, found from the test's folder or the root of the tests; takes what ``clew.replay`` does.

    Raises ``SessionNotFound``.
    """
    path = next((place / session for place in (test.parent, root) if (place / session).is_file()), None)
    if path is None:
        raise SessionNotFound(f"There is no session {session}, neither below {test.parent} nor below {root}.")
    return replay(path, **options)
