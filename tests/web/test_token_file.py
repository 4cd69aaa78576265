"""The token file: a script of this user finds the server and is let in, and nobody else reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from clew.web.address import Address
from clew.web.key import Key
from clew.web.token_file import Told, place, token_file

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS = Address("127.0.0.1", 2539)


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a login."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_w4_address_and_token_are_there_for_this_user_alone(runtime: Path) -> None:
    """The file has mode 0600 in a folder of mode 0700, says where and how, and is gone with the server."""
    key = Key(2539)
    with token_file(_ADDRESS, key) as path:
        assert path == runtime / "clew" / "serve_2539.json"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        told = msgspec.json.decode(path.read_bytes(), type=Told)
        assert (told.url, told.token) == ("http://127.0.0.1:2539/", key.token)
    assert not path.exists()


def test_what_a_killed_server_left_is_replaced(runtime: Path) -> None:
    """An old file makes room, a link is not followed, and a newer one is not taken away."""
    path = place(2539)
    path.parent.mkdir(mode=0o700)
    outside = runtime / "outside"
    outside.write_text("mine")
    path.symlink_to(outside)
    with token_file(_ADDRESS, Key(2539, "first")):
        assert outside.read_text() == "mine"
        with token_file(_ADDRESS, Key(2539, "second")):
            pass
        path.write_text("of another server")
    assert path.read_text() == "of another server"


def test_without_a_safe_place_there_is_no_file(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where others could write, or nothing can be written, the server goes on without the file."""
    (runtime / "clew").mkdir()
    (runtime / "clew").chmod(0o777)
    with token_file(_ADDRESS, Key(2539)) as path:
        assert path is None
    (runtime / "a file").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime / "a file"))
    with token_file(_ADDRESS, Key(2539)) as path:
        assert path is None


def test_where_it_lies_without_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder of the login it lies with the state of the user's programs."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert str(place(7)) == "/state/clew/serve_7.json"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert str(place(7)) == "/home/somebody/.local/state/clew/serve_7.json"
