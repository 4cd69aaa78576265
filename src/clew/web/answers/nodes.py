"""Answers about one node: what is known of it, and its payloads in pages."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.errors import PathError
from clew.explore.detail import detail_of, new_since, part_of
from clew.web.asked import (
    MOST_LINES,
    MOST_MESSAGES,
    AtNode,
    AtPart,
    Needle,
    Node,
    Page,
    Raw,
    node_path,
    place_in,
)
from clew.web.desk import Desk
from clew.web.limits import checked_stop
from clew.web.refusal import Refusal
from clew.web.wire import Matches, Newer, NodePage, PartPage
from clew.wire.strings import EncodedBytes, string
from clew.wire.whole import encode_whole

if TYPE_CHECKING:
    from clew.explore.part import Part
    from clew.explore.text_lines import Lines, Match
    from clew.web.desk import OpenSession
    from clew.wire.strings import Encoded

_LOADED = 64 << 20
"""Bytes of a part that are loaded at once to be sent as a file."""


class Download(NamedTuple):
    """A file to be sent."""

    source: Encoded
    """Its bytes."""
    name: str
    """Of the file, made of what cannot do harm."""


def node(desk: Desk, asked: Node) -> NodePage:
    """A node: facts, the names of its parts, usage, cost, suspicions, links, and a page of its log entries."""
    stop = checked_stop(asked.logs_from, asked.logs_to)
    opened = desk.session(asked.id)
    place = node_path(asked.path)
    with opened.lock:
        detail = opened.kept.get(("detail", place), lambda: detail_of(opened.view, place, desk.prices))
    logs = detail.logs[asked.logs_from : stop]
    return NodePage(detail=msgspec.structs.replace(detail, logs=logs), log_count=len(detail.logs))


def part(desk: Desk, asked: Page) -> PartPage:
    """A page of a part: lines of its text or of its JSON, or messages of a conversation."""
    most = MOST_MESSAGES if asked.as_ == "conversation" else MOST_LINES
    stop = checked_stop(asked.from_, asked.to, most)
    opened = desk.session(asked.id)
    with opened.parts_lock:
        found = _part(opened, asked)
        lines = messages = None
        if asked.as_ == "conversation":
            known, is_whole = len(found.conversation), True
            last = min(stop, known)
            messages = tuple(found.messages(min(asked.from_, last), last))
        else:
            pages: Lines = found.text if asked.as_ == "text" else found.json
            lines = tuple(pages.page(asked.from_, stop))
            known, is_whole = pages.known, pages.is_whole
        return PartPage(
            name=found.name,
            kind=found.facts.kind,
            size=found.facts.size,
            first=asked.from_,
            lines=lines,
            messages=messages,
            known=known,
            is_whole=is_whole,
        )


def find(desk: Desk, asked: Needle) -> Matches:
    """Where a text stands in a part, from a line on."""
    opened = desk.session(asked.id)
    matches: list[Match] = []
    with opened.parts_lock:
        found = _part(opened, asked)
        pages: Lines = found.text if asked.as_ == "text" else found.json
        here = asked.from_
        while len(matches) < asked.limit:
            match = pages.find(asked.needle, here, ignore_case=asked.ignore_case)
            if match is None:
                return Matches(matches=tuple(matches), is_last=True)
            matches.append(match)
            here = match.line + 1
    return Matches(matches=tuple(matches), is_last=False)


def raw(desk: Desk, asked: Raw) -> Download:
    """A part as a file: its exact JSON, the text that it is, or the bytes that this text stands for in base64."""
    opened = desk.session(asked.id)
    with opened.parts_lock:
        found = _part(opened, asked)
        words = [asked.id, asked.path, asked.part, *map(str, place_in(asked.at))]
        name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in "-".join(words))[:120]
        source = string(found.payload)
        if asked.as_ == "json" and source is not None:
            return Download(source, f"{name}.json")
        if found.payload.size > _LOADED:
            raise Refusal("web.too_much")
        if asked.as_ == "json":
            return Download(EncodedBytes(encode_whole(found.payload.value)), f"{name}.json")
        if source is None:
            raise Refusal("web.no_part")
        text = msgspec.json.decode(source.read(0, source.size), type=str)
    if asked.as_ == "text":
        return Download(EncodedBytes(text.encode()), f"{name}.txt")
    try:
        return Download(EncodedBytes(base64.b64decode(text, validate=False)), f"{name}.bin")
    except (binascii.Error, ValueError) as problem:
        raise Refusal("web.no_part") from problem


def new(desk: Desk, asked: AtNode) -> Newer:
    """What is new in the request of an attempt, beside the request before it."""
    opened = desk.session(asked.id)
    path = node_path(asked.path)
    with opened.parts_lock:
        detail = detail_of(opened.parts_view, path, None)
        before = next((link.path for link in detail.links if link.kind == "request_before"), None)
        found = new_since(opened.parts_view, path, before) if before is not None else None
    return Newer(before=before, new=found)


def _part(opened: OpenSession, asked: AtPart) -> Part:
    """The part that is asked for. Raises ``Refusal``."""
    path = node_path(asked.path)
    try:
        place = place_in(asked.at)
    except msgspec.MsgspecError as problem:
        raise Refusal("web.bad_parameter") from problem
    opened.parts_view.node(path)
    try:
        return opened.kept.get(
            ("part", path, asked.part, place), lambda: part_of(opened.parts_view, path, asked.part, place)
        )
    except PathError as problem:
        raise Refusal("web.no_part") from problem
