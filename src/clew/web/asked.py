"""What may be asked: one struct for the parameters of each route, with the limits of each.

A parameter that is unknown, double, misshapen or out of bounds is refused with 422 (rules W9 and W10). Ids and paths
are accepted by their shape alone and then looked up in the catalog; none ever becomes part of a file's name.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from clew.explore.costs import By as SharedBy
from clew.explore.library import Order
from clew.explore.statistics import By
from clew.model.session_id import SHAPE
from clew.text.clean import clean

_END = r"$(?!\n)"
"""The end of a text, in every dialect of regular expressions."""
_PART = (
    "request|response|accounting|attributes|content|report|providers|tools|prompts|system prompt|"
    "streamed text|streamed reasoning|log [0-9]{1,6} (details|llm_request|llm_response|tool_request|tool_response)"
)
_HERE = r"init|fin|s?[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})?"
SESSION = "session"
"""What stands in an address for the path of the session itself, which is empty."""

MOST_ROWS = 200
MOST_LINES = 1_000
MOST_MESSAGES = 100
MOST_OPEN = 2_000
_FAR = 1_000_000_000

Id = Annotated[
    str, Meta(pattern=f"^{SHAPE}{_END}", description="The id of a session.", examples=["20251109_143414_a1b2c3d4"])
]
Path = Annotated[
    str,
    Meta(
        pattern=rf"^(session|({_HERE})(\.({_HERE}))*\.?){_END}",
        max_length=1_000,
        description="The path of a node, `2-3.1-2`; `session` for the session itself, `2-3.` for one below.",
        examples=["1-1"],
    ),
]
PartName = Annotated[str, Meta(pattern=f"^({_PART}){_END}", description="The name of a part.", examples=["request"])]
Key = Annotated[str, Meta(max_length=1_000)]
Words = Annotated[str, Meta(max_length=2_000, description="A query, in the language of docs/query.md.")]
From = Annotated[int, Meta(ge=0, le=_FAR, description="The first one wanted, from 0.")]
Days = Annotated[int, Meta(ge=1, le=3_650, description="So many local days, the last of which is today.")]
Moment = Annotated[float, Meta(ge=-1e15, le=1e15, description="Milliseconds since the epoch.")]


class Asked(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Parameters of a route."""


class Nothing(Asked, frozen=True, kw_only=True):
    """No parameters."""


class Listing(Asked, frozen=True, kw_only=True):
    """A page of sessions."""

    q: Words = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 50
    offset: From = 0
    order: Order = "live"
    children: bool = False
    """Without a query: sessions that others started, too."""


class Sums(Asked, frozen=True, kw_only=True):
    """Sessions to be summed up."""

    q: Words = ""
    days: Days | None = None


class Typed(Asked, frozen=True, kw_only=True):
    """A query as far as it is typed."""

    text: Annotated[str, Meta(max_length=2_000)] = ""
    cursor: Annotated[int, Meta(ge=0, le=2_000)] = 0


class Looked(Asked, frozen=True, kw_only=True):
    """A text to be searched in payloads."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]
    q: Words = ""
    after: Annotated[int, Meta(ge=0, le=10_000, description="Hits to leave out: those that were shown.")] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    ignore_case: bool = False


class One(Asked, frozen=True, kw_only=True):
    """A session."""

    id: Id


class Rows(One, frozen=True, kw_only=True):
    """A slice of the rows of a session's tree."""

    open: Annotated[
        tuple[Key, ...], Meta(max_length=MOST_OPEN, description="The keys of the rows that are opened.")
    ] = ()
    q: Words = ""
    only: bool = False
    """Only what the query means, and what stands above it."""
    every: bool = False
    """Log entries of every severity."""
    from_: From = msgspec.field(default=0, name="from")
    to: From = MOST_ROWS
    at: Key | None = None
    """A path or a key of which the place is asked."""


class Onward(One, frozen=True, kw_only=True):
    """A way on from a node."""

    here: Path = SESSION
    q: Words = ""
    """What to go to; without it, to what failed."""
    back: bool = False


class AtNode(One, frozen=True, kw_only=True):
    """A node."""

    path: Path


class Node(AtNode, frozen=True, kw_only=True):
    """A node, with a page of its log entries."""

    logs_from: From = 0
    logs_to: From = MOST_ROWS


class AtPart(AtNode, frozen=True, kw_only=True):
    """A part of a node."""

    part: PartName
    at: Annotated[str, Meta(max_length=2_000, description='Where in it, as JSON: `["messages", 3, "content"]`.')] = "[]"


class Page(AtPart, frozen=True, kw_only=True):
    """A page of a part."""

    as_: Literal["text", "json", "conversation"] = msgspec.field(default="text", name="as")
    from_: From = msgspec.field(default=0, name="from")
    to: From = MOST_MESSAGES


class Raw(AtPart, frozen=True, kw_only=True):
    """A part as a file."""

    as_: Literal["json", "text", "bytes"] = msgspec.field(default="json", name="as")


class Needle(AtPart, frozen=True, kw_only=True):
    """A text to be found in a part."""

    needle: Annotated[str, Meta(min_length=1, max_length=500)]
    as_: Literal["text", "json"] = msgspec.field(default="text", name="as")
    from_: From = msgspec.field(default=0, name="from")
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    ignore_case: bool = False


class Window(One, frozen=True, kw_only=True):
    """A stretch of time of a session."""

    from_: Moment | None = msgspec.field(default=None, name="from")
    to: Moment | None = None
    pixels: Annotated[int, Meta(ge=16, le=8_192)] = 1_024


class Shares(One, frozen=True, kw_only=True):
    """What a session cost, by something."""

    by: SharedBy = "model"
    from_: From = msgspec.field(default=0, name="from")
    to: From = MOST_ROWS


class AllShares(Asked, frozen=True, kw_only=True):
    """What sessions cost, by something."""

    q: Words = ""
    by: Literal["model", "agent", "tool", "kind", "day"] = "model"
    from_: From = msgspec.field(default=0, name="from")
    to: From = MOST_ROWS


class Spent(Sums, frozen=True, kw_only=True):
    """What was used, by keys."""

    by: Annotated[tuple[By, ...], Meta(max_length=3)] = ("model",)


class Failing(Asked, frozen=True, kw_only=True):
    """Failures of the last days."""

    q: Words = ""
    days: Annotated[int, Meta(ge=2, le=366)] = 14


class Two(Asked, frozen=True, kw_only=True):
    """Two sessions beside each other."""

    a: Id
    b: Id
    from_: From = msgspec.field(default=0, name="from")
    to: From = MOST_ROWS


def node_path(written: str) -> str:
    """The path that an address means."""
    return "" if written == SESSION else written


def place_in(written: str) -> tuple[str | int, ...]:
    """The place in a part that an address means. Raises ``msgspec.MsgspecError`` for none."""
    return msgspec.json.decode(clean(written), type=tuple[str | Annotated[int, Meta(ge=0, le=_FAR)], ...])
