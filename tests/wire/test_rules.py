"""The rules find what is certainly a secret, and touch nothing else."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.wire.redact import Findings, Redactor
from clew.wire.rules import CERTAIN, Rule
from tests.wire.canaries import CANARIES, Canary, pieces

REDACTOR = Redactor(CERTAIN)
SOURCES = Path(__file__).parents[2] / "src"

INNOCENT = (
    "The author keeps a session open while max_tokens is 4096 and the password is changed.",
    "risk-free task-based desk-bound disk-usage: sk-learn is a library, sk- is a prefix, sk-ant- too",
    "headers = {'Authorization': f'Bearer {token}', 'x-api-key': api_key, 'cookie': cookies}",
    'curl -H "Authorization: Bearer $ANTHROPIC_API_KEY" -H "x-api-key: $KEY" https://api.example.org/v1',
    '{"Authorization": "Bearer <your token here 123>", "x-api-key": "YOUR_API_KEY_123456"}',
    "postgres://user:password@localhost:5432/db and https://user:pass@example.org/ and redis://:${PASSWORD}@cache",
    "mail bob@example.org or see https://example.org/@bob and git@github.example.org:bob/shop.git",
    "AKIAIOSFODNN7EXAMPLE with wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY stand in every manual",
    'if line == "-----BEGIN PRIVATE KEY-----": raise ValueError("a private key")',
    "AIza is how they begin, ghp_ and github_pat_ and glpat- too; hf_hub_download, npm_config_prefix, r8_unorm",
    "bearer of bad news; Bearer authentication-schemes-are-described-elsewhere; the bearer token expired",
    '{"authorization": {"type": "string", "description": "the token"}, "cookie": {"type": "boolean"}}',
    "eyJ is how base64 of an object begins: eyJhIjoxfQ==",
    "xoxo-hugs-and-kisses to you, and xai-team-meeting-notes-of-the-day",
    "secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']",
    "Set-Cookie: and Cookie: are headers; session tokens live in cookies; a cookie jar",
)
"""Texts about secrets with none in them."""

PROSE = """
the author of this session holds a token and a key ; password reset ; max_tokens = 4096 ; cache_read_tokens ;
api_key from the environment ; cookie jar ; secret santa ; bearer of the ring ; sk-learn ; risk-averse task-force ;
authorization is not authentication ; private key cryptography ; session_id ; token_count ; key-value store
"""
"""Words of such texts."""


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.rule)
def test_a_secret_is_replaced_by_the_name_of_its_rule(canary: Canary) -> None:
    """Wherever it stands in a text, what is left of a secret is its rule; the text around it stays."""
    for shape in ("{}", "before {} after", "a\n{}\nb", '"{}"', "x={};y", "({})"):
        text = shape.format(canary.text)
        clean = REDACTOR.text(text)
        assert not [piece for piece in pieces(canary.secret) if piece in clean]
        assert f"[redacted {canary.rule}]" in clean
        assert clean.startswith(shape.partition("{}")[0])


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.rule)
def test_a_secret_is_found_in_json_inside_json(canary: Canary) -> None:
    """Five levels of strings that hold JSON hide nothing."""
    text = canary.text
    for _ in range(5):
        text = json.dumps({"arguments": text, "note": "ordinary"})
        found = Findings()
        clean = REDACTOR.text(text, found)
        assert not [piece for piece in pieces(canary.secret) if piece in clean]
        assert found.count > 0


@pytest.mark.parametrize("text", INNOCENT)
def test_a_text_about_secrets_is_not_touched(text: str) -> None:
    """Words, prefixes, placeholders, schemas and examples of manuals are nobody's secret."""
    assert REDACTOR.text(text) == text


def test_ten_megabytes_of_innocent_text_stay_as_they_are() -> None:
    """Prose and code about passwords, sessions, keys and tokens: 0 bytes changed."""
    rng = random.Random(7)
    prose = PROSE.split()
    code = [path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.py"))]
    changed = total = 0
    while total < 10_000_000:
        text = rng.choice(code) if rng.random() < 0.3 else " ".join(rng.choices(prose, k=2_000)) + rng.choice(INNOCENT)
        for given_text in (text, json.dumps(text)):
            total += len(given_text)
            changed += REDACTOR.text(given_text) != given_text
    print(f"{total} characters of innocent text: {changed} texts changed")
    assert changed == 0


_LITERALS = [literal for rule in CERTAIN for literal in rule.literals]


@given(st.text(max_size=200))
def test_a_text_without_literals_is_never_changed(text: str) -> None:
    """What holds no literal of any rule comes back as it is."""
    if not any(literal in text for literal in _LITERALS):
        assert REDACTOR.text(text) == text


@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from(CANARIES).map(lambda canary: canary.text)), max_size=8))
def test_what_is_redacted_is_labelled(parts: list[str]) -> None:
    """The findings name the rules that a changed text shows; they are empty for one that did not change."""
    text, found = "\n".join(parts), Findings()
    clean = REDACTOR.text(text, found, "/here")
    rows = found.take()
    assert bool(rows) == (clean != text)
    assert {rule for rule, _, _ in rows} <= set(re.findall(r"\[redacted ([\w-]+)\]", clean)) | {"credential-header"}
    assert all(where == "/here" and count > 0 for _, where, count in rows)


def test_an_applications_own_rule_is_applied() -> None:
    """A rule of a pattern and a literal, one of a group, one without a literal, one of names of members."""
    redactor = Redactor(
        [
            Rule("badge", r"B-\d{6}", literal="B-"),
            Rule("pin", r"pin is (?P<secret>\d{4})", literal="pin"),
            Rule("ssn", r"\b\d{3}-\d{2}-\d{4}\b"),
            Rule("password", keys=("password", "pass_phrase")),
        ]
    )
    assert redactor.text("B-123456 B-12 pin is 1234, 123-45-6789") == (
        "[redacted badge] B-12 pin is [redacted pin], [redacted ssn]"
    )
    found = Findings()
    data = redactor.json(b'{"a":{"Password":"hunter2","pass-phrase":["x","y"],"passwords":"no"}}', found, "")
    assert data == b'{"a":{"Password":"[redacted password]","pass-phrase":"[redacted password]","passwords":"no"}}'
    assert found.take() == [("password", "/a/Password", 1), ("password", "/a/pass-phrase", 1)]


def test_a_pattern_that_is_none_is_refused() -> None:
    """The person who writes a rule learns at once that its pattern is wrong, and which rule it is."""
    with pytest.raises(ValueError, match="the rule 'broken' is no regular expression"):
        Redactor([Rule("broken", "(")])


RUNS = ("a", "A1", "x-", "ab/", "-", "eyJ", "sk-", "\\", '"', "http://", " ", "cookie", "-----BEGIN ")


@pytest.mark.parametrize("run", RUNS)
def test_no_text_makes_a_rule_slow(run: str) -> None:
    """A hundred thousand characters of any one thing, with every literal among them, take no noticeable time."""
    text = run * (100_000 // len(run)) + " ".join(literal for rule in CERTAIN for literal in rule.literals)
    before = time.process_time()
    REDACTOR.text(text + run * 1000)
    REDACTOR.held(text + run * 1000)
    spent = time.process_time() - before
    print(f"{run!r}: {spent * 1000:.0f} ms")
    assert spent < 5
