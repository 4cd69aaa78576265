"""A system that gives less: small files, few handles, for the length of a `with` block."""

from __future__ import annotations

import os
import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def file_size(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: the write that meets it is short, the next one fails."""
    yield from _limit(resource.RLIMIT_FSIZE, size)


@contextmanager
def no_handles() -> Iterator[None]:
    """Let nothing more be opened."""
    free = os.dup(0)
    os.close(free)
    yield from _limit(resource.RLIMIT_NOFILE, free)


def _limit(kind: int, value: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))
