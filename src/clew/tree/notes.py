"""Notes: what a reader must know about the record itself, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.session import Note
from clew.tree.times import inversions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clew.model.act import Act
    from clew.model.event import ClockStep, Dropped
    from clew.model.session import Session
    from clew.tree.draft import Draft


def clock_note(act: ClockStep, segment: int) -> Note:
    """The wall clock was set while the session ran."""
    message = f"the wall clock was set by {act.delta_ms / 1000:+.3f} s"
    return Note(kind="clock", message=message, at=act.at, segment=segment)


def dropped_note(act: Dropped, segment: int) -> Note:
    """The writer could not write for a while."""
    message = f"{act.acts} acts ({act.bytes} bytes) were lost: {act.reason}"
    return Note(kind="dropped", message=message, at=act.at, segment=segment, size=act.bytes)


def redacted_note(act: Act, segment: int) -> Note:
    """Secrets were taken out before the act was written."""
    found = ", ".join(
        f"{rule} at {where}{f' ({count} times)' if count > 1 else ''}" for rule, where, count in act.redacted
    )
    return Note(kind="redacted", message=f"record {act.seq} was written without: {found}", at=act.at, segment=segment)


def inversion_notes(session: Session) -> Iterator[Note]:
    """The times of an imported session run backwards, as they came."""
    found = list(inversions(session))
    if found:
        path, words = found[0]
        others = f", and {len(found) - 1} more" if found[1:] else ""
        message = f"the times run backwards, as they came: {path or 'the session'} {words}{others}"
        yield Note(kind="inversion", message=message)


def child_notes(drafts: Iterable[Draft], children: Mapping[str, Session]) -> Iterator[Note]:
    """What the tree lacks of child sessions.

    A tool call shows one, and a session that another process was told to record may never have begun.
    """
    for draft in drafts:
        shown, *others = [child for child in draft.children if child in children] or [""]
        for child, elsewhere in draft.children.items():
            if child not in children and not elsewhere:
                yield Note(kind="missing_child", message=f"the child session {child} has no journal here")
        for child in others:
            message = f"the tool call that started the session {shown} also started {child}, which stands apart"
            yield Note(kind="extra_child", message=message)
