"""Refusals: how the server says that it does not answer, and how little it says.

Every failure is ``{"error": {"slug": …, "id": …}}``: a stable name and an incident. What happened in detail, with the
incident, goes to the local log; the body holds no path, no text of an exception, and nothing of what was asked (rule
W13).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import traceback
from typing import NamedTuple

import msgspec

from clew import errors
from clew.record.incident import new_incident_id
from clew.text.clean import clean, one_line

LOG = logging.getLogger("clew.web")
"""The local log of the server."""


class Meaning(NamedTuple):
    """What a slug stands for."""

    status: int
    """Of the HTTP answer."""
    says: str
    """In a sentence, for the documentation."""


SLUGS: dict[str, Meaning] = {
    "web.host_refused": Meaning(400, "The Host header is missing, double, or no name of this server."),
    "web.bad_request": Meaning(400, "The request is not one that a browser or a client sends."),
    "web.token_needed": Meaning(401, "Neither the cookie nor the token came along; open the address that was printed."),
    "web.token_wrong": Meaning(403, "The token to be exchanged is not that of this server."),
    "web.origin_refused": Meaning(403, "The request was caused by a page of another origin."),
    "web.no_route": Meaning(404, "There is nothing at this address."),
    "web.no_session": Meaning(404, "No session has this id."),
    "web.no_node": Meaning(404, "The session has no node of this path."),
    "web.no_part": Meaning(404, "The node has no part of this name."),
    "web.method_refused": Meaning(405, "The server is asked with GET; only the token is exchanged with POST."),
    "web.unreadable": Meaning(409, "The record of the session cannot be read."),
    "web.body_too_large": Meaning(413, "The body of the request is too large."),
    "web.media_type": Meaning(415, "The body of the request is not declared as JSON."),
    "web.bad_range": Meaning(416, "The range is none of this part."),
    "web.bad_parameter": Meaning(422, "A parameter is unknown, double, of the wrong shape, or beyond its limits."),
    "web.bad_query": Meaning(422, "The query is not in the language; /api/complete says where it is wrong."),
    "web.too_much": Meaning(422, "The answer would be too large; ask for less of it."),
    "web.internal": Meaning(500, "Something failed inside; the local log has it under the incident."),
    "web.busy": Meaning(503, "Too many requests are being answered, or another program holds the index; try again."),
    "web.reading": Meaning(503, "The session is in the folder and was not read yet; ask again."),
    "web.ending": Meaning(503, "The server ends, and could not finish this answer."),
    "web.folder_unreadable": Meaning(503, "The folder of sessions cannot be read."),
    "web.too_many_streams": Meaning(503, "As many live streams are open as the server carries."),
}
"""Every reason to refuse."""

_OF_ERRORS: tuple[tuple[type[BaseException], str], ...] = (
    (errors.SessionNotFound, "web.no_session"),
    (errors.PathError, "web.no_node"),
    (errors.QueryError, "web.bad_query"),
    (errors.UnreadableFolder, "web.folder_unreadable"),
    (errors.RecordError, "web.unreadable"),
    (sqlite3.OperationalError, "web.busy"),
    (OSError, "web.unreadable"),
    (asyncio.CancelledError, "web.ending"),
)
"""The refusals of expected errors, the narrower ones first."""


class Refusal(Exception):
    """A request is not answered."""

    def __init__(self, slug: str) -> None:
        """``slug`` is one of :data:`SLUGS`."""
        super().__init__(slug)
        self.slug = slug


class Fault(msgspec.Struct, frozen=True):
    """What is told of a failure."""

    slug: str
    """Its stable name."""
    id: str
    """The incident, which the server's log knows."""


class Failed(msgspec.Struct, frozen=True):
    """The body of every answer that is none."""

    error: Fault


class Refused(NamedTuple):
    """An answer that is none."""

    status: int
    body: bytes
    """JSON."""


def refused(problem: BaseException, place: str) -> Refused:
    """What is answered for a problem; ``place`` names the route in the log."""
    slug = problem.slug if isinstance(problem, Refusal) else _slug_of(problem)
    incident = new_incident_id()
    status = SLUGS[slug].status
    words = f"incident {incident}: {slug} at {one_line(place)}"
    if slug == "web.internal":
        LOG.error("%s\n%s", words, clean("".join(traceback.format_exception(problem))))
    else:
        LOG.info("%s: %s", words, one_line(str(problem)))
    return Refused(status, msgspec.json.encode(Failed(Fault(slug, incident))))


def _slug_of(problem: BaseException) -> str:
    return next((slug for kind, slug in _OF_ERRORS if isinstance(problem, kind)), "web.internal")
