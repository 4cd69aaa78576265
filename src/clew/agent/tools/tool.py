"""A tool: what every kind of it has, and how one says that it failed.

A tool only does its work. That the call is recorded, that its parameters fit, and that the model gets an answer
whatever happens, is the kit's business (``kit.py``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from clew.agent.tools.parameters import Parameters
    from clew.model.session import NodeStatus, ToolKind
    from clew.record.tool import ToolRecorder


class Result(msgspec.Struct, frozen=True):
    """What a tool gives back."""

    text: str
    """For the model."""
    value: object = None
    """For the record, whole, where that is more than the text."""

    @property
    def payload(self) -> object:
        """What is recorded."""
        return self.text if self.value is None else self.value


class ToolFailure(Exception):
    """A tool failed in a way that it can put into words; they are for the model and for the record."""

    def __init__(
        self, words: str, *, response: object = None, slug: str | None = None, status: NodeStatus | None = None
    ) -> None:
        super().__init__(words)
        self.response = response
        """What came back all the same."""
        self.slug = slug
        """The name of this failure, where it has one of its own."""
        self.status = status
        """How the call ended, where that is not plain failure."""


class ParametersRefused(Exception):
    """What stands behind a tool refused the parameters, although they fit the schema."""


class Tool(ABC):
    """Something that a model can call."""

    kind: ClassVar[ToolKind]
    """As the record calls it."""
    attributes: dict[str, Any] | None = None
    """What the record says of every call."""

    def __init__(self, name: str, description: str, parameters: Parameters) -> None:
        self.name = name
        """The name by which the model asks for it."""
        self.description = description
        """What it is good for."""
        self.parameters = parameters
        """What it can be called with."""

    @abstractmethod
    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:
        """Do it, with parameters that fit, in a call that is being recorded. Whatever it raises is a failure of it."""

    def text_of(self, response: object) -> str | None:
        """What a model is told of a result that was recorded; ``None`` where the record does not say it."""
        return text_of_value(response)


def text_of_value(value: object) -> str:
    """A value as a model reads it: text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except (TypeError, ValueError):  # keys that are no text, lone surrogates
        return str(value)
