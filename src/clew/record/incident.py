"""Incidents: the one word that a user and an operator have in common.

A user is told a sentence and an incident id, an operator finds the session by it. An exception carries its incident
along, so that whoever tells of it, wherever it was caught, says the same.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

_MARK = "__clew_incident__"


class Incident(NamedTuple):
    """An id, and what failed."""

    id: str
    """Eight hexadecimal digits that say nothing."""
    slug: str | None = None
    """Of the failure as it was logged."""
    logged: bool = False
    """Whether a session knows the id."""


def new_incident_id() -> str:
    """An id that nobody can guess anything from."""
    return os.urandom(4).hex()


def incident_of(problem: BaseException | None) -> Incident | None:
    """The incident of an exception, or of the one that it was raised from or in place of."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        known = getattr(problem, _MARK, None)
        if isinstance(known, Incident):
            return known
        problem = problem.__cause__ or problem.__context__
    return None


def mark(problem: BaseException | None, incident: Incident) -> Incident:
    """Let an exception carry an incident along."""
    if problem is not None:
        with suppress(Exception):  # an exception that takes no attributes: it is told as a new one next time
            setattr(problem, _MARK, incident)
    return incident
