"""The marker ``clew_replay``: a test that runs against a recorded session.

The replay itself is the business of :mod:`clew.replay`; here only the file is found.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clew.replay.rerun import replay
from clew.store.folder import default_path

if TYPE_CHECKING:
    from clew.replay.rerun import Rerun


def replay_of(test: Path, root: Path, session: str | Path, **options: Any) -> Rerun:  # noqa: ANN401 - what `clew.replay` takes
    """The replay of a session, found from the test's folder, the root of the tests or the folder of sessions.

    Takes what ``clew.replay`` does. A session that is in none of them fails the test.
    """
    places = tuple(dict.fromkeys((test.parent, root, root / default_path(), default_path().absolute())))
    path = next((place / session for place in places if (place / session).is_file()), None)
    if path is None:
        looked = ", ".join(map(str, places))
        pytest.fail(f"There is no session {session} in any of these folders: {looked}.", pytrace=False)
    return replay(path, **options)
