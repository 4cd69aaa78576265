"""The ``MESSAGE_ID`` of a slug: by it journald finds the entry of its message catalog.

It is derived from the slug, so that it never changes and needs no registry.
"""

from __future__ import annotations

from functools import cache
from uuid import UUID, uuid5

_NAMESPACE = UUID("c1e30000-7a5e-5f0b-9d1c-51c9a11e0f0e")


@cache
def message_id(slug: str) -> str:
    """32 hexadecimal digits for a slug, or for the name of an event."""
    return uuid5(_NAMESPACE, slug).hex
