"""An errand: a task for an agent, from its file to its report, in a session of its own.

``clew run`` is this and an exit code. A test is this and a scripted model.
"""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from msgspec import Struct

import clew
from clew.agent.models import Models
from clew.agent.report import public_sentence
from clew.agent.runner import Ending, Runner
from clew.agent.speaker import KeyRefused
from clew.agent.tools.kit import open_kit
from clew.model.event import FinEnd
from clew.model.session import Failure
from clew.record.standin import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.agent.definition import Definition, Model
    from clew.agent.speaker import Speaker
    from clew.agent.toolbox import Toolbox


class Errand(Struct, frozen=True, kw_only=True):
    """What came of a task."""

    session_id: str
    """Its session."""
    ending: Ending
    """How it ended."""
    failure: Failure | None = None
    """What the session says of its own end, if it failed."""

    @property
    def succeeded(self) -> bool:
        """Whether there is a report that a model wrote."""
        return self.ending.how not in {"missing", "failed"}

    @property
    def public(self) -> str:
        """What a user may be told of a task that failed."""
        slug = self.failure.slug if self.failure is not None else None
        return public_sentence(slug)


def run_errand(
    definition: Definition,
    task: str,
    *,
    toolbox: AbstractContextManager[Toolbox] | None = None,
    folder: Path | None = None,
    server: str | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Errand:
    """Have a task done.

    ``server`` is the address of a scripted server that takes the place of every provider. Raises ``KeyRefused`` if no
    model has a key, before there is a session.
    """
    with (
        open_models(definition, server=server, sleep=sleep) as models,
        toolbox or open_kit(definition, server=server, sleep=sleep) as tools,
    ):
        runner = Runner(definition, models, tools)
        first = definition.models[0].model
        with clew.session(
            agent_id=definition.name, model=first, system_prompt=definition.system, dir=folder
        ) as session:
            ends: list[FinEnd] = []
            session.subscribe(lambda act: ends.append(act) if isinstance(act, FinEnd) else None)
            runner.introduce(session)
            ending = runner.perform(session, task)
    return Errand(session_id=session.session_id, ending=ending, failure=ends[0].failure if ends else None)


def open_models(
    definition: Definition, *, server: str | None = None, sleep: Callable[[float], object] = time.sleep
) -> Models:
    """The models of an agent, ready to be asked, wherever its file says they are; in a replay, by way of its server.

    Raises ``KeyRefused`` if none of them has a key.
    """
    models = definition.models
    replay = os.environ.get(VARIABLE)
    if (server or replay) is None and not any(os.environ.get(model.key_variable) or model.base_url for model in models):
        variables = " or ".join(dict.fromkeys(model.key_variable for model in models))
        raise KeyRefused(f"There is no API key: set {variables}, or let a script answer with --scenario FILE.")
    # What a file says stays the address of its client, which is led to a replay and is asked where that goes on live.
    servers = [server or (None if model.base_url else replay) for model in models]
    limit = definition.limits.timeout
    speakers = [_speaker(model, address, limit) for model, address in zip(models, servers, strict=True)]
    return Models(speakers, max_attempts=definition.limits.max_attempts, sleep=sleep)


def _speaker(model: Model, server: str | None, timeout: float) -> Speaker:
    """A model as something that can be asked; importing its file is what asks for its SDK."""
    key = os.environ.get(model.key_variable) or "none"
    if model.provider == "anthropic":
        from clew.agent.anthropic_speaker import AnthropicSpeaker  # noqa: PLC0415 - only who uses it needs the SDK

        address = model.base_url if server is None else server
        return AnthropicSpeaker(model, api_key=key, base_url=address, timeout=timeout)
    from clew.agent.openai_speaker import OpenAISpeaker  # noqa: PLC0415 - as above

    address = model.base_url if server is None else f"{server}/v1"
    return OpenAISpeaker(model, api_key=key, base_url=address, timeout=timeout)
