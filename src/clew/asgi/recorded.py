"""The middleware: plain ASGI, for any framework and any server.

A request becomes a turn of the session that it is bound to, with the user's action; the session and the turn are in
force while the application works, so that what it does lands on them by itself. The outcome is the status it answered
with. The application's failure is recorded with all there is to know, and told with nothing but a sentence and an
incident id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.asgi.binding import Binding, bind_by_headers
from clew.asgi.reply import SERVER_ERROR, Reply
from clew.record.api import session
from clew.record.failure import holder_slug
from clew.record.public import public_error
from clew.record.trouble import report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from pathlib import Path

    from clew.asgi.reply import Send
    from clew.record.turn import TurnRecorder

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class FailedAnswer(Exception):
    """The application answered that it failed, without an exception."""


class Recorded:
    """An ASGI application whose requests are recorded."""

    def __init__(
        self,
        app: Application,
        *,
        agent_id: str | None = None,
        bind: Callable[[Scope], Binding | None] | None = None,
        dir: Path | str | None = None,
        tell_session: bool = True,
    ) -> None:
        """``bind`` says what a request is part of, or ``None`` for one that is not to be recorded.

        By default :func:`~clew.asgi.binding.bind_by_headers` does. ``tell_session`` gives the client the session's id
        in the header ``x-session-id``.
        """
        self._app = app
        self._bind = bind or bind_by_headers(agent_id)
        self._agent_id = agent_id
        self._dir = dir
        self._tell_session = tell_session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, recorded."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        binding = self._binding(scope)
        if binding is None:
            await self._serve(Reply(send, None), scope, receive, None)
            return
        record = session(binding.agent_id or self._agent_id, session_id=binding.session_id, dir=self._dir)
        reply = Reply(send, record.session_id if self._tell_session else None)
        with record:
            problem = await self._turn(record.turn(action=binding.action), reply, scope, receive)
            if problem is not None:
                record.fail(problem)

    def _binding(self, scope: Scope) -> Binding | None:
        try:
            return self._bind(scope)
        except Exception as problem:  # noqa: BLE001 - the application serves, bound or not
            report(problem)
            return Binding()

    async def _turn(self, turn: TurnRecorder, reply: Reply, scope: Scope, receive: Receive) -> Exception | None:
        """Serve a request as a turn; what it failed of."""
        with turn:
            problem = await self._serve(reply, scope, receive, turn)
            turn.outcome(f"answered {reply.status}" if reply.status is not None else "ended")
            if problem is not None:
                turn.fail(problem)
            return problem

    async def _serve(self, reply: Reply, scope: Scope, receive: Receive, turn: TurnRecorder | None) -> Exception | None:
        """Have the application answer, and answer for it if it fails; what it failed of."""
        problem: Exception | None = None
        try:
            await self._app(scope, receive, reply.send)
        except Exception as raised:  # noqa: BLE001 - the client is told nothing of it, the record all
            problem = raised
        if problem is None and reply.withheld:
            problem = FailedAnswer(f"the application answered {reply.status}")
        if problem is None and not reply.started and not reply.done and scope["type"] == "http":
            problem = FailedAnswer("the application did not answer")
        if problem is None:
            return None
        if turn is not None:
            turn.session.failed(turn, problem, holder_slug(problem, "turn"))
        await reply.tell(public_error(problem), scope["type"])
        if reply.status is None:
            reply.status = SERVER_ERROR
        return problem
