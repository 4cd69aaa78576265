"""The verdict: whether an answer that arrived will do, and what the model is told if it will not.

The transport is content with all of these answers, and they are billed; it is the agent that rejects them.
"""

from __future__ import annotations

from typing import NamedTuple

from clew.agent.prompts import EMPTY_REMINDER, REPORT_REMINDER


class Rejection(NamedTuple):
    """Why an answer does not do."""

    slug: str
    """What the attempt is marked with."""
    words: str
    """For people."""
    reminder: str | None
    """What the model is told before it is asked again; ``None`` if asking the same again is all there is to do."""


EMPTY = Rejection("llm.empty_response", "the model answered with nothing", EMPTY_REMINDER)
REFUSED = Rejection("llm.refused", "the model refused to answer", None)
TALKED = Rejection("llm.synthetic_retry", "the model answered with text and called no tool", REPORT_REMINDER)


def rejection(*, text: str, calls: bool, refused: bool, must_call: bool) -> Rejection | None:
    """Why an answer does not do; ``must_call`` says that words alone are no answer."""
    if refused:
        return REFUSED
    if calls:
        return None
    if not text.strip():
        return EMPTY
    return TALKED if must_call else None
