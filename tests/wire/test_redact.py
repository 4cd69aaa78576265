"""No line, no blob and no label holds a secret, and everything else is what was sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.model.event import AttemptChunk, AttemptEnd, AttemptStart, Header, Logged, ToolEnd
from clew.store.memory import MemoryJournal
from clew.wire import redact
from clew.wire.decoder import LineDecoder
from clew.wire.redact import FAILED, Redactor
from clew.wire.rules import CERTAIN, Rule
from tests.wire.canaries import CANARIES, Canary, pieces
from tests.wire.exact import same

if TYPE_CHECKING:
    from clew.model.act import Act

KEY = CANARIES[0]


class Sheet:
    """A journal in memory, and what it reads like."""

    def __init__(self) -> None:
        self.journal = MemoryJournal(Header(format=1, session_id="20251109_143414_a1b2c3d4", at=1.0))

    def write(self, act: Act) -> Any:  # noqa: ANN401 - the act as it is read back
        """Write an act and read it back."""
        self.journal.write(act)
        return self.acts()[-1]

    def acts(self) -> list[Any]:
        """Every act, read back."""
        decoder = LineDecoder(self.journal.blobs.get)
        acts = [decoder.decode(line) for line in bytes(self.journal.data).splitlines()]
        for act in acts:
            decoder.accept(act)
        return acts

    def holds(self, canary: Canary) -> bool:
        """Whether the secret stands anywhere."""
        data = bytes(self.journal.data) + b"".join(self.journal.blobs.values())
        return any(piece.encode() in data for piece in pieces(canary.secret))


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.rule)
def test_no_place_in_a_line_holds_a_secret(canary: Canary) -> None:
    """Payloads, keys, long strings, elements of conversations, blobs, bytes, broken text, errors, slugs, messages."""
    sheet, text = Sheet(), f"see {canary.text} there"
    sheet.write(
        AttemptStart(
            n=2,
            of=1,
            number=0,
            model=text,
            request={
                "messages": [{"role": "user", "content": text}, {"role": "user", "content": text + " x" * 99}],
                "bytes": text.encode(),
                "broken": "\ud800" + text,
                "deep": [[[{"arguments": json.dumps({"inner": json.dumps({"value": text})})}]]],
                text: "a key",
            },
        )
    )
    sheet.write(AttemptEnd(n=2, response={"large": [text, "y" * 1_100_000]}, error=text))
    sheet.write(ToolEnd(n=3, response=ValueError(text), error=text, slugs=[text]))
    end = sheet.write(Logged(of=0, slug="app.warning", severity="WRN", message=text, details={"traceback": text}))
    assert not sheet.holds(canary)
    assert all(act.redacted for act in sheet.acts()[1:])
    assert {rule for rule, _, _ in end.redacted} == {canary.rule}
    assert {where for _, where, _ in end.redacted} >= {"/message"}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES, _VALUES)
def test_all_around_a_secret_is_kept_exactly(before: Any, after: Any) -> None:  # noqa: ANN401 - any JSON value
    """A line that had to be rewritten holds every other value as it was sent, types and order of keys included."""
    sheet = Sheet()
    act = sheet.write(ToolEnd(n=1, response={"before": before, "secret": KEY.text, "after": after}))
    wanted = {"before": before, "secret": f"[redacted {KEY.rule}]", "after": after}
    assert same(act.response.value, wanted)
    assert not sheet.holds(KEY)


def test_the_line_says_what_was_redacted_where_by_which_rule() -> None:
    """A JSON pointer into the line and the number of secrets; the secret itself is nowhere."""
    sheet = Sheet()
    sheet.write(ToolEnd(n=1, response={"a/b": [f"{KEY.text} {KEY.text}"]}, error=f"at {KEY.text}"))
    line = json.loads(bytes(sheet.journal.data).splitlines()[-1])
    # Two keys with a blank between them are long enough to be a value of its own.
    assert sorted(line["redacted"]) == [["anthropic-key", "/error", 1], ["anthropic-key", "/new/0/2/0", 2]]
    assert line["new"][0][2][0] == "[redacted anthropic-key] [redacted anthropic-key]"


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Set-Cookie", "x-api-key", "api_key", "X-Csrf-Token"])
@pytest.mark.parametrize("value", ["open sesame", b"open sesame", ["open sesame", "and again"], "open sesame " * 20])
def test_the_value_of_a_credential_header_goes_whatever_it_looks_like(name: str, value: object) -> None:
    """In an object of headers, short or long, as text, bytes or several; other headers stay."""
    sheet = Sheet()
    headers = {"accept": "*/*", name: value}
    act = sheet.write(
        ToolEnd(n=1, response={"headers": headers, "pairs": {"raw_headers": [[name, value], ["a", "b"]]}})
    )
    clean = "[redacted credential-header]"
    assert act.response.value == {
        "headers": {"accept": "*/*", name: clean},
        "pairs": {"raw_headers": [[name, clean], ["a", "b"]]},
    }
    assert b"sesame" not in bytes(sheet.journal.data)


def test_a_member_that_is_only_called_like_a_header_stays() -> None:
    """A schema that describes a header, a recipe for a cookie, a count of tokens: nothing of it is a credential."""
    sheet = Sheet()
    value = {
        "properties": {"headers": {"properties": {"authorization": {"type": "string"}, "cookie": {"type": "object"}}}},
        "cookie": "chocolate",
        "authorization": "not needed",
        "max-token": 17,
        "headers": {"x-token": None, "cookie": True, "authorization": ""},
    }
    act = sheet.write(ToolEnd(n=1, response=value))
    assert act.response.value == value
    assert not act.redacted


def test_a_conversation_with_a_secret_is_still_written_once() -> None:
    """What is sent again is referred to, not written again, although what lies on disk is not what was sent."""
    sheet = Sheet()
    messages = [{"role": "user", "content": f"use {KEY.text} " + "z" * 300}]
    for number in range(5):
        messages.append({"role": "user", "content": str(number)})
        sheet.write(AttemptStart(n=number + 2, of=1, number=0, request={"messages": messages}))
    assert bytes(sheet.journal.data).count(b"z" * 300) == 1
    assert [bool(act.redacted) for act in sheet.acts()[1:]] == [True, False, False, False, False]
    last = sheet.acts()[-1].request.value["messages"]
    assert last[0]["content"] == f"use [redacted {KEY.rule}] " + "z" * 300
    assert [message["content"] for message in last[1:]] == ["0", "1", "2", "3", "4"]


def test_the_whole_text_of_a_stream_is_its_redacted_pieces() -> None:
    """The answer that repeats a streamed text refers to its pieces and is as clean as they are."""
    sheet = Sheet()
    texts = ["The key is ", KEY.text, ", keep it" + " safe" * 40]
    for text in texts:
        sheet.write(AttemptChunk(n=2, text=text))
    act = sheet.write(AttemptEnd(n=2, response={"content": "".join(texts)}))
    assert act.response.value["content"] == f"The key is [redacted {KEY.rule}], keep it" + " safe" * 40
    assert not sheet.holds(KEY)


def test_a_redactor_that_fails_drops_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written that was not looked at: the value is left out, and the line says why."""

    def fail(*_: object) -> str:
        raise MemoryError

    monkeypatch.setattr(Redactor, "text", fail)
    sheet = Sheet()
    act = sheet.write(ToolEnd(n=1, response={"content": KEY.text}, error=f"at {KEY.text}"))
    assert not sheet.holds(KEY)
    assert {rule for rule, _, _ in act.redacted} == {FAILED}
    assert act.response.value == {"$": "left_out", "reason": FAILED}
    assert act.error == f"[redacted {FAILED}]"


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.rule)
def test_a_stream_is_never_cut_inside_a_secret(canary: Canary) -> None:
    """Split at every offset, the first part is let go only so far that no part of the secret is in it."""
    redactor, text = Redactor(CERTAIN), f"It is {canary.text} and more."
    begin = text.index(canary.secret)
    for cut in range(1, len(text)):
        held = redactor.held(text[:cut])
        clean = redactor.text(text[:held]) + redactor.text(text[held:])
        assert not [piece for piece in pieces(canary.secret) if piece in clean], (cut, held)
        assert cut < begin or held <= begin or f"[redacted {canary.rule}]" in redactor.text(text[:held]), (cut, held)


@given(st.text(max_size=80))
def test_a_stream_holds_back_no_ordinary_text(text: str) -> None:
    """What ends with a full stop and a blank is let go whole: nothing that is no secret waits for long."""
    assert Redactor(CERTAIN).held(text.replace("-----BEGIN", "") + ". ") >= len(text.replace("-----BEGIN", "")) - 80
    assert Redactor(CERTAIN).held("The answer is ready. ") == len("The answer is ready. ")


def test_rules_of_the_process_can_be_replaced() -> None:
    """`configure` adds rules to those for what is certain, or puts them in their place."""
    try:
        redact.configure([Rule("badge", r"B-\d{6}", literal="B-")])
        assert redact.in_force().text(f"B-123456 {KEY.text}") == f"[redacted badge] [redacted {KEY.rule}]"
        redact.configure(certain=False)
        assert redact.in_force().text(KEY.text) == KEY.text
        assert not redact.in_force().suspects(KEY.text.encode())
    finally:
        redact.configure()
