"""The scenario: what a scripted model answers, in order.

A scenario is a TOML file, because people write it by hand: long texts and several answers below each other are pleasant
to read in it. The structs below are the format; there is no second description. A file that does not fit is refused
whole, with one sentence that names the file and the key.

    name = "retry"

    [[answers]]
    kind = "error"
    status = 429
    headers = { retry-after = "0.2" }

    [[answers]]
    kind = "message"
    content = [{ type = "text", text = "Hello!" }]
    usage = { input_tokens = 12, output_tokens = 5 }

The answers are neutral: how a message looks on the wire of one provider is decided in that provider's module.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from clew.errors import ScenarioError

Seconds: TypeAlias = Annotated[float, Meta(ge=0)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
HeaderValue: TypeAlias = Annotated[str, Meta(pattern=r"^[^\r\n]*$")]
StopReason: TypeAlias = Literal[
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"
]


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a scenario file: a misspelt key is an error."""


class Text(_Part, frozen=True, tag_field="type", tag="text"):
    """What the model says."""

    text: str
    """The words, as one block."""


class Thinking(_Part, frozen=True, tag_field="type", tag="thinking"):
    """What the model thinks before it speaks."""

    thinking: str
    """The thoughts, as one block."""
    signature: str = "c2NyaXB0ZWQ="
    """The opaque string by which a provider recognises its own thoughts."""


class ToolUse(_Part, frozen=True, tag_field="type", tag="tool_use"):
    """A tool call the model asks for."""

    name: str
    """The tool's name."""
    input: dict[str, Any] = field(default_factory=dict)
    """The tool's arguments."""
    raw_input: str | None = None
    """Text that replaces the arguments, which models write and may get wrong; only OpenAI's API can carry it."""
    id: str = ""
    """The call id; left empty, the server makes one that is unique in the scenario."""


Block: TypeAlias = Text | Thinking | ToolUse


class Usage(_Part, frozen=True):
    """The tokens of one answer, counted as Anthropic counts them: the input counts are disjoint."""

    input_tokens: Count = 1
    """Input that came from no cache."""
    cache_creation_input_tokens: Count = 0
    """Input written to the cache."""
    cache_read_input_tokens: Count = 0
    """Input read from the cache."""
    output_tokens: Count = 1
    """All output, thinking included."""
    thinking_tokens: Count = 0
    """The part of the output that was thinking."""


class When(_Part, frozen=True):
    """The conversation an answer belongs to; every condition that is given must hold."""

    system_contains: str | None = None
    """Text that occurs in the system prompt."""
    last_user_contains: str | None = None
    """Text that occurs in the last user message, results of tools included."""
    model: str | None = None
    """The model asked for, exactly."""

    def __post_init__(self) -> None:
        """Refuse a condition that would hold for every request."""
        if self.system_contains is None and self.last_user_contains is None and self.model is None:
            raise ValueError("`when` needs one of `system_contains`, `last_user_contains` and `model`")


class Cut(_Part, frozen=True):
    """Where and how a message breaks off. A request without streaming gets the first half of the JSON body."""

    after_events: Count = 0
    """How many events arrive whole."""
    mid_event: bool = False
    """Whether the first half of the next event arrives as well."""
    how: Literal["close", "reset", "error"] = "close"
    """`close` ends the connection, `reset` resets it, `error` sends the provider's error event and ends properly."""
    error_type: str = "overloaded_error"
    """The type in the error event."""
    error_message: str = "Overloaded"
    """The sentence in the error event."""

    def __post_init__(self) -> None:
        """Refuse half an event before a whole error event: the two would run together."""
        if self.mid_event and self.how == "error":
            raise ValueError('`mid_event` does not go with `how = "error"`')


class _Answer(_Part, frozen=True, kw_only=True, tag_field="kind"):
    """What all answers have."""

    when: When | None = None
    """The conversation the answer belongs to; without it, the one that no other answer's `when` claims."""
    times: Annotated[int, Meta(ge=1)] = 1
    """How many requests in a row get this answer."""
    delay: Seconds = 0.0
    """How long the server waits before the first byte."""


class Message(_Answer, frozen=True, kw_only=True, tag="message"):
    """The model answers."""

    content: tuple[Block, ...] = ()
    """The blocks, in order."""
    stop_reason: StopReason | None = None
    """Why the model stopped; left out, `tool_use` if there is a tool call and `end_turn` if there is none."""
    stop_sequence: str | None = None
    """The sequence that stopped it, with the stop reason of that name."""
    usage: Usage = Usage()
    """What it cost."""
    model: str | None = None
    """The model that answers; left out, the one that was asked for."""
    id: str = ""
    """The message id; left empty, the server makes one."""
    pace: Seconds = 0.0
    """How long the server waits between two events of a stream."""
    cut: Cut | None = None
    """Where the answer breaks off, if it does."""


class Error(_Answer, frozen=True, kw_only=True, tag="error"):
    """The provider, or something before it, answers with an error."""

    status: Annotated[int, Meta(ge=300, le=599)]
    """The HTTP status."""
    type: str = ""
    """The provider's name for it; left empty, the one that goes with the status."""
    message: str = "Scripted error"
    """The sentence that goes with it."""
    headers: dict[str, HeaderValue] = field(default_factory=dict)
    """Further response headers, such as `retry-after`."""
    raw: str | None = None
    """A body that replaces the provider's JSON, such as a proxy's HTML page."""
    content_type: HeaderValue = "text/html"
    """The content type of `raw`."""


class Drop(_Answer, frozen=True, kw_only=True, tag="drop"):
    """The connection ends before a single byte of an answer."""

    how: Literal["close", "reset"] = "close"
    """`close` ends the connection properly, `reset` resets it."""


Answer: TypeAlias = Message | Error | Drop


class Scenario(_Part, frozen=True):
    """Everything a scripted model will answer."""

    name: Annotated[str, Meta(min_length=1)]
    """What the scenario is called in error messages."""
    answers: Annotated[tuple[Answer, ...], Meta(min_length=1)]
    """The answers, in the order in which they are served."""
    rejected_keys: tuple[str, ...] = ()
    """API keys that are answered with 401, without using up an answer."""


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file, or raise `ScenarioError` with a sentence that names the file and the key."""
    try:
        return msgspec.toml.decode(Path(path).read_bytes(), type=Scenario)
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})"
    except msgspec.ValidationError as error:
        problem = _sentence(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = f"it is not TOML ({error})"
    raise ScenarioError(f"Scenario {path} is not usable: {problem}.")


def _sentence(message: str) -> str:
    """Turn "Expected `int`, got `str` - at `$.answers[0].status`" into words that begin with the key."""
    what, _, place = message.partition(" - at ")
    key = re.sub(r"^\$\.?", "", place.strip("`"))
    what = what[:1].lower() + what[1:]
    return f"at `{key}`, {what}" if key else what
