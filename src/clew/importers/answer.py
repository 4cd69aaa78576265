"""An answer: the lines of a Claude Code transcript that hold one message of the model.

There is one line per content block, each repeats the message's usage, and the usages may differ: the largest output
count is the final one (a tie goes to the later line). In some versions even that is the count of the stream's start,
one to three tokens for hundreds of characters, which is worse than no count: it is flagged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from clew.importers.transcript import Record, object_or_empty, text_or
from clew.model.usage import Usage

SYNTHETIC = "<synthetic>"
"""The model name on messages that the client wrote itself."""

_CHARACTERS_PER_TOKEN = 10
"""More than any text or code has: sane records show about three, those of a stream's start nineteen and more."""
_ENOUGH = 200
"""Characters below which nothing is concluded."""
_LARGEST = 2**62
"""Counts above this are no counts."""


@dataclass(slots=True)
class Answer:
    """One message of the model."""

    message_id: str
    """The provider's id of it."""
    records: list[Record] = field(default_factory=list)
    """Its lines, in order."""
    results: list[Record] = field(default_factory=list)
    """The records that answer its tool calls."""
    _sent: dict[str, Any] | None = None

    @property
    def content(self) -> list[dict[str, Any]]:
        """Its content blocks, each tool call once."""
        return self.as_sent["content"]  # type: ignore[no-any-return]  # put there below

    @property
    def as_sent(self) -> dict[str, Any]:
        """The message as a later request holds it: always the same object."""
        if self._sent is None:
            self._sent = {"role": "assistant", "content": _blocks(self.records)}
        return self._sent

    @property
    def payload(self) -> dict[str, Any]:
        """The whole message, put together from its lines."""
        message = {**self.records[-1].message, "content": self.content}
        if (counts := self._counts()) is not None:
            message["usage"] = counts
        if self.stop_reason is not None:
            message["stop_reason"] = self.stop_reason
        return message

    @property
    def usage(self) -> Usage | None:
        """What the call used, once."""
        counts = self._counts()
        return None if counts is None else usage_of(counts)

    @property
    def model(self) -> str | None:
        """Which model answered."""
        return text_or(self.records[-1].message.get("model"), "") or None

    @property
    def stop_reason(self) -> str | None:
        """Why it stopped, if any line says so."""
        reasons = [record.message.get("stop_reason") for record in reversed(self.records)]
        return next((reason for reason in reasons if isinstance(reason, str)), None)

    @property
    def asks_for_tools(self) -> bool:
        """Whether it calls a tool."""
        return any(block.get("type") == "tool_use" for block in self.content)

    @property
    def characters(self) -> int:
        """How much it visibly wrote."""
        return sum(_size(block) for block in self.content)

    @property
    def is_implausible(self) -> bool:
        """Whether its output count cannot be true."""
        usage = self.usage
        return usage is not None and self.characters > max(_ENOUGH, _CHARACTERS_PER_TOKEN * usage.output_tokens)

    def _counts(self) -> dict[str, Any] | None:
        counts = [usage for record in self.records if isinstance(usage := record.message.get("usage"), dict)]
        return max(reversed(counts), key=lambda usage: _count(usage.get("output_tokens")), default=None)


def usage_of(counts: dict[str, Any]) -> Usage:
    """The four disjoint counts of an Anthropic usage object."""
    return Usage(
        input_tokens=_count(counts.get("input_tokens")),
        cache_read_tokens=_count(counts.get("cache_read_input_tokens")),
        cache_write_tokens=_count(counts.get("cache_creation_input_tokens")),
        output_tokens=_count(counts.get("output_tokens")),
    )


def answers_in(records: list[Record]) -> dict[str, Answer]:
    """Every answer of a thread by message id, with the records that hold the results of its calls."""
    answers: dict[str, Answer] = {}
    callers: dict[str, Answer] = {}
    for record in records:
        if is_answer(record):
            answer = answers.setdefault(message_id(record), Answer(message_id(record)))
            answer.records.append(record)
            for call_id in call_ids(record):
                callers.setdefault(call_id, answer)
        for call_id in result_ids(record):
            if call_id in callers and record not in callers[call_id].results:
                callers[call_id].results.append(record)
    return answers


def implausible(answers: list[Answer]) -> tuple[str, dict[str, int]] | None:
    """What is to be said of the answers whose counts cannot be true, in words and figures."""
    wrong = [answer for answer in answers if answer.is_implausible]
    if not wrong:
        return None
    usages = [answer.usage for answer in wrong]
    details = {
        "answers": len(answers),
        "implausible": len(wrong),
        "characters": sum(answer.characters for answer in wrong),
        "output_tokens": sum(usage.output_tokens for usage in usages if usage is not None),
    }
    told = f"The output tokens of {len(wrong)} of {len(answers)} answers cannot be true"
    return f"{told}: the transcript holds the counts of the streams' starts.", details


def is_answer(record: Record) -> bool:
    """Whether a record is a piece of what a model said, and not of what the client wrote in its name."""
    return record.type == "assistant" and bool(record.message) and record.message.get("model") != SYNTHETIC


def message_id(record: Record) -> str:
    """The provider's id of a message, or what stands for one where it is missing."""
    return text_or(record.message.get("id"), record.uuid or f"line {record.place}")


def call_ids(record: Record) -> list[str]:
    """The tool calls a record asks for."""
    return [
        block["id"] for block in record.blocks if block.get("type") == "tool_use" and isinstance(block.get("id"), str)
    ]


def result_ids(record: Record) -> list[str]:
    """The tool calls a record answers."""
    if record.type != "user":
        return []
    return [
        text
        for block in record.blocks
        if block.get("type") == "tool_result" and isinstance(text := block.get("tool_use_id"), str)
    ]


def _blocks(records: list[Record]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    blocks = []
    for block in (block for record in records for block in record.blocks):
        call_id = block.get("id") if block.get("type") == "tool_use" else None
        if not isinstance(call_id, str) or call_id not in seen:
            blocks.append(block)
            seen.add(text_or(call_id, ""))
    return blocks


def _size(block: dict[str, Any]) -> int:
    written = (block.get("text"), block.get("thinking"))
    arguments = object_or_empty(block.get("input"))
    return sum(len(text) for text in written if isinstance(text, str)) + (
        len(json.dumps(arguments)) if arguments else 0
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST else 0
