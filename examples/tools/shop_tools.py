"""The functions of the shop."""

from __future__ import annotations

STOCK = {"tea": 12, "cups": 3}


def stock(item: str) -> dict[str, object]:
    """Say how many there are of an item."""
    return {"item": item, "left": STOCK[item]}


def take_back(item: str, count: int = 1) -> int:
    """Put something back, and say how many there are then."""
    return STOCK[item] + count
