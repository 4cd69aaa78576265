"""Who this process is, for readers that must tell a live writer from a dead one where ``flock`` does not work."""

from __future__ import annotations

import os
from functools import cache

from clew.model.event import Writer


def this_writer() -> Writer:
    """This process, as a journal's header names it."""
    return _writer(os.getpid())


@cache
def _writer(pid: int) -> Writer:
    return Writer(pid=pid, boot=_boot(), started=started(pid) or 0, clew=VERSION)


def started(pid: int) -> int | None:
    """When a process started, in clock ticks after boot; ``None`` if there is none (or no ``/proc``)."""
    try:
        stat = _read(f"/proc/{pid}/stat")
    except OSError:
        return None
    return int(stat.rpartition(b")")[2].split()[19])


def is_alive(writer: Writer) -> bool:
    """Whether the process that wrote a header still runs here."""
    return writer.pid > 0 and writer.boot == _boot() and started(writer.pid) == writer.started


def _boot() -> str:
    try:
        return _read("/proc/sys/kernel/random/boot_id").decode("ascii").strip()
    except OSError:
        return ""


def _read(name: str) -> bytes:
    handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, 4096)
    finally:
        os.close(handle)


VERSION = "0.1.0"
"""Version of the recorder, as journals name it; a test holds it against the distribution's."""
