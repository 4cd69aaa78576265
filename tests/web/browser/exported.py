"""Exported files for the tests of the browser, made by the command of the sessions that have everything."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bench.corpus import record_long
from clew.cli.main import run
from clew.model import event
from clew.model.session import Parent
from clew.model.usage import Usage
from hatch_build import build_page
from tests.explore.recorded import CHILD, ID, MODEL, begin, child, nested, support, write
from tests.web.browser.vectors import record, spread
from tests.web.folder import DAMAGED, EMPTY, INTERRUPTED, LIVE, MARKUP, started
from tests.web.site import serving

if TYPE_CHECKING:
    from pathlib import Path

    from clew.model.act import Act

COUNT = 10
"""Vectors of all kinds, each in a file of its own."""
_TURNS = 5
"""Turns of the session that repeat all before them."""
_LONG = "\n".join(f"line {number} of a long answer" for number in range(3_000))
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
QUERIES = (
    "q=",
    "q=tool%3Aorders.*",
    "q=status%3Afailed%2Crejected",
    "q=slug%3Atest.*",
    "q=%22find%20my%22",
    "q=-tool%3Amemory%20kind%3Amcp%2Cagent",
    "q=model%3Aclaude-haiku*&only=true",
    "q=tool%3Aorders.search%3Atimeout&only=true",
    "q=slug%3Allm.*&only=true",
    "q=agent%3Asupport&only=true",
)
"""Filters, as parameters of the API."""
_ROUNDS = "open=1,2,3,4,5,6,7,8,s1"
"""What is opened of a session of few turns."""


class Exports(NamedTuple):
    """The files, made by the command."""

    told: dict[str, Any]
    """What a server says of the rows of the first session, by the query."""
    whole: Path
    damaged: Path
    small: Path
    """The first session again, with little room for payloads."""
    child: Path
    """The session below it alone."""
    nested: Path
    """Sessions in sessions, three deep."""
    interrupted: Path
    empty: Path
    live: Path
    """Exported while it was being written."""
    sliding: Path
    """Its requests drop the oldest messages."""
    hostile: list[Path]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """A session with everything, a damaged one, one cut short, and hostile ones; the folder they came from is gone."""
    build_page()
    folder, out = tmp_path_factory.mktemp("sessions"), tmp_path_factory.mktemp("files")
    write(folder, ID, [*support()[:-3], *_more(), *support()[-3:]])
    write(folder, CHILD, child(), parent=Parent(session_id=ID, path="2-3"))
    write(folder, DAMAGED, support())
    write(folder, INTERRUPTED, started())
    write(folder, EMPTY, [])
    _turn_a_byte(folder / f"session_{DAMAGED}.jsonl")
    hostile = record(folder, spread(COUNT))
    with closing(begin(folder, LIVE, started())):
        live = _export(folder, out, LIVE)
    with serving(folder) as site:
        told = {query: site.ask(f"/api/sessions/{ID}/rows?{_ROUNDS}&{query}") for query in QUERIES}
    made = Exports(
        told,
        _export(folder, out, ID),
        _export(folder, out, DAMAGED),
        _export(folder, out, ID, "small", "--most", "1"),
        _export(folder, out, CHILD),
        _export(folder, out, nested(folder, 3)),
        _export(folder, out, INTERRUPTED),
        _export(folder, out, EMPTY),
        live,
        _export(folder, out, record_long(folder, 60)),
        [_export(folder, out, each) for each in hostile],
    )
    shutil.rmtree(folder)
    return made


def _export(folder: Path, out: Path, session_id: str, name: str = "", *more: str) -> Path:
    """The file of a session."""
    target = out / f"{name or session_id}.html"
    assert run(["export", session_id, "--html", "--dir", str(folder), "-o", str(target), *more]) == 0
    return target


def _more() -> list[Act]:
    """Turns that repeat what was said before them, a picture, a long answer and text that would end a script."""
    messages: list[object] = [{"role": "user", "content": f"remember {number}"} for number in range(12)]
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _PIXEL}}
    messages.append({"role": "user", "content": [picture, {"type": "text", "text": MARKUP}, _text(_LONG)]})
    acts: list[Act] = []
    for turn in range(_TURNS):
        n = 100 + turn * 10
        messages = [*messages, {"role": "user", "content": f"question {turn}"}]
        acts += [
            event.TurnStart(n=n, index=turn + 3, action="message", content=f"question {turn}"),
            event.AttemptStart(
                n=n + 1, of=n, number=0, provider="anthropic", model=MODEL, request={"messages": messages}
            ),
            event.AttemptEnd(n=n + 1, response={"content": [_text(MARKUP)]}, usage=Usage(input_tokens=5)),
            event.ToolStart(n=n + 2, of=n, name="memory", request={"path": f"/{turn}"}),
            event.ToolEnd(n=n + 2, response=_LONG if turn == 0 else MARKUP),
            event.NodeEnd(n=n),
        ]
    # what no compression of repetitions makes small enough for a file of one megabyte
    large = "".join(f"{number * 2654435761 % (1 << 32):08x}\n" for number in range(150_000))
    return [
        *acts,
        event.TurnStart(n=200, index=3 + _TURNS, action="message", content="the last"),
        event.ToolStart(n=201, of=200, name="large", request={"path": "/"}),
        event.ToolEnd(n=201, response=large),
        event.NodeEnd(n=200),
    ]


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _turn_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b"Directory")] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(bytes(data))
