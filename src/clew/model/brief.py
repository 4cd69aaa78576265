"""How a node of the tree looks in an interpreter, an assertion or a debugger: what it is, how it went, what it holds.

All of its fields would be pages: every payload of every node below it.
"""

from __future__ import annotations

_SAID = ("session_id", "agent_id", "index", "number", "kind", "name", "command", "provider", "model", "status")
"""Fields that are said as they are."""
_COUNTED = ("turns", "steps", "attempts", "tools", "logs")
"""Fields of which the length is said."""


class Brief:
    """Says of a node what a person wants to know first."""

    __slots__ = ()

    def __repr__(self) -> str:
        said = [str(value) for name in _SAID if (value := getattr(self, name, None)) is not None]
        said += [word for word in (getattr(self, "verdict", None),) if word is not None]
        said += [str(slug) for slug in getattr(self, "slugs", ())]
        counts = {name: len(getattr(self, name, ())) for name in _COUNTED}
        said += [f"{count} {name if count > 1 else name[:-1]}" for name, count in counts.items() if count]
        return f"<{type(self).__name__} {' · '.join(said)}>"
