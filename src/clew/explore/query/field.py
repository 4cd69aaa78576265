"""The fields of the query language: the one table that parsing, completion, SQL, trees and ``docs/query.md`` go by.

What a field is compared with depends on its type:

* ``name``: the whole value, ``*`` stands for any text, upper and lower case are alike;
* ``slug``: the same, but slugs are lower-case, which lets the index find them;
* ``id``: the whole value, its beginning or its end, as everywhere an id is typed;
* ``words``: any part of the value;
* ``choice``: one of a closed set of words;
* ``call``: a tool's name, and after a colon how the call ended;
* ``count``, ``money``, ``duration``: an amount or a span of amounts;
* ``moment``: a time.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from clew.explore.query.amount import Measure
from clew.model.session import NodeStatus, SessionStatus, ToolKind
from clew.model.slug import Origin

FieldType = Literal["name", "slug", "id", "words", "choice", "call", "count", "money", "duration", "moment"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be asked for."""

    name: str
    type: FieldType
    says: str
    """What it asks of a session, in one sentence."""
    example: str
    """A term that uses it."""
    aliases: tuple[str, ...] = ()
    """Other names under which it may be typed."""
    node: str | None = None
    """What it asks of a node of a tree; ``None`` if it says nothing about nodes and is left out there."""
    choices: tuple[str, ...] = ()
    """The words that may be asked for."""
    sessions_only: frozenset[str] = frozenset()
    """Those of the words that say nothing about nodes."""


CALL_STATUSES: tuple[str, ...] = get_args(NodeStatus)
"""How a call of a tool can stand."""
STATUS_ALIASES = {"live": "running"}
"""Other words for a status."""

_SESSION_STATUSES = (*get_args(SessionStatus), "unreadable")
_STATUSES = tuple(dict.fromkeys((*_SESSION_STATUSES, *CALL_STATUSES, "rejected")))

_FIELDS = (
    Field(
        name="id",
        type="id",
        says="The session's id, its beginning or its end.",
        example="id:20251109",
        aliases=("session",),
    ),
    Field(
        name="agent",
        type="name",
        says="The agent that ran.",
        example="agent:support",
    ),
    Field(
        name="model",
        type="name",
        says="A model that the session asked, or was begun with.",
        example="model:claude-*",
        node="The model that an attempt asked.",
    ),
    Field(
        name="provider",
        type="name",
        says="A provider that the session asked.",
        example="provider:anthropic",
        node="The provider that an attempt asked.",
    ),
    Field(
        name="status",
        type="choice",
        says="How the session stands; `live` is another word for `running`.",
        example="status:failed,interrupted",
        aliases=("state",),
        node="How the node stands; `rejected` for an answer that the agent did not accept.",
        choices=_STATUSES,
        sessions_only=frozenset({"abandoned", "unreadable"}),
    ),
    Field(
        name="slug",
        type="slug",
        says="A slug that the session logged, or by which an operation or the session itself failed.",
        example="slug:tool.*",
        node="A slug on the node: of its log entries, or why it failed.",
    ),
    Field(
        name="tool",
        type="call",
        says="A tool that the session called, and after a colon how the call ended.",
        example="tool:memory:failed",
        node="A call of the tool that ended so.",
    ),
    Field(
        name="kind",
        type="choice",
        says="A kind of tool that the session called.",
        example="kind:mcp,rest",
        node="A call of a tool of this kind.",
        choices=get_args(ToolKind),
    ),
    Field(
        name="origin",
        type="choice",
        says="Where the failure that ended the session comes from.",
        example="origin:model",
        choices=get_args(Origin),
    ),
    Field(
        name="cost",
        type="money",
        says="What the session and those below it cost, in US dollars, as far as it is known.",
        example="cost:>0.5",
        node="What the node itself cost, in US dollars.",
    ),
    Field(
        name="tokens",
        type="count",
        says="All tokens of the session and those below it: input, cached and output.",
        example="tokens:>100k",
        node="All tokens of the node itself.",
    ),
    Field(
        name="input",
        type="count",
        says="Fresh input tokens, without cached ones, children included.",
        example="input:>50k",
        node="Fresh input tokens of the node itself.",
    ),
    Field(
        name="output",
        type="count",
        says="Output tokens, children included.",
        example="output:<100",
        node="Output tokens of the node itself.",
    ),
    Field(
        name="cached",
        type="count",
        says="Input tokens read from a cache or written to it, children included.",
        example="cached:0",
        node="Cached input tokens of the node itself.",
    ),
    Field(
        name="turns",
        type="count",
        says="Turns of the session itself.",
        example="turns:10..20",
    ),
    Field(
        name="retries",
        type="count",
        says="Requests that were sent again, children included.",
        example="retries:>0",
        node="Requests that the turn or step sent again.",
    ),
    Field(
        name="tools",
        type="count",
        says="Calls of tools, children included.",
        example="tools:>=5",
        node="Calls of tools in the turn or step.",
    ),
    Field(
        name="failures",
        type="count",
        says="Calls of tools that failed, timed out or were cancelled, children included.",
        example="failures:>2",
        node="Such calls in the turn or step.",
    ),
    Field(
        name="children",
        type="count",
        says="Sessions below the session, at any depth.",
        example="children:>0",
    ),
    Field(
        name="duration",
        type="duration",
        says="Time from the beginning to the end: of a live session until now, of a broken one until its last act.",
        example="duration:>5m",
        aliases=("time",),
        node="Time from the beginning of the node to its end; of a running one until now.",
    ),
    Field(
        name="title",
        type="words",
        says="A part of the session's title.",
        example='title:"find my order"',
    ),
    Field(
        name="tag",
        type="name",
        says="A tag of the session.",
        example="tag:prod",
    ),
    Field(
        name="after",
        type="moment",
        says="The session began at this time or later.",
        example="after:2d",
        aliases=("since",),
        node="The node began at this time or later.",
    ),
    Field(
        name="before",
        type="moment",
        says="The session began before this time.",
        example="before:2026-11-01",
        aliases=("until",),
        node="The node began before this time.",
    ),
    Field(
        name="parent",
        type="id",
        says="The id of the session that started this one, its beginning or its end.",
        example="parent:20251109_143414_a1b2c3d4",
    ),
    Field(
        name="is",
        type="choice",
        says="`child` (another session started it), `root`, `live`, `damaged` (a part of the record is lost), "
        "`unpriced` (it used tokens whose price is unknown).",
        example="is:child",
        node="`live`, or `unpriced`: it used tokens, and its cost is unknown.",
        choices=("child", "root", "live", "damaged", "unpriced"),
        sessions_only=frozenset({"child", "root", "damaged"}),
    ),
    Field(
        name="error",
        type="words",
        says="A part of the session's error, or of the sentence that says why it cannot be read.",
        example='error:"connection refused"',
        node="A part of the node's error.",
    ),
    Field(
        name="incident",
        type="id",
        says="The incident that users were told, its beginning or its end.",
        example="incident:7f3a91c2",
    ),
)

FIELDS: dict[str, Field] = {field.name: field for field in _FIELDS}
"""All fields by name."""

_NAMES = {name: field for field in _FIELDS for name in (field.name, *field.aliases)}


def find_field(name: str) -> Field | None:
    """The field that a person means by a name, in any case."""
    return _NAMES.get(name.lower())


def measure_of(field: Field) -> Measure:
    """What a field of amounts measures."""
    return field.type if field.type in get_args(Measure) else "count"  # type: ignore[return-value]  # mypy does not narrow by `in`


def field_names() -> tuple[str, ...]:
    """Every name under which a field may be typed."""
    return tuple(_NAMES)
