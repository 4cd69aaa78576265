"""Every way a command can end. Scripts rely on these numbers; they never change their meaning."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of ``clew``. What each says stands in :data:`MEANINGS`, which ``--help`` prints."""

    OK = 0
    TORN = 1
    DIFFERENT = 1
    """Of ``clew diff`` alone, as scripts know it from other programs that compare."""
    DAMAGED = 2
    UNREADABLE = 3
    NOT_FOUND = 4
    AMBIGUOUS = 5
    NEWER_FORMAT = 6
    FOREIGN = 7
    NO_MODEL = 8
    BAD_CREDENTIALS = 9
    MISSING_EXTRA = 10
    REFUSED = 11
    FAILED = 12
    FOUND = 13
    DIVERGED = 14
    USAGE = 64
    INTERNAL = 70
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.TORN: "a journal ends in the middle of a record; diff: the sessions differ",
    ExitCode.DAMAGED: "a journal, a pack or a tree is damaged or incomplete",
    ExitCode.UNREADABLE: "a folder or file cannot be read or written",
    ExitCode.NOT_FOUND: "no such session or file, no such path or text in a session",
    ExitCode.AMBIGUOUS: "several sessions match",
    ExitCode.NEWER_FORMAT: "written by a newer release",
    ExitCode.FOREIGN: "a file of another kind",
    ExitCode.NO_MODEL: "no model server answers",
    ExitCode.BAD_CREDENTIALS: "the model server rejects the credentials",
    ExitCode.MISSING_EXTRA: "an optional part is not installed",
    ExitCode.REFUSED: "refused: it would change a live session, replace a file or call a tool for real",
    ExitCode.FAILED: "the agent did not finish its task",
    ExitCode.FOUND: "a check of sources found something",
    ExitCode.DIVERGED: "a replayed run did something else than the record",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.INTERNAL: "an error inside clew",
    ExitCode.INTERRUPTED: "interrupted",
}
"""What each exit code says."""
