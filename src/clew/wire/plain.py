"""Python objects as JSON values, losslessly where JSON can carry them, as tagged objects where it cannot.

A tagged object is a JSON object with the member ``"$"``::

    {"$": "bytes", "base64": "…"}            bytes, bytearray, memoryview
    {"$": "float", "value": "nan"}           nan, inf, -inf
    {"$": "int", "hex": "0x20000000000001"}  an integer beyond ±2^53
    {"$": "text", "utf16": "…"}              a string with lone surrogates (base64 of UTF-16, little endian)
    {"$": "object", "items": [[k, v], …]}    a dict with keys that are no strings, or with a key "$"
    {"$": "cycle"}                           a container inside itself
    {"$": "opaque", "type": "…", "repr": "…"}  anything else, for people
    {"$": "left_out", "reason": "…"}         the rest of a value beyond the node budget

(Integers and lists under ``"$"`` are references, see :mod:`clew.wire.values`.) Values with a customary JSON form take
it, as a client library would send them: tuples and sets are lists, enums their value, dataclasses and models objects,
dates, decimals and UUIDs strings. Nothing an application passes in may raise out of here: its own methods are called
inside ``try`` only, and ``repr`` comes last.
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_DEPTH = 100
"""Containers inside containers before a value is split (jq 1.6 reads 256 levels)."""

MAX_LEVELS = 200
"""Splits below one another before the rest counts as a cycle: an object may make a new one at every look."""

MAX_NODES = 1_000_000
"""Values inside one payload before the rest is left out, so that a hostile object graph cannot hang its host."""

SAFE_INTEGER = 2**53
MAX_REPR = 10_000

Tag = dict[str, Any]

_STATEMENTS = ("hole", "opaque", "cycle", "left_out")
"""Tags that only say what is missing: they stand for nothing but themselves, and are handed on as they are."""


class Plainer:
    """Turns one object into a JSON value. Hooks let a journal take long strings and deep parts out of it."""

    def __init__(self, long: int, take_string: Callable[[str], object], take_deep: Callable[[object], object]) -> None:
        """Strings from ``long`` characters go to ``take_string``, containers at the depth limit to ``take_deep``."""
        self._long = long
        self._take_string = take_string
        self._take_deep = take_deep
        self.budget = MAX_NODES
        """Values that may still come."""
        self.is_exact = True
        """Whether the MessagePack form of all values so far says as much as their JSON.

        That of a moment does not: it is the same in all time zones. Nor does that of what may hold one unseen.
        """

    def begin(self) -> None:
        """Begin another payload."""
        self.budget = MAX_NODES
        self.is_exact = True

    def plain(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401, PLR0911 - a JSON value has no narrower type; one exit per type
        """The JSON value of an object."""
        kind = type(value)
        if kind is str:
            return self._string(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else {"$": "int", "hex": hex(value)}
        if kind is float:
            return value if value - value == 0.0 else {"$": "float", "value": repr(value)}
        if kind is dict:
            return self._dict(value, depth)
        if kind is list or kind is tuple:
            return self._list(value, depth)
        return self._foreign(value, depth)

    def _string(self, value: str) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        if len(value) >= self._long:
            return self._take_string(value)
        return value if value.isascii() or is_text(value) else surrogates(value)

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        if depth >= MAX_DEPTH:
            return self._take_deep(value)
        self.budget -= len(value) + 1
        if self.budget < 0:
            return {"$": "left_out", "reason": f"more than {MAX_NODES} values"}
        plain = self.plain
        if _seen_keys.issuperset(value) or all(map(_is_plain_key, value)):
            return self._object(value, depth + 1)
        if _is_statement(value):
            return self._object(value, depth + 1)
        return {
            "$": "object",
            "items": [[plain(key, depth + 1), plain(item, depth + 1)] for key, item in value.items()],
        }

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        """The commonest values, short strings and small numbers, need no call of their own."""
        plain, long = self.plain, self._long
        result = {}
        for key, item in list(value.items()):
            if item is None or (type(item) is str and len(item) < long and item.isascii()):
                result[key] = item
            else:
                result[key] = plain(item, depth)
        return result

    def _list(self, value: Iterable[Any], depth: int) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        if depth >= MAX_DEPTH:
            return self._take_deep(value)
        plain = self.plain
        items = list(value)
        self.budget -= len(items) + 1
        if self.budget < 0:
            return {"$": "left_out", "reason": f"more than {MAX_NODES} values"}
        return [plain(item, depth + 1) for item in items]

    def _foreign(self, value: Any, depth: int) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
        try:
            stand_in = stand_in_for(value)
            if stand_in is value:
                self.is_exact = False
                stand_in = msgspec.to_builtins(value)
        except Exception:  # noqa: BLE001 - the object is the application's, and so are its errors
            return opaque(value)
        return stand_in if is_tag(stand_in) else self.plain(stand_in, depth + 1)


def is_text(value: str) -> bool:
    """Whether a string has a UTF-8 form, which one with lone surrogates has not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def surrogates(value: str) -> Tag:
    """The tag of a string with lone surrogates."""
    return {"$": "text", "utf16": b64encode(value.encode("utf-16-le", "surrogatepass")).decode()}


def opaque(value: object) -> Tag:
    """The tag of an object that has no JSON form."""
    try:
        text = repr(value)[:MAX_REPR]
    except Exception as problem:  # noqa: BLE001 - a hostile repr
        text = f"<its repr raised {type(problem).__name__}>"
    return {
        "$": "opaque",
        "type": f"{type(value).__module__}.{type(value).__qualname__}",
        "repr": text.encode("utf-8", "backslashreplace").decode(),
    }


def is_tag(value: object) -> bool:
    """Whether a value is a tagged object made here."""
    return type(value) is dict and "$" in value


def untag(tag: Tag) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    """What a tagged object stands for; one that nothing can be made of stays as it is.

    Inner values must already be untagged.
    """
    match tag:
        case {"$": "bytes", "base64": str(text)}:
            return b64decode(text)
        case {"$": "float", "value": str(text)}:
            return float(text)
        case {"$": "int", "hex": str(text)}:
            return int(text, 16)
        case {"$": "text", "utf16": str(text)}:
            return b64decode(text).decode("utf-16-le", "surrogatepass")
        case {"$": "object", "items": list(items)}:
            return {_hashable(key): item for key, item in items}
    return tag


def _is_statement(value: dict[Any, Any]) -> bool:
    first, *others = value
    return first == "$" and value["$"] in _STATEMENTS and all(map(_is_plain_key, others))


def _is_plain_key(key: object) -> bool:
    if type(key) is not str or key == "$" or not (key.isascii() or is_text(key)):
        return False
    if len(_seen_keys) < MOST_KEYS:
        _seen_keys.add(key)
    return True


_seen_keys: set[object] = set()
"""Keys that were found to be plain before: the same few come again and again."""

MOST_KEYS = 10_000
"""Keys remembered."""


def _hashable(key: object) -> object:
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


def stand_in_for(value: Any) -> Any:  # noqa: ANN401, PLR0911 - one exit per type
    """A plainer object, a tag, or the value itself if nothing is known about it. May raise what the object raises."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$": "bytes", "base64": b64encode(value).decode()}
    for base in (str, int, float, dict, list, tuple):
        if isinstance(value, base):
            enum = getattr(value, "_value_", value)
            return enum if enum is not value else base(value)  # type: ignore[arg-type]  # an instance of it
    if isinstance(value, set | frozenset):
        return list(value)
    for method in ("model_dump", "to_dict"):
        if callable(getattr(type(value), method, None)):
            return _dumped(value, method)
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "message": str(value)}
    if "pathlib" in sys.modules and isinstance(value, sys.modules["pathlib"].PurePath):
        return str(value)
    return value


def _dumped(value: Any, method: str) -> Any:  # noqa: ANN401 - a JSON value has no narrower type
    """A model as a dict: pydantic's ``model_dump`` without what was never set, or an SDK's ``to_dict``."""
    if method == "model_dump":
        return value.model_dump(mode="json", exclude_unset=True, warnings=False)
    return value.to_dict()
