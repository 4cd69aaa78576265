"""A journald of one's own: a socket that takes entries as journald does, as datagrams and as sealed files."""

from __future__ import annotations

import array
import fcntl
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

SEALED = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE

Entry = dict[str, list[bytes]]


class FakeJournal:
    """Listens at a path until it is left."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.sealed = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Die, and leave the socket's name behind."""
        self._socket.close()

    def entries(self) -> list[Entry]:
        """All that came since the last call."""
        found: list[Entry] = []
        while True:
            try:
                data, rights, _, _ = self._socket.recvmsg(1 << 20, socket.CMSG_SPACE(4))
            except BlockingIOError:
                return found
            found.append(decode(self._file(rights) if rights else data))

    def _file(self, rights: list[tuple[int, int, bytes]]) -> bytes:
        handle = array.array("i", rights[0][2])[0]
        try:
            assert fcntl.fcntl(handle, fcntl.F_GET_SEALS) == SEALED, "journald takes sealed files only"
            self.sealed += 1
            return os.pread(handle, os.fstat(handle).st_size, 0)
        finally:
            os.close(handle)


def decode(data: bytes) -> Entry:
    """The fields of an entry, each with all its values."""
    fields: Entry = {}
    while data:
        name, newline, _ = data.partition(b"\n")
        if b"=" in name:
            key, _, value = name.partition(b"=")
            data = data[len(name) + 1 :]
        else:
            start = len(name) + 9
            size = int.from_bytes(data[len(name) + 1 : start], "little")
            key, value = name, data[start : start + size]
            assert data[start + size : start + size + 1] == b"\n"
            data = data[start + size + 1 :]
        assert newline
        fields.setdefault(key.decode(), []).append(value)
    return fields


def flat(entry: Entry) -> dict[str, str]:
    """The fields of an entry that has no field twice, as text."""
    assert all(len(values) == 1 for values in entry.values())
    return {name: values[0].decode() for name, values in entry.items()}
