"""A chat with the agent that remembers: the one that needs no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anthropic
from anthropic.tools import ToolError

import clew
from clew.agent.conversation import MAX_TURNS, Conversation
from clew.agent.prompts import CHAT
from clew.agent.researcher import Researcher
from clew.agent.speaker import SERVER_AWAY, UNEXPLAINED, KeyRefused, ModelAway
from clew.agent.talk import CLEAR, HELP, QUIT, Talk
from clew.record.exchange_failure import classify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.agent.memory import Memory
    from clew.record.session import SessionRecorder


class Chat(Talk):
    """A person talking with an agent that has a memory and a researcher."""

    help = f"{QUIT}{CLEAR.rstrip()}; the memory stays\n/memory  show the memory directory\n{HELP}"
    """What ``/help`` says."""

    def __init__(
        self,
        client: anthropic.Anthropic,
        memory: Memory,
        *,
        model: str,
        ask: Callable[[str], str],
        say: Callable[[str], None],
        folder: Path | None = None,
        max_turns: int = MAX_TURNS,
    ) -> None:
        super().__init__(ask=ask, say=say)
        self._client = client
        self._memory = memory
        self._model = model
        self._folder = folder
        self._max_turns = max_turns
        self._conversation = self._begin()

    def open(self) -> SessionRecorder:
        """A new session, and a conversation that knows nothing of the one before."""
        self._conversation = self._begin()
        return clew.session(agent_id="chat", model=self._model, system_prompt=CHAT, dir=self._folder)

    def introduce(self, session: SessionRecorder) -> None:
        """Record provider, tools and prompt."""
        self._conversation.introduce(session)

    def answer(self, session: SessionRecorder, line: str) -> None:
        """Answer a message. An exchange that failed for now is said, and the chat goes on."""
        try:
            self._conversation.converse(session, line)
        except (anthropic.AuthenticationError, anthropic.PermissionDeniedError) as error:
            raise KeyRefused(f"{self._client.base_url} refused the key: check ANTHROPIC_API_KEY.") from error
        except Exception as error:
            if isinstance(error, anthropic.APIStatusError):
                told = clew.public_error(error)
                self._say(f"\n{told.sentence} (clew why {told.incident})\n")
                return
            failure = classify(error=error)
            if isinstance(error, anthropic.APIConnectionError) and failure == SERVER_AWAY:
                where = self._client.base_url
                raise ModelAway(f"No model server answers at {where}: check the address and the network.") from error
            if failure == UNEXPLAINED:
                raise
            self._say("\nThe answer did not arrive in full. Please try again.\n")

    def obey(self, name: str) -> str | None:
        """Show the memory."""
        return f"{self._remembered()}\n" if name == "/memory" else super().obey(name)

    def _begin(self) -> Conversation:
        researcher = Researcher(self._client, model=self._model, tools=[self._memory])
        return Conversation(
            self._client,
            model=self._model,
            system=CHAT,
            tools=[self._memory, researcher],
            say=self._say,
            max_turns=self._max_turns,
        )

    def _remembered(self) -> str:
        """What the memory directory holds, in the memory tool's own words."""
        try:
            return self._memory.run({"command": "view", "path": "/memories"})
        except ToolError as error:
            return str(error)
