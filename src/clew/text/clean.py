r"""Text that is safe to show on a terminal.

Payloads come from models, tools and web pages: they may hold sequences that retitle the window, write the clipboard,
move the cursor over other rows, or reverse the reading order. Every field is cleaned *before* it is joined with
anything, so no sequence can be assembled from two harmless halves. Strings that a terminal would swallow (OSC, DCS,
APC, PM, SOS) go whole, with their content; one that nobody terminates goes to the end of its line. (JSON keeps its
values: :func:`clew.wire.line.printable` writes the same characters as escapes.)
"""

from __future__ import annotations

import re

_OSC = "(?:\x1b\\]|\x9d)(?:[^\x07\x1b\x9c\x18\x1a]*+(?:\x07|\x1b\\\\|\x9c|\x18|\x1a)|[^\\n\x07\x1b\x9c\x18\x1a]*+)"
_DCS_APC_PM_SOS = (
    "(?:\x1b[P_^X]|[\x90\x9f\x9e\x98])(?:[^\x1b\x9c\x18\x1a]*+(?:\x1b\\\\|\x9c|\x18|\x1a)|[^\\n\x1b\x9c\x18\x1a]*+)"
)
_CSI = "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
_OTHER_ESCAPE = "\x1b[ -/]*[0-~]?"
_LINE_END = "(?P<end>\r\n?|[\x0b\x0c\x85\u2028\u2029])"
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f]"
_BIDI = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"

_DANGEROUS = re.compile(f"{_OSC}|{_DCS_APC_PM_SOS}|{_CSI}|{_OTHER_ESCAPE}|{_LINE_END}|{_CONTROL}|{_BIDI}")
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without anything a terminal would obey; newlines and tabs stay."""
    if _SUSPECT.search(text) is None:
        return text
    return _SURROGATES.sub("\ufffd", _DANGEROUS.sub(_kept, text))


def one_line(text: str) -> str:
    """The text cleaned and on one line: every run of blanks and newlines is one space."""
    return _BLANKS.sub(" ", clean(text)).strip()


def _kept(match: re.Match[str]) -> str:
    return "\n" if match.lastgroup == "end" else ""
