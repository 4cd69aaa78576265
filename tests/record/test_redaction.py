"""What an application records holds no secret: in no file, for no subscriber, however it comes in."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import clew
from clew.store.folder import Folder
from tests.wire.canaries import CANARIES, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clew.model.act import Act
    from clew.record.session import SessionRecorder


def spilled(folder: Path) -> list[str]:
    """The secrets that stand in any file below a folder."""
    data = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return [canary.secret for canary in CANARIES if any(piece.encode() in data for piece in pieces(canary.secret))]


@pytest.fixture
def _own_rules() -> Iterator[None]:
    """Put the rules of the process back afterwards."""
    yield
    clew.configure(redact=[])


def fail_everywhere(session: SessionRecorder, text: str, size: int) -> None:
    """Call everything there is to call with a text, and fail with it."""
    with session:
        session.config(providers=[{"base_url": text}], tools=[{"description": text}], prompts={"x": text})
        session.set(latest_status=text)
        with session.step("command", text, action=clew.Action("command", text, text)) as step:
            step.fail(text)
        with session.turn(user_input=text, attributes={text: text}) as turn:
            with turn.attempt(provider=text, model=text, request={"messages": [{"content": text}]}) as attempt:
                attempt.chunk(text, text)
                attempt.respond({"content": [{"text": text}]}, text=text, reasoning=text, stop_reason=text, model=text)
                attempt.reject("llm.refused", text, why=text)
            with turn.attempt(request=[text]) as attempt:
                attempt.fail(ConnectionError(text), response=text.encode())
            with turn.tool(text, json.dumps({"q": text}), command=text, call_id=text) as tool:
                tool.respond({"big": [text, "y" * size]}, accounting={"note": text})
            with turn.tool("search", {"argv": ["curl", "-H", text]}) as tool, tool.child(agent_id=text) as child:
                child.turn(user_input=text).end()
            turn.outcome(text)
        clew.log("app.warning", text, environ={"KEY": text})
        session.final_report({"content": text})
        raise RuntimeError(text)


def test_no_path_of_the_recorder_writes_a_secret(tmp_path: Path) -> None:
    """Sixty secrets through every call there is, on every kind of node: 0 in any file, and every line says so."""
    seen: list[Act] = []
    for place, canary in enumerate(CANARIES):
        text = f"here: {canary.text}"
        session = clew.session(
            agent_id=text, title=text, model=text, system_prompt=text, tags=[text], attributes={"a": text}, dir=tmp_path
        )
        session.subscribe(seen.append)
        with pytest.raises(RuntimeError):
            fail_everywhere(session, text, 10 if place % 8 else 1_100_000)  # the larger goes into a blob
    assert spilled(tmp_path) == []
    told = "".join(json.dumps([getattr(act, name) for name in act.__struct_fields__], default=_told) for act in seen)
    assert not [canary for canary in CANARIES if any(piece in told for piece in pieces(canary.secret))]
    print(f"{len(CANARIES)} secrets, {len(seen)} acts, {len(Folder(tmp_path).ids())} sessions: 0 leaked")


def _told(value: object) -> object:
    return getattr(value, "value", None) or repr(value)


def test_a_secret_split_over_a_stream_at_any_offset_is_not_written(tmp_path: Path) -> None:
    """Two pieces, journalled apart, cut at every offset of every secret: 0 in any file."""
    cuts = 0
    for canary in CANARIES:
        text = f"It is {canary.text} and more."
        with clew.session(dir=tmp_path, trace=False, sync="never") as session, session.turn() as turn:
            for cut in range(1, len(text)):
                with turn.attempt() as attempt:
                    attempt.chunk(text[:cut])
                    attempt.flush()
                    attempt.chunk(text[cut:])
                cuts += 1
    print(f"{len(CANARIES)} secrets, {cuts} cuts")
    assert spilled(tmp_path) == []


def test_a_stream_is_whole_in_the_end(tmp_path: Path) -> None:
    """What was held back comes with the next piece or the end; nothing else of the text is missing."""
    text = "The prefix sk- begins a key, see https:// and x- and -----BEGIN something"
    with clew.session(dir=tmp_path) as session, session.turn() as turn, turn.attempt() as attempt:
        for character in text:
            attempt.chunk(character)
            attempt.flush()
    response = clew.load(session.path).turns[0].attempts[0].response
    assert response is not None
    assert response.text == text


def test_the_tree_says_that_something_was_redacted(tmp_path: Path) -> None:
    """A note of the session names rule, place and record; a session without secrets has none."""
    with clew.session(dir=tmp_path) as session, session.turn(user_input=f"my key: {CANARIES[0].text}"):
        pass
    tree = clew.load(session.path)
    assert [note.kind for note in tree.notes] == ["redacted"]
    assert tree.notes[0].message.endswith("was written without: anthropic-key at /content")
    action = tree.turns[0].action
    assert action is not None
    assert action.content is not None
    assert action.content.value == "my key: [redacted anthropic-key]"
    with clew.session(dir=tmp_path) as session, session.turn(user_input="hello"):
        pass
    assert clew.load(session.path).notes == ()


@pytest.mark.usefixtures("_own_rules")
def test_an_applications_rules_hold_from_then_on(tmp_path: Path) -> None:
    """`clew.configure(redact=…)` adds rules; a broken one is refused and changes nothing."""
    clew.configure(redact=[clew.Rule("card", r"\d{4} \d{4} \d{4} \d{4}", literal="42")])
    with pytest.raises(ValueError, match="broken"):
        clew.configure(redact=[clew.Rule("broken", "[")])
    with (
        clew.session(dir=tmp_path) as session,
        session.turn(user_input="4242 4242 4242 4242, please") as turn,
        turn.attempt() as attempt,
    ):
        attempt.chunk("Paid with 4242 42")
        attempt.flush()
        attempt.chunk("42 4242 4242. Thank you.")
    data = session.path.read_bytes()
    assert b"[redacted card], please" in data
    assert b"4242" not in data


def test_a_secret_that_kills_the_process_is_not_on_disk(tmp_path: Path) -> None:
    """Killed while half a secret waits: the half is lost, and everything before it is there."""
    program = (
        "import clew, os, sys\n"
        "turn = clew.session(dir=sys.argv[1]).turn(user_input='x').start()\n"
        "attempt = turn.attempt().start()\n"
        "attempt.chunk('Your key: ' + sys.argv[2]); attempt.flush(); os.kill(os.getpid(), 9)\n"
    )
    secret = CANARIES[0].secret[:20]
    subprocess.run([sys.executable, "-c", program, tmp_path, secret], check=False)
    folder = Folder(tmp_path)
    response = folder.load(folder.ids()[0]).turns[0].attempts[0].response
    assert response is not None
    assert response.text == "Your key: "
    assert secret.encode() not in folder.segments(folder.ids()[0])[0].read_bytes()
