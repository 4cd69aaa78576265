"""A session as one file: everything the page may ask is inside, exactly once, and nothing in it can act."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from bench.corpus import record_long
from clew.cli.exit_codes import ExitCode
from clew.cli.main import run
from clew.explore.library import Library
from clew.store.folder import Folder
from clew.web.carried import TooLong
from clew.web.single import SLOT, single_file
from hatch_build import build_page
from tests.explore.recorded import write
from tests.web.folder import (
    ABSENT,
    DAMAGED,
    EMPTY,
    HOSTILE,
    KINDS,
    LARGE,
    LIVE,
    MARKUP,
    UNREADABLE,
    WHOLE,
    every_session,
    large,
)
from tests.web.site import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_INSIDE = re.compile(rb'<script type="application/json" id="answers">(.*?)</script>', re.DOTALL)
_PLENTY = 64_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a session of every kind, and the page built."""
    build_page()
    with every_session(tmp_path_factory.mktemp("sessions")) as place:
        yield place


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    """Its library."""
    found = Library(Folder(folder))
    found.refresh()
    return found


def carried(document: bytes) -> dict[str, Any]:
    """The answers in a file."""
    (inside,) = _INSIDE.findall(document)
    found: dict[str, Any] = json.loads(inside)
    return found


def whole(answers: dict[str, Any], address: str, field: str) -> list[Any]:
    """The lines or messages of a part, with those that it shares with others."""
    part = answers[address]
    part = answers[part["same"]] if "same" in part else part
    session = address.partition("/nodes/")[0]
    found: list[Any] = []
    for piece in part[field]:
        if isinstance(piece, list):
            shelf, first, count = piece
            found += answers[f"{session}/{field}/{shelf}"][first : first + count]
        else:
            found.append(piece)
    return found


def said(messages: list[Any]) -> list[Any]:
    """Messages without their numbers, which are told anew where they are shared."""
    return [
        {**message, "number": 0, "blocks": [{**block, "at": block["at"][2:]} for block in message["blocks"]]}
        for message in messages
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"large", "unreadable"}])
def test_every_session_becomes_a_file(library: Library, kind: str) -> None:
    """Running, interrupted, damaged, empty, nested or hostile: the file has its head, its rows and all its nodes."""
    made = single_file(library, KINDS[kind], most=_PLENTY)
    answers = carried(made.document)
    base = f"api/sessions/{KINDS[kind]}"
    assert {base, f"{base}/rows", f"{base}/timeline", f"{base}/why", f"{base}/nodes/session"} <= set(answers)
    rows = answers[f"{base}/rows"]
    assert rows["total"] == len(rows["rows"])
    for row in rows["rows"]:
        assert not row["path"] or f"{base}/nodes/{row['path']}" in answers
    assert made.left_out == 0


def test_the_file_says_what_the_server_says(library: Library, folder: Path) -> None:
    """Whatever a page of the server holds is in the file, under the same address, as the server told it."""
    answers = carried(single_file(library, WHOLE, most=_PLENTY).document)
    base = f"api/sessions/{WHOLE}"
    with serving(folder) as site:
        for address, told in answers.items():
            if address in {f"{base}/rows", "api/sessions"} or address.startswith(
                (f"{base}/lines/", f"{base}/messages/")
            ):
                continue
            if "/parts/" in address:
                assert whole(answers, address, "lines") == site.ask(f"/{address}?as=json")["lines"]
                for field, kind in (("messages", "conversation"), ("text", "text")):
                    if field in told:
                        known = site.ask(f"/{address}?as={kind}")["lines" if kind == "text" else field]
                        found = whole(answers, address, field)
                        assert said(found) == said(known) if kind == "conversation" else found == known
            else:
                assert told == site.ask("/" + re.sub(r"timeline$", "timeline?pixels=4096", address)), address
        opened = ",".join(quote(row["key"]) for row in answers[f"{base}/rows"]["rows"] if row["expandable"])
        known = site.ask(f"/{base}/rows?open={opened}")
        told = answers[f"{base}/rows"]
    assert [(row["key"], row["guide"]) for row in told["rows"]] == [(row["key"], row["guide"]) for row in known["rows"]]


def test_every_way_to_see_a_part_is_carried(library: Library) -> None:
    """Of each part that a node names there are the lines, and the messages or the text if it is shown so."""
    answers = carried(single_file(library, WHOLE, most=_PLENTY).document)
    kinds = set()
    for address, told in answers.items():
        if "/nodes/" not in address or "detail" not in told:
            continue
        for facts in [*told["detail"]["parts"], *(part for line in told["detail"]["logs"] for part in line["parts"])]:
            part = f"{address}/parts/{quote(facts['name'])}"
            lines = whole(answers, part, "lines")
            assert facts["kind"] != "text" or "text" in answers[part] or isinstance(json.loads("".join(lines)), str)
            assert facts["kind"] != "conversation" or whole(answers, part, "messages") is not None
            kinds.add(facts["kind"])
    assert kinds == {"text", "json", "conversation"}


def test_a_growing_conversation_is_carried_once(tmp_path: Path) -> None:
    """Requests that repeat the ones before them take the room of what is new in them."""
    turns = 19
    write(tmp_path, LARGE, large(turns))
    library = Library(Folder(tmp_path))
    library.refresh()
    made = single_file(library, LARGE, most=_PLENTY)
    answers = carried(made.document)
    assert made.left_out == 0
    base = f"api/sessions/{LARGE}/nodes/{{}}-1/parts/request"
    lines = whole(answers, base.format(turns - 1), "lines")
    assert len(json.loads("\n".join(lines))["messages"]) == turns - 1
    own = [len(json.dumps(answers[base.format(turn)])) for turn in (4, turns - 1)]
    assert own[1] < own[0] * 1.2


def test_a_conversation_that_slides_is_carried_once(tmp_path: Path) -> None:
    """Requests that drop the oldest messages share the others, each with its place in the request that is asked for."""
    library = Library(Folder(tmp_path))
    session_id = record_long(tmp_path, 120)
    library.refresh()
    answers = carried(single_file(library, session_id, most=_PLENTY).document)
    base = f"api/sessions/{session_id}"
    with serving(tmp_path) as site:
        for turn in (40, 80, 119):
            address = f"{base}/nodes/{turn}-1/parts/request"
            assert whole(answers, address, "lines") == site.ask(f"/{address}?as=json&to=500")["lines"]
            assert said(whole(answers, address, "messages")) == said(
                site.ask(f"/{address}?as=conversation")["messages"]
            )
            assert len(json.dumps(answers[address])) < 200
    assert len(answers[f"{base}/messages/messages"]) == len(
        {json.dumps(one) for one in answers[f"{base}/messages/messages"]}
    )


def test_what_does_not_fit_is_left_out_and_counted(library: Library) -> None:
    """A limit keeps payloads out, not the tree; how many is said, and no file is larger than was allowed."""
    everything = single_file(library, WHOLE, most=_PLENTY).document
    payloads = sum(len(json.dumps(told)) for address, told in carried(everything).items() if "/parts/" in address)
    sizes, left_out = [], []
    for share in (0, 0.2, 0.5, 0.9):
        most = len(everything) + 100 - int(share * payloads)
        made = single_file(library, WHOLE, most=most)
        answers = carried(made.document)
        parts = [address for address in answers if "/parts/" in address]
        assert f"api/sessions/{WHOLE}/nodes/2-1" in answers
        assert all(whole(answers, address, "lines") for address in parts)
        assert len(made.document) <= most
        sizes.append(len(parts))
        left_out.append(made.left_out)
    assert left_out[0] == 0
    assert left_out[-1] > 0
    assert {count + out for count, out in zip(sizes, left_out, strict=True)} == {sizes[0]}


def test_a_tree_that_does_not_fit_is_refused(library: Library) -> None:
    """A file that could not even hold the tree is not made, and it is said what allows for more."""
    with pytest.raises(TooLong, match="--most"):
        single_file(library, WHOLE, most=len(_page().read_bytes()) + 10_000)


def test_a_session_too_large_to_be_read_whole_is_carried_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read part by part, it becomes the same file."""
    made = single_file(library, WHOLE, most=_PLENTY)
    monkeypatch.setattr("clew.web.carried._MOST_READ", 0)
    assert carried(single_file(library, WHOLE, most=_PLENTY).document) == carried(made.document)


def test_nothing_inside_can_act(library: Library) -> None:
    """Hostile text stands in the data as escapes: no element of it can begin or end, and it comes back as it was."""
    document = single_file(library, HOSTILE, most=_PLENTY).document
    (inside,) = _INSIDE.findall(document)
    assert not set(b"<>&") & set(inside)
    assert not {"\u2028".encode(), "\u2029".encode()} & {inside[at : at + 3] for at in range(len(inside))}
    answers = carried(document)
    assert answers[f"api/sessions/{HOSTILE}"]["row"]["title"] == MARKUP
    assert document.count(b"<script") == 2
    assert document.count(b"</script") == 2


def test_the_policy_of_the_file_still_fits(library: Library, folder: Path) -> None:
    """The file is the built page with data in one place: its policy names its script and style, and no connection."""
    document = single_file(library, WHOLE, most=_PLENTY).document
    (policy,) = re.findall(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', document)
    for pattern in (rb'<script type="module">(.*?)</script>', rb"<style>(.*?)</style>"):
        (text,) = re.findall(pattern, document, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(text).digest()) in policy
    assert b"connect-src" not in policy
    assert b"require-trusted-types-for 'script'" in policy
    assert document.replace(_INSIDE.search(document)[0], SLOT) == (_page()).read_bytes()  # type: ignore[index]  # found above
    assert str(folder).encode() not in document


def test_the_command_writes_a_private_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`clew export` writes a file that only its owner can read, prints its path, and writes over none unasked."""
    target = tmp_path / "session.html"
    arguments = ["export", WHOLE, "--html", "--dir", str(folder), "-o", str(target)]
    assert run(arguments) == 0
    assert capsys.readouterr().out.strip() == str(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert carried(target.read_bytes())
    assert run(arguments) == ExitCode.REFUSED
    assert run([*arguments, "--force"]) == ExitCode.OK
    assert run(["export", WHOLE, "--dir", str(folder)]) == ExitCode.USAGE
    assert run(["export", ABSENT, "--html", "--dir", str(folder)]) == ExitCode.NOT_FOUND


def test_the_command_knows_what_it_cannot_do(folder: Path, tmp_path: Path) -> None:
    """A session that cannot be read is refused with its own exit code; a live one and a damaged one are not."""
    for session_id in (LIVE, DAMAGED, EMPTY):
        assert run(["export", session_id, "--html", "--dir", str(folder), "-o", str(tmp_path / session_id)]) == 0
    out = str(tmp_path / "unreadable")
    assert run(["export", UNREADABLE, "--html", "--dir", str(folder), "-o", out]) == ExitCode.FOREIGN
    assert not (tmp_path / "unreadable").exists()


def _page() -> Path:
    from hatch_build import ROOT

    return ROOT / "src" / "clew" / "page" / "single.html"
