"""Whether sources keep the discipline of slugs: each declared, each emitted, each at one place only (seed 004, rule 7).

The sources are parsed and never run. A slug is *emitted* where its text stands, except where it is only looked at:
compared, a member of a set, a key, the argument of a question (``find_…``), or a declaration. A constant that names a
slug is emitted where it is handed to ``log``, ``reject``, ``fail`` or as ``slug=``; if it goes elsewhere, where it
stands.
Sources that take over foreign records may name a slug anywhere: they repeat what others said.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from clew.model.slug import is_slug

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

Role = Literal["emitted", "declared", "looked_at", "taken_over"]

_EMITTERS = frozenset({"log", "reject"})
_FAILERS = frozenset({"fail", "failed"})
_DECLARERS = frozenset({"register_slug", "register", "Slug", "_slug"})
_QUESTIONS = frozenset({"startswith", "endswith", "is_own", "get", "frozenset", "set", "count_retries"})
_SLUG_WORDS = frozenset({"slug", "slugs"})


class Mention(NamedTuple):
    """A place in a source that names a slug."""

    slug: str
    file: str
    line: int
    role: Role
    certain: bool
    """Whether only a slug can stand there, so that an unknown one is a mistake."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One breach of the discipline."""

    rule: Literal["unregistered", "emitted twice", "never emitted"]
    slug: str
    places: tuple[str, ...]
    """``file:line``, each."""


class _Reader(ast.NodeVisitor):
    """Finds what one module says of slugs."""

    def __init__(self, tree: ast.Module, file: str) -> None:
        self.found: list[Mention] = []
        self._file = file
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._constants = dict(_constants(tree))
        self._uses: dict[str, list[tuple[int, Role, bool]]] = defaultdict(list)
        self._definitions = {id(value) for value, _ in self._constants.values()}
        self.visit(tree)
        self._settle()

    def visit_Constant(self, node: ast.Constant) -> None:
        """A text: a slug, if it has the shape of one."""
        if isinstance(node.value, str) and is_slug(node.value) and id(node) not in self._definitions:
            role, certain = self._role(node)
            if not isinstance(self._parents.get(node), ast.Expr):
                self.found.append(Mention(node.value, self._file, node.lineno, role, certain))

    def visit_Name(self, node: ast.Name) -> None:
        """The use of a constant that names a slug."""
        if isinstance(node.ctx, ast.Load) and node.id in self._constants:
            self._uses[node.id].append((node.lineno, *self._role(node)))

    def _settle(self) -> None:
        """Where the constants are emitted: where they are handed over as slugs, else where they stand."""
        for name, (value, slug) in self._constants.items():
            uses = self._uses[name]
            handed = [(line, role, certain) for line, role, certain in uses if certain]
            if not handed:
                role: Role = "emitted" if any(role == "emitted" for _, role, _ in uses) else "looked_at"
                self.found.append(Mention(slug, self._file, value.lineno, role, certain=False))
            self.found += [Mention(slug, self._file, line, role, certain) for line, role, certain in handed]

    def _role(self, node: ast.AST) -> tuple[Role, bool]:
        """What a text or a name is there for, and whether only a slug can stand there."""
        child, parent = node, self._parents.get(node)
        while parent is not None and not isinstance(parent, ast.stmt):
            if isinstance(parent, ast.Compare | ast.Set):
                return "looked_at", False
            if isinstance(parent, ast.Dict) and child in parent.keys:
                return "looked_at", False
            if isinstance(parent, ast.Subscript) and child is parent.slice:
                return "looked_at", False
            if isinstance(parent, ast.Call):
                return _role_in_call(parent, child)
            child, parent = parent, self._parents.get(parent)
        return "emitted", False


def _role_in_call(call: ast.Call, child: ast.AST) -> tuple[Role, bool]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in _QUESTIONS or name.startswith("find"):
        return "looked_at", False
    if name in _DECLARERS:
        first = child in call.args[:1] or (isinstance(child, ast.keyword) and child.arg == "name")
        return ("declared", True) if first else ("looked_at", False)
    if isinstance(child, ast.keyword):
        return "emitted", child.arg in _SLUG_WORDS
    by_name = name in _EMITTERS and child in call.args[:1]
    return "emitted", by_name or (name in _FAILERS and child in call.args[1:])


def _constants(tree: ast.Module) -> Iterator[tuple[str, tuple[ast.Constant, str]]]:
    """The module's own names of slugs."""
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                text = value.value
                if isinstance(text, str) and is_slug(text):
                    yield target.id, (value, text)


def mentions(source: str, file: str, *, foreign: bool = False) -> list[Mention]:
    """Every slug that a module names. Raises ``SyntaxError``."""
    found = _Reader(ast.parse(source), file).found
    if not foreign:
        return found
    return [mention._replace(role="taken_over") if mention.role == "emitted" else mention for mention in found]


def read(paths: Iterable[Path], *, foreign: Collection[Path] = (), without: Collection[Path] = ()) -> list[Mention]:
    """Every slug that the Python files at these paths name. Raises ``OSError`` and ``SyntaxError``."""
    found: list[Mention] = []
    for path in paths:
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if not _inside(file, without):
                text = file.read_text(encoding="utf-8")
                found += mentions(text, file.as_posix(), foreign=_inside(file, foreign))
    return found


def check(found: Iterable[Mention], known: Collection[str]) -> list[Finding]:
    """Every breach: slugs that nobody declared, that two places emit, that are declared there and emitted nowhere.

    ``known`` are slugs that are declared elsewhere.
    """
    by_role: dict[Role, dict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for mention in found:
        by_role[mention.role][mention.slug].append(mention)
    declared, emitted, taken = by_role["declared"], by_role["emitted"], by_role["taken_over"]
    findings = [
        _finding("unregistered", slug, sure)
        for slug, said in emitted.items()
        if slug not in declared and slug not in known and (sure := [mention for mention in said if mention.certain])
    ]
    findings += [
        _finding("emitted twice", slug, said)
        for slug, said in emitted.items()
        if len(said) > 1 and (slug in declared or slug in known)
    ]
    findings += [
        _finding("never emitted", slug, said)
        for slug, said in declared.items()
        if slug not in emitted and slug not in taken
    ]
    return sorted(findings, key=lambda finding: (finding.rule, finding.slug))


def _finding(
    rule: Literal["unregistered", "emitted twice", "never emitted"], slug: str, said: list[Mention]
) -> Finding:
    return Finding(rule=rule, slug=slug, places=tuple(f"{mention.file}:{mention.line}" for mention in said))


def _inside(file: Path, folders: Collection[Path]) -> bool:
    return any(file == folder or folder in file.parents for folder in folders)
