"""Promises of the page for operators: every field of a line is on it, and every recipe names fields that there are."""

from __future__ import annotations

import re
from pathlib import Path

from clew.model.log import Source
from clew.sinks.journald import entry
from clew.sinks.line import Line
from tests.sinks.journal import decode

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def _full() -> Line:
    """A line with everything that a line can have."""
    names = [name for name in Line.__struct_fields__ if name not in {"at", "source", "details", "payloads"}]
    payloads = dict.fromkeys(("llm_request", "llm_response", "tool_request", "tool_response"), b'"x"')
    known = {**dict.fromkeys(names, "x"), "event": "log", "severity": "WRN", "path": "1-2", "kind": "mcp"}
    return Line(
        **{**known, "duration_ms": 1.0, "at": 1.0},  # type: ignore[arg-type]  # each field by its name
        source=Source(file="f", line=1, function="g"),
        details={"traceback": "t", "key": "v"},
        payloads=payloads,
    )


def test_every_field_is_explained() -> None:
    """The table has each field of a line, and each field of an entry but those that journald itself explains."""
    shown = set(re.findall(r"`([A-Z][A-Z_]+)`", PAGE))
    assert {name for name in Line.__struct_fields__ if f"`{name}`" not in PAGE} == {"message"}
    fields = {re.sub(r"_(FORMAT|SIZE|SHA256)$", "", name) for name in decode(entry(_full(), limit=0))}
    assert fields - shown == {"MESSAGE", "SYSLOG_IDENTIFIER", "AI_LABEL_KEY"}


def test_recipes_use_fields_that_there_are() -> None:
    """A query for a field that nothing writes would be silent for ever."""
    asked = set(re.findall(r"\b(AI_[A-Z_]+)=", PAGE)) | set(re.findall(r"\.(AI_[A-Z_]+)", PAGE))
    assert asked <= set(decode(entry(_full(), limit=0)))
