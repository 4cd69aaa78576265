"""A route: an address, and the function that answers it. Everything else about it is read off that function.

The type of its second parameter says what may be asked, its return type what is answered, its docstring what it is for.
So the checks of the server, the OpenAPI document and the types of the page cannot drift apart.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from clew.web.asked import Asked
from clew.web.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST_PARAMETERS = 4_096


class Route(NamedTuple):
    """One address."""

    address: str
    """A template: ``/api/sessions/{id}``."""
    answer: Callable[..., Any]
    """Takes the desk and what was asked."""
    media_type: str = "application/json"
    """Of a good answer."""

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.answer.__name__

    @property
    def says(self) -> str:
        """What it is for."""
        return inspect.getdoc(self.answer) or ""

    @property
    def asked(self) -> type[Asked]:
        """What may be asked."""
        found: type[Asked] = get_type_hints(self.answer)["asked"]
        return found

    @property
    def answered(self) -> Any:  # noqa: ANN401 - a type
        """What is answered."""
        return get_type_hints(self.answer)["return"]

    @property
    def in_address(self) -> list[str]:
        """The parameters that stand in the address itself."""
        return re.findall(r"\{(\w+)\}", self.address)


def read(kind: type[Asked], in_address: Mapping[str, str], query: bytes) -> Asked:
    """What is asked, checked. Raises ``Refusal``."""
    several = {field.encode_name for field in msgspec.structs.fields(kind) if _is_several(field)}
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
        given: dict[str, Any] = dict(in_address)
        for name, value in pairs:
            if name in several:
                given.setdefault(name, []).extend(value.split(",") if value else [])
            elif name in given:
                raise Refusal("web.bad_parameter")
            else:
                given[name] = value
        return msgspec.convert(given, kind, strict=False)
    except (ValueError, msgspec.ValidationError) as problem:
        raise Refusal("web.bad_parameter") from problem


def _is_several(field: msgspec.structs.FieldInfo) -> bool:
    """Whether a parameter takes several values, joined by commas or given several times."""
    return "tuple" in str(field.type)
