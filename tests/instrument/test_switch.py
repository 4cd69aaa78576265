"""`clew.instrument()`: all clients made after it, in every way they can be asked, each call counted once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import anthropic
import openai
import pytest

import clew
from clew.errors import ClewError
from clew.model.session import Attempt
from tests.instrument.provider import BUSY, COUNTS, HELLO, serve
from tests.instrument.sdks import KEY, WAYS, Way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.instrument.switch import Instrumentation
    from clew.model.session import Session


@pytest.fixture
def switched(tmp_path: Path) -> Iterator[Instrumentation]:
    """What `clew.instrument()` switches on, for one test."""
    with clew.instrument(agent_id="app", dir=tmp_path) as instrumentation:
        yield instrumentation


def only_tree(folder: Path) -> Session:
    """The only session of a folder."""
    (tree,) = clew.sessions(dir=folder)
    return tree


def attempts_in(tree: Session) -> list[Attempt]:
    """All attempts, wherever they are."""
    return [node for _, node in clew.walk(tree, kind="attempt") if isinstance(node, Attempt)]


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("by_hand", [False, True], ids=["switched", "switched_and_by_hand"])
@pytest.mark.parametrize("around", ["nothing", "session", "turn", "attempt", "attempt_without_with"])
def test_a_call_is_counted_once_in_every_combination(
    tmp_path: Path,
    switched: Instrumentation,
    way: Way,
    by_hand: bool,  # noqa: FBT001 - a row of a table
    around: str,
) -> None:
    """Retries of the SDK, explicit attempts, recording by hand and the switch: every HTTP request is one attempt."""
    with serve(BUSY, BUSY, HELLO) as server, ExitStack() as stack:
        attempt = None
        if around != "nothing":
            session = stack.enter_context(clew.session(agent_id="app", dir=tmp_path))
            if around not in {"session", "nothing"}:
                turn = stack.enter_context(session.turn(user_input="hëllo"))
                if around.startswith("attempt"):
                    attempt = turn.attempt(provider=way.provider, model="m-1").start()
                if around == "attempt":
                    assert attempt is not None
                    stack.enter_context(attempt)
        way.ask(server, by_hand=by_hand)
        if attempt is not None:
            attempt.respond(usage=COUNTS)
            attempt.end()
        requests = len(server.requests)
    switched.remove()
    tree = only_tree(tmp_path)
    (turn_,) = tree.turns
    assert requests == 3
    assert tree.steps == ()
    assert [one.status for one in turn_.attempts] == ["failed", "failed", "ok"]
    assert turn_.attempts[0].slugs == ("llm.rate_limited",)
    assert turn_.action is not None
    assert turn_.action.content is not None
    assert turn_.action.content.value == "hëllo"
    assert turn_.ended_at is not None
    assert (tree.status, clew.count_retries(tree), tree.totals.usage) == ("ok", 2, COUNTS)
    assert clew.check(tree) == []


def test_switching_on_twice_records_once_and_switching_off_ends_it(tmp_path: Path, switched: Instrumentation) -> None:
    """Every module of an application may have the line; without it nothing is recorded."""
    with serve(HELLO, HELLO) as server, clew.instrument(agent_id="app", dir=tmp_path) as again:
        assert again is switched
        WAYS[0].ask(server)
        again.remove()
        WAYS[0].ask(server)
    assert len(attempts_in(only_tree(tmp_path))) == 1


def test_a_client_made_of_another_is_recorded_once(tmp_path: Path, switched: Instrumentation) -> None:
    """`with_options` makes a new client of a recorded one; its own number of retries counts."""
    with serve(BUSY, BUSY, BUSY, HELLO, BUSY, HELLO) as server:
        with anthropic.Anthropic(base_url=server.base_url, api_key=KEY, max_retries=0) as one:
            one.with_options(max_retries=3).messages.create(
                model="m-1", max_tokens=9, messages=[{"role": "user", "content": "one"}]
            )
        with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as two:
            two.with_options(max_retries=3).chat.completions.create(
                model="m-1", messages=[{"role": "user", "content": "two"}]
            )
    switched.remove()
    assert [len(turn.attempts) for turn in only_tree(tmp_path).turns] == [4, 2]


def test_only_what_is_named_is_recorded(tmp_path: Path) -> None:
    """An application may record one SDK and leave the other alone; an unknown name is told with the known ones."""
    with serve(HELLO, HELLO) as server, clew.instrument("openai", dir=tmp_path):
        WAYS[0].ask(server)
        WAYS[-1].ask(server)
    assert [attempt.provider for attempt in attempts_in(only_tree(tmp_path))] == ["openai"]
    with pytest.raises(ClewError):
        clew.instrument("antropic")


_PROGRAM = """
import json, sys
import clew
clew.instrument()
before = {"anthropic", "openai", "mcp"} & set(sys.modules)
import tests.instrument.sdks as sdks
from tests.instrument.provider import BUSY, HELLO, serve
with serve(BUSY, HELLO, HELLO) as server:
    sdks.WAYS[0].ask(server)
    sdks.WAYS[4].ask(server)
print(json.dumps(sorted(before)))
if "fail" in sys.argv:
    raise LookupError("no such order")
"""


def _run(folder: Path, *arguments: str, program: str = _PROGRAM, log: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | {"CLEW_DIR": str(folder), "CLEW_LOG": log},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_line_before_the_sdks_are_imported_records_a_program(tmp_path: Path) -> None:
    """The line imports no SDK by itself; the session is opened at the first call and ended with the program."""
    told = _run(tmp_path)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == []
    tree = only_tree(tmp_path)
    assert (tree.status, [len(turn.attempts) for turn in tree.turns]) == ("ok", [2, 1])


def test_a_program_that_dies_of_an_exception_leaves_a_failed_session(tmp_path: Path) -> None:
    """The automatic session ends with what ended the program, which dies as it would have died without it."""
    told = _run(tmp_path, "fail")
    assert told.returncode == 1
    assert "LookupError" in told.stderr
    tree = only_tree(tmp_path)
    assert tree.fin is not None
    assert (tree.status, clew.find_log(tree, "session.error") is not None) == ("failed", True)


_WITHOUT = """
import sys
for name in ("anthropic", "openai", "mcp"):
    sys.modules[name] = None
import clew
clew.instrument()
clew.instrument("mcp")
"""
_NEWER = """
import sys, types
newer = types.ModuleType("anthropic")
sys.modules["anthropic"] = newer
import clew
clew.configure(sinks=["console"])
clew.instrument("anthropic")
clew.instrument("anthropic")
"""


def test_an_sdk_that_is_missing_breaks_nothing(tmp_path: Path) -> None:
    """Without the SDKs the line does nothing, and says nothing: nobody can call what is not there."""
    told = _run(tmp_path, program=_WITHOUT)
    assert (told.returncode, told.stdout) == (0, "")


def test_an_sdk_that_cannot_be_recorded_is_said_once(tmp_path: Path) -> None:
    """A release of an SDK that has another shape costs one warning with a slug, and the program nothing."""
    told = _run(tmp_path, program=_NEWER)
    assert told.returncode == 0, told.stderr
    assert told.stderr.count("instrument.unavailable") == 1


_TOO_LATE = """
import sys
import anthropic
import clew
from tests.instrument.provider import HELLO, REQUEST, serve
with serve(HELLO, HELLO) as server:
    client = anthropic.Anthropic(base_url=server.base_url, api_key="k")
    clew.instrument()
    if "again" in sys.argv:
        client = client.with_options(max_retries=1)
    client.messages.create(**REQUEST)
"""
_NEVER = """
import clew
clew.instrument()
"""


def test_a_program_whose_calls_are_not_seen_says_so_at_its_end(tmp_path: Path) -> None:
    """A client made before the line is not recorded, in silence otherwise; what was seen or has no SDK says nothing."""
    log = tmp_path / "log.jsonl"
    for sink in ("console", f"jsonl:{log}"):
        told = _run(tmp_path, program=_TOO_LATE, log=sink)
        assert told.returncode == 0, told.stderr
        assert (told.stderr + (log.read_text("utf-8") if log.exists() else "")).count("instrument.no_calls") == 1
    for told in (
        _run(tmp_path, "again", program=_TOO_LATE, log="console"),
        _run(tmp_path, program=_NEVER, log="console"),
        _run(tmp_path, log="console"),
    ):
        assert told.returncode == 0, told.stderr
        assert "instrument.no_calls" not in told.stderr
    assert len(list(clew.sessions(dir=tmp_path))) == 2
