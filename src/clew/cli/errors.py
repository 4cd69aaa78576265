"""The one place where errors become a sentence on stderr and an exit code.

A traceback is never shown unless ``CLEW_TRACEBACK`` asks for it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from clew import errors
from clew.cli.exit_codes import ExitCode
from clew.text.clean import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (errors.SessionNotFound, ExitCode.NOT_FOUND),
    (errors.AmbiguousSession, ExitCode.AMBIGUOUS),
    (errors.NotASession, ExitCode.FOREIGN),
    (errors.NewerFormat, ExitCode.NEWER_FORMAT),
    (errors.UnreadableFolder, ExitCode.UNREADABLE),
    (errors.RecordError, ExitCode.DAMAGED),
    (errors.PathError, ExitCode.NOT_FOUND),
    (errors.QueryError, ExitCode.USAGE),
    (errors.SlugError, ExitCode.USAGE),
    (errors.ForeignFormat, ExitCode.FOREIGN),
    (errors.ScenarioError, ExitCode.USAGE),
    (errors.AgentFileError, ExitCode.USAGE),
    (errors.PriceFileError, ExitCode.USAGE),
    (errors.ReplayDiverged, ExitCode.DIVERGED),
    (errors.MissingExtra, ExitCode.MISSING_EXTRA),
    (errors.ClewError, ExitCode.INTERNAL),
)
"""Exit codes by error, the narrower errors first."""


class Stop(errors.ClewError):
    """A command cannot go on: one sentence for the person, and the exit code of the process."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        """Keep the exit code."""
        super().__init__(sentence)
        self.code = code


def guard(action: Callable[[], object]) -> int:
    """Run an action and return the exit code of the process; whatever goes wrong is said in one sentence on stderr."""
    try:
        action()
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except BrokenPipeError:  # whoever read our stdout has seen enough
        silence_stdout()
        return ExitCode.OK
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except click.ClickException as problem:
        return _usage(problem)
    except Exception as problem:  # noqa: BLE001 - the last line of defence: a person never sees a traceback
        return _tell(problem)
    return ExitCode.OK


def exit_code(problem: Exception) -> ExitCode:
    """The exit code of an error."""
    if isinstance(problem, Stop):
        return problem.code
    if isinstance(problem, OSError):
        return ExitCode.NOT_FOUND if isinstance(problem, FileNotFoundError) else ExitCode.UNREADABLE
    return next((code for kind, code in _CODES if isinstance(problem, kind)), ExitCode.INTERNAL)


def sentence(problem: Exception) -> str:
    """One sentence about an error, for a person."""
    if isinstance(problem, errors.ClewError):
        return one_line(str(problem))
    if isinstance(problem, OSError):
        place = f"{problem.filename}: " if problem.filename else ""
        return one_line(f"{place}{problem.strerror or type(problem).__name__}")
    return one_line(
        f"An error inside clew ({type(problem).__name__}: {problem}); set CLEW_TRACEBACK=1 to see where it comes from."
    )


def silence_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _tell(problem: Exception) -> ExitCode:
    if os.environ.get("CLEW_TRACEBACK"):
        import traceback

        traceback.print_exception(problem)
    click.echo(f"clew: {sentence(problem)}", err=True)
    return exit_code(problem)


def _usage(problem: click.ClickException) -> ExitCode:
    path = problem.ctx.command_path if isinstance(problem, click.UsageError) and problem.ctx is not None else "clew"
    said = one_line(problem.format_message())
    said += "" if said.endswith((".", "?", "!")) else "."
    click.echo(f"clew: {said} See '{path} --help'.", err=True)
    return ExitCode.USAGE
