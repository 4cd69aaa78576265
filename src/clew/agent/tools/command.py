r"""A tool that is a program: an argument list, no shell.

* An argument that has a place for a parameter which was not given is left out.
* The program ``python`` is the one that runs the agent.
* A shell is asked for by naming one; what it gets is then safe as an argument of its own:
  ``["sh", "-c", "grep -c -- \"$1\" *.log", "sh", "{pattern}"]``.
* Both outputs are kept whole. A status other than 0 is a failure.
* A program that takes too long is killed with all that it started.
* A program that records a session of its own hangs it on this call.
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from clew.agent.tools.parameters import Parameters
from clew.agent.tools.placeholder import fill, named_in, program
from clew.agent.tools.tool import Result, Tool, ToolFailure

if TYPE_CHECKING:
    from pathlib import Path

    from clew.agent.definition import Command
    from clew.record.tool import ToolRecorder

_LAST_WORDS = 1.0
"""Seconds in which the output of a killed program has to come."""


class CommandTool(Tool):
    """A program."""

    kind = "command"

    def __init__(self, declared: Command, folder: Path) -> None:
        """``folder`` is where it runs. Raises ``ValueError`` for a schema that is none."""
        super().__init__(declared.name, declared.description, Parameters(declared.parameters))
        self._argv = declared.argv
        self._timeout = declared.timeout
        self._folder = folder

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:
        """Run it to its end."""
        with subprocess.Popen(  # noqa: S603 - the agent's owner says in its file what may run
            self._line(arguments),
            cwd=self._folder,
            env={**os.environ, **record.environ()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=self._timeout)
            except subprocess.TimeoutExpired:
                out, err = _kill(process)
                words = f"no end within {self._timeout:g} s; it was killed"
                raise _failure(words, process.returncode, out, err, timeout=True) from None
            except BaseException:
                _kill(process)
                raise
        if process.returncode != 0:
            raise _failure(_status(process.returncode), process.returncode, out, err)
        return Result(_text(out, err), _response(process.returncode, out, err))

    def text_of(self, response: object) -> str | None:
        """Both outputs, as they were recorded."""
        known = response if isinstance(response, dict) else {}
        out, err = known.get("stdout"), known.get("stderr")
        return _text(out.encode(), err.encode()) if isinstance(out, str) and isinstance(err, str) else None

    def _line(self, arguments: dict[str, Any]) -> list[str]:
        known = self.parameters.names
        wanted = [part for part in self._argv if named_in(part, known) <= arguments.keys()]
        line = [fill(part, known, arguments) for part in wanted]
        if not line or any("\0" in part for part in line):
            raise ToolFailure("the parameters make no command")
        return program(line)


def _kill(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """End a program and all that it started, and give its last words."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        return process.communicate(timeout=_LAST_WORDS)
    except subprocess.TimeoutExpired as late:  # something that left the group holds its outputs
        return late.stdout or b"", late.stderr or b""
    finally:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _failure(words: str, status: int, out: bytes, err: bytes, *, timeout: bool = False) -> ToolFailure:
    said = _text(out, err).strip()
    return ToolFailure(
        f"{words}\n{said}" if said else words,
        response=_response(status, out, err),
        status="timeout" if timeout else None,
    )


def _status(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"killed by signal {-status}"


def _text(out: bytes, err: bytes) -> str:
    text = out.decode("utf-8", "replace")
    return f"{text}\n[standard error]\n{err.decode('utf-8', 'replace')}" if err.strip() else text


def _response(status: int, out: bytes, err: bytes) -> dict[str, object]:
    return {"exit_status": status, "stdout": _whole(out), "stderr": _whole(err)}


def _whole(data: bytes) -> str | bytes:
    """Text where it is text, so that the record has every byte."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
