"""What may be said of a failure to the people who use the agent: a sentence from the catalog, and an incident id.

Nothing of the exception itself is ever part of it: no path, setting, stack trace, prompt, name of a model or a tool.
``clew why INCIDENT`` finds the session and the whole story.
"""

from __future__ import annotations

from typing import NamedTuple

from clew.model.catalog import find_slug
from clew.record.current import current
from clew.record.failure import session_outcome
from clew.record.incident import Incident, incident_of, mark, new_incident_id
from clew.record.trouble import report

GENERAL = "Something went wrong. Please try again."
"""What is said of a failure that has no sentence of its own."""


class PublicError(NamedTuple):
    """A failure in words for everybody."""

    sentence: str
    """From the catalog."""
    incident: str
    """Leads an operator to the session."""


def public_error(problem: BaseException) -> PublicError:
    """A failure as users may see it; the session in force notes the incident. Never raises."""
    try:
        incident = incident_of(problem) or Incident(new_incident_id())
        node = current()
        if node is not None and not incident.logged:
            session = node.session
            slug = incident.slug or session.logbook.slug_of(problem) or session_outcome(problem).slug
            incident = Incident(incident.id, slug, logged=True)
            node.log("incident.told", incident=incident.id, failure=slug)
        return PublicError(_sentence(incident.slug), mark(problem, incident).id)
    except Exception as trouble:  # noqa: BLE001 - a user waits for an answer
        report(trouble)
        return PublicError(GENERAL, new_incident_id())


def _sentence(slug: str | None) -> str:
    declared = find_slug(slug) if slug is not None else None
    return declared.public if declared is not None else GENERAL
