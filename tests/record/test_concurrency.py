"""Threads, tasks and executors: the node in force is each one's own, and parents are never mixed."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import clew
from clew.tree.query import find_logs, walk_logs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from clew.model.session import Session
    from clew.record.session import SessionRecorder
    from clew.record.turn import TurnRecorder

pytestmark = pytest.mark.usefixtures("untroubled")

clew.register_slug("test.said", "TRC")


def recording(folder: Path) -> SessionRecorder:
    """A session without a trace."""
    return clew.session(agent_id="a", dir=folder, trace=False)


def loaded(session: SessionRecorder, folder: Path) -> Session:
    """The tree, which must be sound."""
    tree = clew.load(session.session_id, dir=folder)
    assert (tree.notes, clew.check(tree)) == ((), [])
    return tree


def test_64_threads_with_100_calls_each_keep_their_parents(tmp_path: Path) -> None:
    """Every entry lands on the tool call of its own thread, and every call is there."""
    with recording(tmp_path) as session, session.turn() as turn:

        def work(who: int) -> None:
            with turn.tool(f"tool {who}", {"who": who}) as tool:
                for number in range(100):
                    clew.log("test.said", f"{who}:{number}")
                tool.respond(who)

        threads = [threading.Thread(target=work, args=(who,)) for who in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tree = loaded(session, tmp_path)
    assert len(tree.turns[0].tools) == 64
    for tool in tree.turns[0].tools:
        who = tool.name.removeprefix("tool ")
        assert tool.request is not None
        assert tool.request.value == {"who": int(who)}
        assert [entry.message for entry in tool.logs] == [f"{who}:{number}" for number in range(100)]


def test_a_new_thread_starts_outside_any_node(tmp_path: Path) -> None:
    """What runs in a bare thread does not land somewhere by chance; a copied context carries the node over."""
    found: list[object] = []

    def look() -> None:
        found.append(clew.current())

    with recording(tmp_path) as session, session.turn() as turn:
        for target, arguments in ((look, ()), (contextvars.copy_context().run, (look,))):
            thread = threading.Thread(target=target, args=arguments)
            thread.start()
            thread.join()
        assert found == [None, turn]
    assert clew.current() is None


def test_executors_and_threads_of_asyncio_keep_the_node(tmp_path: Path) -> None:
    """`asyncio.to_thread` carries the context; a pool's worker is outside unless it is handed one."""

    async def main(turn: TurnRecorder) -> None:
        with turn.tool("outer") as tool:
            await asyncio.to_thread(clew.log, "test.said", "to_thread")
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(clew.current).result() is None
                context = contextvars.copy_context()
                assert pool.submit(context.run, clew.current).result() is tool
                assert pool.submit(clew.current).result() is None

    with recording(tmp_path) as session, session.turn() as turn:
        asyncio.run(main(turn))
    assert [entry.message for entry in loaded(session, tmp_path).turns[0].tools[0].logs] == ["to_thread"]


def test_many_tasks_keep_their_parents(tmp_path: Path) -> None:
    """500 tasks that wait for each other's turns: attempts, tools and entries hang where they belong."""

    async def work(turn: TurnRecorder, who: int) -> None:
        with turn.tool(f"tool {who}") as tool:
            await asyncio.sleep(0)
            clew.log("test.said", f"{who}")
            await asyncio.gather(*(part(who, number) for number in range(2)))
            tool.respond(who)

    async def part(who: int, number: int) -> None:
        await asyncio.sleep(0)
        clew.log("test.said", f"{who}.{number}")

    async def main(turn: TurnRecorder) -> None:
        await asyncio.gather(*(work(turn, who) for who in range(500)))

    with recording(tmp_path) as session, session.turn() as turn:
        asyncio.run(main(turn))
    tools = loaded(session, tmp_path).turns[0].tools
    assert len(tools) == 500
    for tool in tools:
        who = tool.name.removeprefix("tool ")
        assert sorted(entry.message for entry in tool.logs) == [who, f"{who}.0", f"{who}.1"]


def test_a_cancelled_task_is_cancelled_in_the_tree(tmp_path: Path) -> None:
    """Cancelling marks the tool and the attempt it hits; the turn around them goes on."""

    async def wait(turn: TurnRecorder) -> None:
        with turn.tool("slow"), turn.attempt(request={"q": 1}):
            await asyncio.sleep(60)

    async def main(turn: TurnRecorder) -> None:
        task = asyncio.ensure_future(wait(turn))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with recording(tmp_path) as session, session.turn() as turn:
        asyncio.run(main(turn))
    turn_read = loaded(session, tmp_path).turns[0]
    assert turn_read.tools[0].status == turn_read.attempts[0].status == "cancelled"
    assert (turn_read.status, turn_read.attempts[0].slugs) == ("ok", ("llm.cancelled",))


def test_failures_in_a_task_group_hang_on_their_own_tools(tmp_path: Path) -> None:
    """One task fails, the others are cancelled: each tool says which, and each failure is logged once."""

    async def work(turn: TurnRecorder, who: int) -> None:
        with turn.tool(f"tool {who}"):
            await asyncio.sleep(0)
            if who == 1:
                message = "broken"
                raise ValueError(message)
            await asyncio.sleep(60)

    async def main(session: SessionRecorder) -> None:
        with session.turn() as turn:
            async with asyncio.TaskGroup() as group:
                for who in range(3):
                    group.create_task(work(turn, who))

    with pytest.raises(ExceptionGroup), recording(tmp_path) as session:
        asyncio.run(main(session))
    tree = loaded(session, tmp_path)
    assert [tool.status for tool in tree.turns[0].tools] == ["cancelled", "failed", "cancelled"]
    assert (tree.turns[0].status, tree.status) == ("failed", "failed")
    assert len(find_logs(tree, "tool.failed")) == 1


def test_failures_at_the_same_time_are_logged_once_each(tmp_path: Path) -> None:
    """Two exceptions on their way up at once: none is logged again by the nodes it passes."""
    meet = threading.Barrier(2)

    def work(session: SessionRecorder, who: int) -> None:
        with suppress(ValueError), session.turn() as turn:
            try:
                with turn.tool("tool"):
                    int(f"failure {who}")
            finally:
                meet.wait(5)

    with recording(tmp_path) as session:
        threads = [threading.Thread(target=work, args=(session, who)) for who in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tree = loaded(session, tmp_path)
    assert [turn.status for turn in tree.turns] == ["failed", "failed"]
    assert sorted(entry.slug for _, entry in walk_logs(tree) if entry.severity == "WRN") == ["tool.failed"] * 2
    assert not find_logs(tree, "turn.failed")


def test_a_generator_closed_elsewhere_puts_nothing_out_of_order(tmp_path: Path) -> None:
    """A stream that is abandoned and closed by another task, or by the collector, disturbs nobody's node."""

    async def stream(turn: TurnRecorder) -> AsyncIterator[int]:
        with turn.attempt(request={"q": 1}) as attempt:
            for number in range(9):
                attempt.chunk(f"{number} ")
                yield number

    async def main(turn: TurnRecorder) -> None:
        pieces = stream(turn)
        assert await anext(pieces) == 0
        with turn.tool("other") as tool:
            await asyncio.create_task(pieces.aclose())  # type: ignore[attr-defined]  # a generator's
            clew.log("test.said", "still in the tool")
            assert clew.current() is tool
        assert clew.current() is turn

    with recording(tmp_path) as session, session.turn() as turn:
        asyncio.run(main(turn))
        assert clew.current() is turn
    read = loaded(session, tmp_path).turns[0]
    assert (read.attempts[0].status, read.tools[0].logs[0].message) == ("cancelled", "still in the tool")


def test_a_plain_generator_that_is_dropped_ends_its_node(tmp_path: Path) -> None:
    """Leaving a node puts back what was in force only where that node still is."""

    def stream(turn: TurnRecorder) -> Iterator[int]:
        with turn.tool("stream") as tool:
            tool.respond("partly")
            yield 1
            yield 2

    with recording(tmp_path) as session, session.turn() as turn:
        pieces = stream(turn)
        next(pieces)
        with turn.tool("inside") as inside:
            del pieces
            assert clew.current() is inside
        assert clew.current() is turn
    assert clew.current() is None
    assert [tool.name for tool in loaded(session, tmp_path).turns[0].tools] == ["stream", "inside"]


def test_many_threads_end_with_the_totals_of_the_tree(tmp_path: Path) -> None:
    """The writer's own running totals are the sum of what a reader finds, whoever wrote at the same time."""

    def work(session: SessionRecorder) -> None:
        for number in range(30):
            with session.turn() as turn:
                for _ in range(1 + number % 2):
                    with turn.attempt(request={"n": number}) as attempt:
                        attempt.respond("x", usage=clew.Usage(input_tokens=number, output_tokens=1))
                turn.tool("t").start().end()

    with recording(tmp_path) as session:
        threads = [threading.Thread(target=work, args=(session,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tree = loaded(session, tmp_path)
    assert tree.fin is not None
    assert tree.fin.totals == tree.totals
    assert (tree.totals.turns, tree.totals.attempts, tree.totals.retries) == (240, 360, 120)
