"""The tests of the reference agent ask the tree by slug, path, status and verdict, and never by words for people."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
WORDS = {"message", "error", "description"}
"""What log entries and nodes say to people."""
NO_TREES = {"test_menu.py": {"message"}}
"""Words that are no tree's: what a choice of the menu sends to the agent."""


def _matches(module: Path) -> Iterator[str]:
    """Comparisons of such words with a text, and searches in them."""
    allowed = NO_TREES.get(module.name, set())
    return _found(ast.parse(module.read_text("utf-8")), WORDS - allowed, module.name)


def _found(tree: ast.AST, words: set[str], name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = [part for side in sides for part in ast.walk(side) if isinstance(part, ast.Attribute)]
            if any(part.attr in words for part in asked) and any(_is_text(side) for side in sides):
                yield f"{name}:{node.lineno}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Attribute) and of.attr in words:
                yield f"{name}:{node.lineno}"


def _is_text(side: ast.expr) -> bool:
    """Whether one side of a comparison is a text, or a tuple or list with one in it."""
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value for part in ast.walk(side))


def test_no_test_of_the_agent_matches_the_text_of_a_message() -> None:
    """Words for people may be put better at any time; a slug, a path and a status are contracts."""
    found = [place for module in sorted(HERE.glob("test_*.py")) for place in _matches(module)]
    assert not found, f"{found} match a message; ask for the slug, the path or the status instead"


@pytest.mark.parametrize(
    "line",
    [
        'assert clew.find_log(tree, "llm.retry").message == "again"',
        'assert "again" in entry.message',
        'assert tree.turns[0].error.startswith("LookupError")',
        'assert [entry.message for entry in logs] == ["again"]',
    ],
)
def test_the_guard_sees_what_it_is_there_for(line: str) -> None:
    """Every usual way to match a message is found."""
    assert list(_found(ast.parse(line), WORDS, "x"))


def test_the_guard_leaves_queries_alone() -> None:
    """Slugs, paths and statuses may be compared, and a message may be there or not."""
    assert list(_found(ast.parse('assert entry.slug == "llm.retry"'), WORDS, "x")) == []
    assert list(_found(ast.parse("assert entry.message is not None"), WORDS, "x")) == []
