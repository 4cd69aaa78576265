"""A function that is recorded: plain, coroutine function, generator or asynchronous generator.

Whatever it is, it stays what it was: it returns, yields, takes and raises the same. The node of a call is in force
while the function's own code runs, and not while a consumer of its values does. What a generator yields is the result
of the call, as a list. A recorder that fails costs the record something and the call nothing.
"""

from __future__ import annotations

import functools
import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from clew.record.current import enter, leave
from clew.record.trouble import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clew.record.node import NodeRecorder
    from clew.record.standin import Found


class Recording:
    """One call: the nodes that hold it, from its beginning to its end."""

    def __init__(self, nodes: list[NodeRecorder], give: Callable[[object], None], found: Found | None = None) -> None:
        """``nodes`` are given from the outside in, ``give`` takes the result, ``found`` stands in for the call."""
        self.found = found
        """What the call came to when it was recorded; ``None`` if the function is to be called."""
        self._nodes = [node.start() for node in nodes]
        self._give = give

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """While the function's own code runs."""
        node = self._nodes[-1]
        before = enter(node)
        try:
            yield
        finally:
            leave(node, before)

    def returned(self, value: object) -> None:
        """The call is over, with this result."""
        try:
            self._give(value)
        except Exception as problem:  # noqa: BLE001 - the application must not notice
            report(problem)
        self._end(None)

    def raised(self, problem: BaseException) -> None:
        """The call is over, without a result."""
        self._end(problem)

    def _end(self, problem: BaseException | None) -> None:
        for node in reversed(self._nodes):
            node.end(problem)


class Unrecorded(Recording):
    """A call that nothing is recorded of."""

    def __init__(self) -> None:
        super().__init__([], lambda _: None)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Nothing is put in force."""
        yield


def recorded(function: Callable[..., Any], open_: Callable[[object], Recording | None]) -> Callable[..., Any]:
    """A function like the given one whose calls are recorded in what ``open_`` opens for their arguments."""
    signature = _signature(function)

    def begin(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Recording | None:
        try:
            return open_(_arguments(signature, args, kwargs))
        except Exception as problem:  # noqa: BLE001 - the function is called all the same
            report(problem)
            return None

    if inspect.isasyncgenfunction(function):
        made = _async_generator(function, begin)
    elif inspect.isgeneratorfunction(function):
        made = _generator(function, begin)
    elif inspect.iscoroutinefunction(function):
        made = _coroutine(function, begin)
    else:
        made = _plain(function, begin)
    return functools.wraps(function)(made)


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called; an object that can be called, by its type."""
    return str(getattr(function, "__name__", type(function).__name__))


def _plain(function: Callable[..., Any], begin: Callable[..., Recording | None]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what the function takes and gives
        recording = begin(args, kwargs)
        if recording is None:
            return function(*args, **kwargs)
        try:
            with recording.in_force():
                value = recording.found.outcome() if recording.found is not None else function(*args, **kwargs)
        except BaseException as problem:
            recording.raised(problem)
            raise
        recording.returned(value)
        return value

    return call


def _coroutine(function: Callable[..., Any], begin: Callable[..., Recording | None]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what the function takes and gives
        recording = begin(args, kwargs)
        if recording is None:
            return await function(*args, **kwargs)
        try:
            with recording.in_force():
                value = recording.found.outcome() if recording.found is not None else await function(*args, **kwargs)
        except BaseException as problem:
            recording.raised(problem)
            raise
        recording.returned(value)
        return value

    return call


def _generator(function: Callable[..., Any], begin: Callable[..., Recording | None]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what the function takes and gives
        recording = begin(args, kwargs) or Unrecorded()
        items: list[object] = []
        source = _again(recording.found) if recording.found is not None else function(*args, **kwargs)
        advance: Callable[[], Any] = functools.partial(next, source)
        try:
            while True:
                with recording.in_force():
                    item = advance()
                items.append(item)
                try:
                    advance = functools.partial(source.send, (yield item))
                except Exception as problem:  # noqa: BLE001 - thrown in by the consumer, for the function
                    advance = functools.partial(source.throw, problem)
        except StopIteration as end:
            recording.returned(items)
            return end.value
        except GeneratorExit:
            source.close()
            recording.returned(items)
            raise
        except BaseException as problem:
            recording.raised(problem)
            raise

    return call


def _async_generator(function: Callable[..., Any], begin: Callable[..., Recording | None]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what the function takes and gives
        recording = begin(args, kwargs) or Unrecorded()
        items: list[object] = []
        source = _later(recording.found) if recording.found is not None else function(*args, **kwargs)
        advance: Callable[[], Any] = functools.partial(anext, source)
        try:
            while True:
                with recording.in_force():
                    item = await advance()
                items.append(item)
                try:
                    advance = functools.partial(source.asend, (yield item))
                except Exception as problem:  # noqa: BLE001 - thrown in by the consumer, for the function
                    advance = functools.partial(source.athrow, problem)
        except StopAsyncIteration:
            recording.returned(items)
        except GeneratorExit:
            await source.aclose()
            recording.returned(items)
            raise
        except BaseException as problem:
            recording.raised(problem)
            raise

    return call


def _again(found: Found) -> Any:  # noqa: ANN401 - a generator of recorded values
    """What a generator yielded when it was recorded."""
    outcome = found.outcome()
    yield from outcome if isinstance(outcome, list) else [outcome]


async def _later(found: Found) -> Any:  # noqa: ANN401 - a generator of recorded values
    """What an asynchronous generator yielded when it was recorded."""
    for item in _again(found):
        yield item


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # some callables of C have none
        return None


def _arguments(signature: inspect.Signature | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    """The arguments of a call by name, without the object that a method belongs to."""
    try:
        bound = signature.bind(*args, **kwargs) if signature is not None else None
    except TypeError:  # the call itself will say so
        bound = None
    if signature is None or bound is None:
        return {**kwargs, **({"args": list(args)} if args else {})}
    named: dict[str, Any] = {}
    for place, (name, value) in enumerate(bound.arguments.items()):
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            named.update(value)
        elif not (place == 0 and name in {"self", "cls"}):
            named[name] = value
    return named
