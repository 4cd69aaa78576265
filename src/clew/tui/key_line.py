"""The keys at the foot: one line of what can be pressed, each of which can be clicked too.

Textual's own foot makes a widget of every key and styles each several times over, which takes longer than all else on a
screen together; this one is a text.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from textual.containers import ScrollableContainer
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.screen import Screen

_KEY = "bold $footer-key-foreground"
_SAYS = "$footer-description-foreground"


class KeyLine(ScrollableContainer, can_focus=False, can_focus_children=False):
    """The keys of the screen that it stands on."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        """Without keys until the screen says which there are."""
        super().__init__()
        self._keys = Static()

    def compose(self) -> ComposeResult:
        """One text."""
        yield self._keys

    def on_mount(self) -> None:
        """Hear when what can be pressed changes."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_click(self, click: events.Click) -> None:
        """Press the key that was clicked."""
        key = click.style.meta.get("key")
        if key is not None:
            self.app.simulate_key(key)

    def _changed(self, screen: Screen[object]) -> None:
        if screen.app.app_focus and self.is_attached and screen is self.screen:
            self._write([active.binding for active in screen.active_bindings.values() if active.binding.show])

    def _write(self, shown: list[Binding]) -> None:
        first = {binding.action: binding for binding in reversed(shown)}
        keys = dict.fromkeys(first[binding.action] for binding in shown)
        self._keys.update(Content.assemble(*chain.from_iterable(map(self._named, keys))))

    def _named(self, binding: Binding) -> tuple[Content, Content]:
        """The key, and what it does."""
        pressed = Style.from_meta({"key": binding.key})
        key = Content.styled(f" {self.app.get_key_display(binding)} ", _KEY)
        return key.stylize(pressed), Content.styled(f"{binding.description} ", _SAYS).stylize(pressed)
