"""What the tests of the server share: a folder with a session of every kind, and a server over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.folder import every_session
from tests.web.site import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.site import Site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server over every kind of session. No test changes the folder."""
    with every_session(tmp_path_factory.mktemp("sessions")) as folder, serving(folder) as running:
        yield running
