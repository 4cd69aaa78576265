"""Token counts: four that never overlap."""

from __future__ import annotations

from clew.model.usage import Usage


def test_usages_add_up_count_by_count() -> None:
    """Each count on its own; reasoning is a part of the output and never added to it."""
    usage = Usage(input_tokens=1, cache_read_tokens=2, cache_write_tokens=3, output_tokens=10, reasoning_tokens=4)
    both = usage + usage
    assert both == Usage(
        input_tokens=2, cache_read_tokens=4, cache_write_tokens=6, output_tokens=20, reasoning_tokens=8
    )
    assert both.total_tokens == 32
    assert usage + Usage() == usage
