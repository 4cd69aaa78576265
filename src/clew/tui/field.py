"""A field to type in: one line, no frame, and a cursor that stands still."""

from __future__ import annotations

from textual.widgets import Input


class TextField(Input):
    """One line to type in."""

    def __init__(self, value: str = "", *, id: str, hint: str) -> None:
        """``hint`` stands there while it is empty."""
        super().__init__(value, placeholder=hint, id=id, classes="field", compact=True, select_on_focus=False)
        self.cursor_blink = False
