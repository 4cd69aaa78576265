"""``@clew.tool``: every call of a function is a tool call with its arguments and its result.

::

    @clew.tool
    def search(query: str) -> list[str]: ...

The call belongs to the turn or step in force; the id that the model gave it is found by the tool's name. Outside any
session the function is just called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from clew.instrument.calls import call_place
from clew.instrument.functions import Recording, name_of, recorded
from clew.instrument.given_back import given_back
from clew.record.standin import Found, instrumented, stand_in_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.session import ToolKind
    from clew.record.node import NodeRecorder

Function = TypeVar("Function", bound="Callable[..., Any]")


@overload
def tool(function: Function, /) -> Function: ...


@overload
def tool(
    *, name: str | None = None, kind: ToolKind = "function", command: str | None = None
) -> Callable[[Function], Function]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    kind: ToolKind = "function",
    command: str | None = None,
) -> Any:
    """Record every call of a function, generator or coroutine function as a tool call.

    ``name`` is what the model calls it, by default the function's name; ``command`` names the argument that says what
    the tool is to do, for tools with several commands.
    """
    if function is None:
        return lambda given: _tool(given, name, kind, command)
    return _tool(function, name, kind, command)


def _tool(function: Callable[..., Any], name: str | None, kind: ToolKind, command: str | None) -> Callable[..., Any]:
    called = name or name_of(function)
    instrumented(called)

    def begin(arguments: object) -> Recording | None:
        place = call_place(called, arguments)
        if place is None:
            return None
        word = arguments.get(command) if command is not None and isinstance(arguments, dict) else None
        word = word if isinstance(word, str) else None
        node, call_id = place.tool(called, arguments, kind=kind, command=word)
        nodes: list[NodeRecorder] = [place.holder, node] if place.own else [node]
        found = _found(called, word, arguments, call_id)
        node.cleared = found is None
        return Recording(nodes, node.respond, given_back(found, function) if found is not None else None)

    return recorded(function, begin)


def _found(name: str, command: str | None, arguments: object, call_id: str | None) -> Found | None:
    """What stands in for a call. If that cannot be said the call fails, since the function is not to be called then."""
    try:
        return stand_in_result(name, command, arguments, call_id)
    except Exception as problem:  # noqa: BLE001 - what may be wrong with a replay is the replay's own
        return Found(status="failed", error=str(problem))
