"""An errand for a scripted model: the agent of an example, a scenario, real HTTP, and the tree that is left of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

import clew
from clew.agent.definition import Definition, Limits, Model, load_definition
from clew.agent.errand import Errand, run_errand
from clew.agent.refusal import unknown_tool
from clew.agent.toolbox import ToolSchema
from clew.protocol import ModelServer, load_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from clew.agent.dialogue import Call
    from clew.model.session import Session
    from clew.protocol import ReceivedRequest, Scenario
    from clew.record.session import SessionRecorder
    from clew.record.turn import HolderRecorder

EXAMPLES = Path(__file__).parents[2] / "examples"
SCENARIOS = EXAMPLES / "scenarios"
ORDERS = "".join(f"{number}\n" for number in range(1, 1501))
TASK = "Where is order 17?"


class Orders:
    """A toolbox with one tool that says a lot, and may do something instead."""

    def __init__(self, act: Callable[[], str] = lambda: ORDERS) -> None:
        self._act = act

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """There is nothing to close."""

    def introduce(self, session: SessionRecorder) -> None:
        """There is nothing to start."""

    def names(self) -> tuple[str, ...]:
        """The tool."""
        return ("orders",)

    def schemas(self) -> tuple[ToolSchema, ...]:
        """The tool, described."""
        return (ToolSchema(name="orders", parameters={"type": "object", "properties": {}}),)

    def call(self, turn: HolderRecorder, name: str, arguments: object, call_id: str) -> str:
        """Say a lot."""
        if name != "orders":
            return unknown_tool(turn, name, arguments, call_id, self.names())
        with turn.tool(name, arguments, call_id=call_id) as tool:
            result = self._act()
            tool.respond(result)
            return result

    def call_all(self, turn: HolderRecorder, calls: Sequence[Call]) -> list[str]:
        """One after the other."""
        return [self.call(turn, call.name, call.arguments, call.id) for call in calls]


class Done(NamedTuple):
    """What came of an errand."""

    errand: Errand
    """How it ended."""
    session: Session
    """What was recorded."""
    waits: list[float]
    """The seconds that the agent waited, on a clock that does not."""
    requests: list[ReceivedRequest]
    """What the server was asked."""
    unserved: int
    """Answers of the scenario that nobody asked for."""


def do(
    folder: Path,
    scenario: str | Scenario,
    *,
    agent: str = "anthropic",
    models: tuple[Model, ...] | None = None,
    limits: Limits | None = None,
    act: Callable[[], str] = lambda: ORDERS,
    sleep: Callable[[float], object] | None = None,
    toolbox: Orders | None = None,
) -> Done:
    """Have the task done by the agent of an example, with a model that answers from a scenario."""
    waits: list[float] = []
    script = load_scenario(SCENARIOS / f"{scenario}.toml") if isinstance(scenario, str) else scenario
    definition = _changed(load_definition(EXAMPLES / f"{agent}.toml"), models, limits)
    with ModelServer(script) as server:
        errand = run_errand(
            definition,
            TASK,
            toolbox=toolbox or Orders(act),
            folder=folder,
            server=server.base_url,
            sleep=sleep or waits.append,
        )
        return Done(
            errand, clew.load(errand.session_id, dir=folder), waits, list(server.requests), len(server.unserved)
        )


def _changed(definition: Definition, models: tuple[Model, ...] | None, limits: Limits | None) -> Definition:
    return msgspec.structs.replace(definition, models=models or definition.models, limits=limits or definition.limits)


def slugs(session: Session) -> Iterator[str]:
    """Every slug in a session's log, in reading order."""
    return (entry.slug for entry in clew.find_logs(session))
