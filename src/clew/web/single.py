"""One session as one file: the built page with the answers of a server inside, to be opened from disk.

The answers stand in an element that no browser runs, and nothing in them can end it: every ``<``, ``>`` and ``&`` is
written as an escape of JSON. The page's own policy admits its script and its style by hash and no connection at all;
the file differs from the built one in that element only.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from clew.errors import ClewError
from clew.web.carried import Collector

if TYPE_CHECKING:
    from clew.explore.library import Library

SLOT = b'<script type="application/json" id="answers">null</script>'
"""Where the answers go, as it stands in the built file."""
_OPEN, _CLOSE = SLOT.split(b"null")
_ESCAPES = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}


class PageMissing(ClewError):
    """The page is not in this installation."""


class Single(NamedTuple):
    """A file."""

    document: bytes
    left_out: int
    """Parts of the session that did not fit."""


def single_file(library: Library, session_id: str, *, most: int) -> Single:
    """The file of a session; ``most`` is about how many bytes it may have.

    Raises ``PageMissing``, ``TooLong``, and whatever reading a session raises.
    """
    page = files("clew").joinpath("page", "single.html")
    document = page.read_bytes() if page.is_file() else b""
    if document.count(SLOT) != 1:
        message = "The page is not in this installation: 'make page' builds it."
        raise PageMissing(message)
    carried = Collector(library, session_id, most).collect()
    pairs = (msgspec.json.encode(address) + b":" + answer for address, answer in carried.answers.items())
    answers = embeddable(b"{" + b",".join(pairs) + b"}")
    return Single(document.replace(SLOT, _OPEN + answers + _CLOSE), carried.left_out)


def embeddable(json: bytes) -> bytes:
    """The same JSON with nothing in it that could be taken for markup."""
    for sign, escape in _ESCAPES.items():
        json = json.replace(sign, escape)
    return json
