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
    """Places of a module that look at such words."""
    allowed = NO_TREES.get(module.name, set())
    return _found(ast.parse(module.read_text("utf-8")), WORDS - allowed, module.name)


def _found(tree: ast.AST, words: set[str], name: str) -> Iterator[str]:
    """Every look at such a word, however it goes on: only whether there is one may be asked."""
    harmless = {id(part) for node in ast.walk(tree) for part in _harmless(node)}
    for node in ast.walk(tree):
        if id(node) not in harmless and _looks_at(node) in words:
            yield f"{name}:{node.lineno}"  # type: ignore[attr-defined]  # an expression has a line


def _looks_at(node: ast.AST) -> str | None:
    """The name of what is read of an object."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        return next((part.value for part in node.args if isinstance(part, ast.Constant)), None)  # type: ignore[return-value]  # a name
    return None


def _harmless(node: ast.AST) -> Iterator[ast.AST]:
    """What is compared with nothing, and a method of such a name."""
    if isinstance(node, ast.Compare) and all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
        yield node.left
    if isinstance(node, ast.Call):
        yield node.func


def test_no_test_of_the_agent_matches_the_text_of_a_message() -> None:
    """Words for people may be put better at any time; a slug, a path and a status are contracts."""
    modules = sorted(HERE.rglob("*.py"))
    found = [place for module in modules for place in _matches(module)]
    assert {"test_errand.py", "test_mcp.py", "workbench.py", "stage.py"} <= {module.name for module in modules}
    assert not found, f"{found} match a message; ask for the slug, the path or the status instead"


def test_every_exception_is_needed() -> None:
    """A file that may name such a word does, and is there."""
    for name, words in NO_TREES.items():
        (module,) = HERE.rglob(name)
        assert list(_found(ast.parse(module.read_text("utf-8")), words, name))


@pytest.mark.parametrize(
    "line",
    [
        'assert clew.find_log(tree, "llm.retry").message == "again"',
        'assert "again" in entry.message',
        'assert tree.turns[0].error.startswith("LookupError")',
        'assert [entry.message for entry in logs] == ["again"]',
        'said = entry.message\nassert said == "again"',
        'assert re.search("again", entry.message)',
        "assert entry.message == expected",
        'assert getattr(entry, "message") == "again"',
        'assert fnmatch(tree.fin.error, "*again*")',
        "assert len(entry.message) > 3",
    ],
)
def test_the_guard_sees_what_it_is_there_for(line: str) -> None:
    """Every usual way to match a message is found, also where it is put aside first."""
    assert list(_found(ast.parse(line), WORDS, "x"))


def test_the_guard_leaves_queries_alone() -> None:
    """Slugs, paths and statuses may be compared, and a message may be there or not."""
    assert list(_found(ast.parse('assert entry.slug == "llm.retry"'), WORDS, "x")) == []
    assert list(_found(ast.parse("assert entry.message is not None"), WORDS, "x")) == []
    assert list(_found(ast.parse('logger.error("the ink is spilt")'), WORDS, "x")) == []
