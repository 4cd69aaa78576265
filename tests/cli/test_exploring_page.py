"""`docs/exploring.md` promises what works: every command line on it is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clew.cli.exit_codes import ExitCode
from clew.cli.stats.group import COMMANDS
from tests.cli import records

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "exploring.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line]


@pytest.mark.parametrize("line", [line for line in LINES if " -f" not in line])
def test_a_command_line_of_the_page_works(line: str, folder: Path, clew: Callable[..., Outcome]) -> None:
    """What stands before a pipe or a redirection runs; a search may find nothing."""
    words = shlex.split(line, comments=True)
    end = min((words.index(sign) for sign in ("|", ">") if sign in words), default=len(words))
    told = clew(*words[1:end], "--dir", folder)
    assert told.code in {ExitCode.OK, ExitCode.NOT_FOUND}, told.err


def test_what_follows_is_said_to_follow() -> None:
    """The lines that run for ever are those of `tail`."""
    assert all(line.startswith("clew tail") for line in LINES if " -f" in line)


def test_every_kind_of_figures_is_on_the_page() -> None:
    """Whoever reads it knows all there is."""
    assert all(f"clew stats {kind}" in PAGE.read_text("utf-8") for kind in COMMANDS)


def test_an_example_of_the_page_finds_what_it_says(folder: Path, clew: Callable[..., Outcome]) -> None:
    """Free text with a blank needs quotes for the query inside those for the shell."""
    assert records.ID in clew("ls", '"find my order"', "--dir", folder).out
