"""Lines of a transcript: nothing raises, nothing is lost."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from clew.importers.claude_code import read
from clew.importers.deposit import store_foreign
from clew.importers.transcript import Fragment, objects_in
from clew.model.act import Act
from clew.model.event import Logged
from clew.store.folder import Folder
from clew.tree.check import check
from tests.importers.transcripts import SESSION, Transcript, call

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
GARBAGE = st.one_of(
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ")),
    JSON.map(lambda value: json.dumps(value).encode()),
)
BLOCKS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["text", "tool_use", "tool_result"]) | JSON},
        optional={"id": JSON | st.just("t1"), "tool_use_id": JSON | st.just("t1"), "text": JSON, "input": JSON},
    ),
    max_size=3,
)
STRANGE = st.fixed_dictionaries(
    {"type": st.sampled_from(["user", "assistant", "system", "progress", "summary", "new-kind"])},
    optional={
        "message": JSON
        | st.fixed_dictionaries({"content": JSON | st.lists(st.dictionaries(st.text(), JSON, max_size=2))}),
        "uuid": JSON,
        "parentUuid": JSON,
        "timestamp": JSON | st.datetimes().map(str),
        "subtype": st.sampled_from(["api_error", "compact_boundary", "local_command"]) | JSON,
        "data": JSON | st.just({"type": "agent_progress", "agentId": "a", "message": {}}),
        "isSidechain": st.booleans() | JSON,
        "isCompactSummary": st.booleans(),
        "retryInMs": JSON,
        "error": JSON,
        "toolUseResult": JSON,
        "sessionId": st.just(SESSION) | JSON,
    },
)
STEP = st.one_of(
    st.tuples(st.just("user"), st.text(max_size=5)),
    st.tuples(st.just("answer"), st.integers(0, 3)),
    st.tuples(st.just("call"), st.integers(0, 3)),
    st.tuples(st.just("result"), st.integers(0, 3)),
    st.tuples(st.just("error"), st.integers(1, 3)),
    st.tuples(st.just("garbage"), GARBAGE),
    st.tuples(st.just("strange"), STRANGE),
)


def _line(transcript: Transcript, kind: str, what: object) -> None:
    if kind == "garbage" and isinstance(what, bytes):
        transcript.raw(what)
    elif kind == "strange":
        transcript.raw(json.dumps(what).encode())
    elif kind == "error" and isinstance(what, int):
        transcript.api_error(what, 10.5)
    elif kind == "user":
        transcript.user(what)
    elif kind == "result":
        transcript.result(f"t{what}")
    else:
        transcript.answer(f"m{what}", call(f"t{what}") if kind == "call" else "text")


def _details(acts: list[Act]) -> list[object]:
    return [act.details for act in acts if isinstance(act, Logged)]


@given(st.lists(STEP, max_size=25))
def test_random_transcripts_never_raise_and_lose_nothing(steps: list[tuple[str, object]]) -> None:
    """Whatever stands between its lines, a transcript becomes a sound session, twice the same.

    Every fragment is kept with its bytes.
    """
    transcript = Transcript().user("hello")
    for kind, what in steps:
        _line(transcript, kind, what)
    with tempfile.TemporaryDirectory() as folder:
        path = transcript.write(Path(folder) / f"{SESSION}.jsonl")
        into = Path(folder) / "sessions"
        found = list(read(path))
        kept = [details for foreign in found for details in _details(list(foreign.acts))]
        fragments = [item.content for item in objects_in(path.read_bytes().split(b"\n")) if isinstance(item, Fragment)]
        contents = [details["content"] for details in kept if isinstance(details, dict) and "line" in details]
        assert repr(sorted(map(repr, contents))) == repr(sorted(map(repr, fragments)))
        outcomes = [store_foreign(into, foreign) for foreign in read(path)]
        assert set(outcomes) <= {"new", "unchanged"}
        assert {store_foreign(into, foreign) for foreign in read(path)} == {"unchanged"}
        session = Folder(into).load(found[0].session_id)
        assert [violation for violation in check(session) if violation.rule in {"totals", "link", "attempt"}] == []


@given(st.lists(STRANGE, max_size=6))
def test_no_record_is_lost(records: list[dict[str, object]]) -> None:
    """Every record of a kind that is represented by nothing else is an entry that holds it whole."""
    kinds = {"new-kind", "summary", "progress"}
    transcript = Transcript().user("hello")
    for number, record in enumerate(records):
        plain = {**record, "isSidechain": False, "data": None, "uuid": f"own-{number}", "mark": number}
        transcript.raw(json.dumps(plain).encode())
    with tempfile.TemporaryDirectory() as folder:
        path = transcript.write(Path(folder) / f"{SESSION}.jsonl")
        kept = [details for foreign in read(path) for details in _details(list(foreign.acts))]
    marks = {details["mark"] for details in kept if isinstance(details, dict) and "mark" in details}
    assert marks >= {number for number, record in enumerate(records) if record["type"] in kinds}


def test_lines_are_split_at_newlines_only() -> None:
    """A line separator of Unicode inside a text is a part of it."""
    record = {"type": "user", "text": "one\u2028two\x85three"}
    assert list(objects_in(json.dumps(record, ensure_ascii=False).encode().split(b"\n"))) == [record]


def test_a_byte_that_is_no_text_costs_nothing() -> None:
    """A record with a byte that is not UTF-8 is read, and the byte is kept."""
    (record,) = objects_in([b'{"type":"user","text":"a\xffb"}'])
    assert isinstance(record, dict)
    assert record["text"] == "a\udcffb"


def test_garbage_between_fused_records_is_kept() -> None:
    """Two records with garbage around them are two records and three fragments."""
    one = b'{"type":"user","sessionId":"s"}'
    items = list(objects_in([b"xx" + one + b"yy" + one + b"zz"]))
    assert [item.content if isinstance(item, Fragment) else "record" for item in items] == [
        b"xx",
        "record",
        b"yy",
        "record",
        b"zz",
    ]
