"""Live streams: what happens in the folder reaches whoever looks, and nobody who looks can be a burden."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import clew
from clew.web import hub as hubs
from tests.explore.recorded import begin
from tests.web.folder import ABSENT, BELOW, LIVE, WHOLE, every_session, started
from tests.web.site import serving, until

if TYPE_CHECKING:
    import http.client
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.web.site import Site


class Event(NamedTuple):
    """One server-sent event."""

    name: str
    number: int
    data: Any


class Listener:
    """A client of a stream."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response

    def next(self) -> Event:
        """The next event; comments are passed over."""
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if not line and "data" in fields:
                return Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))
            name, _, value = line.partition(": ")
            fields[name] = value

    def rest(self) -> bytes:
        """What still comes until the server ends the stream."""
        return self.response.read()


@contextmanager
def listening(site: Site, address: str) -> Iterator[Listener]:
    """A client of a stream, as long as this lasts."""
    connection = site.open("GET", address, site.pass_)
    response = connection.getresponse()
    try:
        assert response.status == 200, response.read()
        assert response.getheader("content-type") == "text/event-stream; charset=utf-8"
        assert response.getheader("cache-control") == "no-store"
        yield Listener(response)
    finally:
        response.close()
        connection.close()


def test_a_stream_begins_with_how_things_stand(site: Site) -> None:
    """The first event tells the state, so who comes back has missed nothing."""
    with listening(site, "/api/live") as listener:
        assert listener.next()[::2] == ("moved", {"rows": [], "gone": [], "live": 1, "isAll": True})
    with listening(site, f"/api/sessions/{LIVE}/live") as listener:
        event = listener.next()
        assert event.name == "grown"
        assert event.data["row"]["status"] == "running"


def test_what_happens_is_told(tmp_path: Path) -> None:
    """A new session, each of its turns, and its end reach a list that is open, with the session as it stands."""
    with serving(tmp_path) as site, listening(site, "/api/live") as listener:
        listener.next()
        with clew.session(agent_id="support", dir=tmp_path) as session:
            found = listener.next()
            assert [row["sessionId"] for row in found.data["rows"]] == [session.session_id]
            assert found.data["live"] == 1
            with session.turn(user_input="hello"):
                while not found.data["rows"][0]["turns"]:
                    found = listener.next()
        while found.data["rows"][0]["status"] == "running":
            found = listener.next()
        assert found.data["live"] == 0
        assert site.ask(f"/api/sessions/{session.session_id}/rows")["total"] == 4


def test_a_session_is_followed_alone(tmp_path: Path) -> None:
    """Who looks at one session hears of that one, of sessions below it, and of no other; its rows have grown then."""
    with ExitStack() as stack:
        folder = stack.enter_context(every_session(tmp_path))
        site = stack.enter_context(serving(folder))
        with listening(site, f"/api/sessions/{WHOLE}/live") as listener:
            before = listener.next()
            with clew.session(agent_id="other", dir=folder):
                pass
            (folder / f"session_{BELOW}.jsonl").unlink()
            after = listener.next()
            assert after.number > before.number
            assert after.data["row"]["sessionId"] == WHOLE
            assert after.data["row"]["children"] == 0


def test_what_was_removed_is_told(tmp_path: Path) -> None:
    """A session that is removed is named to the list, and its own stream says that it is no more there."""
    begin(tmp_path, WHOLE, started()).close()
    with serving(tmp_path) as site, ExitStack() as stack:
        of_folder = stack.enter_context(listening(site, "/api/live"))
        of_session = stack.enter_context(listening(site, f"/api/sessions/{WHOLE}/live"))
        of_folder.next()
        of_session.next()
        assert site.ask(f"/api/sessions/{WHOLE}/rows")["total"] > 1
        (tmp_path / f"session_{WHOLE}.jsonl").unlink()
        assert of_folder.next().data["gone"] == [WHOLE]
        assert of_session.next().data["row"] is None
        for address in (f"/api/sessions/{WHOLE}", f"/api/sessions/{WHOLE}/rows"):
            assert site.get(address).slug == "web.no_session"


def test_a_stream_of_nothing_is_refused(site: Site) -> None:
    """There is no stream of a session that is not there."""
    assert site.get(f"/api/sessions/{ABSENT}/live").slug == "web.no_session"
    assert site.send("HEAD", "/api/live", site.pass_).status == 405


def test_there_are_so_many_streams_and_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its limit the server refuses a stream, and has room again when one is left."""
    monkeypatch.setattr(hubs, "MOST_STREAMS", 3)
    until(lambda: _opens(site))
    with ExitStack() as stack:
        listeners = [stack.enter_context(listening(site, "/api/live")) for _ in range(3)]
        for listener in listeners:
            listener.next()
        refused = site.get("/api/live")
        assert (refused.status, refused.slug) == (503, "web.too_many_streams")
        assert site.get("/api/sessions").status == 200
    until(lambda: _opens(site))


def test_a_slow_client_is_told_to_ask_again() -> None:
    """A mailbox holds a few events; what did not fit becomes one that says so; of one session only the last counts."""
    box = hubs.Mailbox(b"missed")
    for number in range(1000):
        box.put(b"%d" % number)
    assert len(box.waiting) <= hubs.MOST_WAITING
    assert box.waiting[0] == b"missed"
    one = hubs.Mailbox(None)
    for number in range(1000):
        one.put(b"%d" % number)
    assert one.waiting == (b"999",)


def test_the_server_ends_its_streams(tmp_path: Path) -> None:
    """When the server is told to stop, a stream ends and does not keep it."""
    with ExitStack() as stack:
        with serving(tmp_path) as site:
            listener = stack.enter_context(listening(site, "/api/live"))
            listener.next()
        listener.rest()


def _opens(site: Site) -> bool:
    """Whether there is room for a stream."""
    connection = site.open("GET", "/api/live", site.pass_)
    try:
        return connection.getresponse().status == 200
    finally:
        connection.close()
