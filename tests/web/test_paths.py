"""Rule W13: what the server says never tells where the folder lies, whatever is wrong with what is in it."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import msgspec

from clew.model import event
from clew.web.app import OPENAPI
from clew.web.gate import TOKEN_ROUTE
from clew.web.routes import EVENTS, ROUTES
from clew.wire.line import seal
from tests.explore.recorded import START, write
from tests.web.folder import ABSENT, BELOW, KINDS, UNREADABLE, every_session, started
from tests.web.site import address_of, every_address, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.web.site import Headers, Site

CANARY = "canary7d1f"
NEWER, FOLDED, HALF, WITHOUT_BLOB = (f"20251109_16000{place}_000000{place}f" for place in range(4))
_PLACES = (("session", "system prompt"), ("1-1", "request"), ("1-2", "response"), ("2-3", "request"), ("2-3.", "tools"))
_OPEN = "?open=1,2,2-3,1-2,2-3.1,init,fin"


def _broken(folder: Path) -> list[str]:
    """Sessions that cannot be read, each for another reason, beside those of every kind; gives all ids."""
    _journal(folder, BELOW).write_text("no journal\n")  # a child that its parent names
    header = {"ev": "journal", "seq": 0, "at": 0.0, "format": 99, "session_id": NEWER}
    _journal(folder, NEWER).write_bytes(seal(msgspec.json.encode(header))[0])
    _journal(folder, FOLDED).mkdir()
    write(folder, HALF, started())
    _journal(folder, HALF, ".2").write_text("no journal\n")
    large = "x" * (2 << 20)
    write(folder, WITHOUT_BLOB, [event.SessionStart(at=START), event.InitEnd(), *started(large)[2:]])
    for blob in (folder / "blobs").iterdir():
        blob.unlink()
    return [*KINDS.values(), NEWER, FOLDED, HALF, WITHOUT_BLOB, ABSENT]


def _journal(folder: Path, session_id: str, segment: str = "") -> Path:
    return folder / f"session_{session_id}{segment}.jsonl"


def _asked(ids: list[str]) -> Iterator[str]:
    """An address of every route for every session, at nodes of every kind."""
    for session_id in ids:
        for path, part in _PLACES:
            yield from (address_of(route, session_id, path, part) for route in ROUTES if route.media_type != EVENTS)
        yield f"/api/sessions/{session_id}/nodes/1-1/parts/request?as=json"
        yield f"/api/sessions/{session_id}/rows{_OPEN}"
        yield f"/api/sessions/{session_id}/rows{_OPEN}&every=true&q=status:failed"
    yield from ("/api/sessions?children=true&limit=200", "/api/sessions?limit=zebra", "/api/sessions?q=zebra:zebra")


def _first_event(site: Site, address: str) -> bytes:
    """The first event of a stream."""
    connection = site.open("GET", address, site.pass_)
    try:
        response = connection.getresponse()
        if response.status != http.client.OK:
            return response.read()
        return b"".join(iter(response.readline, b"\n")) + b"".join(iter(response.readline, b"\n"))
    finally:
        connection.close()


def test_w13_no_answer_tells_where_the_folder_lies(tmp_path: Path) -> None:
    """Neither a body nor a header of any route has a path of this machine: of a file its name is told at most."""
    root = tmp_path / CANARY
    told: dict[str, bytes] = {}
    with every_session(root) as folder:
        ids = _broken(folder)
        with serving(folder) as site:
            for address in _asked(ids):
                reply = site.get(address)
                told[address] = reply.body + b"\n" + msgspec.json.encode(reply.headers)
            for session_id in ids:
                address = f"/api/sessions/{session_id}/live"
                told[address] = _first_event(site, address)
            told["/api/live"] = _first_event(site, "/api/live")
            own: Headers = (*site.pass_, ("Content-Type", "application/json"))
            told[TOKEN_ROUTE] = site.send("POST", TOKEN_ROUTE, own, b'{"token":"wrong"}').body
            for _, address in every_address():
                told[f"{address} (no host)"] = site.send("GET", address, (("Host", "evil"),)).body
            told[OPENAPI] = site.get(OPENAPI).body
    assert not {address: body[:300] for address, body in told.items() if CANARY.encode() in body}
    listed = told["/api/sessions?children=true&limit=200"]
    rows = msgspec.json.decode(listed.partition(b"\n")[0])["rows"]
    unread = {row["sessionId"]: row["error"] for row in rows if row["status"] == "unreadable"}
    assert unread.keys() == {UNREADABLE, BELOW, NEWER, FOLDED}
    assert unread[UNREADABLE] == f"session_{UNREADABLE}.jsonl is no journal of clew, or nothing in it can be read."
    assert b'\\"hole\\"' in told[f"/api/sessions/{WITHOUT_BLOB}/nodes/1-1/parts/request?as=json"]
    print(f"{len(told)} answers: 0 with the folder in them")
