"""An error that is known by its name only.

An API that is told ``("RateLimitError", "slow down")`` has no exception to hand on. The recorder understands
exceptions, so one is made that describes itself the same way.
"""

from __future__ import annotations


def named_error(name: str, message: str, traceback: str | None = None) -> Exception:
    """An exception of a class with this name, which was never raised; ``traceback`` is told along with it."""
    shown = str(name).encode("utf-8", "backslashreplace").decode().replace("\0", "") or "Error"
    problem: Exception = type(shown, (Exception,), {"__module__": "logged"})(message)
    if traceback:
        problem.add_note(str(traceback))
    return problem
