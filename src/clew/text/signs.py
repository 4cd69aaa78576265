"""The signs and styles of every screen, by meaning.

Colour means something or is absent: what went well is neutral. It never stands alone: a sign or a word goes with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew.model.session import NodeStatus, SessionStatus
    from clew.model.slug import Severity

SESSION = "◆"
ATTEMPT = "→"
RETRY = "↻"
TOOL = "⚙"
CHILD = "⤷"
WARNING = "!"
ERROR = "✗"
ENTRY = "·"
HOLE = "◌"
ADDED, REMOVED, CHANGED = "+", "-", "~"

LEVELS = "▁▂▃▄▅▆▇█"
"""Heights in a line of figures, from the lowest."""

BRANCH, LAST_BRANCH, TRUNK, GAP = "├─ ", "└─ ", "│  ", "   "
BETWEEN = " · "
MORE = "…"
MATCH, MATCH_END = "»", "«"
"""Around what was searched for."""

STYLES = {
    "failed": "bold red",
    "retry": "yellow",
    "running": "cyan",
    "interrupted": "magenta",
    "hole": "black on yellow",
    "dim": "dim",
    "title": "bold",
    "added": "green",
    "removed": "red",
}
"""What each style looks like, in Rich's words."""

_STATUS_STYLES: dict[str, str] = {
    "failed": "failed",
    "timeout": "failed",
    "cancelled": "interrupted",
    "rejected": "retry",
    "running": "running",
    "interrupted": "interrupted",
    "abandoned": "interrupted",
    "unreadable": "hole",
    "torn": "interrupted",
    "damaged": "hole",
    "pending": "running",
}

_ASCII = str.maketrans(
    {
        "◆": "*",
        "→": ">",
        "↻": "@",
        "⚙": "+",
        "⤷": "\\",
        "✗": "x",
        "◌": "?",
        "·": "-",
        "├": "|",
        "└": "`",
        "│": "|",
        "─": "-",
        "…": "~",
        "»": ">",
        "«": "<",
        "–": "-",
        "“": '"',
        "”": '"',
        "×": "x",
        **{sign: str(level) for level, sign in enumerate(LEVELS, 1)},
    }
)


def status_style(status: NodeStatus | SessionStatus | str) -> str:
    """The style of a status; empty for what went well."""
    return _STATUS_STYLES.get(status, "")


def severity_sign(severity: Severity) -> str:
    """The sign of a log entry."""
    return {"WRN": WARNING, "ERR": ERROR}.get(severity, ENTRY)


def severity_style(severity: Severity) -> str:
    """The style of a log entry."""
    return {"WRN": "retry", "ERR": "failed"}.get(severity, "dim")


def ascii_only(text: str) -> str:
    """The text with ASCII signs, each as wide as the one it stands for; other letters become escapes."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
