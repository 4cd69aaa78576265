"""Trace files: flat event documents -> sessions.

Their times are local and naive, their tool events have no ids and pair by name and command, first in, first out. Older
writers logged one request and one response per user message although several calls were made, cut tool results at 1,000
characters, and summed only the last call of each message: nothing here is derived from their sums. A tool may be called
by the user, outside any request; that is a step. A file without an end is a session without one.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clew.importers.foreign import Foreign
from clew.importers.stage import Span, Stage
from clew.importers.stamp import clock_digits, iso_milliseconds
from clew.importers.trace_ends import acts_of_fin, acts_of_init, title_of_trace, warnings_of
from clew.importers.trace_event import is_cut, pair, rest, usage_of
from clew.importers.trace_file import TraceFile, read_trace_file
from clew.importers.transcript import Record, object_or_empty, text_or
from clew.model.act import ABSENT
from clew.model.event import (
    AttemptEnd,
    AttemptResponse,
    AttemptStart,
    AttemptVerdict,
    ToolEnd,
    ToolStart,
)
from clew.model.session_id import derived_session_id

NAME = "trace"
TITLE = "session traces (session_<id>.json)"

_FIRST, _LAST = -1, 1 << 60
_HEAD = re.compile(rb'\A\s*\{(?=.*?"session_id"\s*:)(?=.*?"start_time"\s*:)', re.DOTALL)
_TOOL_EVENTS = frozenset({"tool_call", "tool_result"})


def detect(path: Path, head: bytes) -> bool:
    """Whether a file is a trace, by its content."""
    return not path.is_dir() and _HEAD.match(head) is not None and b'"opTree"' not in head


def read(path: Path) -> Iterator[Foreign]:
    """The session of a trace file. Raises ``ForeignFormat``."""
    yield _Trace(read_trace_file(path)).session()


class _Trace:
    """One trace being told."""

    def __init__(self, file: TraceFile) -> None:
        self._file = file
        self._stage = Stage()
        self._attempt: tuple[int, Span] | None = None
        """The attempt without an answer."""
        self._last: int | None = None
        """The attempt that token counts belong to."""
        self._first_call_at: float | None = None
        """When the first tool was called after the open attempt began."""
        self._open: dict[object, deque[tuple[int, Span]]] = {}
        """Tool calls without a result, by call id or by name and command."""
        self._cut_results = 0
        self._errors: dict[int, tuple[Span, str]] = {}
        """What the last attempt of each turn failed with, for turns without an answer."""

    def session(self) -> Foreign:
        """The whole trace, told."""
        script, file = self._stage.script, self._file
        for act in acts_of_init(file, NAME):
            script.add(_FIRST, act)
        last = self._tell(file.started_at)
        for message, details in warnings_of(file, self._cut_results):
            script.log(_LAST, last, "import.warning", "WRN", message, details)
        self._stage.close()
        for act in acts_of_fin(file):
            script.add(_LAST, act)
        digits = clock_digits(file.head.get("start_time")) or 0.0
        return Foreign(
            session_id=derived_session_id(digits, f"{NAME}:{file.key}"),
            format=NAME,
            foreign_id=file.key,
            title=title_of_trace(file),
            acts=script,
        )

    # -- events ---------------------------------------------------------------

    def _tell(self, at: float) -> float:
        """Take every event; the time of the last."""
        tellers = {
            "user_input": self._user_input,
            "llm_request": self._request,
            "llm_response": self._response,
            "token_usage": self._usage,
            "tool_call": self._call,
            "tool_result": self._result,
            "error": self._error,
        }
        for place, event in enumerate(self._file.events):
            if not isinstance(event, dict):
                self._stage.script.entry(place, at, "no event", event)
                continue
            at = iso_milliseconds(event.get("timestamp"), naive_is_local=True) or at
            kind = event.get("event_type")
            tellers.get(kind if isinstance(kind, str) else "", self._entry)(Record(place, event, at))
        for turn, error in self._errors.values():
            turn.status, turn.error = "failed", error
        return at

    def _entry(self, record: Record) -> None:
        self._stage.script.entry(record.place, record.at, str(record.data.get("event_type")), record.data)

    def _user_input(self, record: Record) -> None:
        self._attempt = self._last = None
        self._stage.prompt(record, "message", None, record.data.get("content"), rest(record, "content"))
        self._stage.ready = None

    def _request(self, record: Record) -> None:
        if self._attempt is not None and self._first_call_at is not None:
            n, turn = self._attempt
            turn.answered = True
            self._stage.script.add(record.place, AttemptEnd(at=self._first_call_at, n=n), -1)
        self._begin(record, {key: record.data[key] for key in ("messages_count", "tools") if key in record.data})

    def _begin(self, record: Record, request: object) -> tuple[int, Span]:
        turn, place, rank, at = self._stage.asking(record)
        n = self._stage.script.number()
        attributes = {"reconstructed": True, **(rest(record, "messages_count", "tools") if request else {})}
        model = text_or(self._file.head.get("model"), "") or None
        start = AttemptStart(
            at=at,
            n=n,
            of=turn.n,
            number=turn.attempt(n, at),
            model=model,
            request=request or ABSENT,
            attributes=attributes,
        )
        self._stage.script.add(place, start, rank)
        self._attempt, self._last, self._first_call_at = (n, turn), n, None
        return n, turn

    def _response(self, record: Record) -> None:
        n, turn = self._attempt or self._begin(record, None)
        end = AttemptEnd(at=record.at, n=n, response=record.data.get("content"), attributes=rest(record, "content"))
        self._answered(record, turn, end)

    def _usage(self, record: Record) -> None:
        usage = usage_of(object_or_empty(record.data.get("last_request")))
        self._entry(record)
        if self._attempt is not None:
            n, turn = self._attempt
            self._answered(record, turn, AttemptEnd(at=record.at, n=n, usage=usage))
        elif self._last is not None:
            self._stage.script.add(record.place, AttemptResponse(at=record.at, n=self._last, usage=usage))
            self._last = None

    def _answered(self, record: Record, turn: Span, end: AttemptEnd[object]) -> None:
        self._stage.script.add(record.place, end)
        turn.answered = True
        turn.touch(record.place, record.at)
        self._errors.pop(turn.n, None)
        self._attempt = None

    def _call(self, record: Record) -> None:
        span = self._caller(record)
        self._first_call_at = self._first_call_at or record.at
        n = self._stage.script.number()
        name, command = (
            text_or(record.data.get("tool_name"), "unknown"),
            text_or(record.data.get("command"), "") or None,
        )
        start = ToolStart(
            at=record.at,
            n=n,
            of=span.n,
            name=name,
            call_id=text_or(record.data.get("call_id"), "") or None,
            command=command,
            request=record.data.get("parameters"),
            attributes=rest(record, "tool_name", "command", "parameters", "call_id"),
        )
        self._stage.script.add(record.place, start)
        span.call(n, record.at)
        span.touch(record.place, record.at)
        self._open.setdefault(pair(record), deque()).append((n, span))

    def _caller(self, record: Record) -> Span:
        """The turn that called a tool, or a step if the user did."""
        turn = self._stage.turn
        if turn is not None and (self._attempt is not None or (turn.answered and self._goes_on(record.place))):
            return turn
        return self._stage.step(record, "command", text_or(record.data.get("tool_name"), "unknown"))

    def _goes_on(self, place: int) -> bool:
        """Whether the model is asked again after the tools that are being called."""
        kinds = (object_or_empty(event).get("event_type") for event in self._file.events[place:])
        return next((kind for kind in kinds if kind not in _TOOL_EVENTS), None) == "llm_request"

    def _result(self, record: Record) -> None:
        waiting = self._open.get(pair(record))
        if not waiting:
            self._entry(record)
            return
        n, span = waiting.popleft()
        failed = record.data.get("success") is False
        end = ToolEnd(
            at=record.at,
            n=n,
            status="failed" if failed else "ok",
            slugs=["tool.failed"] if failed else [],
            error=text_or(record.data.get("error"), "The tool failed.") if failed else None,
            response=record.data.get("result"),
            attributes=self._about(record),
        )
        self._stage.script.add(record.place, end)
        span.unanswered_calls -= 1
        span.touch(record.place, record.at)

    def _about(self, record: Record) -> dict[str, Any]:
        known = ("tool_name", "command", "result", "success", "error", "call_id")
        cut = is_cut(record.data.get("result"), record.data.get("result_length"))
        self._cut_results += cut
        return {**rest(record, *known), **({"truncated": True} if cut else {})}

    def _error(self, record: Record) -> None:
        message = text_or(record.data.get("message"), text_or(record.data.get("error_type"), "error"))
        of = self._stage.turn.n if self._stage.turn is not None else 0
        n = None
        if self._attempt is not None:
            n, turn = self._attempt
            self._stage.script.add(record.place, AttemptEnd(at=record.at, n=n, status="failed", error=message))
            self._stage.script.add(record.place, AttemptVerdict(at=record.at, n=n, slugs=["llm.failed"]))
            turn.touch(record.place, record.at)
            self._errors[turn.n] = (turn, message)
            self._attempt = self._last = None
        self._stage.script.log(record.place, record.at, "import.error", "ERR", message, record.data, of, request=n)
