"""One HTTP attempt on its way into the record.

An exchange is told what passes by (the answer's head, its bytes, how it ended) and tells the recorder. It is the border
towards the host application: whatever goes wrong on this side stays on this side, so every entry is ``quietly``.
"""

from __future__ import annotations

import contextlib
import functools
import json
import time
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from clew.instrument.dialect import END
from clew.instrument.event_stream import MEDIA_TYPE, AmazonDecoder
from clew.instrument.sse import EventDecoder
from clew.instrument.stream import Unpacker
from clew.record.exchange_failure import classify, error_message, error_type
from clew.record.replayed import HURRIED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clew.instrument.dialect import Dialect
    from clew.instrument.place import Place
    from clew.instrument.spoken import Ask
    from clew.model.session import NodeStatus
    from clew.record.attempt import AttemptRecorder

_P = ParamSpec("_P")
_Self = TypeVar("_Self")
LAST = "[DONE]"
"""How OpenAI and those who speak like it end a stream; no JSON."""
ADVICE = ("retry-after", "retry-after-ms", "x-should-retry")
"""The headers by which a server says whether and when to try again; a replay says the same."""
_FIRST_ERROR = 300
"""From this HTTP status on there is no answer; the SDK has followed the redirects it follows."""


def quietly(method: Callable[Concatenate[_Self, _P], None]) -> Callable[Concatenate[_Self, _P], None]:
    """Make a method whose failure costs the record something and the host nothing."""

    @functools.wraps(method)
    def quiet(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        with contextlib.suppress(Exception):
            method(self, *args, **kwargs)

    return quiet


class Exchange:
    """One HTTP attempt that is being recorded; hears the body as a :class:`~clew.instrument.stream.Listener`."""

    wants_rest: bool
    """Whether a body that the host closes unread should be read first: an error's body says what went wrong."""
    ended_at: float | None
    """When it was over, by the monotonic clock in seconds; ``None`` while it lasts."""

    def __init__(self, attempt: AttemptRecorder, place: Place, dialect: Dialect) -> None:
        self.attempt = attempt
        self.wants_rest = False
        self.ended_at = None
        self._place = place
        self._status: int | None = None
        self._unpacker = Unpacker({})
        self._events: EventDecoder | AmazonDecoder | None = None
        self._dialect = dialect
        self._assembly = dialect.assembly()
        self._body = bytearray()
        self._asks: list[Ask] = []
        self._answer_id: str | None = None
        self._advice: dict[str, str] = {}

    @quietly
    def answered(self, status: int, headers: Mapping[str, str], *, packed: bool) -> None:
        """The head of the answer is there; ``packed`` says whether the body will come as the network carries it."""
        self._status = status
        self._advice = {name: headers[name] for name in ADVICE if name in headers}
        if HURRIED in headers:
            self._advice = {name: value for name, value in json.loads(headers[HURRIED]).items() if name in ADVICE}
        self._unpacker = Unpacker(headers if packed else {})
        self.wants_rest = status >= _FIRST_ERROR
        if not self.wants_rest:
            self._events = _decoder_for(headers.get("content-type", ""))

    @quietly
    def heard(self, data: bytes) -> None:
        """Bytes of the body arrived."""
        self._take(self._unpacker.feed(data))

    @quietly
    def over(self) -> None:
        """The body was read to its end."""
        self._assembly.add(END)
        self._end(None)

    @quietly
    def broke(self, error: BaseException) -> None:
        """There was no answer, or reading it failed."""
        self._end(error)

    @quietly
    def closed(self) -> None:
        """The body was closed; if nobody had read it to its end, the host did not want the rest."""
        self._end(None, status="cancelled")

    @quietly
    def replaced(self, value: object) -> None:
        """There is no HTTP answer: another middleware, a cache for instance, put a value of its own in its place."""
        self._status = 200
        self._body += json.dumps(value.to_dict() if hasattr(value, "to_dict") else str(value)).encode()
        self._end(None)

    def _take(self, data: bytes) -> None:
        if self._events is None:
            self._body += data
            return
        for event in self._events.feed(data):
            self._hear(event.data)

    @quietly
    def _hear(self, data: str) -> None:
        """Take one event of a stream; one that makes no sense costs only itself."""
        piece = self._assembly.add(END if data == LAST else json.loads(data))
        if piece.text or piece.reasoning:
            self.attempt.chunk(text=piece.text, reasoning=piece.reasoning)

    def _end(self, error: BaseException | None, *, status: NodeStatus | None = None) -> None:
        if self.ended_at is not None:
            return
        self.ended_at = time.monotonic()
        slug = None
        try:
            self._take_held()
            slug = self._settle(error, status)
        finally:
            answered = self._status is not None and self._status < _FIRST_ERROR
            self._place.leave(self.attempt, slug=slug, answered=answered, asks=self._asks, answer_id=self._answer_id)

    @quietly
    def _take_held(self) -> None:
        self._take(self._unpacker.finish())

    def _settle(self, error: BaseException | None, status: NodeStatus | None) -> str | None:
        """Say how it went, and return the slug if it went wrong."""
        if self._status is None:
            return self._fail(error or "there was no answer", error=error)
        if self._status >= _FIRST_ERROR:
            return self._refused(self._status)
        if self._events is not None:
            return self._streamed(error, status)
        return self._received(error, status)

    def _refused(self, http_status: int) -> str:
        body = _json_or_text(bytes(self._body))
        failure = classify(http_status=http_status, body=body)
        words = error_message(http_status, body)
        self.attempt.fail(
            words,
            slug=failure.slug,
            status=failure.status,
            http_status=http_status,
            response=body,
            attributes={"headers": self._advice} if self._advice else None,
        )
        return failure.slug

    def _received(self, error: BaseException | None, status: NodeStatus | None) -> str | None:
        """An answer in one piece."""
        body = _json_or_text(bytes(self._body))
        broken = error is not None or status is not None
        self._respond(body, partial=broken)
        if broken:
            return self._fail(error or "the answer was not read to its end", error=error, status=status)
        return self._accept(body)

    def _streamed(self, error: BaseException | None, status: NodeStatus | None) -> str | None:
        """An answer in events."""
        message, refusal = self._assembly.whole(), self._assembly.error
        self._respond(message, partial=not self._assembly.complete)
        if refusal is not None and error_type(refusal) is not None:
            return self._fail(error_message(None, refusal), body=refusal, noted={"stream_error": refusal})
        if self._assembly.complete:
            return self._accept(message)
        return self._fail(error or "the stream ended before the message did", error=error, status=status)

    def _accept(self, message: object) -> str | None:
        """Take a whole answer for one, unless it says itself that there is none."""
        refusal = self._dialect.refused(message)
        if refusal is None:
            self._asks = self._dialect.asks(message)
            return None
        return self._fail(error_message(None, refusal), body=refusal, whole=True)

    def _respond(self, message: object, *, partial: bool) -> None:
        if message is None:
            return
        fields: dict[str, Any] = message if isinstance(message, dict) else {}
        self.attempt.respond(
            message,
            usage=self._dialect.usage(message),
            stop_reason=self._dialect.stop_reason(message),
            model=_string(fields.get("model")),
            partial=partial,
            http_status=self._status,
        )
        self._answer_id = _string(fields.get("id"))

    def _fail(
        self,
        words: BaseException | str,
        *,
        body: object = None,
        noted: dict[str, object] | None = None,
        whole: bool = False,
        error: BaseException | None = None,
        status: NodeStatus | None = None,
    ) -> str:
        streaming = self._status is not None and not whole
        failure = classify(body=body, error=error, status=status, streaming=streaming)
        self.attempt.fail(
            words,
            slug=failure.slug,
            status=status or failure.status,
            http_status=self._status,
            attributes=noted,
        )
        return failure.slug


def _decoder_for(content_type: str) -> EventDecoder | AmazonDecoder | None:
    """What takes a stream apart; ``None`` for an answer in one piece."""
    if content_type.startswith("text/event-stream"):
        return EventDecoder()
    return AmazonDecoder() if content_type.startswith(MEDIA_TYPE) else None


def _json_or_text(data: bytes) -> object:
    """The body as the JSON it is, else as text; ``None`` if there is none."""
    if not data:
        return None
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
