"""The message catalog of journald: what ``journalctl --catalog`` says of a line, by its slug.

journald reads it from ``/usr/lib/systemd/catalog/clew.catalog`` after ``journalctl --update-catalog``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.sinks.line import EVENTS
from clew.sinks.message_id import message_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.model.slug import Slug

_FOLLOW = """\
Session @AI_SESSION_ID@, agent @AI_AGENT@, node @AI_PATH@, user's action @AI_ACTION_TYPE@ @AI_ACTION@.

  clew show @AI_ROOT_SESSION_ID@
  journalctl AI_ROOT_SESSION_ID=@AI_ROOT_SESSION_ID@"""


def journal_catalog(slugs: Iterable[Slug]) -> str:
    """The catalog file: one entry per slug and per event without one."""
    entries = [_entry(event, words, "") for event, words in EVENTS.items()]
    entries += [_entry(slug.name, slug.description, _about(slug)) for slug in slugs]
    return "\n\n".join(entries) + "\n"


def _entry(name: str, description: str, about: str) -> str:
    subject = " ".join(description.split())
    return f"-- {message_id(name)}\nSubject: {name}: {subject}\nDefined-By: clew\n\n{about}{_FOLLOW}"


def _about(slug: Slug) -> str:
    """Where the failure comes from, and what to do."""
    origin = f"Origin: {slug.origin}. " if slug.origin is not None else ""
    words = f"{origin}{slug.advice}".strip()
    return f"{words}\n\n" if words else ""
