"""A sink that keeps its lines, and an application whose log answers what came of what its user did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import clew

if TYPE_CHECKING:
    from pathlib import Path

    from clew.record.session import SessionRecorder
    from clew.sinks.line import Line


class Kept:
    """Keeps the lines that it takes, at once."""

    instant = True

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def write(self, line: Line) -> None:
        """Keep a line."""
        self.lines.append(line)

    def told(self, *fields: str) -> list[tuple[Any, ...]]:
        """These fields of every line."""
        return [tuple(getattr(line, field) for field in fields) for line in self.lines]


def converse(session: SessionRecorder) -> None:
    """A message with a tool, then a menu selection that runs a workflow, whose second step asks a sub-agent."""
    with session.turn("find my order") as turn:
        with turn.attempt(provider="anthropic", model="m-1", request={"messages": ["find my order"]}) as attempt:
            attempt.respond({"content": "let me look"})
        with turn.tool("orders.search", {"query": "order"}, kind="mcp") as tool:
            tool.fail("no answer in 10 s", slug="tool.timeout", status="timeout")
    with session.turn() as turn, turn.attempt(provider="anthropic", model="m-1", request={}) as attempt:
        attempt.respond({"content": "sorry"})
    with session.turn(action=clew.Action("menu", "Reports")) as turn, turn.tool("report", {}, kind="workflow") as tool:
        workflow(tool)
        tool.respond("done")


def workflow(tool: Any) -> None:  # noqa: ANN401 - a handle
    """Two steps, the second of which asks a sub-agent."""
    with tool.child("reporter") as flow:
        with flow.turn(action=clew.Action("workflow", "collect")) as step, step.tool("ls", {}, kind="command") as call:
            call.respond("a b c")
        with flow.turn(action=clew.Action("workflow", "write")) as step, step.tool("writer", {}, kind="agent") as call:
            with call.child("writer") as writer, writer.turn("write it"):
                clew.log("shop.unsure", "are these all?")
            call.respond("text")


def session(folder: Path, agent_id: str = "support") -> SessionRecorder:
    """A session without a trace."""
    return clew.session(agent_id, dir=folder, trace=False)
