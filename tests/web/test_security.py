"""The security rules, W1 to W18, each over every route that there is: zero ways around any of them."""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import clew
from clew.web import app
from clew.web.address import Address, is_loopback, listen, objection
from clew.web.gate import TOKEN_ROUTE
from clew.web.key import Key
from clew.web.posture import HEADERS, POLICY
from clew.web.refusal import SLUGS
from clew.web.routes import BYTES, EVENTS, ROUTES
from tests.web.folder import ABSENT, HOSTILE, KINDS, LARGE, MARKUP, WHOLE
from tests.web.site import PRIVATE, Reply, address_of, every_address, serving
from tests.wire.canaries import CANARIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.site import Headers, Site

EVERYTHING = every_address()


def _answers(site: Site, headers: Headers, told: bytes = b"{}") -> dict[str, Reply]:
    """The reply of every route to these headers."""
    found = {}
    for method, address in EVERYTHING:
        body = told if method == "POST" else b""
        kind: Headers = (("Content-Type", "application/json"),) if body else ()
        found[address] = site.send(method, address, (*headers, *kind), body)
    return found


def _assert_refused(found: dict[str, Reply], slug: str) -> None:
    bypasses = {address: reply for address, reply in found.items() if reply.status < 400 or reply.slug != slug}
    assert not bypasses
    print(f"{len(found)} routes: 0 bypasses")


def test_w1_only_loopback_without_a_token_and_an_explicit_word() -> None:
    """Any address that others can reach is refused before a port is opened, unless a token and a name are given."""
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        assert is_loopback(host)
        assert objection(host, None, ()) is None
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.example.org", "2130706433"):  # noqa: S104 - refused
        assert objection(host, None, ())
        assert objection(host, "x" * 40, ())
        assert objection(host, None, ("box",))
        assert objection(host, "short", ("box",))
        assert objection(host, "x" * 16, ("box",)) is None


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["evil.example:{port}"],
        ["127.0.0.1"],
        ["127.0.0.1:1"],
        ["0.0.0.0:{port}"],
        ["127.0.0.1:{port}", "127.0.0.1:{port}"],
        ["127.0.0.1:{port}", "evil.example"],
        ["127.0.0.1:{port}.evil.example"],
        ["evil.example@127.0.0.1:{port}"],
        ["localhost.:{port}"],
        [""],
        ["[::ffff:127.0.0.1]:{port}"],
    ],
)
def test_w2_a_foreign_host_is_refused_everywhere(site: Site, hosts: list[str]) -> None:
    """Under any name but its own the server answers nothing, token or not: no page can rebind a name to it."""
    headers = tuple(("Host", host.format(port=site.port)) for host in hosts)
    found = _answers(site, (*headers, ("Authorization", f"Bearer {site.key.token}")))
    assert all(reply.status == 400 for reply in found.values()), found
    ours = {address: reply for address, reply in found.items() if reply.body.startswith(b"{")}
    _assert_refused(ours, "web.host_refused")


def test_w2_its_own_names_are_answered(site: Site) -> None:
    """The names that a browser on this machine uses all work, in any case of letters."""
    for name in ("127.0.0.1", "localhost", "[::1]", "LOCALHOST"):
        headers = (("Host", f"{name}:{site.port}"), ("Authorization", f"Bearer {site.key.token}"))
        assert site.send("GET", "/api/sessions", headers).status == 200
    exposed = Address("0.0.0.0", 2539, ("box.example", "other.example:8443")).hosts  # noqa: S104 - not bound
    assert {"box.example", "box.example:2539", "other.example:8443"} <= exposed
    assert not {"0.0.0.0:2539", "other.example", "other.example:2539"} & exposed
    spelt = Address("0.0.0.0", 2539, ("Box.Example", "[2001:DB8::1]:443"))  # noqa: S104 - not bound
    assert {"box.example", "box.example:2539", "[2001:db8::1]:443"} <= spelt.hosts
    assert spelt.origins("box.example:2539") == {"http://box.example:2539", "https://box.example:2539"}
    assert spelt.origins("[2001:db8::1]:443") >= {"https://[2001:db8::1]:443"}
    assert spelt.origins("[::1]:2539") == {"http://[::1]:2539"}


@pytest.mark.parametrize(
    "origin",
    [
        (("Origin", "null"),),
        (("Origin", "http://evil.example"),),
        (("Origin", "https://127.0.0.1:{port}"),),
        (("Origin", "http://127.0.0.1:1"),),
        (("Origin", "http://127.0.0.1"),),
        (("Origin", "http://localhost:{port}"),),
        (("Origin", "http://127.0.0.1:{port}.evil.example"),),
        (("Origin", "http://127.0.0.1:{port}"), ("Origin", "http://127.0.0.1:{port}")),
        (("Origin", ""),),
        (("Origin", "file://"),),
        (("Sec-Fetch-Site", "cross-site"),),
        (("Sec-Fetch-Site", "same-site"),),
        (("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "none")),
        (("Sec-Fetch-Site", "same-origin, cross-site"),),
        (("Sec-Fetch-Site", "anything"),),
        (("Origin", "http://127.0.0.1:{port}"), ("Sec-Fetch-Site", "cross-site")),
    ],
)
@pytest.mark.parametrize("credential", ["token", "cookie", "none"])
def test_w3_a_request_of_another_origin_is_refused_everywhere(site: Site, origin: Headers, credential: str) -> None:
    """What a page of another origin causes is refused on every route; neither token nor cookie excuses it."""
    filled = tuple((name, value.format(port=site.port)) for name, value in origin)
    pass_: dict[str, Headers] = {
        "token": (("Authorization", f"Bearer {site.key.token}"),),
        "cookie": (("Cookie", site.key.cookie.partition(";")[0]),),
        "none": (),
    }
    found = _answers(site, (("Host", site.host), *pass_[credential], *filled))
    _assert_refused(found, "web.origin_refused")
    assert not any(name.startswith("access-control-") for reply in found.values() for name in reply.headers)


def test_w3_its_own_page_is_answered(site: Site) -> None:
    """The page's own requests pass, and so does an address that a person typed; no CORS header is ever sent."""
    for own in ((("Origin", f"http://{site.host}"), ("Sec-Fetch-Site", "same-origin")), (("Sec-Fetch-Site", "none"),)):
        for address in PRIVATE:
            reply = site.get(address, *own)
            assert reply.status == 200, (address, reply)
            assert not any(name.startswith("access-control-") for name in reply.headers)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Authorization", "Bearer "),),
        (("Authorization", "Bearer wrong"),),
        (("Authorization", "Basic {token}"),),
        (("Authorization", "{token}"),),
        (("Authorization", "Bearer {token}"), ("Authorization", "Bearer {token}")),
        (("Authorization", "Bearer {token}x"),),
        (("Cookie", "clew_{port}=wrong"),),
        (("Cookie", "clew_{port}={token}"),),
        (("Cookie", "clew_1={cookie}"),),
        (("Cookie", "clew={cookie}"),),
        (("X-Token", "{token}"),),
        (("Authorization", "Bearer \xff\xfe"),),
    ],
)
def test_w4_without_the_token_nothing_is_told(site: Site, headers: Headers) -> None:
    """Who does not know the token is told nothing of sessions, by no route, existing or not."""
    cookie = site.key.cookie.partition(";")[0].partition("=")[2]
    words = {"token": site.key.token, "port": site.port, "cookie": cookie}
    filled = tuple((name, value.format(**words)) for name, value in headers)
    for address in [*PRIVATE, f"{PRIVATE[0]}?token={site.key.token}", "/api/nothing"]:
        reply = site.send("GET", address, (("Host", site.host), *filled))
        assert (reply.status, reply.slug) == (401, "web.token_needed"), address


def test_w4_the_token_is_exchanged_for_a_cookie(site: Site) -> None:
    """The page gives the token and gets a cookie of this port that no script can read and no other site can send."""
    own: Headers = (("Host", site.host), ("Content-Type", "application/json"))
    reply = site.send("POST", TOKEN_ROUTE, own, json.dumps({"token": site.key.token}).encode())
    assert reply.status == 200
    pair, *attributes = reply.headers["set-cookie"].split("; ")
    assert set(attributes) == {"HttpOnly", "SameSite=Strict", "Path=/"}
    assert pair.startswith(f"clew_{site.port}=")
    assert site.key.token not in pair
    for address in PRIVATE:
        assert site.send("GET", address, (("Host", site.host), ("Cookie", f"a=b; {pair}"))).status == 200
    for wrong in (b'{"token":"wrong"}', b'{"token":""}'):
        refused = site.send("POST", TOKEN_ROUTE, own, wrong)
        assert (refused.status, refused.slug) == (403, "web.token_wrong")
        assert "set-cookie" not in refused.headers


def test_w4_every_start_has_a_token_of_its_own() -> None:
    """A token is long and random, its cookie is another secret, and both go with the port."""
    tokens = {Key(1).token for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    assert Key(1, "same").cookie_name != Key(2, "same").cookie_name
    assert Key(1, "same").cookie.partition("=")[2] == Key(2, "same").cookie.partition("=")[2]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECTED", "get"])
def test_w5_nothing_but_asking(site: Site, method: str) -> None:
    """Every route is asked with GET; no method changes anything, and a preflight is not answered."""
    for asked, address in EVERYTHING:
        if asked == method:
            continue
        reply = site.send(method, address, site.pass_)
        assert (reply.status, reply.slug) == (405, "web.method_refused"), address
        assert reply.headers["allow"] == ("POST" if address == TOKEN_ROUTE else "GET, HEAD")


def test_w5_the_token_is_taken_as_json_only(site: Site) -> None:
    """A form of another page could send text, so only what is declared as JSON is read."""
    body = json.dumps({"token": site.key.token}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonp"):
        reply = site.send("POST", TOKEN_ROUTE, (("Host", site.host), ("Content-Type", kind)), body)
        assert (reply.status, reply.slug) == (415, "web.media_type")
        assert "set-cookie" not in reply.headers


def test_w6_every_answer_says_what_a_browser_may_do(site: Site) -> None:
    """Every answer, refusals of every kind included, carries the whole posture; only assets may be kept."""
    replies = _answers(site, site.pass_)
    replies |= {f"{address} (no token)": reply for address, reply in _answers(site, (("Host", site.host),)).items()}
    replies |= {f"{address} (no host)": reply for address, reply in _answers(site, (("Host", "a"),)).items()}
    replies["wrong"] = site.get("/api/sessions?limit=0")
    replies["absent"] = site.get(f"/api/sessions/{ABSENT}")
    for address, reply in replies.items():
        for name, value in HEADERS.items():
            is_own = (name == "cache-control" and "/assets/" in address and reply.status == 200) or (
                name == "content-security-policy" and "/raw" in address and reply.status == 200
            )
            assert is_own or reply.headers[name] == value, (address, name)
        assert "server" not in reply.headers
    for word in ("'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"):
        assert word not in POLICY
    assert {"default-src 'none'", "require-trusted-types-for 'script'"} <= set(POLICY.split("; "))


def test_w7_text_of_a_session_is_never_markup(site: Site) -> None:
    """What a session holds leaves the server as JSON or as bytes to be saved, whatever it looks like."""
    for route in ROUTES:
        for path, part in (
            ("1-1", "request"),
            ("1-1", "response"),
            ("1-2", "log 0 details"),
            ("session", "system prompt"),
        ):
            reply = site.get(address_of(route, HOSTILE, path, part))
            assert reply.headers["content-type"] in {"application/json", BYTES, f"{EVENTS}; charset=utf-8"}
            assert reply.headers["x-content-type-options"] == "nosniff"
    assert site.ask(f"/api/sessions/{HOSTILE}")["row"]["title"] == MARKUP


def test_w8_a_part_is_saved_and_never_drawn(site: Site) -> None:
    """A download is an attachment of bytes in a sandbox, under a name made of harmless letters."""
    for part, place in (
        ("request", ""),
        ("response", '?as=bytes&at=["content",1,"source","data"]'.replace('"', "%22")),
    ):
        reply = site.get(f"/api/sessions/{HOSTILE}/nodes/1-1/parts/{part}/raw{place}")
        assert reply.status == 200
        assert reply.headers["content-type"] == "application/octet-stream"
        assert re.fullmatch(r'attachment; filename="[\w-]+\.\w+"', reply.headers["content-disposition"], re.ASCII)
        assert reply.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert reply.body == b"<svg>"


@pytest.mark.parametrize(
    "word",
    [
        "..",
        ".",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "session_20251109_143414_a1b2c3d4.jsonl",
        "20251109_143414_a1b2c3d4.jsonl",
        "20251109_143414_A1B2C3D4",
        "20251109_143414_a1b2c3d4%00",
        "20251109_143414_a1b2c3d4%0a",
        "%00",
        "-",
        "'%20OR%201=1--",
        "%F0%9F%98%80",
        "x" * 300,
    ],
)
def test_w9_ids_paths_and_names_are_taken_by_shape_and_looked_up(site: Site, word: str) -> None:
    """Nothing that is asked becomes part of a file's name: what has not the shape of an id, path or part is refused."""
    for route in ROUTES:
        fields = {"id": WHOLE, "path": "1-1", "part": "request"}
        for name in route.in_address:
            filled = route.address.format(**{**fields, name: word})
            reply = site.get(filled + address_of(route).partition("?")[1] + address_of(route).partition("?")[2])
            assert reply.status in {404, 422}, (filled, reply)
            assert reply.slug in {"web.bad_parameter", "web.no_route", "web.no_session"}, (filled, reply)
    for address in (f"/assets/{word}", f"/{word}", f"/assets/../{word}"):
        assert site.get(address).status == 404 or word == "."


def test_w9_what_is_not_there_is_not_there(site: Site) -> None:
    """An id, a path or a name of the right shape that nothing has is answered with 404 and says which it was."""
    assert site.get(f"/api/sessions/{ABSENT}/rows").slug == "web.no_session"
    assert site.get(f"/api/sessions/{WHOLE}/nodes/99").slug == "web.no_node"
    assert site.get(f"/api/sessions/{WHOLE}/nodes/99/parts/request").slug == "web.no_node"
    assert site.get(f"/api/sessions/{WHOLE}/nodes/1-1/parts/accounting").slug == "web.no_part"
    assert site.get(f"/api/sessions/{WHOLE}/nodes/1-1/parts/request?at=%5B%22nothing%22%5D").slug == "web.no_part"
    assert site.get("/api/nothing").slug == "web.no_route"


@pytest.mark.parametrize(
    "asked",
    [
        "/api/sessions?limit=201",
        "/api/sessions?limit=0",
        "/api/sessions?limit=-1",
        "/api/sessions?limit=1e3",
        "/api/sessions?limit=99999999999999999999999",
        "/api/sessions?offset=-1",
        "/api/sessions?limit=1&limit=2",
        "/api/sessions?unknown=1",
        "/api/sessions?order=session_id;drop",
        f"/api/sessions?q={'x' * 2001}",
        "/api/sessions?q=%ff",
        f"/api/sessions/{LARGE}/rows?from=0&to=201",
        f"/api/sessions/{LARGE}/rows?from=x",
        f"/api/sessions/{LARGE}/nodes/session?logsTo=100000",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request?to=1001",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request?as=conversation&to=101",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request?at=7",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request?at=%7B%7D",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request/find",
        f"/api/sessions/{LARGE}/nodes/1-1/parts/request/find?needle=",
        f"/api/sessions/{LARGE}/timeline?pixels=100000",
        f"/api/sessions/{LARGE}/timeline?from=nan&to=1",
        f"/api/sessions/{LARGE}/timeline?from=0",
        f"/api/sessions/{LARGE}/costs?by=turn&to=1000",
        f"/api/sessions/{LARGE}/costs?by=everything",
        "/api/search?text=",
        "/api/spending?by=model,day,agent,tool",
        "/api/failures?days=100000",
        f"/api/compare?a={LARGE}",
    ],
)
def test_w10_every_page_has_its_limits(site: Site, asked: str) -> None:
    """What is misshapen, unknown, double or beyond its limits is refused with 422."""
    reply = site.get(asked)
    assert (reply.status, reply.slug) in {(422, "web.bad_parameter"), (422, "web.too_much")}, reply


def test_w10_no_answer_is_a_whole_session(site: Site) -> None:
    """The largest answer of every route about the largest session is a fraction of that session."""
    size = site.ask(f"/api/sessions/{LARGE}")["row"]["size"]
    for route in ROUTES:
        if route.media_type == EVENTS:
            continue
        reply = site.get(address_of(route, LARGE, "1200-1"))
        assert reply.status == 200
        assert len(reply.body) < size / 4, route.address


def test_w10_bodies_and_heads_are_bounded(site: Site) -> None:
    """A body larger than a token is refused while it comes in, and so is a head that does not end."""
    own: Headers = (("Host", site.host), ("Content-Type", "application/json"))
    reply = site.send("POST", TOKEN_ROUTE, own, b'{"token":"' + b"x" * 100_000 + b'"}')
    assert (reply.status, reply.slug) == (413, "web.body_too_large")
    for garbage in (b"{", b"[]", b'{"token":7}', b'{"token":"a","more":1}', b"\xff", b"[" * 4000):
        assert site.send("POST", TOKEN_ROUTE, own, garbage).slug == "web.bad_request"
    with suppress(ConnectionError):  # it hangs up before it has read all of that
        assert site.get("/api/sessions", ("X-Long", "x" * 200_000)).status in {400, 431}


def test_w10_a_body_that_does_not_come_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who announces a token and sends none does not hold a request open."""
    monkeypatch.setattr(app, "_PATIENCE", 0.01)
    own: Headers = (("Host", site.host), ("Content-Type", "application/json"), ("Content-Length", "20"))
    connection = site.open("POST", TOKEN_ROUTE, own)
    try:
        response = connection.getresponse()
        assert response.status == 400
        assert json.loads(response.read())["error"]["slug"] == "web.bad_request"
    finally:
        connection.close()


@pytest.mark.parametrize(
    "value", ["bytes=5-4", "bytes=9999999-", "bytes=-0", "bytes=0-1,3-4", "lines=1-2", "bytes=x-y"]
)
def test_w10_a_range_is_one_range_of_the_part(site: Site, value: str) -> None:
    """A range that is none, or several at once, is refused."""
    reply = site.get(f"/api/sessions/{WHOLE}/nodes/1-1/parts/request/raw", ("Range", value))
    assert (reply.status, reply.slug) == (416, "web.bad_range")


@pytest.mark.parametrize("words", ["(a+)+$", "[", "\\", "%", "_", '"', "' OR 1=1 --", "a*", "AND", "-", "NEAR(a b)"])
def test_w11_what_is_looked_for_is_text(site: Site, words: str) -> None:
    """A needle is no regular expression and no expression of a search engine: it is found where it stands."""
    from urllib.parse import quote

    assert site.get(f"/api/search?text={quote(words)}").status == 200
    found = site.ask(f"/api/sessions/{LARGE}/nodes/1-1/parts/request/find?needle={quote(words)}&as=json")
    text = site.ask(f"/api/sessions/{LARGE}/nodes/1-1/parts/request?as=json")["lines"]
    assert [match["line"] for match in found["matches"]] == [at for at, line in enumerate(text) if words in line][:20]


def test_w12_the_server_connects_to_nobody(site: Site) -> None:
    """Whatever it is asked, and whatever addresses stand in a session, the server makes no connection."""
    connected: list[Any] = []
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
            connected.append(arguments[1] if event != "socket.getaddrinfo" else arguments[:2])

    sys.addaudithook(hook)
    for address in [*PRIVATE, "/api/search?text=http://192.0.2.1/", "/api/complete?text=id:http://192.0.2.1/"]:
        site.get(address)
    watching = False
    own = {("127.0.0.1", site.port)}
    assert {tuple(one[:2]) for one in connected} <= own, connected


def test_w13_a_failure_says_its_name_and_its_incident(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is a slug and an incident and nothing else: nothing of what was asked, no path, no exception."""
    caplog.set_level(logging.INFO, "clew.web")
    for asked in ("/api/sessions?limit=zebra", "/api/sessions?q=zebra%3Azebra", "/zebra", f"/api/sessions/{ABSENT}"):
        reply = site.get(asked)
        error = reply.json["error"]
        assert reply.json == {"error": {"slug": error["slug"], "id": error["id"]}}
        assert error["slug"] in SLUGS
        assert reply.status == SLUGS[error["slug"]].status
        assert re.fullmatch(r"[0-9a-f]{8}", error["id"])
        assert b"zebra" not in reply.body
        assert error["id"] in caplog.text


def test_w13_what_breaks_inside_stays_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody expected is told as an incident; its words and its place are in the log alone."""
    from clew.web.answers import sessions

    told: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]  # the shortest handler
    logging.getLogger("clew.web").addHandler(handler)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("/secret/place\x1b]0;owned\x07")

    try:
        with serving(tmp_path) as site:
            monkeypatch.setattr(sessions, "overview", broken)
            reply = site.get("/api/overview")
    finally:
        logging.getLogger("clew.web").removeHandler(handler)
    assert (reply.status, reply.slug) == (500, "web.internal")
    assert b"secret" not in reply.body
    assert "/secret/place" in told[-1]
    assert reply.json["error"]["id"] in told[-1]
    assert "\x1b" not in told[-1]


def test_w14_what_was_redacted_stays_so(tmp_path: Path) -> None:
    """No route tells a secret of a kind that is redacted when it is recorded: it is not in the record any more."""
    secrets = [canary for canary in CANARIES if canary.rule == "anthropic-key"]
    text = " ".join(canary.text for canary in secrets)
    with (
        clew.session(agent_id="support", dir=tmp_path) as session,
        session.turn(user_input=text) as turn,
        turn.attempt(provider="anthropic", model="m", request={"messages": [text]}) as attempt,
    ):
        attempt.respond({"content": text})
    with serving(tmp_path) as site:
        replies = [site.get(address_of(route, session.session_id)) for route in ROUTES]
    assert any(b"redacted" in reply.body for reply in replies)
    assert not [canary.secret for canary in secrets for reply in replies if canary.secret.encode() in reply.body]


def test_w15_the_servers_own_log_is_safe_to_show(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """An address that somebody asks for cannot reach the terminal on which the server writes its log."""
    caplog.set_level(logging.INFO, "clew.web")
    site.get("/%1b%5d0;owned%07%0aERROR%20forged%e2%80%ae")
    (line,) = [record.getMessage() for record in caplog.records if "web.no_route" in record.getMessage()]
    assert not {"\x1b", "\x07", "\n", "\u202e"} & set(line)


def test_w16_nothing_is_taken_in(site: Site) -> None:
    """The server has no route that takes a file, a record or a setting: the one body it reads is the token."""
    assert [address for method, address in EVERYTHING if method != "GET"] == [TOKEN_ROUTE]
    for address in PRIVATE:
        assert site.send("POST", address, (*site.pass_, ("Content-Type", "application/json")), b"{}").status == 405


@pytest.mark.parametrize("name", ["__proto__", "constructor", "__class__", "toString", "__dict__", "value"])
def test_w17_names_of_the_languages_are_only_names(site: Site, name: str) -> None:
    """A field called like an inner part of a language is a field like any other, or is not there."""
    raw = site.get(f"/api/sessions/{HOSTILE}/nodes/1-1/parts/request/raw?at=%5B%22{name}%22%5D")
    if name == "__proto__":
        assert raw.json == {"polluted": MARKUP}
    else:
        assert (raw.status, raw.slug) == (404, "web.no_part")
    assert site.get(f"/api/sessions?{name}=1").slug == "web.bad_parameter"


def test_w18_every_route_asks_for_the_one_credential(site: Site) -> None:
    """There is one user, and no route but the page itself answers anybody else; who it is never comes from a body."""
    found = _answers(site, (("Host", site.host),))
    answered = {address for address, reply in found.items() if reply.status == 200}
    assert not [address for address in answered if address.startswith("/api/")]
    assert set(KINDS.values()).isdisjoint(re.findall(r"\d{8}_\d{6}_[0-9a-f]{8}", "".join(map(str, found.values()))))


def test_w1_the_port_is_opened_on_loopback_only() -> None:
    """Without a word to the contrary the server listens at 127.0.0.1, and at the other loopback address if asked."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    if socket.has_ipv6:
        try:
            with listen("::1", 0) as listener:
                assert listener.getsockname()[0] == "::1"
        except OSError:
            pytest.skip("this machine has no IPv6")
