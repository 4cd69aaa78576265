"""What a comparison says: differences of closed kinds, every node of both trees in pairs, and how the sums changed.

A difference is reported where it began. What only repeats it is no second difference: a request that carries the
changed message of an earlier turn again, a setting that stays changed. Such places are counted as echoes. What differs
from run to run by nature is none at all: ids, times, durations, call ids, incidents.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, get_args

import msgspec

Kind = Literal[
    "agent_changed",
    "model_changed",
    "system_prompt_changed",
    "providers_changed",
    "prompt_changed",
    "tool_definition_added",
    "tool_definition_removed",
    "tool_schema_changed",
    "tool_description_changed",
    "tool_definition_changed",
    "tool_definitions_reordered",
    "title_changed",
    "latest_status_changed",
    "tags_changed",
    "attributes_changed",
    "turn_added",
    "turn_removed",
    "step_added",
    "step_removed",
    "step_changed",
    "action_changed",
    "user_message_changed",
    "action_outcome_changed",
    "round_status_changed",
    "exchange_added",
    "exchange_removed",
    "retry_added",
    "retry_removed",
    "provider_changed",
    "parameter_changed",
    "request_message_added",
    "request_message_removed",
    "request_message_changed",
    "request_changed",
    "attempt_status_changed",
    "attempt_slugs_changed",
    "attempt_error_changed",
    "http_status_changed",
    "verdict_changed",
    "answer_text_changed",
    "reasoning_changed",
    "asked_call_changed",
    "answer_changed",
    "answer_break_changed",
    "answering_model_changed",
    "stop_reason_changed",
    "usage_changed",
    "cost_changed",
    "tool_call_added",
    "tool_call_removed",
    "tool_calls_reordered",
    "tool_kind_changed",
    "tool_command_changed",
    "tool_parameters_changed",
    "tool_result_changed",
    "tool_status_changed",
    "tool_slugs_changed",
    "tool_error_changed",
    "tool_accounting_changed",
    "child_session_added",
    "child_session_removed",
    "log_added",
    "log_removed",
    "outcome_changed",
    "failure_changed",
    "report_changed",
]

MEANINGS: dict[Kind, str] = {
    "agent_changed": "another agent",
    "model_changed": "another model is asked",
    "system_prompt_changed": "other words in the system prompt",
    "providers_changed": "another list of providers",
    "prompt_changed": "other words in a prompt of the configuration",
    "tool_definition_added": "a tool that was not offered before",
    "tool_definition_removed": "a tool that is no longer offered",
    "tool_schema_changed": "other parameters of a tool that is offered",
    "tool_description_changed": "other words for a tool that is offered",
    "tool_definition_changed": "something else about a tool that is offered",
    "tool_definitions_reordered": "the same tools are offered in another order",
    "title_changed": "another title",
    "latest_status_changed": "another last word of the agent about itself",
    "tags_changed": "other tags",
    "attributes_changed": "other attributes of a node",
    "turn_added": "a turn that was not there",
    "turn_removed": "a turn that is not there any more",
    "step_added": "a step that was not there",
    "step_removed": "a step that is not there any more",
    "step_changed": "a step of another kind or name",
    "action_changed": "the user did something else",
    "user_message_changed": "the user wrote something else",
    "action_outcome_changed": "something else came of the user's action",
    "round_status_changed": "a turn or step ended otherwise, by itself and not because of a call in it",
    "exchange_added": "a model is asked where none was",
    "exchange_removed": "no model is asked where one was",
    "retry_added": "a further attempt of an exchange",
    "retry_removed": "an attempt of an exchange less",
    "provider_changed": "another provider is asked",
    "parameter_changed": "another parameter of a request, such as the temperature",
    "request_message_added": "a message of a request that follows from nothing before it",
    "request_message_removed": "a message that a request lacks, which nothing before it explains",
    "request_message_changed": "other words in a message of a request, which nothing before it explains",
    "request_changed": "another request of a shape that is not known",
    "attempt_status_changed": "an attempt ended otherwise; what follows from that is part of it",
    "attempt_slugs_changed": "an attempt failed, or was rejected, for another reason",
    "attempt_error_changed": "other words for the failure of an attempt",
    "http_status_changed": "another HTTP status",
    "verdict_changed": "the agent thinks otherwise of an answer",
    "answer_text_changed": "the model answers in other words",
    "reasoning_changed": "the model reasons in other words",
    "asked_call_changed": "the model asks for another call, and the calls made do not show it",
    "answer_changed": "something else in an answer",
    "answer_break_changed": "an answer broke off, or did not any more",
    "answering_model_changed": "another model answers than the one that did",
    "stop_reason_changed": "the model stopped for another reason",
    "usage_changed": "other counts of tokens",
    "cost_changed": "another cost",
    "tool_call_added": "a call that was not made before",
    "tool_call_removed": "a call that is not made any more",
    "tool_calls_reordered": "the same calls in another order",
    "tool_kind_changed": "a call of a tool of another kind",
    "tool_command_changed": "another command of the same tool",
    "tool_parameters_changed": "other parameters of a call",
    "tool_result_changed": "another result of a call",
    "tool_status_changed": "a call ended otherwise; what follows from that is part of it",
    "tool_slugs_changed": "a call failed for another reason",
    "tool_error_changed": "other words for the failure of a call",
    "tool_accounting_changed": "a call used something else, in its tool's own terms",
    "child_session_added": "a call starts a session where it did not",
    "child_session_removed": "a call starts no session where it did",
    "log_added": "a warning or an error that was not there",
    "log_removed": "a warning or an error that is not there any more",
    "outcome_changed": "the session ended otherwise",
    "failure_changed": "the session failed of something else",
    "report_changed": "another final report",
}
"""What each kind says, from the first session (A) to the second (B)."""

NodeName = Literal["session", "init", "turn", "step", "attempt", "tool", "fin"]
Change = Literal["same", "changed", "added", "removed"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not the same."""

    kind: Kind
    """What it is; :data:`MEANINGS` has a sentence for each."""
    node: NodeName
    """The kind of node that it is at: a child session has the path of the call that started it."""
    path_a: str | None
    """The node in A; ``None`` for what is only in B."""
    path_b: str | None
    """The node in B; ``None`` for what is only in A."""
    what: str
    """The field, or the place within a payload (``messages[3].content[0].text``), as in B where it is there."""
    before: Any
    """The value in A, whole; ``None`` where there is none."""
    after: Any
    """The value in B, whole; ``None`` where there is none."""

    @property
    def path(self) -> str:
        """Where to look: the node in B, else in A."""
        return self.path_b if self.path_b is not None else self.path_a or ""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A node of A beside the node of B that it corresponds to."""

    path_a: str | None
    """``None`` for a node that is only in B."""
    path_b: str | None
    """``None`` for a node that is only in A."""
    node: NodeName
    change: Change
    """``changed`` where a difference is reported at this node itself, and not below it."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A sum over each of the two sessions."""

    before: int | float | Decimal | None
    """In A; ``None`` if unknown."""
    after: int | float | Decimal | None
    """In B; ``None`` if unknown."""

    @property
    def delta(self) -> int | float | Decimal | None:
        """How much more B has; ``None`` if one of them is unknown."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before  # type: ignore[operator]  # both are figures of one type


class Deltas(msgspec.Struct, frozen=True, kw_only=True):
    """How the sums of the two sessions differ, child sessions included."""

    duration_ms: Figure
    """From the first to the last act; unknown while a session runs."""
    cost: Figure
    """US dollars, told or estimated, as far as they are known."""
    turns: Figure
    attempts: Figure
    retries: Figure
    tools: Figure
    tools_failed: Figure
    child_sessions: Figure
    input_tokens: Figure
    cache_read_tokens: Figure
    cache_write_tokens: Figure
    output_tokens: Figure
    reasoning_tokens: Figure


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two sessions beside each other."""

    session_a: str
    """Id of the session that is compared with."""
    session_b: str
    """Id of the session that is compared."""
    differences: tuple[Difference, ...]
    """In reading order."""
    pairs: tuple[Pair, ...]
    """Every node of both trees once, in reading order."""
    deltas: Deltas
    echoes: int
    """Places that differ only because of a difference reported before them."""

    @property
    def same(self) -> bool:
        """Whether nothing differs but what differs by nature."""
        return not self.differences

    @property
    def first(self) -> Difference | None:
        """The first divergence in reading order."""
        return self.differences[0] if self.differences else None


def is_kind(word: str) -> bool:
    """Whether a word is a kind of difference."""
    return word in get_args(Kind)
