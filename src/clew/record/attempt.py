"""The handle of a model attempt: one request, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model.event import AttemptChunk, AttemptEnd, AttemptRequest, AttemptResponse, AttemptStart, AttemptVerdict
from clew.record.failure import attempt_outcome, describe
from clew.record.node import NodeRecorder
from clew.record.pulse import pulse
from clew.record.tidy import cost_of, maybe_text, number_of, status_of, text_of, usage_of, whole
from clew.wire.encoder import NULL
from clew.wire.redact import in_force

if TYPE_CHECKING:
    from decimal import Decimal

    from clew.model.session import NodeStatus
    from clew.model.usage import Usage
    from clew.record.turn import HolderRecorder

CHUNK_INTERVAL = 250.0
"""Milliseconds between two acts of one stream, at least."""


class AttemptRecorder(NodeRecorder):
    """The handle of an attempt."""

    kind = "attempt"

    def __init__(
        self, holder: HolderRecorder, provider: str | None, model: str | None, request: object, attributes: object
    ) -> None:
        """``holder`` is the turn or step the attempt is made for."""
        super().__init__(holder.session)
        self.holder = holder
        """The turn or step the attempt is made for."""
        self._provider = maybe_text(provider)
        self._model = maybe_text(model)
        self._request = request
        self._attributes = attributes
        self.responded = False
        """Whether any answer was recorded."""
        self._ended = False
        self.has_request = request is not None
        """Whether it is known what was sent."""
        self._first_token_at: float | None = None
        self._written_at = 0.0
        self._text: list[str] = []
        self._reasoning: list[str] = []

    def send(self, request: object) -> None:
        """What is sent, whole, where that becomes known after the attempt began."""
        self.start()
        self.session.write(AttemptRequest(n=self.ref, request=request))

    def chunk(self, text: str = "", reasoning: str = "") -> None:
        """A piece of a streamed answer. It is journalled at once, or, if another one just was, within 250 ms.

        Where it ends with what may be the beginning of a secret, that much waits for the next piece.
        """
        now = self.session.now()
        if self._first_token_at is None:
            self._first_token_at = now
        with self.session.writing():
            if text:
                self._text.append(text_of(text))
            if reasoning:
                self._reasoning.append(text_of(reasoning))
        if now - self._written_at >= CHUNK_INTERVAL:
            self.flush()
        else:
            pulse.watch(self)

    def respond(
        self,
        response: object = None,
        *,
        usage: Usage | None = None,
        stop_reason: str | None = None,
        text: str | None = None,
        reasoning: str | None = None,
        model: str | None = None,
        cost: Decimal | None = None,
        partial: bool = False,
        http_status: int | None = None,
        attributes: object = None,
    ) -> None:
        """The model's answer, whole.

        ``partial`` says that it broke off; an answer after the first adds to it or replaces it, part by part.
        """
        self.start()
        self.flush(final=True)
        self.responded = True
        answer: dict[str, Any] = {
            "n": self.ref,
            "response": NULL if response is None and usage is None and text is None else response,
            "text": maybe_text(text),
            "reasoning": maybe_text(reasoning),
            "partial": bool(partial),
            "model": maybe_text(model),
            "stop_reason": maybe_text(stop_reason),
            "usage": usage_of(usage),
            "cost": cost_of(cost),
        }
        if self._ended or partial:
            self.session.write(AttemptResponse(**answer))
        else:
            self._ended = True
            self.session.write(
                AttemptEnd(
                    **answer,
                    http_status=whole(http_status),
                    first_token_at=self._first_token_at,
                    attributes=attributes,
                )
            )

    def account(self, usage: Usage | None = None, cost: Decimal | None = None) -> None:
        """What the attempt used, where that becomes known after its answer or without one."""
        self.session.write(AttemptResponse(n=self.ref, usage=usage_of(usage), cost=cost_of(cost)))

    def reject(self, slug: str, message: str | None = None, **details: Any) -> None:  # noqa: ANN401 - any named values
        """Say that an answer did not do, and why; may be said several times."""
        self.log(slug, message or "", None, **details)
        self.session.write(AttemptVerdict(n=self.ref, rejected=True, slugs=[text_of(slug)]))

    def fail(
        self,
        error: object,
        *,
        slug: str | None = None,
        status: NodeStatus | None = None,
        http_status: int | None = None,
        response: object = None,
        usage: Usage | None = None,
        attributes: object = None,
    ) -> None:
        """Say that there is no answer, and why.

        ``response`` is what came instead of one; ``slug`` and ``status`` follow from an exception if not given.
        """
        self.start()
        self.flush(final=True)
        status = None if status is None else status_of(status)
        outcome = attempt_outcome(error, status)
        status, slug = status or outcome.status, slug or outcome.slug
        self.session.failed(self, error, slug)
        self.session.write(AttemptVerdict(n=self.ref, slugs=[text_of(slug)]))
        self._ended = True
        self.session.write(
            AttemptEnd(
                n=self.ref,
                status=status_of(status),
                error=describe(error),
                http_status=whole(http_status),
                response=response,
                usage=usage_of(usage),
                partial=bool(self._written_at),
                first_token_at=self._first_token_at,
                attributes=attributes,
            )
        )

    def backoff(self, milliseconds: float) -> None:
        """Say how long the agent waits before it tries again."""
        self.session.write(AttemptVerdict(n=self.ref, backoff_ms=number_of(milliseconds)))

    def supersede(self, by: AttemptRecorder) -> None:
        """Let what the application says of this attempt from now on count for a later try: it has seen no other."""
        for saying in ("chunk", "respond", "account", "reject", "fail", "backoff"):
            setattr(self, saying, getattr(by, saying))

    def flush(self, *, final: bool = False) -> None:
        """Write down the pieces that wait; the end of them only if it is ``final`` or cannot be half a secret."""
        with self.session.writing():
            if not self._text and not self._reasoning:
                return
            text, self._text = _parted(self._text, final=final)
            reasoning, self._reasoning = _parted(self._reasoning, final=final)
            if text or reasoning:
                self._written_at = self.session.now()
                self.start()
                self.session.write(AttemptChunk(n=self.ref, text=text or None, reasoning=reasoning or None))

    def in_force(self) -> tuple[Any, Any]:
        """This attempt."""
        return self, None

    def _begin(self) -> None:
        session = self.session
        with session.writing():
            self.holder.start()
            number = self.holder.next_attempt()
            self.node_path = self.holder.next_path()
            session.number(self)
            self.holder.last_attempt = self
            session.write(
                AttemptStart(
                    n=self.n,
                    of=self.holder.ref,
                    number=number,
                    provider=self._provider,
                    model=self._model,
                    request=self._request,
                    attributes=self._attributes,
                )
            )
        self._request = None

    def _finish(self, problem: BaseException | None) -> None:
        if problem is None:
            self.flush(final=True)
            if not self._ended:
                self._ended = True
                self.session.write(AttemptEnd(n=self.ref, first_token_at=self._first_token_at))
        elif self._ended:
            self.session.failed(self, problem, attempt_outcome(problem).slug)
        else:
            self.fail(problem)


def _parted(pieces: list[str], *, final: bool) -> tuple[str, list[str]]:
    """What of a stream can be written, and what has to wait."""
    text = "".join(pieces)
    if final or not text:
        return text, []
    held = in_force().held(text)
    return text[:held], [text[held:]] if held < len(text) else []
