"""A tool that is a Python function, named as ``module:function``.

It is looked for next to the agent file too. It runs in a thread with the context of the call, so that what it logs and
records lands there; one that takes too long is no longer waited for, but Python cannot stop it.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from clew.agent.tools.aside import aside
from clew.agent.tools.parameters import BadSchema, Parameters
from clew.agent.tools.signature import schema_of
from clew.agent.tools.tool import Result, Tool, ToolFailure, text_of_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clew.agent.definition import Function
    from clew.record.tool import ToolRecorder

_UNSAID = {"type": "object", "properties": {}}


class FunctionTool(Tool):
    """A Python function."""

    kind = "function"

    def __init__(self, declared: Function, folder: Path) -> None:
        """Raises ``ValueError`` if there is no such function, or JSON cannot carry its parameters."""
        self._function = _find(declared.target, folder)
        self._timeout = declared.timeout
        description = declared.description or inspect.getdoc(self._function) or ""
        super().__init__(declared.name, description, _parameters(declared, self._function))

    def run(self, record: ToolRecorder, arguments: dict[str, Any]) -> Result:  # noqa: ARG002 - recorded by who calls
        """Call it."""
        outcome = aside(partial(_call, self._function, arguments))
        try:
            value = outcome.result(self._timeout)
        except TimeoutError:
            if outcome.done():
                raise
            raise ToolFailure(f"no result within {self._timeout:g} s", status="timeout") from None
        return Result(text_of_value(value), value)


def _call(function: Callable[..., object], arguments: dict[str, Any]) -> object:
    try:
        value = function(**arguments)
        return asyncio.run(_finish(value)) if inspect.isawaitable(value) else value
    except Exception:
        raise
    except BaseException as error:
        raise ToolFailure(f"{type(error).__name__}: {error}") from error  # who exits, exits his own thread


async def _finish(value: Any) -> object:  # noqa: ANN401 - anything that can be awaited
    return await value


def _find(target: str, folder: Path) -> Callable[..., object]:
    module, _, name = target.partition(":")
    beside = str(folder.resolve())
    if beside not in sys.path:
        sys.path.append(beside)
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise ValueError(f"'{target}' cannot be loaded ({type(error).__name__}: {error})") from error
    if not callable(found):
        raise ValueError(f"'{target}' is no function")  # noqa: TRY004 - the file is wrong, not a type
    return found  # type: ignore[no-any-return]  # what it returns is known when it is called


def _parameters(declared: Function, function: Callable[..., object]) -> Parameters:
    """As the file says; where it says nothing, as the signature does."""
    if declared.parameters != _UNSAID:
        return Parameters(declared.parameters)
    try:
        return Parameters(schema_of(function))
    except (TypeError, ValueError) as error:
        raise BadSchema(f"'{declared.target}' cannot be called with JSON ({error})") from error
