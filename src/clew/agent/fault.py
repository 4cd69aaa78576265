"""Where in a TOML text a fault is: a validator knows the key, a person looks for the line.

Validators of TOML values have forgotten the lines. The line is found again by looking for the key in the text: the
n-th ``[[section]]`` of an array, the table in it, then the key. What cannot be found has no line, and the sentence
then says the key alone.
"""

from __future__ import annotations

import re

_PLACE = re.compile(r"^(?P<what>.*?)(?: ?- at `\$\.?(?P<place>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"unknown field `(?P<name>[^`]+)`")
_NUMBER = re.compile(r"at line (?P<line>\d+)")
_STEP = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<index>\d+)\]")


def sentence_of(message: str) -> str:
    """Turn "Expected `int`, got `str` - at `$.limits.max_turns`" into words that begin with the key."""
    what, place = _parts(message)
    what = what[:1].lower() + what[1:]
    return f"at `{place}`, {what}" if place else what


def find_line(text: str, message: str) -> int | None:
    """The 1-based line a validator's or a parser's message speaks of, if it can be found."""
    if (told := _NUMBER.search(message)) is not None:
        return int(told["line"])
    what, place = _parts(message)
    steps = [found["key"] or int(found["index"]) for found in _STEP.finditer(place)]
    if (unknown := _FIELD.search(what)) is not None:
        steps.append(unknown["name"])
    return _walk(text.splitlines(), steps)


def _parts(message: str) -> tuple[str, str]:
    found = _PLACE.match(message)
    return (found["what"], found["place"] or "") if found is not None else (message, "")


def _walk(lines: list[str], steps: list[str | int]) -> int | None:
    """Follow the steps down the text: each key is looked for below the place of the one before it."""
    at: int | None = None
    header = ""
    for place, step in enumerate(steps):
        if isinstance(step, int):
            continue
        header = f"{header}.{step}" if header else step
        index = steps[place + 1] if place + 1 < len(steps) and isinstance(steps[place + 1], int) else None
        found = _header(lines, header, index, at or 0)
        if found is None:
            found = _key(lines, step, at or 0)
        at = found if found is not None else at
    return at + 1 if at is not None else None


def _header(lines: list[str], header: str, index: str | int | None, start: int) -> int | None:
    """The line of ``[header]``, or of the index-th ``[[header]]``."""
    heads = re.compile(rf"^\s*\[\[?\s*{re.escape(header)}\s*\]\]?")
    found = [number for number, line in enumerate(lines[start:], start) if heads.match(line)]
    wanted = index if isinstance(index, int) else 0
    return found[wanted] if wanted < len(found) else None


def _key(lines: list[str], key: str, start: int) -> int | None:
    """The next line that gives the key a value, also within an inline table; not beyond the next section."""
    gives = re.compile(rf"""(?:^|[\s{{,])["']?{re.escape(key)}["']?\s*=""")
    for number, line in enumerate(lines[start:], start):
        if gives.search(line):
            return number
        if number > start and line.startswith("["):
            return None
    return None
