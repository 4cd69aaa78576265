"""Promises of `stock.py`: what is shared stands once, in order, and what does not fit leaves no trace."""

from __future__ import annotations

import json

import pytest

from clew.web.stock import Full, Room, Stock


def held(stock: Stock) -> dict[str, list[object]]:
    """What is on the shelves."""
    return {name: json.loads(body) for name, body in stock.encoded()}


def test_a_name_is_made_once() -> None:
    """The pieces of a name are made when they come first; later the same run of the shelf is told."""
    stock = Stock(Room(1_000))
    made: list[str] = []

    def make(name: str) -> list[str]:
        made.append(name)
        return [f"{name}0", f"{name}1"]

    runs = [stock.run("messages", name, lambda name=name: make(name)) for name in ("a", "b", "a")]  # type: ignore[misc]  # called at once
    assert runs == [("messages", 0, 2), ("messages", 2, 2), ("messages", 0, 2)]
    assert made == ["a", "b"]
    assert stock.run("tools", "a", lambda: ["t"]) == ("tools", 0, 1)
    assert held(stock) == {"messages": ["a0", "a1", "b0", "b1"], "tools": ["t"]}


def test_nothing_of_what_does_not_fit_stays() -> None:
    """What came since the last part is taken out again, shelves that it began included."""
    room = Room(100)
    stock = Stock(room, around=10)
    stock.run("messages", "a", lambda: ["a"])
    stock.keep()
    stock.run("messages", "b", lambda: ["b"])
    stock.run("tools", "t", lambda: ["t"])
    with pytest.raises(Full):
        stock.run("messages", "c", lambda: ["c" * 100])
    stock.undo()
    assert held(stock) == {"messages": ["a"]}
    assert stock.run("messages", "d", lambda: ["d"]) == ("messages", 1, 1)


def test_the_room_is_never_less_than_what_was_taken() -> None:
    """Markup counts with the escapes that it is written with, and nothing is as large as the room allows."""
    room = Room(60)
    stock = Stock(room)
    stock.run("m", "a", lambda: ["<" * 5])
    assert room.left == 60 - len(r'"\u003c\u003c\u003c\u003c\u003c"') - len("m,")
    with pytest.raises(Full):
        room.take(room.left + 1)
