"""The pytest plugin: an entry point, nothing to configure.

It is loaded in every run of pytest on a machine where the project is installed, so that it imports nothing but pytest
and what ``import clew`` does until a test asks for one of its fixtures, and does nothing for a test that does not.
"""

from __future__ import annotations

from contextlib import ExitStack
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from clew.record.session import SessionRecorder
    from clew.testing.recording import Recording
    from clew.testing.snapshot import Snapshot
    from clew.testing.unused import Snapshots

ARTIFACTS = "clew-artifacts"
"""Where the sessions of failed tests are kept, below the root of the tests, unless the ini file says otherwise."""
_recording: pytest.StashKey[Recording] = pytest.StashKey()
_replay: pytest.StashKey[ExitStack] = pytest.StashKey()
_snapshots: pytest.StashKey[Snapshots] = pytest.StashKey()
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
    artifacts = node.config.rootpath / str(node.config.getini("clew_artifacts"))
    with Recording(node.name, node.nodeid, artifacts) as recording:
        node.stash[_recording] = recording
        case: Any = getattr(node, "instance", None)
        if case is not None:
            case.clew_session = recording.session
        if hasattr(case, "_asyncioTestContext"):  # an IsolatedAsyncioTestCase runs in the context it was made in
            case._asyncioTestContext = copy_context()  # noqa: SLF001 - there is no other way to put a session in force
        yield recording.session


@pytest.fixture
def clew_snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """Compares trees with files beside the test: ``clew_snapshot(tree)``; ``pytest --clew-update`` writes them."""
    from clew.testing.snapshot import Snapshot  # noqa: PLC0415 - as above
    from clew.testing.unused import Snapshots  # noqa: PLC0415 - as above

    config, node = request.config, request.node
    test = ".".join(part.name for part in node.listchain() if isinstance(part, pytest.Class | pytest.Item))
    asked = config.stash.setdefault(_snapshots, Snapshots())
    return Snapshot(request.path, test, update=bool(config.getoption("--clew-update")), asked=asked.add)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what a failing test did to its report, and keep its sessions."""
    report = yield
    recording = item.stash.get(_recording, None)
    if recording is not None:
        if report.failed and not recording.told:
            report.sections.extend(recording.tell(call.excinfo.value if call.excinfo is not None else None))
            facts = [fact for fact in recording.facts() if fact not in item.user_properties]
            item.user_properties.extend(facts)
            report.user_properties.extend(facts)
        if report.when == "call":
            recording.passed = report.passed
        elif report.when == "teardown":
            if recording.passed and not recording.told and not _is_rerun(item):
                recording.forget()
            recording.close()
    return report


def _is_rerun(item: pytest.Item) -> bool:
    """Whether a test passed only when it was tried again, as plugins do it: what it did before is still of interest."""
    return getattr(item, "execution_count", 1) > 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Tell of snapshots that no test asks for any more; ``--clew-update`` removes them."""
    snapshots = config.stash.get(_snapshots, None)
    if snapshots is None or exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        return
    for path in snapshots.unused(terminalreporter.stats, config):
        if config.getoption("--clew-update"):
            path.unlink(missing_ok=True)
            terminalreporter.write_line(f"clew: removed {path}, which no test asks for any more")
        else:
            terminalreporter.write_line(f"clew: no test asks for {path} any more; pytest --clew-update removes it")


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
