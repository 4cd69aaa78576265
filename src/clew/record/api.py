"""The functions an application calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.model.catalog import register
from clew.model.session_id import is_session_id
from clew.model.slug import Slug
from clew.record.current import current, nearest
from clew.record.dispatch import dispatch
from clew.record.environment import folder_of, inherited_parent, is_recording, is_tracing
from clew.record.logbook import caller
from clew.record.options import Options
from clew.record.session import SessionRecorder
from clew.record.standin import tell_began
from clew.record.tidy import texts_of
from clew.record.tool import ToolRecorder
from clew.record.trouble import report
from clew.wire.redact import configure as put_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from clew.model.slug import Origin, Severity
    from clew.record.dispatch import Sink
    from clew.store.journal import Sync
    from clew.wire.rules import Rule

_taken: set[str] = set()


def session(
    agent_id: str | None = None,
    *,
    model: str | None = None,
    system_prompt: object = None,
    title: str | None = None,
    tags: Iterable[str] = (),
    attributes: object = None,
    dir: Path | str | None = None,
    sync: Sync = "background",
    session_id: str | None = None,
    trace: bool = True,
) -> SessionRecorder:
    """A session.

    It begins at once and ends with its ``with`` block, or with :meth:`~clew.record.session.SessionRecorder.end`.

    Inside a tool call of another session, or in a process that such a call started, it becomes the child of that call.
    ``dir`` is where its files go (else ``$CLEW_DIR``, else ``./sessions``); ``sync`` says when they are brought to the
    disk; ``session_id`` continues an earlier session in a new segment, or names a new one; ``trace=False`` leaves the
    trace document to ``clew trace``. Never raises.
    """
    options = Options(
        dir=folder_of(dir),
        agent_id=agent_id,
        model=model,
        system_prompt=system_prompt,
        title=title,
        tags=tuple(texts_of(tags)),
        attributes=attributes,
        sync=sync,
        trace=trace and is_tracing(),
        recording=is_recording(),
    )
    node = current()
    if isinstance(node, ToolRecorder) and session_id is None and dir is None:
        details = {
            "model": model,
            "system_prompt": system_prompt,
            "title": title,
            "tags": options.tags,
            "attributes": attributes,
        }
        return node.child(agent_id, **details).start()
    parent, wanted = _inherited() if session_id is None else (None, _checked(session_id))
    continues = session_id is not None and wanted is not None and _exists(options.dir, wanted)
    recorder = SessionRecorder(options, session_id=wanted, parent=parent, continues=continues).start()
    if parent is None:
        tell_began(recorder)
    return recorder


def log(slug: str, message: str = "", severity: str | None = None, **details: Any) -> None:  # noqa: ANN401 - any named values
    """Write a log entry on the node in force; where that is a session, on the turn that was found in it and is open.

    Its severity is the slug's unless given; outside any session it goes to the log sinks only.
    """
    node = nearest()
    if node is not None:
        node.log(slug, message, severity, **details)
    elif dispatch.active():
        try:
            from clew.record.narrator import tell_outside  # noqa: PLC0415 - a process without sinks need not load it

            tell_outside(slug, message, severity, details, caller())
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)


def configure(
    *, sinks: Iterable[Sink | str] | None = None, redact: Iterable[Rule] | None = None, certain: bool = True
) -> None:
    """Say where the structured log of this process goes, and what is a secret; what is not given stays as it is.

    A sink is a name as in ``CLEW_LOG`` (``console``, ``jsonl:PATH``, ``journald``), one of :mod:`clew.sinks`, or any
    object with ``write(line)``; no sinks switch the log off. The rules of ``redact`` are added to those for what is
    certainly a secret, unless ``certain=False`` switches these off. Raises ``ClewError`` for an unknown sink and
    ``ValueError`` for a pattern that is no regular expression.
    """
    if sinks is not None:
        dispatch.set(sinks)
    if redact is not None or not certain:
        put_in_force(redact or (), certain=certain)


def register_slug(
    name: str,
    severity: Severity = "WRN",
    description: str = "",
    *,
    origin: Origin | None = None,
    public: str = "Something went wrong. Please try again.",
    advice: str = "",
) -> Slug:
    """Declare an application's own slug. Raises ``SlugError`` if it is misspelt or declared differently already.

    ``public`` is what a user of the agent may see, ``advice`` what an operator is told by ``clew why``.
    """
    text = description or name
    return register(Slug(name=name, severity=severity, description=text, origin=origin, public=public, advice=advice))


def _checked(session_id: object) -> str | None:
    """An id that an application gave, if it is one: it becomes part of a file's name."""
    if isinstance(session_id, str) and is_session_id(session_id):
        return session_id
    report(f"{session_id!r} is no session id, so the session has a new one: leave it out, or give an earlier one")
    return None


def _exists(folder: Path, session_id: str) -> bool:
    """Whether there is a session to continue."""
    try:
        from clew.store.folder import Folder  # noqa: PLC0415 - who begins a new session need not read

        return bool(Folder(folder).segments(session_id))
    except Exception as problem:  # noqa: BLE001 - the application must not notice
        report(problem)
        return False


def _inherited() -> tuple[Any, str | None]:
    """The tool call of another process that started this one, and the id that the first session here takes."""
    inherited = inherited_parent()
    if inherited is None:
        return None, None
    parent, wanted = inherited
    if wanted in _taken:
        return parent, None
    _taken.add(wanted)
    return parent, wanted


__all__ = ["configure", "current", "log", "register_slug", "session"]
