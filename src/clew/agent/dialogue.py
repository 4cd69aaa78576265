"""What was said, whatever the provider: the messages of a conversation, and what a model is asked and answers.

Each provider's file turns these into its request and its answer into these, so that one conversation can go on with
another provider in the middle of a turn.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from clew.agent.toolbox import ToolSchema


class Call(Struct, frozen=True, kw_only=True):
    """A tool call that a model asks for."""

    id: str
    """What its result must name."""
    name: str
    """The tool."""
    arguments: Any
    """The JSON value the model gave; text, where what it gave is no JSON."""


class Result(Struct, frozen=True, kw_only=True):
    """What a model is told of a tool call."""

    call_id: str
    """The call."""
    text: str
    """The result, or what went wrong."""


class UserSaid(Struct, frozen=True, tag="user"):
    """A message of the user, or of the agent in the user's place."""

    text: str


class ModelSaid(Struct, frozen=True, tag="model"):
    """A message of a model."""

    text: str
    calls: tuple[Call, ...] = ()


class ToolsSaid(Struct, frozen=True, tag="tools"):
    """The results of all calls of the message before."""

    results: tuple[Result, ...]


Said: TypeAlias = UserSaid | ModelSaid | ToolsSaid


class Question(Struct, frozen=True, kw_only=True):
    """What a model is asked."""

    system: str
    """The system prompt."""
    messages: tuple[Said, ...]
    """The conversation so far."""
    tools: tuple[ToolSchema, ...] = ()
    """What it may call, or could call before."""
    may_call: bool = True
    """Whether it may call anything now."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a model answers."""

    text: str = ""
    """Its words."""
    calls: tuple[Call, ...] = ()
    """The tools it asks for."""
    stop: Literal["done", "length", "window", "refusal"] = "done"
    """Why it stopped: it was done, or its answer became too long, or the context window was full, or it refused."""

    @property
    def said(self) -> ModelSaid:
        """The answer as a message of the conversation."""
        return ModelSaid(self.text, self.calls)
