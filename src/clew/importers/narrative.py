"""The narrative: one thread of a Claude Code session, told as acts.

Every record is represented: as a turn, an attempt, a tool call or a step where it is one, else as a verbose entry that
holds it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew.importers.answer import SYNTHETIC, Answer, answers_in, implausible, is_answer, message_id
from clew.importers.calls import Calls
from clew.importers.dialogue import Dialogue
from clew.importers.exchanges import Exchanges
from clew.importers.prompt import command_in, kind_of
from clew.importers.script import BEFORE
from clew.importers.stage import Span, Stage
from clew.importers.thread import Thread, is_agent_progress
from clew.importers.title import title_in
from clew.importers.transcript import Record, object_or_empty, text_or
from clew.model.act import Act
from clew.model.event import ConfigSet, FinalReport, FinEnd, FinStart, InitEnd, SessionStart

_FIRST, _LAST = -1, 1 << 60
"""Places before and after all records."""
_ENVELOPE = ("cwd", "version", "gitBranch")
"""What may change when a session is taken up elsewhere."""
_CONVERSATION = frozenset({"assistant", "user"})
_AT_END = frozenset({"stop_hook_summary", "turn_duration"})
"""What the client writes when the agent has stopped."""
_SPOKEN = frozenset({"parentUuid", "isSidechain", "sessionId", "type", "message", "uuid", "timestamp", *_ENVELOPE})
"""Keys of a prompt that are represented otherwise."""


class Narrative:
    """The acts of one thread."""

    def __init__(self, thread: Thread, children: Mapping[str, str]) -> None:
        """``children`` are the ids of the sessions that the thread's tool calls started, by call id."""
        self._thread = thread
        self._answers = answers_in(thread.records)
        self.stage = Stage()
        """Its turns and steps."""
        self.calls = Calls(self.stage.script, children)
        """Its tool calls."""
        self._exchanges = Exchanges(self.stage, Dialogue(thread.records, self._answers), self._answers)
        self._envelope: dict[str, Any] = {}
        self._compaction: Span | None = None
        self._task: str | None = thread.prompt

    def tell(self) -> None:
        """Take every record and every fragment."""
        for record in self._thread.records:
            self._notice_move(record)
            self._tell(record)
        for record in self._thread.repeats:
            self.stage.script.entry(record.place, record.at, f"{record.type}, with the uuid of another", record.data)
        for place, at, fragment in self._thread.fragments:
            details = {"line": fragment.line, "content": fragment.content}
            self.stage.script.log(place, at, "import.warning", "WRN", f"Line {fragment.line} is no record.", details)

    def open(self, *, agent_id: str, title: str | None, attributes: dict[str, Any]) -> None:
        """Write INIT; to be called when everything is told."""
        script, at = self.stage.script, self._thread.started_at
        model = next((answer.model for answer in self._answers.values()), None)
        script.add(_FIRST, SessionStart(at=at, agent_id=agent_id, title=title, model=model, attributes=attributes))
        if self._task is not None:
            script.add(_FIRST, ConfigSet(at=at, prompts={"task": self._task}))
        first = self.stage.first
        if first is None:
            script.add(_FIRST, InitEnd(at=at))
            return
        before = [record.at for record in self._thread.records if record.place < first.begins]
        script.add(first.begins, InitEnd(at=min(first.started_at, max([at, *before[-1:]]))), BEFORE)

    def close(self, *acts: Act) -> None:
        """Write the ends of everything, and what else belongs to the end."""
        self._flag_usage()
        self.stage.close()
        for act in acts:
            self.stage.script.add(_LAST, act)

    @property
    def last_at(self) -> float:
        """The time of the last record."""
        return max((record.at for record in self._thread.records), default=self._thread.started_at)

    @property
    def title(self) -> str | None:
        """What the session is called."""
        return title_in(self._thread)

    @property
    def last_answer(self) -> Answer | None:
        """The answer that ends the thread, if an answer does."""
        spoken = [record for record in self._thread.records if record.type in _CONVERSATION]
        if not spoken or not is_answer(spoken[-1]):
            return None
        return self._answers[message_id(spoken[-1])]

    @property
    def has_last_word(self) -> bool:
        """Whether the thread ends with an answer that calls no tool."""
        return self.last_answer is not None and not self.last_answer.asks_for_tools

    @property
    def is_finished(self) -> bool:
        """Whether the source proves that the agent had finished: its last word is a whole answer that calls no tool."""
        last = self.last_answer
        if last is None or not self.has_last_word:
            return False
        stopped = any(
            text_or(record.data.get("subtype"), "") in _AT_END
            for record in self._thread.records
            if record.place > last.records[-1].place
        )
        return last.stop_reason == "end_turn" or (last.stop_reason is None and stopped)

    def end(self, at: float, *, success: bool, error: str | None = None, report: object = None) -> list[Act]:
        """The acts of FIN."""
        said = [FinalReport(at=at, report=report)] if report is not None else []
        return [FinStart(at=at), *said, FinEnd(at=at, success=success, error=error)]

    # -- records -----------------------------------------------------

    def _tell(self, record: Record) -> None:
        tellers = {"user": self._user, "assistant": self._assistant, "system": self._system, "progress": self._progress}
        tellers.get(record.type, self._entry)(record)

    def _entry(self, record: Record, of: int = 0) -> None:
        """Keep a record whole."""
        kind = (
            record.data.get("subtype")
            or object_or_empty(record.data.get("data")).get("type")
            or record.data.get("operation")
        )
        self.stage.script.entry(
            record.place,
            record.at,
            " ".join([record.type, *([kind] if isinstance(kind, str) else [])]),
            record.data,
            of,
        )

    def _user(self, record: Record) -> None:
        kind = kind_of(record) if record.message else None
        if kind in {"message", "command"} and self._thread.agent is None:
            self._prompt(record)
        elif kind == "result":
            self.calls.returned(record)
        elif kind == "summary":
            self._summary(record)
        elif kind == "message" and self._task in {None, record.text}:
            self._task = record.text
        else:
            self._aside(record, kind)
        if kind is not None and kind != "interruption":
            self.stage.ready = (record.place, record.at)

    def _prompt(self, record: Record) -> None:
        command = command_in(record.text)
        attributes = {
            "uuid": record.uuid,
            **{name: value for name, value in record.data.items() if name not in _SPOKEN},
        }
        self.stage.prompt(
            record, "message" if command is None else "command", command, record.message.get("content"), attributes
        )

    def _aside(self, record: Record, kind: str | None) -> None:
        """Take what stands among the user's messages and is none."""
        turn = self.stage.turn
        if turn is not None and kind == "interruption":
            turn.status = "cancelled"
            turn.touch(record.place, record.at)
        if turn is not None and kind == "output" and not turn.answered:
            turn.outcome = record.text
            turn.touch(record.place, record.at)
        self._entry(record)

    def _assistant(self, record: Record) -> None:
        if is_answer(record):
            self.calls.asked(record, self._exchanges.answered(record))
        elif record.message.get("model") == SYNTHETIC and record.flag("isApiErrorMessage"):
            self._exchanges.gave_up(record)
        else:
            self._entry(record)

    def _system(self, record: Record) -> None:
        subtype = text_or(record.data.get("subtype"), "")
        if subtype == "api_error":
            self._exchanges.failed(record)
        elif subtype in {"compact_boundary", "microcompact_boundary"}:
            self._compact(record)
        elif subtype == "local_command":
            self._command(record)
        else:
            self._entry(record, self._stopping(record) if subtype in _AT_END else 0)

    def _stopping(self, record: Record) -> int:
        """The turn that a stop belongs to."""
        turn = self.stage.turn
        if turn is None:
            return 0
        turn.touch(record.place, record.at)
        return turn.n

    def _compact(self, record: Record) -> None:
        micro = record.data.get("subtype") == "microcompact_boundary"
        metadata = object_or_empty(record.data.get("microcompactMetadata" if micro else "compactMetadata"))
        name = "micro" if micro else text_or(metadata.get("trigger"), "auto")
        self._compaction = self.stage.step(record, "compaction", name, attributes={"record": record.data})

    def _summary(self, record: Record) -> None:
        """Take the summary that a compaction left; one whose boundary is lost is a compaction all the same."""
        step = self._compaction or self.stage.step(record, "compaction", None)
        step.attributes = {"summary": record.message.get("content"), "summary_uuid": record.uuid}
        step.touch(record.place, record.at)
        self._compaction = None

    def _command(self, record: Record) -> None:
        content = text_or(record.data.get("content"), "")
        command = command_in(content)
        if command is None:
            self._entry(record)
        else:
            self.stage.step(
                record, "command", command, command=command, content=content, attributes={"record": record.data}
            )

    def _progress(self, record: Record) -> None:
        if not is_agent_progress(record):
            self._entry(record, self.calls.number(record.data.get("parentToolUseID")))

    # -- what lies between them --------------------------------------

    def _notice_move(self, record: Record) -> None:
        """Note that the session goes on in another folder, version or branch."""
        here = {name: record.data[name] for name in _ENVELOPE if isinstance(record.data.get(name), str)}
        moved = {
            name: [self._envelope[name], value]
            for name, value in here.items()
            if self._envelope.get(name, value) != value
        }
        if moved:
            self.stage.script.entry(record.place, record.at, f"{', '.join(moved)} changed", moved)
        self._envelope.update(here)

    def _flag_usage(self) -> None:
        doubt = implausible(list(self._answers.values()))
        if doubt is not None:
            message, details = doubt
            self.stage.script.log(_LAST, self.last_at, "import.implausible_usage", "WRN", message, details)
