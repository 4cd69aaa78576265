"""A page of the documentation, and what in it is run or made.

Two kinds of blocks are alive, in every page that has them::

    ```python title="agent.py"      a file of this name, put into the page's folder
    ```console                      commands behind `$ `, run there one after the other, each with what it printed

Between ``<!-- made: NAME -->`` and ``<!-- end of NAME -->`` stands what is made from the sources.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[2] / "docs"
"""The folder of the pages."""

_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r'title="(?P<name>[^"]+)"')
_REGION = r"(?P<open><!-- made: {name} -->\n)(?P<body>.*?)(?P<close><!-- end of {name} -->)"
_VOLATILE = (
    (r"(?<!\d)\d{8}_\d{6}_[0-9a-f]{8}", "ID"),
    (r"\b\d{4}-\d\d-\d\dT[\d:.]+Z?", "WHEN"),
    (r'"(pid|started)":\d+', r'"\1":N'),
    (r"\b1\d{12}(\.\d+)?\b", "AT"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b[0-9a-f]{8,64}\b", "HEX"),
    (r"\b\d{4}-\d\d-\d\d\b", "DATE"),
    (r"\b\d\d:\d\d(:\d\d(\.\d+)?)?Z?\b", "WHEN"),
    (r"\d[\d.,]*\s?(ms|s|µs|min)\b", "TIME"),
    (r"\$\d[\d.]*|–", "COST"),
    (r"[ \t]+|─{2,}|={2,}", " "),
    (r"(?m)^ | $", ""),
)
"""What differs from run to run, and what stands for it where two runs are compared."""


class Block(NamedTuple):
    """A fenced block of a page."""

    kind: str
    """The language, for instance ``console``."""
    title: str | None
    """The name of a file."""
    body: str
    """What is in it, with its last newline."""
    start: int
    """Where the body begins in the page."""


def pages() -> list[Path]:
    """Every page, in the order of names."""
    return sorted(DOCS.glob("*.md"))


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    found = []
    for match in _FENCE.finditer(text):
        title = _TITLE.search(match["info"])
        kind = match["info"].split(maxsplit=1)[0] if match["info"].strip() else ""
        found.append(Block(kind, title["name"] if title else None, match["body"], match.start("body")))
    return found


def is_alive(text: str) -> bool:
    """Whether anything in a page is run."""
    return any(block.kind == "console" for block in blocks(text))


def with_bodies(text: str, bodies: dict[int, str]) -> str:
    """A page with other bodies in some of its blocks, by where they begin."""
    for block in reversed(blocks(text)):
        if block.start in bodies:
            text = text[: block.start] + bodies[block.start] + text[block.start + len(block.body) :]
    return text


def settled(text: str) -> str:
    """What a program printed, without what differs from run to run."""
    for pattern, word in _VOLATILE:
        text = re.sub(pattern, word, text)
    return text


def regions(text: str) -> list[str]:
    """The names of what is made in a page."""
    return re.findall(r"<!-- made: ([\w-]+) -->", text)


def with_region(text: str, name: str, body: str) -> str:
    """A page with a region filled anew."""
    pattern = _REGION.format(name=re.escape(name))
    filled, count = re.subn(pattern, lambda match: match["open"] + body + match["close"], text, flags=re.DOTALL)
    if count != 1:
        message = f"the region {name} is not closed, or stands twice"
        raise ValueError(message)
    return filled
