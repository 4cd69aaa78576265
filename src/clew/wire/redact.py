"""Redaction: no secret is written.

It happens to the encoded line, which holds exactly what is new: a value that was written before was redacted before.
Only where a line contains a literal of some rule is it looked at closely, value by value, and what is found is replaced
by ``[redacted <rule>]`` in the values, the names and messages alike, before the line is sealed or a blob is stored. The
act's ``redacted`` says which rule struck where, and how often::

    [["anthropic-key", "/new/0/2/0", 1]]    a JSON pointer into the line, and how many secrets

A value that cannot be redacted for whatever reason is left out: :data:`FAILED` stands among the rules then.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from clew.model.act import News
from clew.wire.prefilter import Look, prefilter
from clew.wire.rules import CERTAIN, CREDENTIAL_HEADERS, HEADER, HEADER_COMPANIONS, HEADER_LITERALS, Rule
from clew.wire.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Iterable

FAILED = "redactor-failed"
"""The rule that is named where redaction itself failed and the value was dropped."""

_KEPT_FIELDS = frozenset({"seq", "at", "new", "was", "redacted"})

_encode = msgspec.json.Encoder(decimal_format="string").encode
_decode = msgspec.json.Decoder().decode


class Redactor:
    """Some rules, ready to be applied."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Raises ``ValueError`` for a pattern that is no regular expression."""
        self.rules = tuple(rules)
        for rule in self.rules:
            if rule not in CERTAIN:
                _checked(rule)
        self._keys = {_normal(key): rule.name for rule in self.rules for key in rule.keys}

    @cached_property
    def _looks(self) -> tuple[Look, ...]:
        literals = [literal for rule in self.rules for literal in rule.literals]
        keys = [form for rule in self.rules for key in rule.keys for form in _forms(key)]
        return prefilter([*literals, *keys, *(HEADER_LITERALS if self._knows_headers else ())])

    @cached_property
    def _tag_search(self) -> Any:  # noqa: ANN401 - a bound method of a pattern
        return re.compile(rb'\$(?=":"(?:bytes|text)")').search

    @cached_property
    def _blind(self) -> bool:
        """Whether some rule has no literal."""
        return any(rule.pattern and not rule.literals for rule in self.rules)

    @cached_property
    def _knows_headers(self) -> bool:
        return any(rule.name == HEADER for rule in self.rules)

    @cached_property
    def _patterns(self) -> list[tuple[Rule, re.Pattern[str]]]:
        return [(rule, re.compile(rule.pattern)) for rule in self.rules if rule.pattern]

    @cached_property
    def _tail(self) -> Tail:
        return Tail(self.rules)

    def suspects(self, body: bytes) -> bool:
        """Whether encoded JSON may hold a secret."""
        return self._may_match(body) or (bool(self.rules) and self._tag_search(body) is not None)

    def _may_match(self, data: bytes) -> bool:
        if self._blind:
            return True
        for anchor, search in self._looks:  # noqa: SIM110 - every line passes here, and a generator costs twice as much
            if anchor in data and search(data) is not None:
                return True
        return False

    def text(self, text: str, found: Findings | None = None, where: str = "") -> str:
        """The text without its secrets."""
        if not self._may_match(text.encode("utf-8", "surrogatepass")):
            return text
        for rule, pattern in self._patterns:
            literals = rule.literals
            if literals and not any(literal in text for literal in literals):
                continue
            text, count = pattern.subn(lambda match, rule=rule: _replaced(match, rule.name), text)  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            if count and found is not None:
                found.add(rule.name, where, count)
        return text

    def json(self, data: bytes, found: Findings, where: str) -> bytes:
        """Encoded JSON without its secrets; dropped, if that cannot be had."""
        if not self.suspects(data):
            return data
        try:
            before = found.count
            value = Scrubbing(self, found).value(_decode(data), where)
            return _encode(value) if found.count != before else data
        except Exception:  # noqa: BLE001 - nothing may be written that was not redacted
            found.add(FAILED, where, 1)
            return _encode({"$": "left_out", "reason": FAILED})

    def key_rule(self, name: str, *, header: bool) -> str | None:
        """The rule by which a member's value is a secret whatever it is."""
        normal = _normal(name)
        if normal in self._keys:
            return self._keys[normal]
        if not self._knows_headers:
            return None
        certain = normal.startswith("x-") and normal.endswith(("-api-key", "-token"))
        return HEADER if certain or (header and is_credential(normal)) else None

    def held(self, text: str) -> int:
        """Where that part of a stream's text begins that may be the beginning of a secret."""
        start = self._tail.start(text)
        if not self._may_match(text.encode("utf-8", "surrogatepass")):
            return start
        matches = [match.span() for _, pattern in self._patterns for match in pattern.finditer(text)]
        while cut := [
            first for first, stop in matches if first < start <= stop and (start < stop or stop == len(text))
        ]:
            start = min(cut)
        return start


class Findings:
    """What was redacted from one line."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._counts: dict[tuple[str, str], int] = {}

    @property
    def count(self) -> int:
        """How many secrets."""
        return sum(self._counts.values())

    def __bool__(self) -> bool:
        """Whether anything was noted."""
        return bool(self._counts)

    def add(self, rule: str, where: str, count: int) -> None:
        """Note some secrets."""
        self._counts[rule, where] = self._counts.get((rule, where), 0) + count

    def take(self) -> list[tuple[str, str, int]]:
        """What was noted, and forget it."""
        rows = [(rule, where, count) for (rule, where), count in self._counts.items()]
        self._counts.clear()
        return rows


class Scrubbing:
    """One walk over the values of a line."""

    def __init__(self, redactor: Redactor, found: Findings) -> None:
        """``found`` takes what is redacted."""
        self._redactor = redactor
        self._found = found
        self.condemned: dict[int, str] = {}
        """Values of table 0 that a credential header refers to, and the rule."""

    def value(self, value: Any, where: str, *, header: bool = False) -> Any:  # noqa: ANN401 - a JSON value
        """A decoded value without its secrets; ``header`` says that it stands where headers stand."""
        if isinstance(value, str):
            return self._redactor.text(value, self._found, where)
        if isinstance(value, list):
            return self._list(value, where, header=header)
        if isinstance(value, dict):
            return self._dict(value, where, header=header)
        return value

    def _list(self, items: list[Any], where: str, *, header: bool) -> Any:  # noqa: ANN401 - a JSON value
        if header and len(items) == 2 and isinstance(items[0], str):  # noqa: PLR2004 - a pair: a header's name and value
            return [items[0], self._member(items[0], items[1], f"{where}/1", header=True)]
        return [self.value(item, f"{where}/{index}", header=header) for index, item in enumerate(items)]

    def _dict(self, items: dict[str, Any], where: str, *, header: bool) -> Any:  # noqa: ANN401 - a JSON value
        tag = items.get("$")
        if isinstance(tag, str) and tag in {"bytes", "text"}:
            return self._encoded(items, where)
        header = header or not HEADER_COMPANIONS.isdisjoint(map(str.lower, items))
        clean = {}
        for key, item in items.items():
            name = self._redactor.text(key, self._found, where)
            clean[name] = self._member(key, item, f"{where}/{_pointer(name)}", header=header)
        return clean

    def _member(self, key: str, item: Any, where: str, *, header: bool) -> Any:  # noqa: ANN401 - a JSON value
        """The value behind a name."""
        rule = self._redactor.key_rule(key, header=header)
        if rule is not None and _is_said(item):
            if isinstance(item, dict) and isinstance(item.get("$"), int):
                self.condemned[item["$"]] = rule
            self._found.add(rule, where, 1)
            return _mark(rule)
        return self.value(item, where, header=_normal(key).endswith(("headers", "header")))

    def _encoded(self, items: dict[str, Any], where: str) -> dict[str, Any]:
        """Bytes and text with lone surrogates, which stand in base64."""
        name, codec = ("base64", "latin-1") if items["$"] == "bytes" else ("utf16", "utf-16-le")
        errors = "surrogatepass" if name == "utf16" else "strict"
        text = b64decode(items[name]).decode(codec, errors)
        clean = self._redactor.text(text, self._found, where)
        return items if clean == text else {**items, name: b64encode(clean.encode(codec, errors)).decode()}


def redact(act: Any, redactor: Redactor, found: Findings) -> None:  # noqa: ANN401 - whichever act
    """Take the secrets out of an encoded act, and let it say so."""
    walk = Scrubbing(redactor, found)
    for name in act.__struct_fields__:
        value = getattr(act, name)
        if name not in _KEPT_FIELDS and value is not None:
            setattr(act, name, _field(value, redactor, walk, found, f"/{name}"))
    act.new = [_news(news, index, redactor, walk, found) for index, news in enumerate(act.new)]
    for index, news in enumerate(act.new):
        if walk.condemned and news.table == 0:
            act.new[index] = _without(news, walk.condemned)
    act.redacted = [*act.redacted, *found.take()]


def clean_value(value: Any, redactor: Redactor) -> Any:  # noqa: ANN401 - a JSON value
    """A JSON value without its secrets, for those to whom acts are handed in memory."""
    return Scrubbing(redactor, Findings()).value(value, "")


def is_credential(name: str) -> bool:
    """Whether a header's name, in lower case, is that of a credential."""
    return name in CREDENTIAL_HEADERS or name.endswith("-token")


def configure(rules: Iterable[Rule] = (), *, certain: bool = True) -> None:
    """Put rules in force for this process, besides those for what is certain unless these are not wanted.

    Raises ``ValueError`` for a pattern that is no regular expression.
    """
    global _in_force  # noqa: PLW0603 - what is in force is one for the process, like the catalog
    _in_force = Redactor((*(CERTAIN if certain else ()), *rules))


def in_force() -> Redactor:
    """The rules of this process."""
    return _in_force


def _field(value: Any, redactor: Redactor, walk: Scrubbing, found: Findings, where: str) -> Any:  # noqa: ANN401 - any field of an act
    """A field of an act without its secrets; dropped, if that cannot be had."""
    try:
        if type(value) is msgspec.Raw:
            return _raw(value, redactor, walk, found, where)
        data = _encode(value)
        if not redactor.suspects(data):
            return value
        clean = walk.value(_decode(data), where)
        return msgspec.convert(clean, type(value), strict=False) if isinstance(value, msgspec.Struct) else clean
    except Exception:  # noqa: BLE001 - nothing may be written that was not redacted
        found.add(FAILED, where, 1)
        return _mark(FAILED) if isinstance(value, str) else None


def _raw(raw: msgspec.Raw, redactor: Redactor, walk: Scrubbing, found: Findings, where: str) -> msgspec.Raw:
    data = bytes(raw)
    if not redactor.suspects(data):
        return raw
    try:
        before = found.count
        clean = walk.value(_decode(data), where, header=where.endswith("headers"))
        return msgspec.Raw(_encode(clean)) if found.count != before else raw
    except Exception:  # noqa: BLE001 - nothing may be written that was not redacted
        found.add(FAILED, where, 1)
        return msgspec.Raw(_encode({"$": "left_out", "reason": FAILED}))


def _news(news: News, index: int, redactor: Redactor, walk: Scrubbing, found: Findings) -> News:
    where = f"/new/{index}/2"
    values = [_raw(raw, redactor, walk, found, f"{where}/{place}") for place, raw in enumerate(news.values)]
    return News(news.table, news.first, values)


def _without(news: News, condemned: dict[int, str]) -> News:
    """Values without those that stand behind the name of a credential."""
    values = [
        msgspec.Raw(_encode(_mark(condemned[number]))) if number in condemned else raw
        for number, raw in enumerate(news.values, news.first)
    ]
    return News(news.table, news.first, values)


def _checked(rule: Rule) -> None:
    try:
        re.compile(rule.pattern)
    except (re.error, RecursionError, OverflowError) as problem:
        message = f"the pattern of the rule '{rule.name}' is no regular expression: {problem}"
        raise ValueError(message) from problem


def _replaced(match: re.Match[str], name: str) -> str:
    whole = match[0]
    if "secret" not in match.re.groupindex or match["secret"] is None:
        return _mark(name)
    start, stop = (place - match.start() for place in match.span("secret"))
    return whole[:start] + _mark(name) + whole[stop:]


def _mark(name: str) -> str:
    return f"[redacted {name}]"


def _is_said(item: Any) -> bool:  # noqa: ANN401 - a JSON value
    """Whether a member holds a text, bytes, or several texts; a schema that only describes it holds none."""
    if isinstance(item, dict):
        return isinstance(item.get("$"), int) or item.get("$") in {"bytes", "text"}
    if isinstance(item, list):
        return bool(item) and all(map(_is_said, item))
    return isinstance(item, str) and bool(item) and not item.startswith("[redacted ")


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")


def _forms(key: str) -> set[str]:
    """How the name of a member may be written."""
    words = re.split("[-_]", key)
    if len(words) == 1 and key != key.lower():
        return {key}
    joined = {sign.join(words) for sign in "-_"} | {key}
    return {form for text in joined for form in (text, text.lower(), text.upper(), text.title())}


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


_in_force = Redactor(CERTAIN)
