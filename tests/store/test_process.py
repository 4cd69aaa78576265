"""Who wrote a journal, and whether that process still runs."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys

import msgspec

from clew.store.process import VERSION, is_alive, started, this_writer


def test_this_process_is_alive_and_no_other_passes_for_it() -> None:
    """Number, start and boot together name a process: a number that was given out again is somebody else."""
    writer = this_writer()
    assert is_alive(writer)
    assert (writer.pid, writer.started, writer.clew) == (os.getpid(), started(os.getpid()), VERSION)
    assert not is_alive(msgspec.structs.replace(writer, started=writer.started + 1))
    assert not is_alive(msgspec.structs.replace(writer, boot="another"))
    assert not is_alive(msgspec.structs.replace(writer, pid=0))


def test_a_process_that_ended_is_not_alive() -> None:
    """Nothing of it is left to be asked."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert started(process.pid) is None


def test_journals_name_the_version_that_is_installed() -> None:
    """The version is written in one more place, and this holds the two together."""
    assert importlib.metadata.version("clew") == VERSION
