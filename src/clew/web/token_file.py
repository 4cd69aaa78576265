"""The token file: how scripts of this user find a running server and are let in, without a token on a command line.

Arguments and environments of programs are shown to others, a file of mode 0600 is not (rule W4). It lies where a login
keeps such things (``$XDG_RUNTIME_DIR``, else below ``~/.local/state``), is named after the port, and goes away with the
server. What a killed server leaves behind opens nothing: each start has another token.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clew.errors import UnreadableFolder
from clew.web.own_folder import check_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.web.address import Address
    from clew.web.key import Key

_FLAGS = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class Told(msgspec.Struct, frozen=True):
    """What the file says, as JSON."""

    url: str
    """The server, with a slash at its end."""
    token: str
    pid: int
    """Of the server."""


@contextmanager
def token_file(address: Address, key: Key) -> Iterator[Path | None]:
    """Keep the file of a server as long as this lasts; ``None`` if there is no place for it."""
    told = msgspec.json.encode(Told(url=address.url, token=key.token, pid=os.getpid())) + b"\n"
    path = place(address.port)
    try:
        _write(path, told)
    except (OSError, UnreadableFolder):
        yield None
        return
    try:
        yield path
    finally:
        with suppress(OSError):
            if path.read_bytes() == told:
                path.unlink()


def place(port: int) -> Path:
    """Where the file of a server lies."""
    named = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    above = Path(os.path.expanduser(named))  # noqa: PTH111 - `Path.expanduser` raises where there is no home
    return above / "clew" / f"serve_{port}.json"


def _write(path: Path, told: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_own(path.parent)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, _FLAGS, 0o600), "wb") as file:
        file.write(told)
