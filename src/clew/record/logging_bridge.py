"""The application's own log, brought onto the tree: warnings and errors of ``logging`` land on the node in force.

::

    logging.getLogger().addHandler(clew.LoggingHandler())

What clew's own sinks log, and what they hand on to a logger, does not come back.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from clew.model.log import Source
from clew.record.current import nearest
from clew.record.dispatch import dispatch, is_silent
from clew.record.failure import evidence
from clew.record.narrator import tell_outside
from clew.record.tidy import text_of
from clew.record.trouble import report

if TYPE_CHECKING:
    from clew.model.slug import Severity


class LoggingHandler(logging.Handler):
    """Writes log records on the node in force; outside any session to the log sinks only.

    Their slug is ``app.warning`` or ``app.error``, or the one that the application gives with ``extra={"slug": …}``.
    """

    def __init__(self, level: int | str = logging.WARNING) -> None:
        """``level`` is the lowest that is taken."""
        super().__init__(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. Never raises."""
        if is_silent() or hasattr(record, "clew"):
            return
        try:
            _write(record)
        except Exception as problem:  # noqa: BLE001 - the record's arguments are the application's
            report(problem)


def _write(record: logging.LogRecord) -> None:
    severity, slug = _names(record)
    details: dict[str, Any] = {"logger": record.name, "level": record.levelname}
    if record.exc_info is not None and record.exc_info[1] is not None:
        details |= evidence(record.exc_info[1])
    source = Source(file=record.filename, line=record.lineno, function=record.funcName)
    node = nearest()
    if node is not None:
        node.session.logbook.write(node, slug, _message(record), severity, details, source)
    elif dispatch.active():
        tell_outside(slug, _message(record), severity, details, source)


def _message(record: logging.LogRecord) -> str:
    """What a record says; if its arguments do not fit, what it would have said them with."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - the arguments are the application's
        return text_of(record.msg)


def _names(record: logging.LogRecord) -> tuple[Severity, str]:
    """How loud a record is, and its slug."""
    given = getattr(record, "slug", None)
    severity, slug = next(names for level, names in _BY_LEVEL if record.levelno >= level)
    return severity, given if isinstance(given, str) and given else slug


_BY_LEVEL: tuple[tuple[float, tuple[Severity, str]], ...] = (
    (logging.ERROR, ("ERR", "app.error")),
    (logging.WARNING, ("WRN", "app.warning")),
    (float("-inf"), ("VRB", "app.message")),
)
