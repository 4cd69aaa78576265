"""Golden files: what a format looked like when a person last agreed to it.

``UPDATE_GOLDENS=1 pytest`` writes them anew, after a change that is meant; the diff is what has to be read.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden"


def agrees(name: str, text: str) -> bool:
    """Whether a text is the golden one; with ``UPDATE_GOLDENS=1`` it becomes the golden one."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDENS") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, (
        f"differs from tests/golden/{name}; UPDATE_GOLDENS=1 writes it anew"
    )
    return True
