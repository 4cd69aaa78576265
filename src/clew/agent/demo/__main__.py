"""``python -m clew.agent.demo``: records the sessions in ``./sessions`` and prints each as an outline.

The memory lies in a temporary folder, so that nothing is left behind but what a recorder is meant to leave. No
terminal is needed, and no key.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import clew
from clew.agent import MODEL
from clew.agent.chat import Chat
from clew.agent.client import connect
from clew.agent.memory import Memory
from clew.protocol import ModelServer, load_scenario
from clew.text.outline import outline
from clew.text.paint import paint


class Scene(NamedTuple):
    """One session of the demo."""

    scenario: str
    """The file that says what the model answers."""
    title: str
    """What there is to see."""
    lines: tuple[str, ...]
    """What the person says."""


SCENES = (
    Scene(
        "memory",
        "A conversation with the memory tool",
        ("Hello! I am Ada. Short answers and metric units, please.", "How far is it from Bern to Zermatt?"),
    ),
    Scene(
        "retry",
        "A rate limit that the SDK waits out, then a tool that fails",
        ("What did I plan for my trip to Lisbon?",),
    ),
    Scene(
        "subagent",
        "A sub-agent, whose session is inside the tool call that started it",
        ("Which of my open questions did we already answer?",),
    ),
)
"""The demo, in order."""


def play(scene: Scene, folder: Path) -> str:
    """Record a scene in a folder, and return the id of its session."""
    lines = list(reversed(scene.lines))
    scenario = load_scenario(Path(__file__).with_name(f"{scene.scenario}.toml"))
    with (
        TemporaryDirectory(prefix="clew-demo-") as memory,
        ModelServer(scenario) as server,
        connect(api_key="scripted", base_url=server.base_url) as client,
    ):
        chat = Chat(
            client,
            Memory(Path(memory)),
            model=MODEL,
            ask=lambda _prompt: _next(lines),
            say=lambda _text: None,
            folder=folder,
        )
        chat.run()
    return chat.session_ids[0]


def _next(lines: list[str]) -> str:
    """What the person types next; the end of input when they have said everything."""
    if not lines:
        raise EOFError
    return lines.pop()


def main() -> int:
    """Record, show, and say what to do next."""
    folder = Path("sessions")
    recorded = []
    for number, scene in enumerate(SCENES, start=1):
        recorded.append(play(scene, folder))
        print(f"{number}. {scene.title}\n", flush=True)
        paint(outline(clew.load(recorded[-1], dir=folder)), sys.stdout, at_edge=True)
        print()
    print(_what_next(folder, recorded))
    return 0


def _what_next(folder: Path, recorded: list[str]) -> str:
    """Where everything is, and commands to type, explained."""
    commands = (
        ("ls", "the sessions, newest first"),
        (f"show {recorded[1]}", "one of them as a tree, as above"),
        ("show last --path 1-2", "one operation: here the call of the sub-agent"),
        (f"snapshot {recorded[1]} --turn 1", "everything that was sent and received in a turn"),
        ("chat", "talk to the agent yourself, with ANTHROPIC_API_KEY set"),
    )
    widest = max(len(command) for command, _ in commands)
    program = _program()
    lines = (f"  {program} {command.ljust(widest)}   {purpose}" for command, purpose in commands)
    where = f"The sessions are in {folder.resolve()}, each as a journal (.jsonl) and a trace (.json)."
    return "\n".join([where, "What you can type now:", "", *lines])


def _program() -> str:
    """How the person calls this program from where they are."""
    if shutil.which("clew"):
        return "clew"
    beside = Path(sys.executable).with_name("clew")
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


if __name__ == "__main__":
    sys.exit(main())
