r"""A hook of MkDocs: bars inside code inside tables.

There GitHub wants ``\|`` and shows a bar, while Python-Markdown wants a bar and would show the backslash, too.
"""

from __future__ import annotations

import re


def on_page_markdown(markdown: str, **_: object) -> str:
    """A page as Python-Markdown wants it."""
    return "".join(_row(line) if line.startswith("|") else line for line in markdown.splitlines(keepends=True))


def _row(line: str) -> str:
    return re.sub(r"`[^`]*`", lambda code: code[0].replace("\\|", "|"), line)
