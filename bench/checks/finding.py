"""A finding: what one check found, in one line of the evidence."""

from __future__ import annotations

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found."""

    name: str
    """The promise, in a few words."""
    figure: str
    """What was measured."""
    target: str
    """What was promised."""
    met: bool | None
    """Whether it holds; ``None`` if it could not be tried here."""

    @property
    def verdict(self) -> str:
        """One word for the table."""
        return "not tried" if self.met is None else "met" if self.met else "missed"
