"""The tools that an agent file declares, made from their declarations; what cannot be is refused with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.agent.definition import load_definition, tool_names
from clew.agent.tools.command import CommandTool
from clew.agent.tools.function import FunctionTool
from clew.agent.tools.mcp_tool import BETWEEN
from clew.agent.tools.misfit import misfit
from clew.agent.tools.parameters import BadSchema
from clew.agent.tools.rest import RestTool
from clew.agent.tools.sub_agent import SubAgentTool
from clew.agent.workflow import WorkflowTool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from clew.agent.definition import Definition
    from clew.agent.tools.sub_agent import Perform
    from clew.agent.tools.tool import Tool
    from clew.agent.workflow import Bench


def declared_tools(
    definition: Definition, *, bench: Bench, perform: Perform, above: tuple[Path, ...] = ()
) -> Iterator[Tool]:
    """The tools in the order in which they are offered. Raises ``AgentFileError``.

    ``above`` are the files of the agents that this one works for.
    """
    folder = definition.folder
    _check_names(definition)
    yield from _made(definition, "functions", "target", lambda declared: FunctionTool(declared, folder))
    yield from _made(definition, "commands", "argv", lambda declared: CommandTool(declared, folder))
    yield from _made(definition, "rest", "url", RestTool)
    for index, declared in enumerate(definition.agents):
        path = folder / declared.file
        if path.resolve() in {definition.path.resolve(), *above}:
            raise misfit(definition, f"agents[{index}].file", f"'{declared.file}' leads back to an agent above it")
        yield SubAgentTool(declared, _inner(path, definition, above), perform)
    yield from _made(definition, "workflows", "steps", lambda declared: WorkflowTool(declared, bench))


def _inner(path: Path, definition: Definition, above: tuple[Path, ...]) -> Definition:
    """What the file of a sub-agent says; the files that it names itself must not lead back."""
    inner = load_definition(path)
    outer = (*above, definition.path.resolve())
    for index, below in enumerate(inner.agents):
        file = inner.folder / below.file
        if file.resolve() in {inner.path.resolve(), *outer}:
            raise misfit(inner, f"agents[{index}].file", f"'{below.file}' leads back to an agent above it")
        _inner(file, inner, outer)
    return inner


def _made(definition: Definition, section: str, key: str, make: Callable[[Any], Tool]) -> Iterator[Tool]:
    for index, declared in enumerate(getattr(definition, section)):
        try:
            yield make(declared)
        except BadSchema as error:
            raise misfit(definition, f"{section}[{index}].parameters", f"this is no JSON Schema: {error}") from error
        except ValueError as error:
            raise misfit(definition, f"{section}[{index}].{key}", str(error)) from error


def _check_names(definition: Definition) -> None:
    """Refuse steps and menu entries that name what there is not; a workflow can use those that stand above it."""
    known = {name for section, name in tool_names(definition) if section != "workflows"}
    for number, workflow in enumerate(definition.workflows):
        for place, step in enumerate(workflow.steps):
            if step.tool not in known and not _of_server(definition, step.tool):
                where = f"workflows[{number}].steps[{place}].tool"
                raise misfit(definition, where, f"there is no tool '{step.tool}' for it to use")
        known.add(workflow.name)
    for place, entry in enumerate(definition.menu.entries if definition.menu is not None else ()):
        for key, name in (("workflow", entry.workflow), ("tool", entry.tool)):
            if name is not None and name not in known and not _of_server(definition, name):
                raise misfit(definition, f"menu.entries[{place}].{key}", f"there is no {key} '{name}'")


def _of_server(definition: Definition, name: str) -> bool:
    """Whether a tool is one that a server of the file may have; that shows when the server is there."""
    return any(name.startswith(f"{server.name}{BETWEEN}") for server in definition.mcp)
