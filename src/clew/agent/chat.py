"""A chat: messages and commands of a person, sessions, and where each was saved.

It knows no terminal: what the person types comes from ``ask``, what they read goes to ``say``, so that the same chat
runs at a keyboard, in the demo and in a test. However a session ends, by ``/quit``, ``/clear``, the end of input,
Ctrl-C or an error that ends the program, its record is finished and its place is said.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anthropic
from anthropic.tools import ToolError

import clew
from clew.agent.client import KeyRefused, ModelAway
from clew.agent.conversation import MAX_TURNS, Conversation
from clew.agent.prompts import CHAT
from clew.agent.researcher import Researcher
from clew.instrument.failure import classify

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.agent.memory import Memory
    from clew.record.session import SessionRecorder

Outcome = Literal["quit", "clear"]
"""Why a session ended."""

HELP = """\
/quit    end the chat
/clear   end this session and start a new one; the memory stays
/memory  show the memory directory
/help    show this
"""
"""What ``/help`` says."""


class Chat:
    """A person talking with an agent, over one or more sessions."""

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
        self.session_ids: list[str] = []
        self._client = client
        self._memory = memory
        self._model = model
        self._ask = ask
        self._say = say
        self._folder = folder
        self._max_turns = max_turns

    def run(self) -> None:
        """Chat until the person leaves. Raises ``KeyRefused`` and ``ModelAway``, after which no chat can go on."""
        while self._session() == "clear":
            pass
        self._say("\nGoodbye!\n")

    def _session(self) -> Outcome:
        session = clew.session(agent_id="chat", model=self._model, system_prompt=CHAT, dir=self._folder)
        self.session_ids.append(session.session_id)
        try:
            with session:
                return self._listen(session, self._conversation(session))
        finally:
            self._say(f"\nSession trace saved to: {_from_here(session.trace_path)}\n")

    def _conversation(self, session: SessionRecorder) -> Conversation:
        researcher = Researcher(self._client, model=self._model, tools=[self._memory])
        conversation = Conversation(
            self._client,
            model=self._model,
            system=CHAT,
            tools=[self._memory, researcher],
            say=self._say,
            max_turns=self._max_turns,
        )
        conversation.introduce(session)
        return conversation

    def _listen(self, session: SessionRecorder, conversation: Conversation) -> Outcome:
        """Take what the person types, line by line, until it ends the session."""
        try:
            while True:
                line = self._ask("You: ").strip()
                if line.startswith("/"):
                    if outcome := self._command(session, line):
                        return outcome
                elif line:
                    self._answer(session, conversation, line)
        except (EOFError, KeyboardInterrupt):
            self._say("\n")
            return "quit"

    def _answer(self, session: SessionRecorder, conversation: Conversation, line: str) -> None:
        """Answer a message. An exchange that failed for now is said, and the chat goes on."""
        try:
            conversation.converse(session, line)
        except (anthropic.AuthenticationError, anthropic.PermissionDeniedError) as error:
            raise KeyRefused(f"{self._client.base_url} refused the key: check ANTHROPIC_API_KEY.") from error
        except Exception as error:
            if isinstance(error, anthropic.APIStatusError):
                self._say(f"\nThe model could not answer: {error.message}\n")
                return
            slug = classify(error=error).slug
            if isinstance(error, anthropic.APIConnectionError) and slug == "llm.unreachable":
                where = self._client.base_url
                raise ModelAway(f"No model server answers at {where}: check the address and the network.") from error
            if slug == "llm.failed":
                raise
            self._say("\nThe answer did not arrive in full. Please try again.\n")

    def _command(self, session: SessionRecorder, line: str) -> Outcome | None:
        """Carry out a command, as a step of the session."""
        name = line.split(maxsplit=1)[0]
        with session.step(kind="command", action=clew.Action(type="command", name=name)):
            if name == "/memory":
                self._say(f"{self._remembered()}\n")
            elif name not in {"/quit", "/clear"}:
                self._say(HELP if name == "/help" else f"There is no command {name}. Try /help.\n")
        return "quit" if name == "/quit" else "clear" if name == "/clear" else None

    def _remembered(self) -> str:
        """What the memory directory holds, in the memory tool's own words."""
        try:
            return self._memory.run({"command": "view", "path": "/memories"})
        except ToolError as error:
            return str(error)


def _from_here(path: Path) -> Path:
    """A path as a person at this place would type it."""
    with suppress(ValueError, OSError):
        return path.relative_to(Path.cwd())
    return path
