"""Two requests to a model, compared field by field: the conversation by what is new in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.comparison.definitions import compare_definitions
from clew.explore.comparison.findings import opened
from clew.explore.comparison.fingerprint import VOLATILE
from clew.explore.comparison.history import History
from clew.wire.items import fields, items, same

if TYPE_CHECKING:
    from clew.explore.comparison.findings import Findings, Place
    from clew.model.payload import Payload

_CONVERSATIONS = frozenset({"messages", "input", "contents"})
_INSTRUCTIONS = frozenset({"system", "instructions", "system_instruction", "systemInstruction"})
_TOOLS = frozenset({"tools", "functions"})
_OF_THE_RUN = VOLATILE | {"previous_response_id", "prompt_cache_key"}
"""Fields that say something else in every run."""

_Two = tuple["Payload | None", "Payload | None"]


class Requests:
    """The requests of one agent in both sessions, one after the other."""

    def __init__(self, findings: Findings) -> None:
        """``findings`` takes what differs."""
        self._findings = findings
        self._histories: dict[str, History] = {}
        self._last: dict[str, tuple[_Two, bool]] = {}
        """The last two values of each setting, and whether they differed."""

    def compare(self, place: Place, before: Payload | None, after: Payload | None) -> None:
        """Report what differs between two requests, and is no echo."""
        if before is None and after is None:
            return
        one, other = (fields(payload) if payload is not None else {} for payload in (before, after))
        if before is None or after is None or one is None or other is None:
            self._unknown(place, before, after)
            return
        for key in [*one, *(key for key in other if key not in one)]:
            if key not in _OF_THE_RUN:
                self._field(place, key, (one.get(key), other.get(key)))

    def _unknown(self, place: Place, before: Payload | None, after: Payload | None) -> None:
        """Requests that are no objects: a list is a conversation, anything else is compared as it is."""
        one, other = (items(payload) if payload is not None else None for payload in (before, after))
        if one is not None and other is not None:
            self._history("").compare(place, "", one, other, self._findings)
        else:
            self._findings.payload(place, "request_changed", before, after, copy=True)

    def _field(self, place: Place, key: str, two: _Two) -> None:
        before, after = two
        if key in _CONVERSATIONS:
            one, other = (items(payload) if payload is not None else None for payload in two)
            if one is not None and other is not None:
                self._history(key).compare(place, key, one, other, self._findings)
            else:
                self._findings.payload(place, "request_message_changed", before, after, what=key, copy=True)
            return
        last, differed = self._last.get(key, ((None, None), False))
        if same(last[0], before) and same(last[1], after):
            self._findings.echoes += differed
            return
        findings = self._findings
        found = findings.echoes, findings.count
        self._setting(place, key, two)
        self._last[key] = two, found != (findings.echoes, findings.count)

    def _setting(self, place: Place, key: str, two: _Two) -> None:
        before, after = map(opened, two)
        findings = self._findings
        if key in _TOOLS:
            compare_definitions(place, key, self, before, after, findings)
        elif key in _INSTRUCTIONS:
            findings.setting(place, "system_prompt_changed", key, (self, "system prompt"), before, after, copy=True)
        elif key == "model":
            findings.setting(place, "model_changed", key, (self, "model"), before, after)
        else:
            findings.setting(place, "parameter_changed", key, (self, ("parameter", key)), before, after)

    def _history(self, key: str) -> History:
        return self._histories.setdefault(key, History())
