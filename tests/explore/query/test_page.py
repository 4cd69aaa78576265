"""Promises about ``docs/query.md``: its table is the code's, and every query on it parses."""

from __future__ import annotations

import re

from clew.explore.query import parse
from clew.explore.query.page import COMMAND, PAGE, renewed


def test_the_table_of_fields_is_fresh() -> None:
    """The page says of every field what the code does."""
    text = PAGE.read_text("utf-8")
    assert renewed(text) == text, f"write it anew: {COMMAND}"
    assert "| `agent` |" in text


def test_every_query_on_the_page_parses() -> None:
    """What is shown between single quotes after a command, or in the examples of fields, can be typed."""
    text = PAGE.read_text("utf-8")
    shown = re.findall(r"clew \w+ (?:-\w+ )*(?:-- )?'([^']+)'", text) + re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    assert len(shown) > 10
    for query in shown:
        parse(query.partition("   ")[0])
