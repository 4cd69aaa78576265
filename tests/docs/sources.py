"""What the sources say of their own names: signatures and docstrings, read from the files.

The files are parsed and not asked at run time, so that the pages are the same on every release of Python.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
Body = ast.Module | ast.ClassDef
_ROLE = re.compile(r":\w+:`~?(?P<name>[^`]+)`")
_LITERAL = re.compile(r"``(?P<text>[^`]+)``")
_EXAMPLE = re.compile(r"::\n\n(?P<code>(?: {4}.*\n?|\n)+)")


class Field(NamedTuple):
    """A field of a class of data."""

    name: str
    """As it is written in Python."""
    type: str
    """Its annotation."""
    default: str | None
    """As written; ``None`` if it must be given."""
    text: str
    """Its docstring, as Markdown."""


@cache
def module(name: str) -> ast.Module:
    """A module, parsed."""
    return ast.parse(Path(str(import_module(name).__file__)).read_bytes())


@cache
def imported(name: str) -> dict[str, str]:
    """Where the names come from that a module imports, for whatever reason."""
    found = [node for node in ast.walk(module(name)) if isinstance(node, ast.ImportFrom) and node.level == 0]
    return {alias.asname or alias.name: str(node.module) for node in found for alias in node.names}


def find(home: str, name: str) -> Function | ast.ClassDef | None:
    """A function or class of a module; of several, as overloads are, the last one."""
    found = [node for node in module(home).body if isinstance(node, Function | ast.ClassDef) and node.name == name]
    return found[-1] if found else None


def signature(function: Function, *, called: str, method: bool = False) -> str:
    """How a function is called, with its types and defaults."""
    given = list(_parts(ast.unparse(function.args)))
    if method:
        given = given[1:]
    result = f" -> {ast.unparse(function.returns)}" if function.returns is not None else ""
    whole = f"{called}({', '.join(given)}){result}"
    if len(whole) <= _WIDTH or method:
        return whole
    lines = "".join(f"    {part},\n" for part in given)
    return f"{called}(\n{lines}){result}"


_WIDTH = 100


def _parts(arguments: str) -> Iterator[str]:
    """Arguments, one by one: commas inside brackets do not part them."""
    depth, start = 0, 0
    for place, sign in enumerate(arguments):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            yield _spaced(arguments[start:place].strip())
            start = place + 1
    if arguments:
        yield _spaced(arguments[start:].strip())


def _spaced(argument: str) -> str:
    """An argument with its default as formatters write it."""
    return re.sub(r"^(\w+: [^=]+)=", r"\1 = ", argument)


def said(node: Function | Body) -> str:
    """A docstring as Markdown."""
    return prose(ast.get_docstring(node) or "")


def prose(text: str) -> str:
    """The markup of docstrings as Markdown."""
    text = _EXAMPLE.sub(lambda match: f"\n```python\n{_outdented(match['code'])}\n```\n\n", f"{text}\n")
    text = _ROLE.sub(lambda match: f"`{match['name']}`", text)
    return _LITERAL.sub(lambda match: f"`{match['text']}`", text).strip()


def _outdented(code: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in code.strip("\n").splitlines())


def fields(node: ast.ClassDef) -> Iterator[Field]:
    """The annotated fields of a class, in order, each with the string below it."""
    for here, below in zip(node.body, [*node.body[1:], ast.Pass()], strict=True):
        if not isinstance(here, ast.AnnAssign) or not isinstance(here.target, ast.Name):
            continue
        name, annotation = here.target.id, ast.unparse(here.annotation)
        if name.startswith("_") or name.isupper() or annotation.startswith("ClassVar"):
            continue
        text = ""
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            text = prose(re.sub(r"\s+", " ", below.value.value))
        yield Field(name, annotation, None if here.value is None else ast.unparse(here.value), text)


def methods(node: ast.ClassDef) -> Iterator[Function]:
    """The public methods and properties of a class, in order."""
    for here in node.body:
        if isinstance(here, Function) and not here.name.startswith("_") and ast.get_docstring(here):
            yield here


def is_property(function: Function) -> bool:
    """Whether a method is read like a field."""
    return any(isinstance(one, ast.Name) and one.id == "property" for one in function.decorator_list)
