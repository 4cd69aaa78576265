"""Promises of :mod:`clew.text.paint`."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest

from clew.text.outline import outline
from clew.text.paint import paint
from clew.text.row import Row, Span, plain
from clew.text.signs import ascii_only
from tests.text import build

ROWS: list[Row] = [(Span("→ model  "), Span("failed 429", "failed"), Span("  [bold]“why”[/]"))]


class Stream(io.TextIOWrapper):
    """A stream that may say it is a terminal."""

    def __init__(self, *, terminal: bool, encoding: str = "utf-8") -> None:
        self.raw_bytes = io.BytesIO()
        self._terminal = terminal
        super().__init__(self.raw_bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        """As told."""
        return self._terminal

    def text(self) -> str:
        """What was written."""
        return self.raw_bytes.getvalue().decode(self.encoding)


def test_a_pipe_gets_plain_text() -> None:
    """Nothing but the text goes into a pipe."""
    stream = Stream(terminal=False)
    paint(ROWS, stream)
    assert stream.text() == "→ model  failed 429  [bold]“why”[/]\n"


def test_a_terminal_gets_colour_and_the_same_text() -> None:
    """On a terminal only colour is added, and markup in a payload is text."""
    stream = Stream(terminal=True)
    paint(ROWS, stream)
    assert "\x1b[1;31mfailed 429\x1b[0m" in stream.text()
    assert re.sub(r"\x1b\[[0-9;]*m", "", stream.text()) == "→ model  failed 429  [bold]“why”[/]\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colour_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``NO_COLOR`` and a dumb terminal turn colour off."""
    monkeypatch.setenv(name, value)
    stream = Stream(terminal=True)
    paint(ROWS, stream)
    assert "\x1b" not in stream.text()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_old_encoding_gets_ascii_signs(encoding: str) -> None:
    """Where the encoding has no signs, ASCII ones stand in their columns, and nothing raises."""
    stream = Stream(terminal=False, encoding=encoding)
    paint(outline(build.drawn()), stream)
    lines, wanted = stream.text().splitlines(), [plain(row) for row in outline(build.drawn())]
    assert all(line.isascii() for line in lines)
    assert [len(line) for line in lines] == [len(line) for line in wanted]


def test_signs_and_their_ascii_forms_are_equally_wide() -> None:
    """Columns stay aligned in ASCII; letters without a form become escapes."""
    assert ascii_only("├─ ⤷ “x” … – ü") == '|- \\ "x" ~ - \\xfc'


def test_plain_text_costs_no_rich() -> None:
    """Rich is imported for colour only."""
    code = "import sys; from clew.text.paint import paint; paint([], sys.stdout); sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
