"""The tokens of an answer of OpenAI's, whichever endpoint counts them, as disjoint counts.

The count of what was sent includes what the cache gave and took, and the count of what came includes the reasoning.
"""

from __future__ import annotations

from clew.model.usage import Usage


def usage_in(answer: object, sent: str, came: str) -> Usage | None:
    """The tokens of an answer, or ``None`` if it does not say.

    ``sent`` and ``came`` are what the endpoint calls the two counts; their details have the same names.
    """
    counts = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(counts, dict):
        return None
    before, after = counts.get(f"{sent}_details"), counts.get(f"{came}_details")
    read, written = _count(before, "cached_tokens"), _count(before, "cache_write_tokens")
    return Usage(
        input_tokens=max(0, _count(counts, sent) - read - written),
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=_count(counts, came),
        reasoning_tokens=_count(after, "reasoning_tokens"),
    )


def _count(counts: object, name: str) -> int:
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
