"""Promises of suspicions: what cannot be true is found, and nothing that can be is called wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clew
from clew.explore.prices import Prices
from clew.explore.suspicion import Facts, Kind, facts_of, session_suspicions, suspicions
from clew.model.payload import Payload
from clew.model.session import Attempt, Fin, Response, Totals
from clew.tree.path import locate
from tests.importers.transcripts import imported
from tests.text import build

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
WORDS = "one two three four five " * 8
"""Forty words."""


def used(fresh: int = 0, read: int = 0, write: int = 0, output: int = 0, reasoning: int = 0) -> clew.Usage:
    """Five counts."""
    return clew.Usage(
        input_tokens=fresh,
        cache_read_tokens=read,
        cache_write_tokens=write,
        output_tokens=output,
        reasoning_tokens=reasoning,
    )


def kinds(facts: Facts) -> list[str]:
    """The words for what is wrong."""
    return [found.kind for found in suspicions(facts)]


def answered(request: object, answer: object, usage: clew.Usage | None, **more: Any) -> Attempt:  # noqa: ANN401 - other fields of an attempt
    """An attempt as it was sent and answered."""
    response = Response(payload=Payload(answer), usage=usage)
    return Attempt(number=0, request=Payload(request), response=response, **more)


def chat(text: str = "Hello.", **usage: object) -> dict[str, Any]:
    """An OpenAI completion."""
    return {"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage}


def message(text: str = "Hello.", **usage: object) -> dict[str, Any]:
    """An Anthropic message."""
    return {"content": [{"type": "text", "text": text}], "usage": usage}


WRONG = [
    ("negative_count", Facts(usage=used(fresh=-1))),
    ("negative_count", Facts(usage=used(output=5, reasoning=-1))),
    ("reasoning_over_output", Facts(usage=used(output=5, reasoning=6))),
    ("no_usage", Facts(usage=used(), answer_words=1)),
    ("no_output", Facts(usage=used(fresh=10), answer_words=1)),
    ("too_little_output", Facts(usage=used(fresh=10, output=9), answer_words=20)),
    ("output_over_limit", Facts(usage=used(output=1_041), output_limit=1_024)),
    ("input_over_request", Facts(usage=used(fresh=9_000, read=200), request_bytes=1_000)),
    ("cached_twice", Facts(usage=used(fresh=1_000, read=900), stated_input=1_000)),
    ("unlike_answer", Facts(usage=used(fresh=1_000), stated_input=1_100)),
    ("unlike_answer", Facts(usage=used(output=10), stated_output=11)),
    ("cost_impossible", Facts(cost=Decimal(-1))),
    ("cost_impossible", Facts(cost=Decimal("NaN"))),
    ("cost_apart", Facts(cost=Decimal("0.0201"), estimate=Decimal("0.01"))),
    ("cost_apart", Facts(cost=Decimal("0.0049"), estimate=Decimal("0.01"))),
    ("cost_apart", Facts(cost=Decimal(0), estimate=Decimal("0.01"))),
]


@pytest.mark.parametrize(("kind", "facts"), WRONG)
def test_each_impossible_call_is_found(kind: str, facts: Facts) -> None:
    """One thing is wrong, one thing is said, in a sentence."""
    assert kinds(facts) == [kind]
    (found,) = suspicions(facts)
    assert found.message.endswith(".")
    assert "\n" not in found.message


@pytest.mark.parametrize(
    "facts",
    [
        Facts(),
        Facts(usage=used()),
        Facts(usage=used(output=5, reasoning=5), answer_words=1),
        Facts(usage=used(fresh=1, output=10), answer_words=20),
        Facts(usage=used(fresh=1, output=1), answer_words=19),
        Facts(usage=used(output=1_040), output_limit=1_024),
        Facts(usage=used(output=9_000, reasoning=8_000), output_limit=1_024),
        Facts(usage=used(fresh=9_192), request_bytes=1_000),
        Facts(usage=used(fresh=100, read=900), stated_input=1_000),
        Facts(usage=used(fresh=1_000), stated_input=1_000),
        Facts(usage=used(output=15, reasoning=5), stated_output=10),
        Facts(cost=Decimal("0.005"), estimate=Decimal("0.01")),
        Facts(cost=Decimal("0.02"), estimate=Decimal("0.01")),
        Facts(cost=Decimal(0), estimate=Decimal("0.001")),
        Facts(cost=Decimal("0.5")),
    ],
)
def test_what_can_be_true_is_left_alone(facts: Facts) -> None:
    """The edge of each rule, and what is unknown, raise no alarm."""
    assert suspicions(facts) == ()


def test_every_kind_is_shown_and_documented() -> None:
    """Each kind has a call above that breaks it, or is one of sums, and a line in docs/prices.md."""
    assert {kind for kind, _ in WRONG} | {"totals"} == set(get_args(Kind))
    page = (Path(__file__).parents[2] / "docs" / "prices.md").read_text("utf-8")
    assert [kind for kind in get_args(Kind) if f"`{kind}`" not in page] == []


@given(st.builds(used, *[st.integers(-5, 2**62)] * 5), st.integers(0, 10**6), st.none() | st.integers(0, 10**6))
def test_no_facts_break_it(usage: clew.Usage, words: int, number: int | None) -> None:
    """Whatever the figures, the answer is a list of sentences, each kind but `unlike_answer` at most once."""
    facts = Facts(
        usage=usage,
        answer_words=words,
        output_limit=number,
        request_bytes=number,
        stated_input=number,
        stated_output=number,
        cost=Decimal(1),
        estimate=None if number is None else Decimal(number),
    )
    found = [kind for kind in kinds(facts) if kind != "unlike_answer"]
    assert len(found) == len(set(found))
    assert ("negative_count" in found) == (min(msgspec.structs.astuple(usage)) < 0)


@pytest.mark.parametrize(
    ("answer", "usage", "found"),
    [
        (chat(prompt_tokens=1_000, completion_tokens=5, prompt_tokens_details={"cached_tokens": 900}), (100, 900), []),
        (
            chat(prompt_tokens=1_000, completion_tokens=5, prompt_tokens_details={"cached_tokens": 900}),
            (1_000, 900),
            ["cached_twice"],
        ),
        (message(input_tokens=100, cache_read_input_tokens=900, output_tokens=5), (100, 900), []),
        (message(input_tokens=100, cache_read_input_tokens=900, output_tokens=5), (1_000, 900), ["cached_twice"]),
        (message(input_tokens=100, cache_read_input_tokens=900, output_tokens=5), (100, 0), ["unlike_answer"]),
        (message(input_tokens=1_000, input_tokens_details={"cached_tokens": 900}, output_tokens=5), (100, 900), []),
        (message(), (1_000, 900), []),
        (message(input_tokens="many", output_tokens=None), (1, 1), []),
        ({"usage": [1]}, (1, 1), []),
        ("Hello.", (1, 1), []),
    ],
)
def test_an_answer_is_held_against_its_own_usage(answer: object, usage: tuple[int, int], found: list[str]) -> None:
    """Cached tokens counted twice are found in the terms of each provider, and disjoint counts are not suspected."""
    attempt = answered({}, answer, used(*usage, output=5))
    assert kinds(facts_of(attempt)) == found


@pytest.mark.parametrize(
    ("request_", "limit"),
    [
        ({"max_tokens": 10}, 10),
        ({"max_completion_tokens": 10, "max_tokens": 5}, 10),
        ({"max_output_tokens": 10}, 10),
        ({"max_tokens": 10, "n": 3}, 30),
        ({"max_tokens": "10"}, None),
        ({}, None),
        ("Hello", None),
    ],
)
def test_what_a_request_allows(request_: object, limit: int | None) -> None:
    """The limit is found under the name of each protocol, and holds for each answer that is asked for."""
    assert facts_of(answered(request_, chat(), used(output=1))).output_limit == limit


SENT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("request_", "attributes", "found"),
    [
        (SENT, None, ["input_over_request"]),
        (SENT | {"tools": [{"type": "function"}, {"name": "a"}]}, None, ["input_over_request"]),
        (SENT | {"tools": [{"type": "web_search_20250305"}]}, None, []),
        (SENT | {"tools": {"odd": 1}}, None, []),
        (SENT | {"previous_response_id": "r"}, None, []),
        (SENT | {"messages": [{"content": [{"image_url": {"url": "https://a.example/b.png"}}]}]}, None, []),
        (SENT, {"reconstructed": True}, []),
        ({"messages": []}, None, []),
        (SENT | {"padding": "x" * 50_000}, None, []),
    ],
)
def test_a_request_holds_its_tokens(request_: object, attributes: object, found: list[str]) -> None:
    """A request is measured only where it is there as it was sent and refers to nothing that lies elsewhere."""
    told = None if attributes is None else Payload(attributes)
    attempt = answered(request_, chat(), used(fresh=40_000, output=5), attributes=told)
    assert kinds(facts_of(attempt)) == found


def test_an_attempt_without_an_answer_is_not_suspected() -> None:
    """Where nothing was told, nothing can be wrong."""
    assert suspicions(facts_of(Attempt(number=0))) == ()
    assert suspicions(facts_of(answered({}, chat(WORDS), None))) == ()


def test_a_session_that_was_recorded(tmp_path: Path) -> None:
    """In a whole session each suspicion has the path of its attempt, children included; told costs meet estimates."""
    (tmp_path / "prices.toml").write_text('[[prices]]\nmatch = "m"\ninput = 10\noutput = 10\n')
    with clew.session("support", dir=tmp_path, trace=False) as session, session.turn("go") as turn:
        with turn.attempt(provider="p", model="m", request=SENT) as attempt:
            attempt.respond(chat(), usage=used(fresh=1_000_000, output=5), cost=Decimal(1))
        with (
            turn.tool("ask", {}, kind="agent") as tool,
            tool.child("helper") as child,
            child.turn("do") as inner,
            inner.attempt(provider="p", model="m", request={}) as attempt,
        ):
            attempt.respond(chat(WORDS), usage=used(fresh=10, output=1))
    tree = clew.load(session.path)
    found = [(path, suspicion.kind) for path, suspicion in session_suspicions(tree)]
    assert found == [("1-1", "input_over_request"), ("1-2.1-1", "too_little_output")]
    priced = [suspicion.kind for _, suspicion in session_suspicions(tree, Prices.load(tmp_path / "prices.toml"))]
    assert priced == ["input_over_request", "cost_apart", "too_little_output"]


def test_totals_that_do_not_add_up() -> None:
    """A FIN whose totals differ from the sum of the leaves is found by the checks of the tree."""
    session = build.drawn()
    fin = Fin(started_at=0.0, totals=Totals(turns=99))
    wrong = msgspec.structs.replace(session, fin=fin)
    assert "totals" in [suspicion.kind for _, suspicion in session_suspicions(wrong)]


@pytest.mark.skipif(not (SAMPLES / "expected.json").exists(), reason=f"there are no samples in {SAMPLES}")
def test_the_samples_raise_no_false_alarm(tmp_path: Path) -> None:
    """In real transcripts nothing is suspected but the few tokens of a stream's start, beside at least twenty words."""
    pytest.importorskip("genai_prices")
    prices = Prices.load()
    for root in imported(SAMPLES / "claude-code", tmp_path, verbose=False):
        found = list(session_suspicions(root, prices))
        assert {suspicion.kind for _, suspicion in found} == {"too_little_output"}
        for path, _ in found:
            attempt = locate(root, path)
            assert isinstance(attempt, Attempt)
            assert attempt.response is not None
            assert attempt.response.usage is not None
            assert attempt.response.usage.output_tokens < 10
            assert len(attempt.response.text.split()) >= 20
