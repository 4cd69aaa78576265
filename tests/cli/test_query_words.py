"""Promises of a query on a command line: the shell completes it from the language and from what sessions have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from clew.cli.query_words import QueryWord

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def completed(folder: Path, incomplete: str, *typed: str) -> list[str]:
    """What a shell offers for a word."""
    context = click.Context(click.Command("ls"))
    context.params = {"folder": folder, "words": typed}
    found = QueryWord().shell_complete(context, click.Argument(["words"], nargs=-1), incomplete)
    return [item.value for item in found]


@pytest.fixture
def indexed(folder: Path, clew: Callable[..., Outcome]) -> Path:
    """A folder with an index."""
    clew("ls", "--dir", folder)
    return folder


def test_fields_and_values_are_completed(indexed: Path) -> None:
    """The names of fields, the words of the language, and values of recorded sessions."""
    assert completed(indexed, "age") == ["agent:"]
    assert completed(indexed, "status:ab") == ["status:abandoned", "status:unreadable"]
    assert completed(indexed, "agent:s") == ["agent:support", "agent:researcher"]
    assert completed(indexed, "tool:orders.search:ti") == ["tool:orders.search:timeout"]
    assert "model:claude-sonnet-4-5" in completed(indexed, "model:")


def test_a_shell_that_cuts_words_at_colons_is_understood(indexed: Path) -> None:
    """Bash takes a colon for a word of its own, and puts what is offered behind it."""
    assert completed(indexed, "sup", "agent", ":") == ["support"]
    assert completed(indexed, ":", "status:ok", "agent") == ["researcher", "support"]


def test_without_an_index_the_language_is_still_known(tmp_path: Path) -> None:
    """A shell does not wait for sessions to be read, and nothing is made."""
    assert completed(tmp_path / "none", "status:fa") == ["status:failed"]
    assert completed(tmp_path / "none", "agent:") == []
    assert not (tmp_path / "none").exists()
