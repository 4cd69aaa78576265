"""Exchanges: the model calls of a transcript as attempts.

When a request was sent is not recorded; it is taken to be the moment its input was complete, or, after a failure, when
the announced wait was over. A failure that the client reports in the model's name is the last attempt of its turn: the
announced waits show that it was made. Its status stands only in the text, and stays there.
"""

from __future__ import annotations

from clew.importers.answer import Answer, message_id
from clew.importers.dialogue import Dialogue
from clew.importers.failure import sentence_of, slug_of, status_in, status_of, wait_of, without_organization
from clew.importers.stage import Span, Stage
from clew.importers.transcript import Record, object_or_empty
from clew.model.act import Act
from clew.model.event import AttemptEnd, AttemptStart, AttemptVerdict

PROVIDER = "anthropic"


class Exchanges:
    """The attempts of one thread."""

    def __init__(self, stage: Stage, dialogue: Dialogue, answers: dict[str, Answer]) -> None:
        """``dialogue`` tells what each request held."""
        self._stage = stage
        self._dialogue = dialogue
        self._answers = answers
        self._open: dict[str, tuple[int, Span]] = {}
        """Number and turn of the attempt of each message."""

    def answered(self, record: Record) -> Span:
        """Take a line of an answer; the turn it belongs to."""
        answer = self._answers[message_id(record)]
        if record is answer.records[0]:
            turn, n = self._begin(record, answer.model)
            turn.answered = True
            self._open[answer.message_id] = (n, turn)
        n, turn = self._open[answer.message_id]
        if record is answer.records[-1]:
            self._stage.script.add(record.place, _end_of(answer, n, record.at))
            turn.touch(record.place, record.at)
        return turn

    def failed(self, record: Record) -> None:
        """Take an ``api_error`` record: an attempt that failed, and the wait after it."""
        error = object_or_empty(record.data.get("error"))
        status, wait = status_of(error), wait_of(record.data)
        turn, n = self._begin(record, None)
        end = AttemptEnd(
            at=record.at,
            n=n,
            status="failed",
            error=sentence_of(error),
            http_status=status,
            attributes={"record": without_organization(record.data)},
        )
        self._stage.script.add(record.place, end)
        self._stage.script.add(
            record.place, AttemptVerdict(at=record.at, n=n, slugs=[slug_of(status)], backoff_ms=wait)
        )
        turn.touch(record.place, record.at)
        self._stage.ready = (record.place, record.at + (wait or 0.0))

    def gave_up(self, record: Record) -> None:
        """Take the client's own error message: the last attempt of a turn failed, and so did the turn."""
        text = record.text or "The call failed."
        turn, n = self._begin(record, None)
        script = self._stage.script
        script.add(record.place, AttemptEnd(at=record.at, n=n, status="failed", error=text))
        script.add(record.place, AttemptVerdict(at=record.at, n=n, slugs=[slug_of(status_in(text))]))
        script.log(record.place, record.at, "import.error", "ERR", text, record.data, turn.n, request=n)
        turn.status, turn.error = "failed", text
        turn.touch(record.place, record.at)

    def _begin(self, record: Record, model: str | None) -> tuple[Span, int]:
        turn, place, rank, at = self._stage.asking(record)
        n = self._stage.script.number()
        number = turn.attempt(n, at)
        of = turn.n

        def start() -> Act:
            messages, missing = self._dialogue.before(record)
            attributes = {"reconstructed": True, **({"missing": missing} if missing else {})}
            request = {"messages": messages}
            return AttemptStart(
                at=at, n=n, of=of, number=number, provider=PROVIDER, model=model, request=request, attributes=attributes
            )

        self._stage.script.add(place, start, rank)
        return turn, n


def _end_of(answer: Answer, n: int, at: float) -> AttemptEnd[object]:
    attributes: dict[str, object] = {
        "message_id": answer.message_id,
        "request_ids": list(
            dict.fromkeys(
                record.data["requestId"] for record in answer.records if isinstance(record.data.get("requestId"), str)
            )
        ),
        "uuids": [record.uuid for record in answer.records],
    }
    if answer.is_implausible:
        attributes["implausible_usage"] = True
    return AttemptEnd(
        at=at,
        n=n,
        response=answer.payload,
        usage=answer.usage,
        stop_reason=answer.stop_reason,
        model=answer.model,
        attributes=attributes,
    )
