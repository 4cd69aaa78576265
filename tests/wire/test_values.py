"""Values on their way to disk and back: losslessly, or labelled, and never with an exception."""

from __future__ import annotations

import copy
import dataclasses
import enum
import json
import math
import subprocess
import time
import uuid
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Never

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.wire import redact
from clew.wire.values import BLOB, LONG
from tests.wire.exact import Tape, same

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONG_TEXTS = st.builds(lambda text, times: text * times, st.text(st.characters(), min_size=1, max_size=9), st.just(60))
_TEXTS = (
    st.text(st.characters(), max_size=9) | _LONG_TEXTS | st.sampled_from(["$", "", "\u2028\x7f\x85\ufeff\u202e", "\0"])
)
_JSON_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9) | st.sampled_from(
    ["x" * 300, "ü\u2028" * 100, "\x7f", "\u0085\u202e\ufeff", '"\\\n\0']
)
_JSON_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1, True, 1.0, 0, False, 0.0, -0.0, 1e22, 5e-324])
    | _JSON_TEXTS
)
_JSON = st.recursive(
    _JSON_SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_JSON_TEXTS, inner, max_size=4),
    max_leaves=20,
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.integers(-(10**60), 10**60)
    | _TEXTS
    | st.binary(max_size=9)
)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_SCALARS, inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_secret() -> Iterator[None]:
    """Hypothesis tries the constants of the code it tests, and so what keys begin with: here they are plain text."""
    redact.configure(certain=False)
    yield
    redact.configure()


@given(st.lists(_ANYTHING, min_size=1, max_size=4))
def test_any_tree_of_plain_values_comes_back_exactly(values: list[Any]) -> None:
    """Types, key order, float bits, huge integers, bytes, lone surrogates, keys of any kind: all come back as sent."""
    tape = Tape()
    sent = copy.deepcopy(values)
    answers = [tape.response([value]) for value in values] + [
        tape.request({"messages": [value], "v": value}) for value in values
    ]
    for value, payload in zip(sent, answers[: len(sent)], strict=True):
        assert same(payload.value, [value])
    for value, payload in zip(sent, answers[len(sent) :], strict=True):
        assert same(payload.value, {"messages": [value], "v": value})
    for line in tape.lines:
        json.loads(line, parse_constant=_refuse)
        assert line.count(b"\n") == 1


@given(st.lists(_JSON, min_size=1, max_size=4))
def test_the_size_of_a_payload_is_that_of_its_compact_json(values: list[Any]) -> None:
    """`Payload.size` counts the bytes of the value as JSON, whatever was referred to or escaped on disk."""
    tape = Tape()
    for value in [*values, *values]:
        request = {"messages": [value, [value]], "one": value}
        assert tape.request(request).size == len(msgspec.json.encode(request))
        assert tape.response([value]).size == len(msgspec.json.encode([value]))


def test_a_value_nested_ten_thousand_deep_comes_back() -> None:
    """Depth is split into values that every reader of JSON can follow, and put together without recursion."""
    deep: Any = "bottom"
    for level in range(10_000):
        deep = [deep] if level % 2 else {"k": deep}
    tape = Tape()
    assert same(tape.response(deep).value, deep)
    assert same(tape.request({"messages": [deep], "x": deep}).value, {"messages": [deep], "x": deep})
    assert max(_depth(line) for line in tape.lines) < 256


def test_a_cycle_is_labelled() -> None:
    """A container that holds itself is kept up to the limit of depth, and then says so."""
    ring: list[Any] = [1]
    ring.append({"again": ring})
    assert b'"cycle"' in json.dumps(Tape().response(ring).value, check_circular=False).encode()


def test_what_is_shared_is_no_cycle() -> None:
    """The same list twice in one value is two equal lists."""
    part = [1, 2]
    assert Tape().response({"a": part, "b": [part, part]}).value == {"a": [1, 2], "b": [[1, 2], [1, 2]]}


def test_a_large_value_lies_in_a_blob_and_comes_back() -> None:
    """What is over a megabyte leaves the line; a line stays short and the value whole."""
    tape = Tape()
    text, rows = "ä" * BLOB, [{"row": number, "text": "t" * (LONG - 1)} for number in range(20_000)]
    assert tape.response(text).value == text
    assert tape.response(rows).value == rows
    assert tape.request({"messages": [{"content": rows}]}).value == {"messages": [{"content": rows}]}
    assert max(map(len, tape.lines)) < BLOB
    assert tape.response(text).size == len(text.encode()) + 2


def test_a_blob_that_is_gone_leaves_a_hole_with_name_and_size() -> None:
    """A deleted blob is never read as a shorter value."""
    tape = Tape()
    payload = tape.response("x" * (BLOB + 1))
    tape.blobs.clear()
    hole = payload.value
    assert hole["$"] == "hole"
    assert hole["size"] == BLOB + 3


def test_a_repeated_text_is_written_once() -> None:
    """A tool's result that goes out again in the next request costs a reference there."""
    tape = Tape()
    text = "found it " * 50
    tape.response({"content": text})
    tape.request({"messages": [{"role": "tool", "content": text}]})
    assert b"".join(tape.lines).count(b"found it found it") == b"".join(tape.lines[:1]).count(b"found it found it")


class _Colour(enum.Enum):
    RED = "red"


class _Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class _Point:
    x: int
    y: list[int]


class _Model:
    def model_dump(self, **_: object) -> dict[str, object]:
        return {"kind": "model", "when": date(2026, 1, 2)}


_UUID = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, (2,)), [1, [2]]),
        ({3}, [3]),
        (_Colour.RED, "red"),
        (_Level.HIGH, 3),
        (_Point(1, [2]), {"x": 1, "y": [2]}),
        (_Model(), {"kind": "model", "when": "2026-01-02"}),
        (Decimal("1.10"), "1.10"),
        (_UUID, str(_UUID)),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (PurePosixPath("/a/b"), "/a/b"),
        (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"ab"), b"ab"),
        (ValueError("no"), {"type": "ValueError", "message": "no"}),
    ],
)
def test_what_has_a_customary_form_takes_it(value: object, expected: object) -> None:
    """Values that client libraries know how to send are recorded as they would be sent, alone and in a conversation."""
    tape = Tape()
    assert same(tape.response({"v": value}).value, {"v": expected})
    assert same(tape.request({"messages": [{"v": value}]}).value, {"messages": [{"v": expected}]})


def test_equal_moments_in_different_zones_stay_apart() -> None:
    """Two messages are the same only if they would be the same JSON."""
    tape = Tape()
    moment = datetime(2026, 1, 2, 12, tzinfo=UTC)
    for sent, expected in (
        (moment, "2026-01-02T12:00:00Z"),
        (moment.astimezone(timezone(timedelta(hours=1))), "2026-01-02T13:00:00+01:00"),
    ):
        assert tape.request({"messages": [{"at": sent}]}).value == {"messages": [{"at": expected}]}


def _refuse(constant: str) -> Never:
    message = f"{constant} is no JSON"
    raise AssertionError(message)


class _Raises:
    def __repr__(self) -> str:
        raise RuntimeError

    def __iter__(self) -> Iterator[object]:
        raise RuntimeError

    def model_dump(self, **_: object) -> Never:
        raise RuntimeError

    def __getattr__(self, name: str) -> Never:
        raise RuntimeError(name)


class _Recurses:
    def __repr__(self) -> str:
        return f"<{self!r}>"

    def to_dict(self) -> dict[str, object]:
        return {"me": self.to_dict()}


class _Endless:
    def to_dict(self) -> dict[str, object]:
        return {"next": _Endless()}


class _Huge:
    def __repr__(self) -> str:
        return "x" * 50_000_000


class _Sleeps:
    def __repr__(self) -> str:
        time.sleep(0.05)
        return "awake"


class _Proxy:
    @property  # type: ignore[misc]  # as lazy proxies do
    def __class__(self) -> type:
        raise RuntimeError


class _Keys(dict[str, object]):
    def keys(self) -> Never:
        raise RuntimeError

    def items(self) -> Never:
        raise RuntimeError


@pytest.mark.parametrize(
    "make", [_Raises, _Recurses, _Endless, _Huge, _Sleeps, _Proxy, lambda: _Keys(a=1), object, lambda: math]
)
def test_a_hostile_object_is_labelled_and_nothing_raises(make: Any) -> None:  # noqa: ANN401 - makes any object
    """Whatever an object's own methods do, the rest of the payload is recorded, in bounded time and size."""
    tape = Tape()
    begin = time.monotonic()
    for payload in (
        tape.response({"a": 1, "bad": make(), "z": [2]}),
        tape.request({"messages": [make(), "after"], "z": 1}),
    ):
        value = payload.value
        assert value.get("a", 1) == 1
        assert value["z"] in ([2], 1)
    assert time.monotonic() - begin < 10
    assert len(b"".join(tape.lines)) + sum(map(len, tape.blobs.values())) < 30_000_000


def test_a_generator_is_not_consumed() -> None:
    """The recorder looks at what it is given and leaves it as it is."""
    stream = iter([1, 2, 3])
    numbers = (number for number in range(3))
    assert Tape().response({"stream": stream, "numbers": numbers}).value["numbers"]["$"] == "opaque"
    assert list(numbers) == [0, 1, 2]
    assert list(stream) == [1, 2, 3]


def test_an_object_that_failed_leaves_nothing_behind() -> None:
    """After a request that could not be read the next one is recorded exactly."""
    tape = Tape()
    messages: list[Any] = [{"n": 1}]
    tape.request({"messages": messages})
    messages += [{"n": 2}, {"n": {"bad": _Raises()}}]
    tape.request({"messages": messages})
    messages[1:] = [{"n": 3}, {"n": 4}]
    assert tape.request({"messages": messages}).value == {"messages": [{"n": 1}, {"n": 3}, {"n": 4}]}


def test_jq_reads_every_line() -> None:
    """The values that JSON has no form for, and those that trip over other tools, are still lines for `jq`."""
    values = [
        math.nan, math.inf, -math.inf, -0.0, 2**53 - 1, 2**53, 2**53 + 1, -(2**64), 10**5000, 1e308, 5e-324,
        "\ud800", "a\udfff" * 100, "\ud83d\ude00", "\0", "\u2028\u2029\u0085\x7f\x9b", "\u202e\ufeff\u2066",
        "\U0001f600", b"\xff\0", {"$": 1}, {"$": "bytes", "base64": "x"}, {1: 2, None: 3, False: 4, "": 5},
        {"\ud800": 1},
        {"c": "00000000", "seq": 9, "ev": "x", "__proto__": {}}, '","c":"00000000"}',
    ]  # fmt: skip
    deep: Any = 1
    for _ in range(3000):
        deep = {"d": [deep]}
    tape = Tape()
    for value in [*values, deep]:
        tape.response(value)
        tape.request({"messages": [value], "\ud800": value})
    run = subprocess.run(["jq", "-c", ".seq"], input=b"".join(tape.lines), capture_output=True, check=True)
    assert run.stdout.split() == [str(number).encode() for number in range(len(tape.lines))]


def _depth(line: bytes) -> int:
    text, depth, most, quoted, escaped = line.decode(), 0, 0, False, False
    for sign in text:
        if quoted:
            quoted, escaped = (sign != '"' or escaped), (sign == "\\" and not escaped)
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            depth += 1
            most = max(most, depth)
        elif sign in "]}":
            depth -= 1
    return most
