"""What is answered: the structs of the web's own, beside those of ``explore/`` that go over the wire as they are.

Every list in here is a page or bounded by what it is. Money is a decimal text; times are milliseconds since the epoch.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from clew.explore.comparison import Kind
from clew.explore.comparison.difference import Change, NodeName
from clew.explore.conversation import New
from clew.explore.costs import Share
from clew.explore.detail import Detail
from clew.explore.failures import Trend
from clew.explore.listing import ListedStatus, SessionRow
from clew.explore.message import Message
from clew.explore.part import PartKind
from clew.explore.text_lines import Match
from clew.explore.tree_row import TreeRow
from clew.model.session import SessionStatus
from clew.model.slug import Origin, Severity
from clew.text.row import Row
from clew.web.keeper import Reading


class Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer."""


class SessionPage(Answer, frozen=True, kw_only=True):
    """A page of sessions."""

    rows: tuple[SessionRow, ...]
    offset: int
    """How many come before them."""
    total: int
    """How many the query means."""
    live: int
    """How many of the folder are being written."""
    reading: Reading | None
    """How far the folder is read, while that takes long; the page may then lack some."""


class Completed(Answer, frozen=True, kw_only=True):
    """One way to go on with a query: ``text[:start] + insert + text[cursor:]`` is the query with it."""

    insert: str
    start: int
    says: str
    """What it means; empty for a plain value."""


class QueryProblem(Answer, frozen=True, kw_only=True):
    """What is wrong with a query."""

    sentence: str
    column: int
    """From 1."""


class Completions(Answer, frozen=True, kw_only=True):
    """How a query may go on, the likeliest first."""

    items: tuple[Completed, ...]
    problem: QueryProblem | None
    """What is wrong with it as it stands."""


class SaidNote(Answer, frozen=True, kw_only=True):
    """Something to know about the record itself."""

    kind: str
    message: str
    segment: int
    offset: int | None
    size: int | None


class SessionHead(Answer, frozen=True, kw_only=True):
    """One session, and where it belongs."""

    row: SessionRow
    above: tuple[SessionRow, ...]
    """The sessions that it is in, the outermost first."""
    below: tuple[SessionRow, ...]
    """Sessions that it started itself, oldest first; of very many the first."""
    notes: tuple[SaidNote, ...]
    """What happened to its record; of very many the first."""


class RowPage(Answer, frozen=True, kw_only=True):
    """A slice of the rows of a tree."""

    rows: tuple[TreeRow, ...]
    first: int
    """How many come before them."""
    total: int
    at: int | None
    """Where the row is that was asked for; ``None`` if it is not to be seen as things are opened."""
    above: tuple[str, ...]
    """The keys to be opened for that row to be seen."""
    matching: int | None
    """How many nodes the query means; ``None`` without one."""


class NextNode(Answer, frozen=True, kw_only=True):
    """Where a way on leads."""

    path: str | None
    """``None`` if there is nothing more."""


class NodePage(Answer, frozen=True, kw_only=True):
    """A node, with a page of its log entries."""

    detail: Detail
    log_count: int
    """How many entries it has."""


class PartPage(Answer, frozen=True, kw_only=True):
    """A page of a part: lines, or messages."""

    name: str
    kind: PartKind
    """How it is shown best."""
    size: int
    """Bytes of its compact JSON."""
    first: int
    lines: tuple[str, ...] | None
    messages: tuple[Message, ...] | None
    known: int
    """How many lines or messages there are, as far as is known."""
    is_whole: bool
    """Whether these are all."""


class Matches(Answer, frozen=True, kw_only=True):
    """Where a text stands in a part."""

    matches: tuple[Match, ...]
    """At most one for each line."""
    is_last: bool
    """Whether there are no more after these."""


class Newer(Answer, frozen=True, kw_only=True):
    """What is new in a request."""

    before: str | None
    """The path of the request before it; ``None`` if it is the first."""
    new: New | None
    """``None`` if there is none before it, or one of them sent nothing."""


class Costs(Answer, frozen=True, kw_only=True):
    """Where tokens and dollars went: a page of shares, which sum up to the total."""

    shares: tuple[Share, ...]
    first: int
    """How many shares come before them."""
    count: int
    """How many there are."""
    total: Share


class Cause(Answer, frozen=True, kw_only=True):
    """One failure."""

    path: str
    slug: str | None
    origin: Origin
    what: str


class Testimony(Answer, frozen=True, kw_only=True):
    """What the record holds of the first cause."""

    severity: Severity | None
    """Of the log entry, if there is one."""
    slug: str | None
    message: str | None
    http_status: int | None


class Why(Answer, frozen=True, kw_only=True):
    """Why a session failed, or what it recovered from."""

    status: SessionStatus
    cause: Cause | None
    evidence: Testimony
    chain: tuple[Cause, ...]
    """From the first cause to the end, both included."""
    recovered: tuple[Cause, ...]
    aside: tuple[Cause, ...]
    """What was not made good and did not lead to the end."""
    incident: str | None
    record_incomplete: bool
    advice: str | None
    lines: tuple[Row, ...]
    """The same in ten lines, as ``clew why`` says it."""


class FailurePattern(Answer, frozen=True, kw_only=True):
    """Failures that are alike."""

    slug: str | None
    origin: Origin
    agent_id: str | None
    count: int
    ended: int
    """How many of them ended their session."""
    recovered: int
    sessions: int
    days: tuple[int, ...]
    """How many on each day."""
    trend: Trend
    last: str
    """The newest session with one."""


class Failures(Answer, frozen=True, kw_only=True):
    """Patterns of failure by day; those that ended most sessions come first."""

    days: tuple[str, ...]
    """Local days, the last of which is today."""
    patterns: tuple[FailurePattern, ...]


class Unlike(Answer, frozen=True, kw_only=True):
    """One difference. Long values are cut; the nodes have them whole."""

    kind: Kind
    meaning: str
    node: NodeName
    path_a: str | None
    path_b: str | None
    what: str
    before: tuple[str, ...] | None
    """The value in A in lines; ``None`` where there is none."""
    after: tuple[str, ...] | None
    diff: tuple[str, ...] | None
    """Where both are texts, the lines that changed, each with its sign."""
    is_cut: bool


class Beside(Answer, frozen=True, kw_only=True):
    """A node of A beside the node of B that it corresponds to."""

    path_a: str | None
    path_b: str | None
    node: NodeName
    change: Change


class Delta(Answer, frozen=True, kw_only=True):
    """A sum over each of two sessions."""

    name: str
    before: Decimal | None
    after: Decimal | None
    delta: Decimal | None


class Compared(Answer, frozen=True, kw_only=True):
    """Two sessions beside each other, with a page of differences and a page of nodes."""

    a: SessionRow
    b: SessionRow
    differences: tuple[Unlike, ...]
    difference_count: int
    pairs: tuple[Beside, ...]
    pair_count: int
    first: int
    """Where both pages begin."""
    deltas: tuple[Delta, ...]
    echoes: int
    """Places that differ only because of a difference reported before them."""


class Spotted(Answer, frozen=True, kw_only=True):
    """A hit of a search, in its place."""

    session_id: str
    agent_id: str | None
    status: ListedStatus | None
    """``None`` if the catalog does not have the session yet."""
    path: str
    """The node; empty for the session itself."""
    event: str
    field: str
    where: str
    """Where in the value, ``messages[3].content``, if that could be told."""
    before: str
    match: str
    after: str
    count: int
    """How often it occurs in this value."""


class SearchPage(Answer, frozen=True, kw_only=True):
    """A page of hits, newest session first."""

    hits: tuple[Spotted, ...]
    next: int | None
    """What to leave out to get those after; ``None`` if these are the last."""


class Moved(Answer, frozen=True, kw_only=True):
    """What changed in the folder: the client asks again for what it shows."""

    rows: tuple[SessionRow, ...]
    """Sessions that are new or went on, newest first; of very many the first."""
    gone: tuple[str, ...]
    live: int
    """How many are being written."""
    is_all: bool
    """Whether nothing was left out; else ask for everything that is shown."""


class Grown(Answer, frozen=True, kw_only=True):
    """A session, or one below it, went on."""

    row: SessionRow | None
    """``None`` if it is no more there, or was not read yet."""


StreamName = Literal["moved", "grown"]
"""The names of the events of the two streams."""
