"""The pytest plugin: an entry point, nothing to configure.

It is loaded in every run of pytest on a machine where the project is installed, so that it imports nothing but pytest
until a test asks for one of its fixtures, and does nothing for a test that does not.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from clew.record.session import SessionRecorder
    from clew.testing.recording import Recording
    from clew.testing.snapshot import Snapshot

ARTIFACTS = "clew-artifacts"
"""Where the sessions of failed tests are kept, below the root of the tests, unless the ini file says otherwise."""
_recording: pytest.StashKey[Recording] = pytest.StashKey()
_replay: pytest.StashKey[ExitStack] = pytest.StashKey()
_NEVER_BEGUN = (KeyboardInterrupt, KeyboardInterrupt(), None)
"""What a replay takes for a run that nobody expects anything of."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """One flag and one line of the ini file."""
    group = parser.getgroup("clew", "sessions in tests")
    group.addoption("--clew-update", action="store_true", help="Write the snapshots of sessions instead of comparing.")
    parser.addini("clew_artifacts", "Folder for the sessions of failed tests.", default=ARTIFACTS)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "clew_replay(path): run the test against a recorded session instead of models and tools."
    )


@pytest.fixture
def clew_session(request: pytest.FixtureRequest) -> Iterator[SessionRecorder]:
    """A session that records the test: everything in it that is recorded, and every client of an SDK made in it.

    ``clew_session.tree()`` is the tree so far. Other sessions that the test opens are recorded beside it. In a
    ``unittest.TestCase`` it is ``self.clew_session``.
    """
    from clew.testing.recording import Recording  # noqa: PLC0415 - a run without it need not load the recorder

    node: Any = request.node
    with Recording(node.name, node.nodeid) as recording:
        node.stash[_recording] = recording
        if getattr(node, "instance", None) is not None:
            node.instance.clew_session = recording.session
        yield recording.session


@pytest.fixture
def clew_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """Compares trees with files beside the test: ``clew_snapshot(tree)``; ``pytest --clew-update`` writes them."""
    from clew.testing.snapshot import Snapshot  # noqa: PLC0415 - as above

    return Snapshot(request.path, request.node.name, update=bool(request.config.getoption("--clew-update")))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what a failing test did to its report, and keep its sessions."""
    report = yield
    recording = item.stash.get(_recording, None)
    if recording is not None and report.failed and not recording.told:
        folder = item.config.rootpath / str(item.config.getini("clew_artifacts"))
        report.sections.extend(recording.tell(call.excinfo.value if call.excinfo is not None else None, folder))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Begin the replay of a marked test, before anything of it is recorded."""
    marker = item.get_closest_marker("clew_replay")
    if marker is not None:
        from clew.testing.replaying import replay_of  # noqa: PLC0415 - as above

        item.stash[_replay] = stack = ExitStack()
        stack.enter_context(replay_of(item.path, item.config.rootpath, *marker.args, **marker.kwargs))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """End the replay with the test: one that left the record fails."""
    replay = item.stash.get(_replay, None)
    if replay is None:
        return (yield)
    with replay:
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """End the replay of a test that did not begin."""
    replay = item.stash.get(_replay, None)
    if replay is not None:
        replay.pop_all().__exit__(*_NEVER_BEGUN)
    return (yield)
