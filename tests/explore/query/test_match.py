"""Promises about a query on the rows of a tree: each field asks one fact of one node."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from clew.explore.query import FIELDS, NodeFacts, about_nodes, matches_node, parse
from clew.explore.query.term import Query
from clew.model.usage import Usage
from tests.explore.query.queries import queries

NOW = 1_793_600_000_000.0
ATTEMPT = NodeFacts(
    kind="attempt",
    path="2-1",
    provider="anthropic",
    model="claude-sonnet-4-5",
    status="ok",
    verdict="rejected",
    slugs=("llm.empty_response",),
    error="the answer is empty",
    started_at=NOW - 60_000,
    ended_at=NOW - 58_500,
    usage=Usage(input_tokens=1000, cache_read_tokens=2000, cache_write_tokens=500, output_tokens=10),
    cost=Decimal("0.0312"),
    text="→ anthropic claude-sonnet-4-5 rejected",
)
TOOL = NodeFacts(
    kind="tool",
    path="2-2",
    name="orders.search",
    tool_kind="mcp",
    status="running",
    started_at=NOW - 10_000,
    text="⚙ orders.search Küche",
)
TURN = NodeFacts(
    kind="turn",
    path="2",
    status="failed",
    started_at=NOW - 60_000,
    retries=1,
    tools=5,
    failures=2,
    text="find my order",
)


@pytest.mark.parametrize(
    ("facts", "terms"),
    [
        (
            ATTEMPT,
            "model:claude-* provider:Anthropic status:ok status:rejected slug:llm.* error:empty after:2m before:59s",
        ),
        (ATTEMPT, "cost:>0.03 cost:0.0312 tokens:3510 input:1k cached:2.5k output:<11 duration:1500ms duration:>1s"),
        (ATTEMPT, "claude -gpt sonnet-4 REJECTED after:yesterday"),
        (
            TOOL,
            "tool:orders.search tool:ORDERS.*:live tool:* kind:mcp kind:rest,mcp status:live is:live küche time:10s",
        ),
        (TURN, 'status:failed retries:1 tools:>=5 failures:2 "find my"'),
        (ATTEMPT, "agent:x tag:x id:x title:x parent:x incident:x origin:tool turns:99 children:99"),
        (ATTEMPT, "-agent:x is:child is:root,damaged status:abandoned -status:unreadable,abandoned"),
    ],
)
def test_terms_that_hold(facts: NodeFacts, terms: str) -> None:
    """Each of these holds of the node; what says nothing about nodes is left out, negated or not."""
    for term in parse(terms).terms:
        assert matches_node(Query((term,)), facts, now=NOW), term
    assert matches_node(parse(terms), facts, now=NOW)


@pytest.mark.parametrize(
    ("facts", "terms"),
    [
        (ATTEMPT, "model:sonnet provider:openai status:failed slug:tool.* error:timeout after:30s before:2m kind:mcp"),
        (
            ATTEMPT,
            "cost:>0.0312 tokens:0 input:0 cached:0 output:>10 time:>1500ms tool:* is:live is:unpriced is:root,live",
        ),
        (ATTEMPT, "gpt -claude retries:0 tools:0 failures:0 clau*"),
        (TOOL, "tool:orders tool:orders.search:ok model:* provider:* slug:* error:* cost:>=0 tokens:>=0 is:unpriced"),
        (TURN, "status:ok,running duration:>0s tool:* kind:function"),
    ],
)
def test_terms_that_do_not_hold(facts: NodeFacts, terms: str) -> None:
    """Each of these misses the node: what is unknown does not hold."""
    for term in parse(terms).terms:
        assert not matches_node(Query((term,)), facts, now=NOW), term


def test_an_unpriced_answer() -> None:
    """Tokens without a cost are unpriced; without tokens nothing is known to have a price."""
    unpriced = NodeFacts(kind="attempt", usage=Usage(output_tokens=1))
    assert matches_node(parse("is:unpriced"), unpriced, now=NOW)
    assert not matches_node(parse("is:unpriced"), NodeFacts(kind="attempt"), now=NOW)
    assert not matches_node(parse("after:2d"), unpriced, now=NOW)


def test_a_query_is_taken_along_into_a_tree() -> None:
    """Of the query that found a session, what says something about nodes remains."""
    query = parse("agent:support status:failed,abandoned is:child tag:prod slug:tool.* words")
    assert str(about_nodes(query)) == "status:failed slug:tool.* words"
    assert about_nodes(parse("agent:support is:child")) == Query()


@given(queries())
def test_every_query_can_be_asked_of_a_node(query: Query) -> None:
    """No field is forgotten: any query is answered, and negating each of its terms that speak of nodes turns it."""
    for facts in (ATTEMPT, TOOL, TURN, NodeFacts(kind="init")):
        matches_node(query, facts, now=NOW)
        for term in about_nodes(query).terms:
            turned = parse(f"-{term}" if not term.negated else str(term).removeprefix("-"))
            assert matches_node(turned, facts, now=NOW) is not matches_node(Query((term,)), facts, now=NOW)


def test_fields_without_a_word_about_nodes_have_none_about_them() -> None:
    """A list of fields that say nothing about nodes, so that adding one is a decision."""
    silent = {name for name, field in FIELDS.items() if field.node is None}
    assert silent == {"id", "agent", "origin", "turns", "children", "title", "tag", "parent", "incident"}
