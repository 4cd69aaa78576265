"""Promises about completion: it proposes what can stand at the cursor, and only what parses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.explore.query import FIELDS, Field, complete, parse
from tests.explore.query.queries import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

_KNOWN = {"agent": ["support", "researcher"], "tag": ["prod", "two words", "a,b"], "tool": ["memory", "a:b"]}


def known(field: Field) -> Iterable[str]:
    """Values as a catalog would know them."""
    return _KNOWN.get(field.name, ())


def inserts(text: str, cursor: int | None = None) -> list[str]:
    """What is proposed at the end, or at a place."""
    return [proposal.insert for proposal in complete(text, len(text) if cursor is None else cursor, known)]


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("sta", ["status:"]),
        ("agent:x STA", ["status:"]),
        ("-sta", ["status:"]),
        ("ken", ["tokens:"]),
        ("agent:", ["support", "researcher"]),
        ("AGENT:Re", ["researcher"]),
        ("agent:port", ["support"]),
        ("status:", [*FIELDS["status"].choices, "live"]),
        ("state:li", ["live"]),
        ("-status:ok,fa", ["failed"]),
        ("tag:t", ['"two words"']),
        ('tag:"two', ['"two words"']),
        ("tag:a", ['"a,b"']),
        ("tool:mem", ["memory"]),
        ("tool:a", ['"a:b"']),
        ("tool:memory:t", ["timeout", "interrupted"]),
        ("tool:memory:ok,*:can", ["cancelled"]),
        ("slug:tool.time", ["tool.timeout"]),
        ("kind:m", ["mcp", "command"]),
        ("is:un", ["unpriced"]),
        ("after:to", ["today"]),
        ("cost:", ["0.5", ">0.01", "0.1..2"]),
        ("nothing:x", []),
        ('"quoted', []),
        ("zzz", []),
    ],
)
def test_what_is_proposed(text: str, proposed: list[str]) -> None:
    """Names of fields first, then values: closed sets, slugs, and what the sessions at hand know; quoted if need be."""
    assert inserts(text) == proposed


@pytest.mark.parametrize("text", ["", "agent:x ", "-"])
def test_an_empty_word_proposes_every_field(text: str) -> None:
    """Where a word could begin, all fields are shown."""
    assert inserts(text) == [f"{name}:" for name in FIELDS]


def test_completion_looks_at_the_cursor() -> None:
    """What stands behind the cursor stays; what is replaced begins where the value does."""
    text = "status:fa agent:x"
    (proposal,) = complete(text, 9, known)
    assert text[: proposal.start] + proposal.insert + text[9:] == "status:failed agent:x"
    (proposal,) = complete("tag:prod,tw", 11, known)
    assert ("tag:prod,tw"[: proposal.start] + proposal.insert) == 'tag:prod,"two words"'


def test_a_proposal_says_what_it_is() -> None:
    """Fields and slugs come with a sentence."""
    assert complete("cos", 3, known)[0].says == FIELDS["cost"].says
    assert complete("slug:tool.timeout", 17, known)[0].says == "Tool execution timed out"


def test_lifecycle_slugs_are_not_proposed() -> None:
    """Slugs that no tree shows find nothing and are not proposed."""
    assert "llm.request" not in inserts("slug:llm")


@given(st.sampled_from([*FIELDS]), st.sampled_from(NAMES), st.text(max_size=3), st.integers(-1, 20))
def test_every_proposal_parses(name: str, value: str, typed: str, cursor: int) -> None:
    """Wherever the cursor stands nothing is raised, and a value that is proposed for a field is one of it."""
    text = f"{name}:{typed}"
    complete(text, cursor, known)
    field = FIELDS[name]
    values = [] if field.choices or field.type in {"count", "money", "duration", "moment"} else [value]
    for proposal in complete(f"{name}:", len(name) + 1, lambda _: values):
        parse(f"{name}:{proposal.insert}")
