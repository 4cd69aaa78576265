"""Doing something to a module when it is there: at once, or as soon as the application imports it.

An SDK takes a second to import, so nothing here imports one. Until it comes, a finder waits on ``sys.meta_path``; it
lets the other finders find the module and only adds what is done after it has run.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Arrivals(MetaPathFinder):
    """Waits for modules, and does what is to be done when they have arrived."""

    def __init__(self) -> None:
        self._awaited: dict[str, Callable[[], None]] = {}

    def when(self, name: str, then: Callable[[], None]) -> None:
        """Do something as soon as a module is there; at once, if it is."""
        if name in sys.modules:
            then()
            return
        self._awaited[name] = then
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._awaited.clear()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that is awaited, by asking the other finders; leave all others to them."""
        del path, target
        then = self._awaited.pop(fullname, None)
        if then is None:
            return None
        spec = find_spec(fullname)
        if spec is None or spec.loader is None:
            self._awaited[fullname] = then
            return None
        spec.loader = _Then(spec.loader, then)
        return spec


class _Then(Loader):
    """Loads a module as its own loader does, and then does something."""

    def __init__(self, loader: Any, then: Callable[[], None]) -> None:  # noqa: ANN401 - whatever loads the module
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader does it, which is from now on the module's only one."""
        spec.loader = self._loader
        module: ModuleType | None = self._loader.create_module(spec)
        spec.loader = self
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then do what is to be done."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then()
