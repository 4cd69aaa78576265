"""Every route answers about a session of every kind, with what ``explore/`` says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from clew.explore.detail import detail_of
from clew.explore.library import Library
from clew.explore.rows import TreeRows
from clew.store.folder import Folder
from clew.web.routes import BYTES, EVENTS, ROUTES
from tests.explore.recorded import family
from tests.web.folder import (
    BELOW,
    DAMAGED,
    EMPTY,
    HOSTILE,
    INTERRUPTED,
    KINDS,
    LARGE,
    LARGE_TURNS,
    LIVE,
    MARKUP,
    UNREADABLE,
    WHOLE,
    every_session,
)
from tests.web.site import address_of, serving, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.site import Reply, Site

_ROUTES = [route for route in ROUTES if route.media_type not in {EVENTS, BYTES}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_route_answers_about_every_session(site: Site, kind: str) -> None:
    """Running, interrupted, damaged, empty, large, nested or hostile: each is served; what is not there is 404."""
    for route in _ROUTES:
        reply = site.get(address_of(route, KINDS[kind]))
        if reply.status == 200:
            assert json.loads(reply.body) is not None
        elif kind == "unreadable":
            assert reply.slug in {"web.unreadable", "web.no_node"}, (route.address, reply)
        else:
            assert reply.slug in {"web.no_node", "web.no_part"}, (route.address, reply)
            assert kind in {"empty", "damaged"}


def test_the_list_is_paged_and_counted(site: Site) -> None:
    """A page holds what was asked for, says where it stands, and all pages together are all sessions."""
    first = site.ask("/api/sessions?limit=3&children=true&order=newest")
    total = first["total"]
    assert len(first["rows"]) == 3
    assert first["live"] == 1
    pages = [site.ask(f"/api/sessions?limit=3&children=true&order=newest&offset={at}") for at in range(0, total, 3)]
    ids = [row["sessionId"] for page in pages for row in page["rows"]]
    assert len(ids) == len(set(ids)) == total
    assert set(KINDS.values()) <= set(ids)
    assert site.ask("/api/sessions?limit=1")["rows"][0]["sessionId"] == LIVE
    assert {row["agentId"] for row in site.ask("/api/sessions?q=agent:researcher")["rows"]} == {"researcher"}


def test_states_are_told_as_they_are(site: Site) -> None:
    """A session that is written runs, one whose writer died is interrupted, and damage is counted."""
    stands = {name: site.ask(f"/api/sessions/{KINDS[name]}")["row"] for name in KINDS}
    assert stands["live"]["status"] == "running"
    assert stands["interrupted"]["status"] == "interrupted"
    assert stands["unreadable"]["status"] == "unreadable"
    assert stands["empty"]["turns"] == 0
    assert stands["damaged"]["damaged"] > 0
    assert stands["large"]["turns"] == LARGE_TURNS
    notes = site.ask(f"/api/sessions/{DAMAGED}")["notes"]
    assert "damaged" in {note["kind"] for note in notes}


def test_a_session_names_its_relatives(site: Site) -> None:
    """A session says which one it is in and which it started."""
    head = site.ask(f"/api/sessions/{BELOW}")
    assert [row["sessionId"] for row in head["above"]] == [WHOLE]
    assert [row["sessionId"] for row in site.ask(f"/api/sessions/{WHOLE}")["below"]] == [BELOW]


def test_rows_are_those_of_explore(tmp_path: Path) -> None:
    """The rows of a tree are what every other screen shows, opened as asked, and the place of a path is told."""
    with every_session(tmp_path) as folder, serving(folder) as site:
        view = Library(Folder(folder)).session(WHOLE)
        rows = TreeRows(view).opened("1", "2", "2-3")
        told = site.ask(f"/api/sessions/{WHOLE}/rows?open=1,2&open=2-3&at=2-3.1")
    assert [(row["key"], row["depth"], row["expanded"]) for row in told["rows"]] == [
        (row.key, row.depth, row.expanded) for row in rows
    ]
    assert [[tuple(span) for span in row["label"]] for row in told["rows"]] == [[*row.label] for row in rows]
    assert told["total"] == len(rows)
    assert told["rows"][told["at"]]["path"] == "2-3.1"
    assert told["above"] == ["2", "2-3"]


def test_a_query_marks_rows(site: Site) -> None:
    """With a query the rows say what it means, and with ``only`` the rest is left out."""
    marked = site.ask(f"/api/sessions/{WHOLE}/rows?q=tool:memory&open=1")
    assert marked["matching"] == 1
    assert [row["path"] for row in marked["rows"] if row["matched"]] == ["1-3"]
    only = site.ask(f"/api/sessions/{WHOLE}/rows?q=tool:memory&open=1&only=true")
    assert [row["path"] for row in only["rows"]] == ["", "1", "1-3"]


def test_a_long_tree_is_read_in_slices(site: Site) -> None:
    """Any slice of a session of many turns comes by itself, and slices fit together."""
    first = site.ask(f"/api/sessions/{LARGE}/rows?from=0&to=200&open=150")
    second = site.ask(f"/api/sessions/{LARGE}/rows?from=200&to=400&open=150")
    keys = [row["key"] for row in first["rows"] + second["rows"]]
    assert len(set(keys)) == 400
    assert keys[keys.index("150") : keys.index("150") + 4] == ["150", "150-1", "150-2", "151"]
    beyond = site.ask(f"/api/sessions/{LARGE}/rows?from=100000&to=100100")
    assert beyond["rows"] == []
    assert beyond["total"] == first["total"] - 2


def test_a_node_is_told_whole_but_for_its_payloads(tmp_path: Path) -> None:
    """A node's facts, parts, usage, cost and links are those of ``explore/``; log entries come in pages."""
    with every_session(tmp_path) as folder, serving(folder) as site:
        library = Library(Folder(folder))
        for path in ("session", "init", "1", "1-1", "1-2", "s1", "2-2", "2-3", "2-3.", "2-3.1-1", "fin"):
            told = site.ask(f"/api/sessions/{WHOLE}/nodes/{path}")
            known = detail_of(library.session(WHOLE), "" if path == "session" else path, library.prices)
            assert [fact["value"] for fact in told["detail"]["facts"]] == [fact.value for fact in known.facts]
            assert [part["name"] for part in told["detail"]["parts"]] == [part.name for part in known.parts]
            assert [link["path"] for link in told["detail"]["links"]] == [link.path for link in known.links]
            assert told["logCount"] == len(known.logs)
            assert (
                site.ask(f"/api/sessions/{WHOLE}/nodes/{path}?logsFrom=1")["detail"]["logs"]
                == (told["detail"]["logs"][1:])
            )


def test_parts_come_in_pages_of_every_kind(site: Site) -> None:
    """A part is read as lines of JSON, as text or as messages, page by page, and a place in it by its address."""
    part = f"/api/sessions/{LARGE}/nodes/900-1/parts/request"
    whole = site.ask(f"{part}?as=json&to=1000")
    assert whole["isWhole"]
    slices = [site.ask(f"{part}?as=json&from={at}&to={at + 7}")["lines"] for at in range(0, whole["known"], 7)]
    assert [line for lines in slices for line in lines] == whole["lines"]
    assert json.loads("\n".join(whole["lines"])) == site.get(f"{part}/raw").json
    messages = site.ask(f"{part}?as=conversation&from=18")["messages"]
    assert [message["number"] for message in messages] == [18, 19]
    assert messages[1]["blocks"][0]["text"].startswith("question 899 ")
    inside = site.ask(f"{part}?at=%5B%22messages%22,19,%22content%22%5D")
    assert inside["lines"][0].startswith("question 899 ")


def test_a_text_is_found_in_a_part(site: Site) -> None:
    """Matches come line by line, from where one wants, with or without case, and the last page says so."""
    part = f"/api/sessions/{LARGE}/nodes/1-2/parts/response"
    first = site.ask(f"{part}/find?needle=LINE&ignoreCase=true&limit=20")
    assert [match["line"] for match in first["matches"]] == [*range(20)]
    assert not first["isLast"]
    rest = site.ask(f"{part}/find?needle=line&limit=20&from=20")
    assert [match["line"] for match in rest["matches"]] == [*range(20, 30)]
    assert rest["isLast"]
    assert site.ask(f"{part}/find?needle=LINE")["matches"] == []


def test_a_part_is_saved_in_ranges(site: Site) -> None:
    """A download is exact, can be asked for in ranges that fit together, and in every form."""
    part = f"/api/sessions/{LARGE}/nodes/1-2/parts/response/raw"
    whole = site.get(part)
    assert json.loads(whole.body) == "a line\n" * 30
    half = len(whole.body) // 2
    pieces = [site.get(part, ("Range", f"bytes={where}")) for where in (f"0-{half - 1}", f"{half}-")]
    assert [piece.status for piece in pieces] == [206, 206]
    assert b"".join(piece.body for piece in pieces) == whole.body
    assert pieces[1].headers["content-range"] == f"bytes {half}-{len(whole.body) - 1}/{len(whole.body)}"
    assert site.get(part, ("Range", "bytes=-5")).body == whole.body[-5:]
    assert site.get(f"{part}?as=text").body == b"a line\n" * 30
    assert site.get(f"/api/sessions/{LARGE}/nodes/1-1/parts/request/raw?as=text").slug == "web.no_part"
    assert site.send("HEAD", part, site.pass_).headers["content-length"] == str(len(whole.body))


def test_half_a_character_is_no_failure(site: Site) -> None:
    """A text that no encoding of the network has bytes for is shown with a sign in its place."""
    page = site.ask(f"/api/sessions/{HOSTILE}/nodes/1-2/parts/response?as=text")
    assert page["lines"] == ["half \ufffd a pair"]


def test_what_is_new_in_a_request(site: Site) -> None:
    """A request is held against the one before it; the first one has none."""
    newer = site.ask(f"/api/sessions/{WHOLE}/nodes/2-1/new")
    assert newer["before"] == "1-2"
    assert (newer["new"]["same"], newer["new"]["added"]) == (2, 2)
    assert site.ask(f"/api/sessions/{WHOLE}/nodes/1-1/new")["before"] is None


def test_time_and_money(site: Site) -> None:
    """The timeline has lanes for every group, and the shares of every breakdown sum up to the session's cost."""
    told = site.ask(f"/api/sessions/{WHOLE}/timeline")
    assert {lane["group"] for lane in told["lanes"]} == {"rounds", "models", "tools", "sessions"}
    few = site.ask(f"/api/sessions/{LARGE}/timeline?pixels=100")
    assert sum(len(lane["bars"]) for lane in few["lanes"]) < 600
    row = site.ask(f"/api/sessions/{WHOLE}")["row"]
    for by in ("model", "agent", "tool", "turn", "child", "kind", "day"):
        costs = site.ask(f"/api/sessions/{WHOLE}/costs?by={by}")
        assert float(costs["total"]["cost"]) == pytest.approx(float(row["cost"]))
        assert costs["count"] == len(costs["shares"])
    turns = site.ask(f"/api/sessions/{LARGE}/costs?by=turn&from=10&to=12")
    assert [share["key"] for share in turns["shares"]] == ["11", "12"]
    assert turns["count"] == LARGE_TURNS


def test_why_it_failed(site: Site) -> None:
    """The cause, the chain and the ten lines are those of ``clew why``."""
    why = site.ask(f"/api/sessions/{WHOLE}/why")
    assert (why["cause"]["path"], why["cause"]["slug"], why["cause"]["origin"]) == ("2-2", "tool.timeout", "tool")
    assert why["chain"][-1]["path"] == "fin"
    assert len(why["lines"]) <= 10
    assert site.ask(f"/api/sessions/{INTERRUPTED}/why")["cause"]["path"] == "1-2"


def test_failures_by_day(site: Site) -> None:
    """Failures of the last days come as patterns with a count for each day."""
    told = site.ask("/api/failures?days=366")
    assert len(told["days"]) == 366
    assert all(len(pattern["days"]) == 366 for pattern in told["patterns"])


def test_two_sessions_beside_each_other(site: Site) -> None:
    """Two sessions are compared in pages; the same session has no difference to itself."""
    same = site.ask(f"/api/compare?a={WHOLE}&b={WHOLE}")
    assert same["differenceCount"] == 0
    assert same["pairCount"] == len(same["pairs"])
    other = site.ask(f"/api/compare?a={INTERRUPTED}&b={HOSTILE}&to=3")
    assert len(other["differences"]) == 3
    assert other["differenceCount"] > 3
    deltas = {delta["name"]: delta for delta in other["deltas"]}
    assert deltas["input_tokens"]["delta"] == "-6"


def test_a_search_goes_on_where_it_stopped(site: Site) -> None:
    """Hits come in pages that fit together, in the sessions that a query means."""
    first = site.ask(f"/api/search?text=question&q=id:{LARGE}&limit=3")
    assert first["next"] == 3
    second = site.ask(f"/api/search?text=question&q=id:{LARGE}&limit=3&after=3")
    both = site.ask(f"/api/search?text=question&q=id:{LARGE}&limit=6")
    assert first["hits"] + second["hits"] == both["hits"]
    assert {hit["sessionId"] for hit in both["hits"]} == {LARGE}
    assert site.ask("/api/search?text=nowhere%20at%20all") == {"hits": [], "next": None}


def test_a_query_is_completed_and_checked(site: Site) -> None:
    """While somebody types, the server says how to go on, with values of these sessions, and what is wrong."""
    names = {item["insert"] for item in site.ask("/api/complete?text=agent:&cursor=6")["items"]}
    assert {"support", "researcher", "long"} <= names
    wrong = site.ask("/api/complete?text=nothing:x&cursor=9")["problem"]
    assert wrong["column"] == 1
    assert site.get("/api/sessions?q=nothing:x").slug == "web.bad_query"


def test_hostile_texts_come_through_unchanged(site: Site) -> None:
    """What a session holds is told exactly, wherever the page shows values and not words for a terminal."""
    assert site.ask(f"/api/sessions/{HOSTILE}")["row"]["tags"] == [MARKUP]
    assert site.get(f"/api/sessions/{HOSTILE}/nodes/1-2/parts/request/raw").json == MARKUP


def test_the_folder_that_is_not_there(tmp_path: Path) -> None:
    """A folder that does not exist yet is an empty one; sessions appear when there are some."""
    with serving(tmp_path / "nothing") as site:
        assert site.ask("/api/sessions")["total"] == 0
        assert site.ask("/api/overview")["sessions"] == 0


def test_a_folder_that_cannot_be_read_any_more(tmp_path: Path) -> None:
    """What is known of a folder is no answer while it cannot be read; when it can, the server goes on by itself."""
    folder, away = tmp_path / "sessions", tmp_path / "away"
    family(folder)
    with serving(folder) as site:
        assert site.ask(f"/api/sessions/{WHOLE}/rows")["total"]
        folder.rename(away)
        folder.touch()
        until(lambda: _slug(site.get("/api/sessions")) == "web.folder_unreadable")
        for address in (f"/api/sessions/{WHOLE}/rows", "/api/search?text=order", "/api/live"):
            assert _slug(site.get(address)) == "web.folder_unreadable"
        folder.unlink()
        away.rename(folder)
        until(lambda: site.get("/api/sessions").status == 200 and site.ask("/api/sessions")["total"] == 1)
        assert site.ask(f"/api/sessions/{WHOLE}/rows")["total"]


def test_a_record_that_goes_away_while_it_is_read(tmp_path: Path) -> None:
    """A file that is gone before anybody noticed is told as a record that cannot be read, and not as a failure."""
    family(tmp_path)
    with serving(tmp_path) as site:
        site.ask(f"/api/sessions/{WHOLE}")
        (tmp_path / f"session_{WHOLE}.jsonl").unlink()
        for path in ("1-1", "2-3", "fin"):
            reply = site.get(f"/api/sessions/{WHOLE}/nodes/{path}")
            assert reply.status == 200 or _slug(reply) in {"web.unreadable", "web.no_session", "web.no_node"}, reply


def _slug(reply: Reply) -> str:
    return reply.slug if reply.status != 200 else ""


def test_the_record_of_an_unreadable_session_is_refused_by_name(site: Site) -> None:
    """What cannot be read is in the list, with the reason, and whatever needs its record says that it cannot."""
    assert site.ask(f"/api/sessions/{UNREADABLE}")["row"]["status"] == "unreadable"
    assert site.get(f"/api/sessions/{UNREADABLE}/why").slug == "web.unreadable"
    assert site.get(f"/api/sessions/{EMPTY}/why").status == 200
