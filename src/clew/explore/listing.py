"""A session in a list: what the catalog knows of it. Sums include the sessions below it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

from clew.model.session import Init, Session, Totals
from clew.model.slug import Origin
from clew.model.usage import Usage
from clew.store.index.schema import to_dollars

ListedStatus = Literal["running", "ok", "failed", "interrupted", "abandoned", "unreadable"]


class SessionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One row of a list of sessions."""

    session_id: str
    agent_id: str | None
    model: str | None
    title: str | None
    opening: str | None
    """The beginning of what the user typed first."""
    latest_status: str | None
    """What the agent last said of itself."""
    status: ListedStatus
    error: str | None
    """The failure in words; for an unreadable session the sentence that says why."""
    failure_slug: str | None
    failure_path: str | None
    failure_origin: Origin | None
    incident: str | None
    parent_id: str | None
    """The session that started it."""
    parent_path: str | None
    started_at: float
    """Milliseconds since the epoch."""
    ended_at: float | None
    seen_at: float
    """Time of its newest act."""
    turns: int
    """Of its own."""
    steps: int
    """Of its own."""
    attempts: int
    retries: int
    tools: int
    tools_failed: int
    children: int
    """Sessions below it, at any depth."""
    usage: Usage
    cost: Decimal | None
    """US dollars, told or estimated; ``None`` if nothing is known."""
    unpriced: int
    """Answers with usage whose cost is unknown."""
    notes: int
    """Things to know about the record itself."""
    damaged: int
    """Those that say something was lost."""
    size: int
    """Bytes of its own journals."""
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is about, as far as anybody said: its title, else what the user began with, else its last status."""
        return self.title or (f"“{self.opening}”" if self.opening else "") or self.latest_status or ""

    @property
    def duration_ms(self) -> float | None:
        """How long it took, or has been heard of; ``None`` for one that cannot be read."""
        if self.status == "unreadable":
            return None
        return (self.ended_at if self.ended_at is not None else self.seen_at) - self.started_at

    @property
    def totals(self) -> Totals:
        """Its sums as those of a tree; costs include what was estimated."""
        return Totals(
            turns=self.turns,
            attempts=self.attempts,
            retries=self.retries,
            tools=self.tools,
            tools_failed=self.tools_failed,
            child_sessions=self.children,
            usage=self.usage,
            cost=self.cost,
            unpriced=self.unpriced,
        )

    def bare(self) -> Session:
        """What is known of the session, with nothing inside."""
        return Session(
            session_id=self.session_id,
            agent_id=self.agent_id,
            title=self.title,
            latest_status=self.latest_status,
            model=self.model,
            tags=self.tags,
            status=self.status,  # type: ignore[arg-type]  # `unreadable` is a word that screens know
            started_at=self.started_at,
            ended_at=self.ended_at,
            init=Init(started_at=self.started_at),
            totals=self.totals,
        )


_PLAIN = (
    *("session_id", "agent_id", "model", "title", "latest_status", "status", "error", "failure_slug", "failure_path"),
    *("failure_origin", "incident", "parent_id", "parent_path", "started_at", "ended_at", "seen_at", "turns", "steps"),
)
_SUMMED = ("attempts", "retries", "tools", "tools_failed")

COLUMNS = ", ".join(
    [
        *(f"session.{name}" for name in _PLAIN),
        *(f"session.all_{name}" for name in _SUMMED),
        "session.children",
        *(f"session.all_{name}" for name in Usage.__struct_fields__),
        "session.all_cost, session.all_unpriced, session.notes, session.damaged, session.size",
        "(SELECT words FROM round WHERE round.session = session.id AND round.path = '1')",
        "(SELECT group_concat(tag, char(10)) FROM tag WHERE tag.session = session.id)",
    ]
)
"""What :func:`session_row` takes, as SQL over the table ``session``."""

_USAGE_AT = len(_PLAIN) + len(_SUMMED) + 1


def session_row(row: tuple[Any, ...]) -> SessionRow:
    """The row of a query for :data:`COLUMNS`."""
    used = row[_USAGE_AT : _USAGE_AT + 5]
    *counts, children = row[len(_PLAIN) : _USAGE_AT]
    cost, unpriced, notes, damaged, size, opening, tags = row[_USAGE_AT + 5 :]
    return SessionRow(
        **dict(zip((*_PLAIN, *_SUMMED), (*row[: len(_PLAIN)], *counts), strict=True)),
        opening=opening,
        children=children,
        usage=Usage(**dict(zip(Usage.__struct_fields__, used, strict=True))),
        cost=to_dollars(cost),
        unpriced=unpriced,
        notes=notes,
        damaged=damaged,
        size=size,
        tags=tuple(sorted(tags.split("\n"))) if tags else (),
    )
