"""``@clew.agent``: every call of a function is a session.

::

    @clew.agent
    def support(question: str) -> str: ...

Called inside a tool call, it is the child session of that call; called inside a turn or a step, a tool call of kind
``agent`` is recorded around it. What the function returns is the session's final report. Nobody stands in for an agent:
it runs, and its own calls may be stood in for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from clew.instrument.calls import asked_place, call_place
from clew.instrument.functions import Recording, name_of, recorded
from clew.record import api
from clew.record.current import current
from clew.record.standin import instrumented
from clew.record.tool import ToolRecorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.instrument.calls import CallPlace
    from clew.record.node import NodeRecorder
    from clew.record.session import SessionRecorder

Function = TypeVar("Function", bound="Callable[..., Any]")


@overload
def agent(function: Function, /) -> Function: ...


@overload
def agent(
    *, agent_id: str | None = None, model: str | None = None, system_prompt: object = None, title: str | None = None
) -> Callable[[Function], Function]: ...


def agent(
    function: Callable[..., Any] | None = None,
    /,
    *,
    agent_id: str | None = None,
    model: str | None = None,
    system_prompt: object = None,
    title: str | None = None,
) -> Any:
    """Record every call of a function, generator or coroutine function as a session, or as a child session.

    ``agent_id`` is by default the function's name; the others are those of :func:`clew.session`.
    """
    options = {"model": model, "system_prompt": system_prompt, "title": title}
    if function is None:
        return lambda given: _agent(given, agent_id, options)
    return _agent(function, agent_id, options)


def _agent(function: Callable[..., Any], agent_id: str | None, options: dict[str, Any]) -> Callable[..., Any]:
    called = agent_id or name_of(function)
    instrumented(called)

    def begin(arguments: object) -> Recording | None:
        node = current()
        live = node is not None and not node.session.ended
        if isinstance(node, ToolRecorder) and live:
            child = node.child(called, **options)
            return Recording([child], lambda value: _report(child, value))
        place = call_place(called, arguments) if live else asked_place(called, arguments)
        if place is None:
            session = api.session(called, **options)
            return Recording([session], lambda value: _report(session, value))
        return _in_turn(place, called, arguments, options)

    return recorded(function, begin)


def _in_turn(place: CallPlace, called: str, arguments: object, options: dict[str, Any]) -> Recording:
    tool, _ = place.tool(called, arguments, kind="agent", command=None)
    if place.own:
        place.holder.start()
    child = tool.child(called, **options)
    nodes: list[NodeRecorder] = [place.holder, tool, child] if place.own else [tool, child]

    def give(value: object) -> None:
        _report(child, value)
        child.end()
        tool.respond(value)

    return Recording(nodes, give)


def _report(session: SessionRecorder, value: object) -> None:
    """What an agent returns is what it leaves behind."""
    if value is not None:
        session.final_report({"source": "return", "content": value})
