"""The clients of both SDKs in every way they can be asked, so that a test can run through all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import anthropic
import openai

from clew.instrument import anthropic as anthropic_hook
from clew.instrument import openai as openai_hook

if TYPE_CHECKING:
    from clew.protocol import ModelServer

KEY = "sk-ant-very-secret"
MESSAGES: list[Any] = [{"role": "user", "content": "hëllo"}]


class Way(NamedTuple):
    """One way to ask a model: an SDK and one of its endpoints, sync or async, plain or streamed."""

    provider: str
    endpoint: str
    asynchronous: bool
    streamed: bool

    def ask(
        self,
        server: ModelServer,
        messages: list[Any] | None = None,
        *,
        retries: int = 2,
        by_hand: bool = False,
    ) -> None:
        """Make a client, ask once and read the answer to its end; ``by_hand`` records the client by itself."""
        said = messages or MESSAGES
        if self.asynchronous:
            asyncio.run(self.ask_async(server, said, retries=retries, by_hand=by_hand))
        elif self.provider == "anthropic":
            _anthropic(server, said, retries, self.streamed, by_hand)
        else:
            self._openai(server, said, retries, by_hand=by_hand)

    async def ask_async(
        self, server: ModelServer, messages: list[Any] | None = None, *, retries: int = 2, by_hand: bool = False
    ) -> None:
        """The same in a loop that runs."""
        said = messages or MESSAGES
        if self.provider == "anthropic":
            await _anthropic_async(server, said, retries, self.streamed, by_hand)
        else:
            await self._openai_async(server, said, retries, by_hand=by_hand)

    def _openai(self, server: ModelServer, messages: list[Any], retries: int, *, by_hand: bool) -> None:
        with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=retries) as made:
            answer = self._create(openai_hook.record(made) if by_hand else made, messages)
            if self.streamed:
                list(answer)

    async def _openai_async(self, server: ModelServer, messages: list[Any], retries: int, *, by_hand: bool) -> None:
        async with openai.AsyncOpenAI(base_url=server.openai_url, api_key=KEY, max_retries=retries) as made:
            answer = await self._create(openai_hook.record(made) if by_hand else made, messages)
            if self.streamed:
                async for _ in answer:
                    pass

    def _create(self, client: Any, messages: list[Any]) -> Any:  # noqa: ANN401 - a client of either kind, and its answer
        if self.endpoint == "responses":
            return client.responses.create(model="m-1", input=messages, stream=self.streamed)
        options: Any = {"stream": True, "stream_options": {"include_usage": True}} if self.streamed else {}
        return client.chat.completions.create(model="m-1", messages=messages, **options)

    def __str__(self) -> str:
        how = ("async" if self.asynchronous else "sync", "streamed" if self.streamed else "plain")
        return "-".join((self.provider, self.endpoint, *how))


WAYS = tuple(
    Way(provider, endpoint, asynchronous, streamed)
    for provider, endpoint in (("anthropic", "messages"), ("openai", "completions"), ("openai", "responses"))
    for asynchronous in (False, True)
    for streamed in (False, True)
)
"""All of them."""


def _anthropic(server: ModelServer, messages: list[Any], retries: int, streamed: bool, by_hand: bool) -> None:  # noqa: FBT001 - a row of a table
    with anthropic.Anthropic(base_url=server.base_url, api_key=KEY, max_retries=retries) as made:
        client = anthropic_hook.record(made) if by_hand else made
        if streamed:
            with client.messages.stream(model="m-1", max_tokens=9, messages=messages) as stream:
                stream.get_final_message()
        else:
            client.messages.create(model="m-1", max_tokens=9, messages=messages)


async def _anthropic_async(
    server: ModelServer,
    messages: list[Any],
    retries: int,
    streamed: bool,  # noqa: FBT001 - a row of a table
    by_hand: bool,  # noqa: FBT001 - a row of a table
) -> None:
    async with anthropic.AsyncAnthropic(base_url=server.base_url, api_key=KEY, max_retries=retries) as made:
        client = anthropic_hook.record(made) if by_hand else made
        if streamed:
            async with client.messages.stream(model="m-1", max_tokens=9, messages=messages) as stream:
                await stream.get_final_message()
        else:
            await client.messages.create(model="m-1", max_tokens=9, messages=messages)
