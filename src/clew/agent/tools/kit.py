"""The kit: all tools of an agent, and what happens around every call.

A call is recorded in the turn; its parameters are held against the tool's schema; and whatever comes of it, the model
gets an answer. Calls of sub-agents that a model asks for at once are made at once, each in a thread with the context of
the turn; all others one after the other, in their order.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from clew.agent.refusal import invalid_parameters, unknown_tool
from clew.agent.toolbox import ToolSchema
from clew.agent.tools.aside import at_once
from clew.agent.tools.declared import declared_tools
from clew.agent.tools.tool import ParametersRefused, ToolFailure, text_of_value
from clew.agent.workflow import Told
from clew.record.standin import instrumented, stand_in_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from clew.agent.definition import Definition
    from clew.agent.dialogue import Call
    from clew.agent.runner import Ending
    from clew.agent.tools.mcp_link import Backstage
    from clew.agent.tools.mcp_server import Server
    from clew.agent.tools.sub_agent import Perform
    from clew.agent.tools.tool import Tool
    from clew.record.session import SessionRecorder
    from clew.record.standin import Found
    from clew.record.tool import ToolRecorder
    from clew.record.turn import HolderRecorder

_RUN = frozenset({"agent", "workflow"})
"""The kinds of tools that nothing stands in for: what they call is stood in for."""


@contextmanager
def open_kit(
    definition: Definition,
    *,
    server: str | None = None,
    sleep: Callable[[float], object] = time.sleep,
    above: tuple[Path, ...] = (),
) -> Iterator[Kit]:
    """The tools of an agent. Raises ``AgentFileError`` for a file that names what there is not.

    ``server`` and ``sleep`` are for the models of sub-agents, as ``open_models`` takes them; ``above`` are the files of
    the agents that this one works for.
    """
    here = (*above, definition.path.resolve())

    def perform(inner: Definition, session: SessionRecorder, task: str) -> Ending:
        from clew.agent.errand import open_models  # noqa: PLC0415 - an errand has a kit, and a kit has errands
        from clew.agent.runner import Runner  # noqa: PLC0415 - as above

        with (
            open_models(inner, server=server, sleep=sleep) as models,
            open_kit(inner, server=server, sleep=sleep, above=here) as kit,
        ):
            runner = Runner(inner, models, kit)
            runner.introduce(session)
            return runner.perform(session, task)

    kit = Kit(definition, perform, above)
    try:
        yield kit
    finally:
        kit.close()


class Kit:
    """The tools of an agent: a :class:`~clew.agent.toolbox.Toolbox`, and a little more."""

    def __init__(self, definition: Definition, perform: Perform, above: tuple[Path, ...] = ()) -> None:
        declared = declared_tools(definition, bench=self, perform=perform, above=above)
        self._own: dict[str, Tool] = {tool.name: tool for tool in declared}
        self._tools = dict(self._own)
        instrumented(*self._own)
        self._backstage: Backstage | None = None
        self.servers: tuple[Server, ...] = ()
        """The MCP servers, once there was a session."""
        self._definition = definition

    def introduce(self, session: SessionRecorder) -> None:
        """Start the MCP servers that do not run, and say in INIT which are there; to be called for every session."""
        if not self._definition.mcp:
            return
        self._start()
        for server in self.servers:
            server.introduce(session)

    def names(self) -> tuple[str, ...]:
        """The names by which a model can ask for them."""
        return tuple(self._tools)

    def schemas(self) -> tuple[ToolSchema, ...]:
        """How they are described to the model, in the order of the agent file, those of servers last."""
        return tuple(
            ToolSchema(name=tool.name, description=tool.description, parameters=tool.parameters.schema)
            for tool in self._tools.values()
        )

    def problem(self, name: str, arguments: object) -> str | None:
        """Why a tool cannot be called like this; ``None`` if it can."""
        tool = self._tools.get(name)
        return tool.parameters.problem(arguments) if tool is not None else f"there is no tool {name}"

    def call(self, turn: HolderRecorder, name: str, arguments: object, call_id: str) -> str:
        """Do what the model asked for, recorded in the turn, and return what it is told."""
        return self.use(turn, name, arguments, call_id).text

    def call_all(self, turn: HolderRecorder, calls: Sequence[Call]) -> list[str]:
        """Do all that the model asked for in one answer; what it is told, in the same order."""
        told: list[str] = []
        for together, some in groupby(calls, lambda call: self._is_agent(call.name)):
            tasks = [partial(self.call, turn, call.name, call.arguments, call.id) for call in some]
            told += at_once(tasks) if together else [task() for task in tasks]
        return told

    def use(self, turn: HolderRecorder, name: str, arguments: object, call_id: str | None = None) -> Told:
        """Call a tool, recorded in the turn; who asks may be no model."""
        tool = self._tools.get(name)
        if tool is None:
            return Told(unknown_tool(turn, name, arguments, call_id, self.names()), ok=False)
        with turn.tool(name, arguments, kind=tool.kind, call_id=call_id, attributes=tool.attributes) as record:
            return _run(tool, record, arguments, call_id)

    def close(self) -> None:
        """End the MCP servers."""
        if self._backstage is not None:
            at_once([server.close for server in self.servers])
            self._backstage.close()

    def _is_agent(self, name: str) -> bool:
        return name in self._tools and self._tools[name].kind == "agent"

    def _start(self) -> None:
        """Start the MCP servers, all at once; asking for the SDK is left until there is one."""
        from clew.agent.tools.mcp_link import Backstage  # noqa: PLC0415 - 0.7 s that other agents need not pay
        from clew.agent.tools.mcp_server import Server  # noqa: PLC0415 - as above
        from clew.agent.tools.mcp_tool import McpTool  # noqa: PLC0415 - as above

        if self._backstage is None:
            self._backstage = backstage = Backstage()
            folder = self._definition.folder
            self.servers = tuple(Server(declared, folder, backstage) for declared in self._definition.mcp)
        at_once([server.start for server in self.servers])
        offered = [McpTool(server, tool) for server in self.servers for tool in server.tools]
        instrumented(*(tool.name for tool in offered))
        self._tools = self._own | {tool.name: tool for tool in offered if tool.name not in self._own}


def _run(tool: Tool, record: ToolRecorder, arguments: object, call_id: str | None) -> Told:
    """Run a tool, record what came of it, and say it."""
    problem = tool.parameters.problem(arguments)
    if problem is not None or not isinstance(arguments, dict):
        return Told(invalid_parameters(record, problem or ""), ok=False)
    try:
        found = None if tool.kind in _RUN else stand_in_result(tool.name, None, arguments, call_id)
        if found is not None:
            return _retold(tool, record, found)
        result = tool.run(record, arguments)
    except ParametersRefused as refused:
        return Told(invalid_parameters(record, str(refused)), ok=False)
    except ToolFailure as failure:
        record.fail(str(failure), slug=failure.slug, status=failure.status, response=failure.response)
        return Told(f"{tool.name} failed: {failure}", ok=False)
    except Exception as error:  # noqa: BLE001 - whatever a tool does, the model is told and the agent goes on
        record.fail(error)
        return Told(f"{tool.name} failed: {type(error).__name__}: {error}", ok=False)
    record.respond(result.payload)
    return Told(result.text)


def _retold(tool: Tool, record: ToolRecorder, found: Found) -> Told:
    """What a call came to when it was recorded, as if it had come to that now."""
    if found.status == "ok":
        record.respond(found.response)
        text = tool.text_of(found.response)
        return Told((found.told or text_of_value(found.response)) if text is None else text)
    words = found.error or found.status
    record.fail(words, slug=found.slug, status=found.status, response=found.response)
    refused = found.slug == "tool.invalid_params"
    return Told(words if refused else f"{tool.name} failed: {words}", ok=False)
