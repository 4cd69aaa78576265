"""The trace document of a session: its head and its events, field for field as specified.

The document is derived from the tree, so it is written in one go when it is wanted, beside its final name, and then
moved there: a reader sees a whole document or none. Times are local and naive, as the specification has them.
``end_time`` is there only when the session ended. A trace is made to be read with ``jq`` and a few lines of Python; the
snapshot is the document that holds everything.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clew.exporters.trace_events import moments
from clew.exporters.trace_text import as_json, as_name, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.model.session import Session


def trace_chunks(session: Session) -> Iterator[str]:
    """The document, event by event: JSON indented by two blanks, other scripts than Latin kept as they are."""
    yield "{"
    for name, value in _head(session).items():
        yield f"\n  {as_json(name)}: {_indented(value, 2)},"
    yield '\n  "events": ['
    separator = "\n    "
    for moment in moments(session):
        yield separator + _indented({"timestamp": _local(moment.at), **moment.event()}, 4)
        separator = ",\n    "
    yield "]\n}\n" if separator == "\n    " else "\n  ]\n}\n"


def write_trace(session: Session, path: Path) -> None:
    """Write the document to a file that only its owner can read, in place of an earlier one. Raises ``OSError``."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(trace_chunks(session))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _head(session: Session) -> dict[str, object]:
    prompt = session.system_prompt
    return {
        "session_id": session.session_id,
        "start_time": _local(session.started_at),
        **({} if session.ended_at is None else {"end_time": _local(session.ended_at)}),
        "model": session.model,
        "system_prompt": None if prompt is None else as_text(prompt.value),
    }


def _local(milliseconds: float) -> str:
    """A time as the specification writes it: local, naive, with six decimals."""
    seconds, micros = divmod(round(milliseconds * 1000), 1_000_000)
    local = datetime.fromtimestamp(seconds)  # noqa: DTZ006 - naive local time is what the document has
    return local.replace(microsecond=micros).isoformat(timespec="microseconds")


def _indented(value: object, blanks: int) -> str:
    """A value as JSON that stands ``blanks`` deep. The objects of an event are laid out here: most of it is strings."""
    if isinstance(value, dict) and value and all(type(key) is str for key in value):
        inner = "\n" + " " * (blanks + 2)
        rows = [f"{as_name(key)}: {_indented(item, blanks + 2)}" for key, item in value.items()]
        return "{" + inner + ("," + inner).join(rows) + "\n" + " " * blanks + "}"
    text = as_json(value)
    return text if isinstance(value, str) else text.replace("\n", "\n" + " " * blanks)
