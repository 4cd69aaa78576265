"""The page on the Python API, ``docs/api.md``, made of ``clew.__all__`` and the docstrings in the sources."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from tests.docs.command_page import COMMAND
from tests.docs.sources import Function, fields, find, imported, is_property, methods, said, signature

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

_INTRODUCTION = f"""# Python API

Every public name, with what its docstring says. `import clew` loads msgspec and the standard library, nothing else:
what only readers need is loaded when it is first asked for. What is not on this page may change in any release.

This page is made by `{COMMAND}`.
"""


class Chapter(NamedTuple):
    """Names that belong together."""

    title: str
    """Its heading."""
    says: str
    """What they are for, and where more is said."""
    names: tuple[str, ...]
    """Each as ``name`` of ``clew``, or as ``module:name``."""


CHAPTERS = (
    Chapter(
        "Recording by one line",
        "[Recording](recording.md) shows them at work.",
        ("instrument", "tool", "agent"),
    ),
    Chapter(
        "Recording by hand",
        "A session is opened by `clew.session`, everything else by a method of what it belongs to. No call raises.",
        ("session", "current", "log", "Action", "Usage"),
    ),
    Chapter(
        "Handles",
        "What `clew.session`, `session.turn`, `turn.attempt` and `turn.tool` return. Each is used in a `with`, or "
        "begun by `.start()` and ended by `.end()`; a call on one that has ended does nothing.",
        (
            "clew.record.session:SessionRecorder",
            "clew.record.turn:HolderRecorder",
            "clew.record.attempt:AttemptRecorder",
            "clew.record.tool:ToolRecorder",
            "clew.record.node:NodeRecorder",
        ),
    ),
    Chapter(
        "Settings of the process",
        "[Operating an agent](operations.md) and [Redaction](redaction.md) say what for.",
        ("configure", "register_slug", "Rule", "LoggingHandler"),
    ),
    Chapter(
        "Failures told to users",
        "No path, prompt or traceback reaches a user: [Telling users of a failure](redaction.md).",
        ("public_error", "PublicError", "clew.asgi:Recorded", "clew.asgi:Binding", "clew.asgi:bind_by_headers"),
    ),
    Chapter(
        "Reading a session",
        "A tree is frozen and made of the classes below; times are milliseconds since the epoch.",
        (
            "load",
            "sessions",
            "Session",
            *(
                f"clew.model.session:{name}"
                for name in (
                    "Init",
                    "Config",
                    "Turn",
                    "Step",
                    "Action",
                    "Attempt",
                    "Response",
                    "ToolCall",
                    "Fin",
                    "Failure",
                    "Totals",
                    "Parent",
                    "Note",
                )
            ),
            "clew.model.log:LogEntry",
            "clew.model.payload:Payload",
        ),
    ),
    Chapter(
        "Asking a tree",
        "By slug, path, kind, status and name; `*` and `?` stand for any text and any character.",
        (
            "walk",
            "find_turn",
            "find_tool",
            "find_tools",
            "find_log",
            "find_logs",
            "count_retries",
            "check",
            "clew.tree.check:Violation",
        ),
    ),
    Chapter(
        "Many sessions",
        "What `clew ls`, `clew search` and all screens ask.",
        ("Library",),
    ),
    Chapter(
        "Tests",
        "[Testing](testing.md) shows them, and the fixtures of the pytest plugin.",
        (
            "assert_session",
            "clew.testing:SessionAssertion",
            "clew.testing:match_snapshot",
            "clew.testing:normal_text",
            "clew.testing:SnapshotDiffers",
        ),
    ),
    Chapter(
        "Replay",
        "[Replaying a session](replay.md) says how a request is known and what a divergence is.",
        (
            "replay",
            "clew.replay.rerun:Rerun",
            "clew.replay.rerun:Report",
            "clew.replay.divergence:Divergence",
            "clew.replay.normaliser:Normaliser",
            "clew.record.standin:instrumented",
            "clew.record.standin:stand_in_result",
        ),
    ),
    Chapter(
        "The interfaces of the specifications",
        "For programs that were written for the trace document or the tree builder; both are fronts of the recorder.",
        ("SessionTrace", "SessionTreeBuilder"),
    ),
    Chapter(
        "Log sinks",
        "Given to `clew.configure(sinks=[…])`; a sink is any object with `write(line)`.",
        (
            "clew.sinks.line:Line",
            "clew.sinks.console:Console",
            "clew.sinks.jsonl:JsonLines",
            "clew.sinks.journald:Journald",
            "clew.sinks.logger:StdlibLogger",
        ),
    ),
    Chapter(
        "Errors",
        "Each carries one sentence for a person. The recorder raises none of them.",
        (
            "ClewError",
            *(
                f"clew.errors:{name}"
                for name in sorted(
                    name
                    for name, kind in vars(import_module("clew.errors")).items()
                    if isinstance(kind, type) and issubclass(kind, Exception) and name != "ClewError"
                )
            ),
        ),
    ),
)

_INNER = {
    *("failed", "in_force", "now", "number", "open_child", "open_holder", "ref", "segment", "write", "writing"),
    *("next_attempt", "next_path", "next_step", "next_turn", "write_log"),
}
"""Methods of handles that only the recorder itself calls."""


def api_page() -> str:
    """The page as it should be."""
    parts = [_INTRODUCTION]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.title}\n\n{chapter.says}\n")
        for name in chapter.names:
            parts += _entry(name)
    return "\n".join(parts)


def _entry(name: str) -> Iterator[str]:
    """One public name."""
    home, called = _place(name)
    node = find(home, called)
    if node is None:
        message = f"{called} is not defined in {home}"
        raise LookupError(message)
    shown = called if ":" in name else f"clew.{called}"
    if isinstance(node, Function):
        yield f"### `{shown}`\n\n```python\n{signature(node, called=shown)}\n```\n\n{said(node)}\n"
    else:
        yield from _class(node, shown, imported=None if ":" not in name else name.replace(":", "."))


def _place(name: str) -> tuple[str, str]:
    """The module that defines a public name, and what it is called there."""
    home, _, called = name.rpartition(":")
    home = home or "clew"
    while called in imported(home):
        home = imported(home)[called]
    return home, called


def _class(node: ast.ClassDef, shown: str, *, imported: str | None) -> Iterator[str]:
    yield f"### `{shown}`\n\n{said(node)}\n"
    if imported is not None:
        yield f"`{imported}`\n"
    rows = [f"| `{one.name}` | `{_cell(one.type)}` | {_cell(one.text)} |\n" for one in fields(node)]
    if rows:
        yield f"| field | type | what it is |\n|---|---|---|\n{''.join(rows)}"
    for method in methods(node):
        if method.name in _INNER:
            continue
        if is_property(method):
            yield f"* **`{method.name}`** – {_indented(said(method))}\n"
        else:
            call = signature(method, called=f".{method.name}", method=True)
            yield f"* **`{call}`**\n\n    {_indented(said(method))}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _indented(text: str) -> str:
    """Text inside an item of a list."""
    return text.replace("\n", "\n    ").replace("\n    \n", "\n\n")
