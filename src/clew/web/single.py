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


class PageMissing(ClewError):
    """The page is not in this installation."""


class Single(NamedTuple):
    """A file."""

    document: bytes
    left_out: int
    """Parts of the session that did not fit."""


def single_file(library: Library, session_id: str, *, most: int) -> Single:
    """The file of a session; ``most`` is how many bytes it may have.

    Raises ``PageMissing``, ``TooLong``, and whatever reading a session raises.
    """
    page = files("clew").joinpath("page", "single.html")
    document = page.read_bytes() if page.is_file() else b""
    if document.count(SLOT) != 1:
        message = "The page is not in this installation: 'make page' builds it."
        raise PageMissing(message)
    carried = Collector(library, session_id, most - len(document)).collect()
    answers = b",".join(msgspec.json.encode(address) + b":" + answer for address, answer in carried.answers)
    return Single(document.replace(SLOT, _OPEN + b"{" + answers + b"}" + _CLOSE), carried.left_out)
