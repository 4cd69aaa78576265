"""A recorder that is going to be killed: ``python -m bench.victim SEED FOLDER``.

It plays a script without end and tells on stdout when each call returned. The script depends on the seed alone, so that
whoever reads the journal knows what should be in it.
"""

from __future__ import annotations

import os
import random
import struct
import sys
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

import clew

if TYPE_CHECKING:
    from collections.abc import Iterator

ACK = "<d"
"""What is told of a call: when it had returned, on the clock that all processes share."""


class Step(msgspec.Struct, frozen=True):
    """One call of the recorder."""

    name: str
    """``turn``, ``request``, ``piece``, ``respond``, ``call``, ``result`` or ``end``."""
    value: Any
    """What is recorded by it."""
    wait: float = 0.0
    """Seconds before it."""


def script(seed: int) -> Iterator[Step]:
    """What is recorded, without end. Every third answer is a stream; some streams fall silent for a while."""
    chance = random.Random(seed)
    messages: list[dict[str, Any]] = []
    for index in count(1):
        words = f"question {index} of {seed}: {'why? ' * chance.randrange(80)}"
        yield Step("turn", words, 0.002)
        messages.append({"role": "user", "content": words})
        yield Step("request", {"model": "m", "messages": [*messages]})
        answer = ""
        if index % 3 == 0:
            pieces = [f"piece {number} of {index}, " for number in range(chance.randrange(2, 40))]
            silent = chance.randrange(len(pieces)) if chance.random() < 0.4 else -1
            for number, piece in enumerate(pieces):
                yield Step("piece", piece, 0.6 if number == silent else chance.uniform(0.002, 0.02))
            answer = "".join(pieces)
        answer = answer or f"answer {index}: {'because ' * chance.randrange(200)}"
        content = [{"type": "text", "text": answer}]
        yield Step("respond", {"role": "assistant", "content": content})
        messages.append({"role": "assistant", "content": content})
        if index % 2:
            yield Step("call", {"path": f"/memories/{index}"})
            yield Step("result", f"file {index}\n" + "line of a file\n" * chance.randrange(100))
        yield Step("end", None)
        del messages[:-40]


class Player:
    """Makes the calls."""

    def __init__(self, folder: str) -> None:
        """Begin the session."""
        self._session = clew.session(agent_id="victim", model="m", dir=folder)
        self._turn: Any = None
        self._attempt: Any = None
        self._tool: Any = None

    def play(self, step: Step) -> None:
        """Make one call."""
        getattr(self, f"_{step.name}_step")(step.value)

    def _turn_step(self, value: object) -> None:
        self._turn = self._session.turn(user_input=value).start()

    def _request_step(self, value: object) -> None:
        self._attempt = self._turn.attempt(provider="anthropic", model="m", request=value).start()

    def _piece_step(self, value: str) -> None:
        self._attempt.chunk(value)

    def _respond_step(self, value: object) -> None:
        self._attempt.respond(value, usage=clew.Usage(input_tokens=1, output_tokens=1), stop_reason="end_turn")
        self._attempt.end()

    def _call_step(self, value: object) -> None:
        self._tool = self._turn.tool("memory", value).start()

    def _result_step(self, value: object) -> None:
        self._tool.respond(value)
        self._tool.end()

    def _end_step(self, value: None) -> None:
        assert value is None
        self._turn.end()


def main() -> None:
    """Record until killed."""
    seed, folder = sys.argv[1:]
    player = Player(folder)
    for step in script(int(seed)):
        if step.wait:
            time.sleep(step.wait)
        player.play(step)
        os.write(1, struct.pack(ACK, time.monotonic()))


if __name__ == "__main__":
    main()
