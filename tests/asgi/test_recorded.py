"""A web application behind the middleware is recorded, and tells nothing of its inside."""

from __future__ import annotations

import asyncio
import json
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.asgi import Binding, Recorded, bind_by_headers
from clew.store.folder import Folder
from tests.wire.canaries import CANARIES, INTERNAL, pieces

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    Application = Callable[[Any, Any, Any], Awaitable[None]]

INSIDE = "; ".join([*INTERNAL, *(canary.text for canary in CANARIES)])


async def answer(send: Any, status: int, body: str) -> None:  # noqa: ANN401 - an ASGI callable
    """Answer in two pieces."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-from", b"app")]})
    await send({"type": "http.response.body", "body": body[:3].encode(), "more_body": True})
    await send({"type": "http.response.body", "body": body[3:].encode()})


def call(app: Any, *, kind: str = "http", headers: dict[str, str] | None = None) -> list[dict[str, Any]]:  # noqa: ANN401 - an ASGI callable
    """What comes back for one request, message by message."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.request" if kind == "http" else "websocket.connect", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": kind, "method": "POST", "path": "/chat", "query_string": b"key=hidden", "headers": pairs}
    asyncio.run(app(scope, receive, send))
    return sent


def body_of(sent: list[dict[str, Any]]) -> bytes:
    """The body of an answer."""
    return b"".join(message.get("body", b"") for message in sent)


async def raises(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Fail in a tool of the agent."""
    turn: Any = clew.current()
    with turn.tool(INTERNAL[22], {"path": INTERNAL[0]}):
        raise RuntimeError(INSIDE)


async def raises_at_once(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Fail before anything is recorded."""
    raise KeyError(INSIDE)


async def shows_its_traceback(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Answer as a framework in its debugging mode does, and raise besides."""
    try:
        json.loads(INSIDE)
    except ValueError:
        await answer(send, 500, f"{traceback.format_exc()} {INSIDE}")
        raise


async def answers_with_its_insides(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Answer 503 with everything it knows."""
    await answer(send, 503, INSIDE)


async def says_nothing(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Forget to answer."""


async def stops_half_way(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
    """Begin to answer, then fail."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"once upon", "more_body": True})
    raise RuntimeError(INSIDE)


FAILURES = [raises, raises_at_once, shows_its_traceback, answers_with_its_insides, says_nothing]


@pytest.mark.parametrize("app", FAILURES)
def test_a_failure_is_told_by_a_sentence_and_an_incident(app: Application, tmp_path: Path) -> None:
    """Status 500 and JSON with a message and an incident: 0 secrets, 0 internal strings; the session knows it all."""
    sent = call(Recorded(app, agent_id="support", dir=tmp_path))
    assert sent[0]["status"] == 500
    told = json.loads(body_of(sent))["error"]
    assert set(told) == {"message", "incident"}
    whole = repr(sent)
    assert not [text for text in INTERNAL if text in whole]
    assert not [canary for canary in CANARIES if any(piece in whole for piece in pieces(canary.secret))]
    folder = Folder(tmp_path)
    tree = folder.load(folder.ids()[0])
    assert tree.status == "failed"
    assert tree.fin is not None
    assert tree.fin.failure is not None
    assert tree.fin.failure.incident == told["incident"]
    data = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [canary for canary in CANARIES if any(piece.encode() in data for piece in pieces(canary.secret))]


def test_what_has_begun_to_leave_is_not_added_to(tmp_path: Path) -> None:
    """An answer that breaks off stays as far as it came; the failure is on record."""
    sent = call(Recorded(stops_half_way, dir=tmp_path))
    assert body_of(sent) == b"once upon"
    folder = Folder(tmp_path)
    assert folder.load(folder.ids()[0]).status == "failed"


def test_a_request_is_a_turn_with_the_users_action_and_its_outcome(tmp_path: Path) -> None:
    """What the application records lands on the turn; its answer passes unchanged, the session's id beside it."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
        turn: Any = clew.current()
        with turn.tool("search", {"q": 1}) as tool:
            tool.respond("found")
        await answer(send, 404, "not found")

    bind = bind_by_headers(agent_header="x-agent", action_header="x-menu")
    sent = call(Recorded(app, bind=bind, dir=tmp_path), headers={"x-agent": "billing", "x-menu": "Reports"})
    assert (sent[0]["status"], body_of(sent)) == (404, b"not found")
    session_id = dict(sent[0]["headers"])[b"x-session-id"].decode()
    tree = Folder(tmp_path).load(session_id)
    action = tree.turns[0].action
    assert action is not None
    assert (tree.agent_id, action.type, action.name, action.outcome) == ("billing", "menu", "Reports", "answered 404")
    assert [tool.name for tool in tree.turns[0].tools] == ["search"]
    assert tree.status == "ok"


def test_a_client_that_names_its_session_continues_it(tmp_path: Path) -> None:
    """Two requests with one session id are two turns of one session; what is no id begins a new one."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
        await answer(send, 200, "fine")

    recorded = Recorded(app, agent_id="support", dir=tmp_path)
    session_id = dict(call(recorded)[0]["headers"])[b"x-session-id"].decode()
    call(recorded, headers={"X-Session-Id": session_id})
    call(recorded, headers={"x-session-id": "../../etc/passwd"})
    folder = Folder(tmp_path)
    assert len(folder.ids()) == 2
    tree = folder.load(session_id)
    assert [turn.action.name for turn in tree.turns if turn.action is not None] == ["POST /chat", "POST /chat"]
    assert "hidden" not in repr(tree)


def test_a_function_binds_as_it_likes(tmp_path: Path) -> None:
    """It may leave a request out, which then fails as quietly; one that raises costs the binding, not the answer."""

    def broken(_: Any) -> Binding:  # noqa: ANN401 - an ASGI scope
        raise LookupError

    sent = call(Recorded(raises_at_once, bind=lambda _: None, dir=tmp_path))
    assert set(json.loads(body_of(sent))["error"]) == {"message", "incident"}
    assert not list(tmp_path.iterdir())
    call(Recorded(says_nothing, bind=broken, dir=tmp_path))
    assert len(Folder(tmp_path).ids()) == 1


def test_a_web_socket_that_fails_is_closed_with_the_incident(tmp_path: Path) -> None:
    """Code 1011 and the incident, after whatever was sent before."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 - an ASGI application
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "hello"})
        raise RuntimeError(INSIDE)

    sent = call(Recorded(app, dir=tmp_path), kind="websocket")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[-1]["code"] == 1011
    assert sent[-1]["reason"].startswith("incident ")


def test_other_messages_of_the_server_pass(tmp_path: Path) -> None:
    """The start and the end of the server are none of the recorder's business."""
    passed: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - an ASGI application
        passed.append(scope["type"])

    call(Recorded(app, dir=tmp_path), kind="lifespan")
    assert passed == ["lifespan"]
    assert not list(tmp_path.iterdir())


def test_a_cancelled_request_is_recorded_as_such(tmp_path: Path) -> None:
    """A client that goes away cancels the task: that passes through, and the session says cancelled."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401 - an ASGI application
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        call(Recorded(app, dir=tmp_path))
    folder = Folder(tmp_path)
    assert folder.load(folder.ids()[0]).turns[0].status == "cancelled"
