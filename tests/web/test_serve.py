"""``clew serve`` as a person starts it: what it prints, when it refuses, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from bench.process import CLEW, environment
from clew.cli.exit_codes import ExitCode
from clew.cli.main import run
from clew.web import address
from tests.explore.recorded import ID, family
from tests.web.site import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = "a token of some length"  # noqa: S105 - made up


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a login, in which servers tell scripts where they are."""
    place = tmp_path_factory.mktemp("runtime")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    return place


class Started:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.url = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#token=([\w%-]+)", self.url)
        assert found, self.url
        self.port, self.token = int(found[1]), unquote(found[2])

    def get(self, place: str) -> tuple[int, bytes]:
        """Ask."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", place, headers={"Authorization": f"Bearer {self.token}"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command, which is ended if it still runs."""
    running = subprocess.Popen(
        [sys.executable, *CLEW, *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@contextmanager
def started(*arguments: str) -> Iterator[Started]:
    """A server at a port."""
    with process("serve", *arguments) as running:
        yield Started(running)


def test_it_prints_where_it_is_and_serves(tmp_path: Path) -> None:
    """The first line of stdout is the address, token in its fragment; API and page are there; Ctrl-C ends it."""
    family(tmp_path)
    with started(str(tmp_path), "--port", "0") as server:
        until(lambda: json.loads(server.get("/api/sessions")[1])["rows"])
        status, body = server.get("/api/sessions")
        assert status == 200
        assert json.loads(body)["rows"][0]["sessionId"] == ID
        assert server.get("/")[0] in {200, 404}
        os.kill(server.process.pid, signal.SIGINT)
        out, err = server.process.communicate(timeout=PATIENCE)
        assert server.process.returncode == ExitCode.OK, err
        assert out == ""
        assert "Traceback" not in err
        assert server.token not in err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_script_gets_in_by_the_token_file(tmp_path: Path, runtime: Path, how: signal.Signals) -> None:
    """Address and token are in a file as long as the server runs; whichever way it is ended, the file goes with it."""
    family(tmp_path)
    with started(str(tmp_path), "--port", "0") as server:
        (file,) = (runtime / "clew").iterdir()
        told = json.loads(file.read_bytes())
        assert told == {"url": f"http://127.0.0.1:{server.port}/", "token": server.token, "pid": server.process.pid}
        assert server.get("/api/sessions")[0] == 200
        os.kill(server.process.pid, how)
        _, err = server.process.communicate(timeout=PATIENCE)
        assert server.process.returncode == ExitCode.OK, err
        assert str(file) in err
        assert err.endswith("stopped\n")
        assert not file.exists()


def test_it_serves_at_a_socket_file(tmp_path: Path) -> None:
    """The first line of stdout is the path; there it answers without a token; SIGTERM ends it, and the file is gone."""
    family(tmp_path / "sessions")
    with tempfile.TemporaryDirectory(prefix="clew") as private:
        place = Path(private) / "s"
        with process("serve", str(tmp_path / "sessions"), "--socket", str(place)) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == f"{place}\n"
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(place))
                connection.sendall(b"GET /api/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200 ")
            server.terminate()
            _, err = server.communicate(timeout=PATIENCE)
            assert server.returncode == ExitCode.OK, err
            assert not place.exists()


@pytest.mark.parametrize("other", [["--port", "7"], ["--host", "127.0.0.1"], ["--token", _TOKEN], ["--open"]])
def test_a_socket_file_has_neither_port_nor_token(
    tmp_path: Path, other: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What means nothing at a socket file is refused by name, before anything is opened."""
    assert run(["serve", "--socket", str(tmp_path / "s"), *other]) == ExitCode.USAGE
    assert other[0] in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_the_folder_is_that_of_every_command(tmp_path: Path) -> None:
    """DIR and --dir mean the same; both at once are refused."""
    family(tmp_path)
    with started("--dir", str(tmp_path), "--port", "0", "--token", _TOKEN) as server:
        assert server.token == _TOKEN
        assert server.get("/api/sessions")[0] == 200
    assert run(["serve", str(tmp_path), "--dir", str(tmp_path)]) == ExitCode.USAGE


@pytest.mark.parametrize(
    "arguments",
    [
        ["--host", "0.0.0.0"],  # noqa: S104 - refused
        ["--host", "::"],
        ["--host", "192.0.2.1", "--token", "x" * 40],
        ["--host", "0.0.0.0", "--expose", "box.example"],  # noqa: S104 - refused
        ["--host", "0.0.0.0", "--expose", "box.example", "--token", "short"],  # noqa: S104 - refused
    ],
)
def test_w1_it_refuses_before_a_port_is_opened(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What others could reach is refused with a sentence that says what is missing, and no port was opened for it."""

    def opened(*_: object) -> None:
        pytest.fail("a port was opened")

    monkeypatch.setattr(address, "listen", opened)
    assert run(["serve", *arguments]) == ExitCode.USAGE
    assert re.search("--expose|--token", capsys.readouterr().err)


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The port that was asked for is taken or nothing; without one the server finds a free one."""
    with address.listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert run(["serve", str(tmp_path), "--port", str(port)]) == ExitCode.UNREADABLE
        assert "in use" in capsys.readouterr().err
    with address.listen("127.0.0.1", None) as one, address.listen("127.0.0.1", None) as other:
        assert one.getsockname()[1] != other.getsockname()[1]


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An installation without the web extra says in one sentence what is missing."""
    for name in [name for name in sys.modules if name.startswith(("clew.web.server", "clew.web.app"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["serve"]) == ExitCode.MISSING_EXTRA
    assert "clew[web]" in capsys.readouterr().err
