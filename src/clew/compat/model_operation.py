"""An ``llm`` operation: an attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.compat.named_values import NamedValues
from clew.compat.operation import UNEXPLAINED, Operation
from clew.model.event import AttemptEnd, AttemptResponse
from clew.model.usage import Usage
from clew.record.attempt import AttemptRecorder
from clew.record.tidy import cost_of, whole
from clew.wire.encoder import NULL

if TYPE_CHECKING:
    from decimal import Decimal

    from clew.compat.operation import OperationStatus


class ModelOperation(Operation):
    """One request to a model. A second one in the same turn is a retry."""

    _attempt: AttemptRecorder | None = None
    _usage: Usage | None = None
    _cost: Decimal | None = None

    def begin(self) -> AttemptRecorder:
        """The attempt."""
        provider, model = self.values.take("provider"), self.values.take("model")
        attributes = self.values.rest()
        self._attempt = self.holder().attempt(provider=provider, model=model, request=self.sent, attributes=attributes)
        return self._attempt

    def respond(self, payload: object) -> None:
        """Write the response."""
        self.answer = NULL if payload is None else payload
        self._begun().respond(payload)

    def account(self, accounting: object) -> None:
        """Write tokens, cost, stop reason and the model that answered; several entries are summed."""
        values = NamedValues(accounting)
        tokens, cost = values.take("tokens"), cost_of(values.take("cost_usd"))
        if tokens is not None:
            self._usage = _usage(NamedValues(tokens)) + (self._usage or Usage())
        if cost is not None:
            self._cost = cost + (self._cost or 0)
        self.session.write(
            AttemptResponse(
                n=self._begun().ref,
                usage=self._usage,
                cost=self._cost,
                stop_reason=values.take("stop_reason"),
                model=values.take("actual_model"),
            )
        )

    def reason(self, text: str, *, final: bool = False) -> None:
        """Write a piece of the reasoning, or the whole."""
        if final:
            self.session.write(AttemptResponse(n=self._begun().ref, reasoning=text))
        else:
            self._begun().chunk(reasoning=text)

    def end(self, status: OperationStatus, values: NamedValues) -> None:
        """Write the end. An answer that failed all the same was rejected; without an answer the attempt failed."""
        attempt, error = self._begun(), values.take("error")
        failed_on_the_way = status != "ok" and self.answer is None
        if failed_on_the_way:
            attempt.fail(error or UNEXPLAINED, slug=f"llm.{status}", status=status)
        elif status != "ok":
            attempt.reject(f"llm.{status}", str(error or UNEXPLAINED))
        attempt.end()
        attributes = self.attributes(values)
        if attributes is not None:
            self.session.write(
                AttemptEnd(
                    n=attempt.ref,
                    status=status if failed_on_the_way else "ok",
                    error=str(error or UNEXPLAINED) if failed_on_the_way else None,
                    response=self.answer,
                    attributes=attributes,
                )
            )
        self.leave(status)

    def _begun(self) -> AttemptRecorder:
        self.begun()
        assert self._attempt is not None  # noqa: S101 - begun just now
        return self._attempt


def _usage(tokens: NamedValues) -> Usage:
    """Token counts; ``cached_tokens`` only repeats the cache reads, for those who do not know these."""
    read, cached = tokens.take("cache_read_input_tokens", "cache_read_tokens"), tokens.take("cached_tokens")
    return Usage(
        input_tokens=whole(tokens.take("input_tokens")) or 0,
        cache_read_tokens=whole(read if read is not None else cached) or 0,
        cache_write_tokens=whole(tokens.take("cache_write_input_tokens", "cache_write_tokens")) or 0,
        output_tokens=whole(tokens.take("output_tokens")) or 0,
        reasoning_tokens=whole(tokens.take("reasoning_tokens")) or 0,
    )
