"""Promises about the language: what a text means, and what is said about one that means nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clew.errors import QueryError
from clew.explore.query import Condition, Text, parse, where
from clew.explore.query.field import CALL_STATUSES, FIELDS, field_names, find_field
from clew.explore.query.parser import LONGEST, MOST
from clew.explore.query.pattern import Pattern
from clew.explore.query.term import Call, Choice, Query
from tests.explore.query.queries import queries

_SIGNS = st.text(st.sampled_from('ab :,-*"\\.<>=$1230kmsd\n\0\ud800Ä') | st.characters(), max_size=30)
_PIECES = st.sampled_from([*(f"{name}:" for name in field_names()), '"', "-", ",", ":", "*", "1", "..", ">", "x", " "])


_MOMENTS = "write for instance today, yesterday, 2d, 2026-11-01 or 2026-11-01T10:00."
_NO_OPERATORS = (
    'terms stand side by side, alternatives are joined by a comma, and - negates; write "OR" to search for the word.'
)


@given(queries())
def test_a_query_can_be_written_down(query: Query) -> None:
    """What a query is written as parses to the same query."""
    assert parse(str(query)) == query


@given(_SIGNS | st.lists(_PIECES | _SIGNS, max_size=8).map("".join))
@example("a" * (LONGEST + 1))
@example("a " * (MOST + 1))
@example("tag:" + "a," * MOST + "a")
@example("after:9999999d")
@example("before:9999-12-31T23:59+00:00")
@example("after:0001-01-01")
@example("after:2026-01-01T10:00+99:99")
@example("tokens:999999999999999G")
@example("tokens:" + "9" * 30)
def test_every_text_parses_or_is_refused(text: str) -> None:
    """No text does anything but parse to what can be written and run, or raise ``QueryError`` with its place."""
    try:
        query = parse(text)
    except QueryError as problem:
        said, column = str(problem), problem.column
    else:
        assert parse(str(query)) == query
        assert where(query, now=1_793_600_000_000.0).sql
        return
    assert 1 <= column <= len(text) + 1
    assert said.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("  agent:support\tstatus:failed \n", "agent:support status:failed"),
        ("Agent:Support STATUS:Live state:LIVE", "agent:Support status:running status:running"),
        ("session:x since:2d until:today time:>5s", "id:x after:2d before:today duration:>5s"),
        ('tag:"prod" tag:"two words" tag:a" "b', 'tag:prod tag:"two words" tag:"a b"'),
        ('tag:"a*b" tag:a*b tag:a**b tag:* tag:"*"*', 'tag:"a*b" tag:a*b tag:a*b tag:* tag:"*"*'),
        ('tag:a,b,"c,d"', 'tag:a,b,"c,d"'),
        ("slug:Tool.TIMEOUT", "slug:tool.timeout"),
        ("tool:memory:FAILED,*:live,x", "tool:memory:failed,*:running,x"),
        ('tool:"mcp:server":ok', 'tool:"mcp:server":ok'),
        ("model:openai:gpt", 'model:"openai:gpt"'),
        ("tokens:>100000 tokens:1500 tokens:0 tokens:2000K", "tokens:>100k tokens:1500 tokens:0 tokens:2M"),
        (
            "tokens:=5 tokens:1..5 tokens:5..5 tokens:5.. tokens:..5",
            "tokens:5 tokens:1..5 tokens:5 tokens:>=5 tokens:<=5",
        ),
        ("cost:$0.50 cost:.5 cost:>=0.0312 cost:1k", "cost:0.5 cost:0.5 cost:>=0.0312 cost:1k"),
        ("duration:90s duration:120s duration:48h duration:1w", "duration:90s duration:2m duration:2d duration:7d"),
        (
            "duration:1.5s duration:0.5ms duration:0s duration:>5M",
            "duration:1500ms duration:0.5ms duration:0ms duration:>5m",
        ),
        ("after:48h after:Today after:2026-11-01t10:00z", "after:2d after:today after:2026-11-01T10:00Z"),
        ('free "free text" -"not this" -nor', 'free "free text" -"not this" -nor'),
        ('"agent:x" 12:30 "-x" - --x', '"agent:x" "12:30" "-x" "-" -"-x"'),
        ('"a\\"b\\\\c\\d" a\\b', '"a\\"b\\\\c\\\\d" a\\b'),
        ("日本語 tag:日本語 -tag:🧵", "日本語 tag:日本語 -tag:🧵"),
        ('or "OR" -"AND"', 'or "OR" -"AND"'),
        ("a,b a*b 5..6 >5", "a,b a*b 5..6 >5"),
    ],
)
def test_a_text_and_how_it_is_written(text: str, written: str) -> None:
    """Spaces, cases, aliases, units and quotes may vary; one spelling is canonical."""
    assert str(parse(text)) == written


def test_a_query_is_plain_values() -> None:
    """Programs can look at what was asked."""
    query = parse('agent:sup* -status:failed,ok tool:memory:timeout "free text" -no')
    assert query.conditions == (
        Condition("agent", (Pattern(("sup", "")),)),
        Condition("status", (Choice("failed"), Choice("ok")), negated=True),
        Condition("tool", (Call(Pattern(("memory",)), "timeout"),)),
    )
    assert query.texts == (Text("free text"), Text("no", negated=True))
    assert query.asks("tool", "is")
    assert not query.asks("is")


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("agnet:x", 1, "There is no field 'agnet' (column 1); did you mean 'agent'?"),
        ("ok -Stauts:x", 5, "There is no field 'Stauts' (column 5); did you mean 'status'?"),
        ("https://x", 1, "There is no field 'https' (column 1); quote it to search for the text: \"https://x\"."),
        ("status:faild", 8, "There is no status 'faild' (column 8); did you mean 'failed'?"),
        ("status:ok,,x", 11, "A value is missing at column 11; write one, for instance status:failed,interrupted."),
        ("agent:", 7, "A value is missing at column 7; write one, for instance agent:support."),
        ('agent:""', 7, "A value is missing at column 7; write one, for instance agent:support."),
        (
            "kind:x",
            6,
            "There is no kind 'x' (column 6); write one of mcp, rest, agent, command, function, workflow.",
        ),
        ("tool:a:b", 8, f"There is no status of a call 'b' (column 8); write one of {', '.join(CALL_STATUSES)}."),
        ("tool:a:b:c", 9, 'The colon at column 9 is one too many; put a name with colons in quotes: tool:"a:b:c".'),
        ("is:rot", 4, "There is no property 'rot' (column 4); did you mean 'root'?"),
        ("tool:x:timout", 8, "There is no status of a call 'timout' (column 8); did you mean 'timeout'?"),
        ("tool::failed", 6, "The tool is missing at column 6; write tool:*:failed for any."),
        (
            "tool:a:b:ok",
            9,
            'The colon at column 9 is one too many; put a name with colons in quotes: tool:"a:b":ok.',
        ),
        ("tokens:many", 8, "'many' is no number (column 8); write for instance 5, >100k or 1..5."),
        ("tokens:5..1", 8, "'5..1' is no number (column 8); write for instance 5, >100k or 1..5."),
        ("tokens:-5", 8, "'-5' is no number (column 8); write for instance 5, >100k or 1..5."),
        ("tokens:$5", 8, "'$5' is no number (column 8); write for instance 5, >100k or 1..5."),
        ("cost:>x", 6, "'>x' is no amount of dollars (column 6); write for instance 0.5, >0.01 or 0.1..2."),
        ("duration:>5", 10, "'>5' is no time with a unit (column 10); write for instance >90s, <500ms or 5m..2h."),
        (
            "after:2026-02-30",
            7,
            f"'2026-02-30' is no time (column 7); {_MOMENTS}",
        ),
        (
            "after:2d,3d",
            7,
            f"'2d,3d' is no time (column 7); {_MOMENTS}",
        ),
        ('a "b c', 3, 'The quote at column 3 is not closed; add another " to it.'),
        ('a -""', 4, "There is nothing between the quotes at column 4; write a text."),
        (
            "a OR b",
            3,
            f"There is no OR (column 3): {_NO_OPERATORS}",
        ),
        ("a\0", 2, "The character at column 2 is no text; leave it out."),
        ("x" * 4001, 4001, "The query has 4001 characters; write at most 4000."),
        ("x " * 101, 201, "The query has 101 terms; write at most 100 (see column 201)."),
        ("tag:" + "x," * 100 + "x", 205, "tag has 101 alternatives; write at most 100 (see column 205)."),
    ],
)
def test_a_refusal_says_what_is_wrong_where_and_what_would_be_right(text: str, column: int, sentence: str) -> None:
    """One sentence for the person at the keyboard, and the column for a screen."""
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert (str(refused.value), refused.value.column) == (sentence, column)


def test_what_a_refusal_proposes_parses() -> None:
    """The quotes, the name with colons and the examples that a sentence shows are queries."""
    for text in (
        '"https://x"',
        'tool:"a:b":ok',
        "tool:*:failed",
        '"OR"',
        *(field.example for field in FIELDS.values()),
    ):
        parse(text)


def test_names_of_fields_are_unique() -> None:
    """No alias hides a field."""
    assert len(field_names()) == len(FIELDS) + sum(len(field.aliases) for field in FIELDS.values())
    assert all(find_field(field.example.partition(":")[0]) is field for field in FIELDS.values())
