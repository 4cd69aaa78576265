"""What a model call used: four disjoint token counts.

Providers that count cached tokens inside their input (OpenAI, the OpenTelemetry conventions) are converted where they
enter; here input is always fresh input.
"""

from __future__ import annotations

import msgspec


class Usage(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Tokens of one model call, or a sum of such."""

    input_tokens: int = 0
    """Fresh, uncached input."""
    cache_read_tokens: int = 0
    """Input read from the provider's cache."""
    cache_write_tokens: int = 0
    """Input written to the provider's cache."""
    output_tokens: int = 0
    """Everything the model wrote, reasoning included."""
    reasoning_tokens: int = 0
    """The part of the output that was reasoning; never added to it."""

    def __add__(self, other: Usage) -> Usage:
        """Sum two usages, count by count."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def total_tokens(self) -> int:
        """All tokens that were read, written to the cache, or produced."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens + self.output_tokens
