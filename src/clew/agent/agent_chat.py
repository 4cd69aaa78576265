"""A chat with the agent of a file: the same prompt and commands as the chat without one, and the runner behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import clew
from clew.agent.report import public_sentence
from clew.agent.runner import Runner
from clew.agent.speaker import KEY_REFUSED, SERVER_AWAY, KeyRefused, ModelAway
from clew.agent.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.agent.definition import Definition
    from clew.agent.models import Models
    from clew.agent.toolbox import Toolbox
    from clew.record.session import SessionRecorder


class AgentChat(Talk):
    """A person talking with the agent of a file."""

    def __init__(
        self,
        definition: Definition,
        models: Models,
        toolbox: Toolbox,
        *,
        ask: Callable[[str], str],
        say: Callable[[str], None],
        folder: Path | None = None,
    ) -> None:
        super().__init__(ask=ask, say=say)
        self._definition = definition
        self._models = models
        self._toolbox = toolbox
        self._folder = folder
        self._runner = self._begin()

    def open(self) -> SessionRecorder:
        """A new session, and a conversation that knows nothing of the one before."""
        self._runner = self._begin()
        definition = self._definition
        return clew.session(
            agent_id=definition.name,
            model=definition.models[0].model,
            system_prompt=definition.system,
            dir=self._folder,
        )

    def introduce(self, session: SessionRecorder) -> None:
        """Record models, tools and prompt."""
        self._runner.introduce(session)

    def answer(self, session: SessionRecorder, line: str, action: clew.Action | None = None) -> None:
        """Answer a message, typed or chosen. What no model could answer is said in public words; the chat goes on."""
        ending = self._runner.converse(session, line, action)
        if ending.how not in {"missing", "failed"}:
            self._say("\n")
            return
        if ending.failure == KEY_REFUSED:
            raise KeyRefused("No model accepts its key: check the variables that the agent file names.")
        if ending.failure == SERVER_AWAY:
            raise ModelAway("No model server answers: check the addresses in the agent file and the network.")
        self._say(f"\n{public_sentence(ending.failure.slug if ending.failure is not None else None)}\n")

    def _begin(self) -> Runner:
        return Runner(self._definition, self._models, self._toolbox, say=self._say)
