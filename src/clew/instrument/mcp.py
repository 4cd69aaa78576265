"""The ``mcp`` SDK: every call of a tool on an MCP server, as a tool call of kind ``mcp``.

The hook is on the session of the SDK's clients, below everything that calls tools for an application. A call inside a
tool call of the same name that the application recorded itself is that call and is not recorded again.
"""

from __future__ import annotations

import functools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from clew.errors import MissingExtra
from clew.instrument.calls import call_place, is_same_call
from clew.record.current import current
from clew.record.standin import Found, RecordedFailure, instrumented, stand_in_result
from clew.record.tool import ToolRecorder
from clew.record.trouble import report
from clew.wire.whole import encode_whole

try:
    import mcp
    from mcp.types import INTERNAL_ERROR, CallToolResult, TextContent
except ImportError as error:
    raise MissingExtra("Recording MCP clients needs the `mcp` SDK: pip install 'clew[agent]'.") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.instrument.calls import CallPlace


def install() -> Callable[[], None]:
    """Record every session of an MCP client from now on; returns what ends that."""
    kind: Any = mcp.ClientSession
    original = kind.call_tool

    @functools.wraps(original)
    async def call_tool(self: object, name: str, arguments: Any = None, *args: Any, **options: Any) -> object:  # noqa: ANN401 - what the SDK takes
        place = _place(name, arguments)
        if place is None:
            found = _handed_on(name, arguments)
            return _result_of(found) if found is not None else await original(self, name, arguments, *args, **options)
        with ExitStack() as stack:
            if place.own:
                stack.enter_context(place.holder)
            tool, call_id = place.tool(name, arguments, kind="mcp", command=None)
            stack.enter_context(tool)
            found = stand_in_result(name, None, arguments, call_id)
            if found is not None:
                result = _result_of(found)
            else:
                result = await original(self, name, arguments, *args, **options)
            _take(tool, result)
            return result

    kind.call_tool = call_tool
    instrumented("kind:mcp")
    return lambda: setattr(kind, "call_tool", original)


def _place(name: str, arguments: object) -> CallPlace | None:
    try:
        return None if is_same_call(name) else call_place(name, arguments)
    except Exception as problem:  # noqa: BLE001 - the call is made all the same
        report(problem)
        return None


def _handed_on(name: str, arguments: object) -> Found | None:
    """What stands in for a call that the application recorded itself, and did not ask about."""
    node = current()
    if not isinstance(node, ToolRecorder) or node.cleared or not is_same_call(name):
        return None
    return stand_in_result(node.name, None, arguments, node.call_id)


def _result_of(found: Found) -> object:
    """A recorded result as the SDK gives it; raises what the call raised, whose code is not in the record."""
    if isinstance(found.response, dict) and "content" in found.response:
        return CallToolResult.model_validate(found.response)
    try:
        given = found.outcome()
        words = given if isinstance(given, str) else encode_whole(given).decode()
        return CallToolResult(content=[TextContent(type="text", text=words)])
    except RecordedFailure as problem:
        if type(problem).__name__ == mcp.MCPError.__name__:
            raise mcp.MCPError(INTERNAL_ERROR, str(problem)) from problem
        raise


def _take(tool: ToolRecorder, result: object) -> None:
    """Record a result; one that says so itself is a failure."""
    told = result.model_dump(mode="json", by_alias=True, exclude_none=True) if hasattr(result, "model_dump") else result
    if isinstance(result, CallToolResult) and result.is_error:
        tool.fail(_words(told), response=told)
    else:
        tool.respond(told)


def _words(told: Any) -> str:  # noqa: ANN401 - a result as JSON
    """What a failed call says of itself."""
    blocks = told.get("content") if isinstance(told, dict) else None
    texts = [block["text"] for block in blocks or () if isinstance(block, dict) and isinstance(block.get("text"), str)]
    return "\n".join(texts) or "the server reported an error"
