"""Values by name, where a name may be in snake_case or camelCase."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class NamedValues:
    """A mapping from which values are taken one by one; what nobody took is the rest."""

    def __init__(self, values: object) -> None:
        """Anything that is no mapping holds nothing."""
        self._values: dict[Any, Any] = dict(values) if isinstance(values, Mapping) else {}
        self._keys = {_snake(str(key)): key for key in self._values}

    def take(self, *names: str) -> Any:  # noqa: ANN401 - whatever the application named so
        """The value of the first of these snake_case names that there is; it is no longer in the rest."""
        for name in names:
            if name in self._keys:
                return self._values.pop(self._keys.pop(name))
        return None

    def rest(self) -> dict[str, Any] | None:
        """What is left, under the names it came with; ``None`` if nothing is."""
        return dict(self._values) or None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
