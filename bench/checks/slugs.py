"""Every slug is held by a test: its emission is taken away in a copy of the sources, and a test has to fail.

What emits a slug is found as ``clew slugs check`` finds it. There the slug's text is replaced by a stranger's name, in
a copy that Python finds before the installed package, and the tests run that name the slug: first those of the agent's
public entries, then the others, each until one fails. The stranger is declared as the slug is, with its severity and
origin, so that only its name can give it away. The tests about sources are left out, since they would notice any such
change. In the end every test that failed is run on sources that are whole but for the stranger's declaration: one that
fails there too has shown nothing.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from bench.checks.finding import Finding
from bench.process import ROOT
from bench.trials import try_tests
from clew.cli.slug_check import read
from clew.cli.slug_page import FOREIGN, SOURCES, WITHOUT
from clew.model.catalog import catalog, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clew.cli.slug_check import Mention

TESTS = ROOT / "tests"
STRANGER = "x.deleted"
"""What stands where the slug stood."""
PATIENCE = 240.0
"""Seconds for the tests of one slug; a run that takes longer hangs, which no deleted name should do to it."""

_ENTRIES = ("agent/", "cli/test_run.py", "cli/test_chat.py")
"""The tests that go through the public entries of the agent."""
_CATALOG = Path("model", "catalog.py")
_LIST = "_OWN: tuple[Slug, ...] = (\n"
"""Where the declarations begin."""
_LEFT_OUT = ("bench/", "cli/test_slug_check.py", "model/test_catalog.py")


class Trial(NamedTuple):
    """What came of taking one slug away."""

    slug: str
    """The slug."""
    killer: str
    """The test that failed; empty if none did."""
    entry: bool
    """Whether that test goes through the agent's public entries."""


class Bench:
    """A copy of the sources in which one slug at a time is taken away."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "clew"
        self._stamps = count(1)
        self._variables = {
            "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))),
            "PYTHONPYCACHEPREFIX": "",
            "PYTHONDONTWRITEBYTECODE": "",
            "HYPOTHESIS_PROFILE": "fast",
        }
        shutil.copytree(SOURCES, self.sources, ignore=shutil.ignore_patterns("__pycache__"))

    def first_failure(self, tests: Sequence[str], *options: str) -> tuple[str, ...]:
        """Run tests on the copy and name those that failed."""
        trial = try_tests(tests, *options, extra=self._variables, patience=PATIENCE)
        return () if trial.broken else trial.failed

    def try_slug(self, slug: str, places: Sequence[Mention]) -> Trial:
        """Take a slug away, run the tests that name it, and put it back."""
        entries, others = files_naming(slug)
        self.declare_as(slug)
        originals = {file: (self.sources / file).read_text("utf-8") for file in {_inside(place) for place in places}}
        try:
            for file, source in originals.items():
                self._write(file, delete(source, slug, {place.line for place in places if _inside(place) == file}))
            for tests, entry in ((entries, True), (others, False)):
                failed = self.first_failure(tests, "-x") if tests else ()
                if failed:
                    return Trial(slug, failed[0], entry)
            return Trial(slug, "", entry=False)
        finally:
            for file, source in originals.items():
                self._write(file, source)

    def declare_as(self, slug: str) -> None:
        """Declare the stranger as the slug is."""
        known = catalog()[slug]
        fields = (STRANGER, known.severity, "A stranger", known.origin, known.public)
        declaration = f"{_LIST}    _slug({', '.join(map(repr, fields))}),\n"
        self._write(_CATALOG, (SOURCES / _CATALOG).read_text("utf-8").replace(_LIST, declaration, 1))

    def _write(self, file: Path, source: str) -> None:
        """Write a module of the copy, with a time of its own: compiled modules are known by time and size."""
        copy = self.sources / file
        copy.write_text(source, "utf-8")
        stamp = 1_000_000_000 + next(self._stamps) * 2
        os.utime(copy, (stamp, stamp))


def slugs(names: Sequence[str] = (), *, workers: int = 2) -> list[Finding]:
    """Take every slug away, or those that are named, one after the other."""
    wanted = {slug: places for slug, places in emissions().items() if not names or slug in names}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        benches: SimpleQueue[Bench] = SimpleQueue()
        for number in range(workers):
            benches.put(Bench(Path(folder, str(number))))
        trials = list(pool.map(lambda item: _try(benches, *item), wanted.items()))
        killers = sorted({trial.killer for trial in trials if trial.killer})
        shaky = set(benches.get().first_failure(killers)) if killers else set()
    return _told(trials, shaky)


def _try(benches: SimpleQueue[Bench], slug: str, places: Sequence[Mention]) -> Trial:
    bench = benches.get()
    try:
        return bench.try_slug(slug, places)
    finally:
        benches.put(bench)


def _told(trials: Sequence[Trial], shaky: set[str]) -> list[Finding]:
    killed = [trial for trial in trials if trial.killer and trial.killer not in shaky]
    survived = sorted({trial.slug for trial in trials} - {trial.slug for trial in killed})
    by_entry = sum(trial.entry for trial in killed)
    figure = f"{len(trials)} slugs taken away one by one: {len(killed)} missed by a test"
    figure += f" ({by_entry} of them by one through the agent's public entries)"
    figure += f"; noticed by none: {', '.join(survived)}" if survived else ""
    figure += f"; tests that fail anyway: {', '.join(sorted(shaky))}" if shaky else ""
    target = "each is missed by a test"
    return [Finding(name="A slug that is no longer emitted", figure=figure, target=target, met=not survived)]


def emissions() -> dict[str, list[Mention]]:
    """Where each slug of the catalog is emitted; where foreign records are taken over, if nowhere else."""
    found = read([SOURCES], foreign=FOREIGN, without=WITHOUT)
    places: dict[str, list[Mention]] = {}
    for slug in filter(is_own, catalog()):
        said = [mention for mention in found if mention.slug == slug]
        emitted = [mention for mention in said if mention.role == "emitted"]
        places[slug] = emitted or [mention for mention in said if mention.role == "taken_over"]
    return places


def _inside(place: Mention) -> Path:
    """A file's place in the package."""
    return Path(place.file).relative_to(SOURCES)


def delete(source: str, slug: str, lines: set[int]) -> str:
    """A module's source without a slug on some lines: its text, or the constant's name that stands for it."""
    tree = ast.parse(source)
    spots = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.Name) and node.lineno in lines]
    named = {name for statement in tree.body for name in _names_of(statement, slug)}
    hit = [
        node
        for node in spots
        if (isinstance(node, ast.Constant) and node.value == slug) or (isinstance(node, ast.Name) and node.id in named)
    ]
    assert hit, f"{slug} does not stand on {sorted(lines)}"
    rows = [row.encode() for row in source.splitlines(keepends=True)]
    for node in sorted(hit, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        row = rows[node.lineno - 1]
        assert node.end_lineno == node.lineno
        rows[node.lineno - 1] = row[: node.col_offset] + f'"{STRANGER}"'.encode() + row[node.end_col_offset :]
    return b"".join(rows).decode()


def _names_of(statement: ast.stmt, slug: str) -> Iterator[str]:
    if (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value == slug
    ):
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def files_naming(slug: str) -> tuple[list[str], list[str]]:
    """The test files that name a slug, or use a file that does: of the agent's entries, and the others."""
    texts = {path: path.read_text("utf-8") for path in sorted(TESTS.rglob("*.py"))}
    word = re.compile(rf"(?<![\w.]){re.escape(slug)}(?![\w.])")
    naming = {path for path, text in texts.items() if slug in text and any(map(word.search, _strings(text)))}
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in naming if not _is_test(path)}
    chosen = [
        path.relative_to(TESTS).as_posix()
        for path, text in texts.items()
        if _is_test(path) and (path in naming or any(_imports(text, module) for module in modules))
    ]
    kept = [name for name in chosen if not name.startswith(_LEFT_OUT)]
    entries = [f"tests/{name}" for name in kept if name.startswith(_ENTRIES)]
    return entries, [f"tests/{name}" for name in kept if not name.startswith(_ENTRIES)]


@cache
def _strings(text: str) -> tuple[str, ...]:
    """The strings of a source; a docstring names what is tested, too."""
    nodes = ast.walk(ast.parse(text))
    return tuple(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_")


def _imports(text: str, module: str) -> bool:
    package, _, name = module.rpartition(".")
    return f"from {module} import" in text or f"from {package} import {name}" in text
