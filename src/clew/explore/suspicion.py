"""Suspicions: usage and cost that cannot be true.

A count that is wrong looks like one that is right, and a sum over it hides it for good. Here only what is certain, or
as good as certain, is said; each rule holds a count against something that bounds it:

* a count is not negative, and reasoning is a part of the output;
* who wrote words wrote tokens: no tokenizer makes one token of two words that a space parts, so an answer has at least
  as many tokens as words (half of them is asked for), and no more than the request allowed;
* a token of the input stands for at least one byte of the request, if the request is there as it was sent and refers to
  nothing that lies elsewhere;
* an answer that states its own usage agrees with the usage recorded. Where the recorded fresh input is the stated whole
  input although some of it was cached, the cached tokens are counted, and billed, twice;
* a told cost is a number, not negative, and within a factor of two of the estimate: half price is sold to those who can
  wait, double price to those in a hurry.

What a provider hides in a request, or what its window was on that day, is not known for certain; so no rule uses it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from clew.model.session import Attempt
from clew.model.usage import Usage
from clew.tree.check import check
from clew.tree.path import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.explore.prices import Prices
    from clew.model.payload import Payload
    from clew.model.session import Response, Session

Kind = Literal[
    "negative_count",
    "reasoning_over_output",
    "no_usage",
    "no_output",
    "too_little_output",
    "output_over_limit",
    "input_over_request",
    "cached_twice",
    "unlike_answer",
    "cost_impossible",
    "cost_apart",
    "totals",
]
"""What is wrong, as a word that stays."""

_ENOUGH_WORDS = 20
"""Words below which nothing is concluded of their number."""
_OVERSHOOT = 16
"""Tokens that a server may write beyond a limit: some count the signs that end a message."""
_HIDDEN = 8_192
"""Tokens that a provider may add to a request: its own words on tools, signs around messages."""
_FACTOR = 2
"""How far a told cost and the estimate may be apart."""
_SMALL = Decimal("0.001")
"""Dollars by which they may be apart in any case: costs are told rounded."""
_LIMITS = ("max_completion_tokens", "max_output_tokens", "max_tokens")
_ELSEWHERE = frozenset(
    {
        "cachedContent",
        "cached_content",
        "container",
        "conversation",
        "file_id",
        "file_url",
        "image_url",
        "mcp_servers",
        "previous_response_id",
        "prompt",
        "uri",
        "url",
    }
)
"""Keys in a request for input that lies elsewhere."""


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that cannot be true."""

    kind: Kind
    """Which rule it breaks."""
    message: str
    """A sentence with the figures."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one answered call; whatever is unknown is left out, and no rule then looks at it."""

    usage: Usage | None = None
    """The counts in question."""
    answer_words: int = 0
    """Words in the text of the answer, parted by spaces."""
    output_limit: int | None = None
    """How many tokens the request allowed."""
    request_bytes: int | None = None
    """How large the request was, as it was sent; ``None`` also if it refers to input that lies elsewhere."""
    stated_input: int | None = None
    """All input tokens, cached ones included, as the answer itself states."""
    stated_output: int | None = None
    """Output tokens as the answer itself states."""
    cost: Decimal | None = None
    """The cost in question, as it was told."""
    estimate: Decimal | None = None
    """What the call should have cost."""


def suspicions(facts: Facts) -> tuple[Suspicion, ...]:
    """Everything that cannot be true of a call; empty for a sound one."""
    return (*_of_usage(facts), *_of_cost(facts))


def facts_of(attempt: Attempt, estimate: Decimal | None = None) -> Facts:
    """The facts of an attempt. Payloads are looked into, the request's as a whole only where its size decides."""
    response = attempt.response
    if response is None:
        return Facts()
    stated_input, stated_output = _stated(response.payload)
    return Facts(
        usage=response.usage,
        answer_words=len(response.text.split()) if response.usage is not None else 0,
        output_limit=_output_limit(attempt.request),
        request_bytes=_request_bytes(attempt, response),
        stated_input=stated_input,
        stated_output=stated_output,
        cost=response.cost,
        estimate=estimate,
    )


def session_suspicions(session: Session, prices: Prices | None = None) -> Iterator[tuple[str, Suspicion]]:
    """Everything that cannot be true of a session and of those below it, each with its path.

    With ``prices``, told costs are held against the estimate. Totals that differ from the sum of their parts are among
    them.
    """
    for path, node in walk(session):
        if isinstance(node, Attempt) and node.response is not None:
            for found in suspicions(facts_of(node, _estimate(node, node.response, prices))):
                yield path, found
    for violation in check(session):
        if violation.rule == "totals":
            yield violation.path, Suspicion(kind="totals", message=f"The {violation.message}.")


def _of_usage(facts: Facts) -> Iterator[Suspicion]:
    usage = facts.usage
    if usage is None:
        return
    below = [name for name in usage.__struct_fields__ if getattr(usage, name) < 0]
    if below:
        told = " and ".join(f"{name} is {getattr(usage, name)}" for name in below)
        yield Suspicion(kind="negative_count", message=f"A count of tokens is negative: {told}.")
        return
    yield from _of_output(usage, facts)
    yield from _of_input(usage, facts)
    yield from _of_statement(usage, facts)


def _of_output(usage: Usage, facts: Facts) -> Iterator[Suspicion]:
    output, words = usage.output_tokens, facts.answer_words
    if usage.reasoning_tokens > output:
        message = f"{usage.reasoning_tokens} tokens of reasoning are more than the {output} of the whole output."
        yield Suspicion(kind="reasoning_over_output", message=message)
    if words and usage == Usage():
        yield Suspicion(kind="no_usage", message="Every count of tokens is 0, yet there is an answer.")
    elif words and not output:
        yield Suspicion(kind="no_output", message="The output is counted as 0 tokens, yet the answer has a text.")
    elif words >= _ENOUGH_WORDS and output * 2 < words:
        yield Suspicion(kind="too_little_output", message=f"{output} tokens of output are too few for {words} words.")
    if facts.output_limit is not None and output - usage.reasoning_tokens > facts.output_limit + _OVERSHOOT:
        message = f"{output} tokens of output are more than the {facts.output_limit} that the request allowed."
        yield Suspicion(kind="output_over_limit", message=message)


def _of_input(usage: Usage, facts: Facts) -> Iterator[Suspicion]:
    whole = _whole_input(usage)
    if facts.request_bytes is not None and whole > facts.request_bytes + _HIDDEN:
        message = f"{whole} tokens of input are more than the {facts.request_bytes} bytes of the request can hold."
        yield Suspicion(kind="input_over_request", message=message)


def _of_statement(usage: Usage, facts: Facts) -> Iterator[Suspicion]:
    whole, stated = _whole_input(usage), facts.stated_input
    if stated is not None and whole != stated:
        if usage.input_tokens == stated:
            message = f"The {whole - stated} cached tokens are counted again in the {stated} of the fresh input."
            yield Suspicion(kind="cached_twice", message=message)
        else:
            message = f"{whole} tokens of input are recorded, the answer itself states {stated}."
            yield Suspicion(kind="unlike_answer", message=message)
    output, wrote = usage.output_tokens, facts.stated_output
    if wrote is not None and not wrote <= output <= wrote + usage.reasoning_tokens:
        message = f"{output} tokens of output are recorded, the answer itself states {wrote}."
        yield Suspicion(kind="unlike_answer", message=message)


def _of_cost(facts: Facts) -> Iterator[Suspicion]:
    cost, estimate = facts.cost, facts.estimate
    if cost is None:
        return
    if not cost.is_finite() or cost < 0:
        yield Suspicion(kind="cost_impossible", message=f"The cost is told as {cost} dollars.")
    elif estimate is not None and _are_apart(cost, estimate):
        message = f"The cost is told as {cost} dollars, its tokens come to {estimate} at standard prices."
        yield Suspicion(kind="cost_apart", message=message)


def _are_apart(cost: Decimal, estimate: Decimal) -> bool:
    return abs(cost - estimate) > _SMALL and max(cost, estimate) > _FACTOR * min(cost, estimate)


def _estimate(attempt: Attempt, response: Response, prices: Prices | None) -> Decimal | None:
    if prices is None or response.usage is None or response.cost is None:
        return None
    return prices.cost(attempt.provider, response.model or attempt.model, response.usage, attempt.started_at)


def _whole_input(usage: Usage) -> int:
    return usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens


def _output_limit(request: Payload | None) -> int | None:
    """How many tokens a request allows, in all the answers that it asks for."""
    limits = [limit for name in _LIMITS if (limit := _count(_part(request, name))) is not None]
    return max(limits) * max(1, _count(_part(request, "n")) or 1) if limits else None


def _request_bytes(attempt: Attempt, response: Response) -> int | None:
    """The size of a request that is there as it was sent; not measured where it cannot matter."""
    request, usage = attempt.request, response.usage
    if request is None or usage is None or _whole_input(usage) <= _HIDDEN or request.part("model") is None:
        return None
    attributes = attempt.attributes
    if attributes is not None and _part(attributes, "reconstructed") is not None:
        return None
    size = request.size
    return None if _whole_input(usage) <= size or _refers_elsewhere(request.value) else size


def _refers_elsewhere(request: Any) -> bool:  # noqa: ANN401 - a JSON value has no narrower type
    """Whether a request stands for more input than it holds."""
    waiting, seen = [request], 0
    while seen < len(waiting):
        value = waiting[seen]
        seen += 1
        if isinstance(value, dict):
            if not _ELSEWHERE.isdisjoint(value):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    tools = request.get("tools") if isinstance(request, dict) else None
    return bool(tools) and not (isinstance(tools, list) and all(map(_is_own_tool, tools)))


def _is_own_tool(tool: object) -> bool:
    """Whether the agent runs it: what the provider's own tools bring in is not in the request."""
    return isinstance(tool, dict) and tool.get("type") in (None, "function", "custom")


def _stated(answer: Payload | None) -> tuple[int | None, int | None]:
    """All input tokens and all output tokens, as an answer states them in the terms of its provider."""
    usage = _part(answer, "usage")
    if not isinstance(usage, dict):
        return None, None
    if "prompt_tokens" in usage:
        return _count(usage["prompt_tokens"]), _count(usage.get("completion_tokens"))
    fresh = _count(usage.get("input_tokens"))
    if fresh is None:
        return None, _count(usage.get("output_tokens"))
    if "input_tokens_details" not in usage:
        fresh += sum(_count(usage.get(f"cache_{part}_input_tokens")) or 0 for part in ("read", "creation"))
    return fresh, _count(usage.get("output_tokens"))


def _part(payload: Payload | None, name: str) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    part = payload.part(name) if payload is not None else None
    return part.value if part is not None else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
