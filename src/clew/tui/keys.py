"""The keys: one table that the screens, the footer, the help, the palette and ``docs/tui.md`` go by."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding, BindingType


class Key(NamedTuple):
    """One key and what it does."""

    keys: str
    """As Textual calls them, separated by commas; the first one is shown."""
    action: str
    """The action that it calls."""
    word: str
    """What the footer says; empty for a key that it leaves out."""
    says: str
    """What it does, in a sentence."""
    shown: str = ""
    """How the key is written; empty for its own name."""

    @property
    def written(self) -> str:
        """How the keys are written for a person."""
        return self.shown or " ".join(_NAMES.get(key, key) for key in self.keys.split(","))


_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "pageup": "page up",
    "pagedown": "page down",
    "ctrl+p": "ctrl-p",
    "shift+tab": "shift-tab",
}

_TREE_TO = (
    Key("w", "why", "why", "Say why the session failed."),
    Key("t", "timeline", "timeline", "Show what happened when, as bars."),
    Key("l", "entries", "logs", "Show the log entries, by slug."),
    Key("u", "costs", "usage", "Show what was used and what it cost, by model, tool, turn and so on."),
)

KEYS: dict[str, tuple[Key, ...]] = {
    "everywhere": (
        Key("question_mark,f1", "app.help", "help", "Show the keys of this screen."),
        Key("ctrl+p", "app.command_palette", "", "Find an action by its name."),
        Key("escape,backspace", "back", "back", "Go back to the screen before."),
        Key("y", "copy_path", "", "Copy the path at the cursor, or the id of the session."),
        Key("Y", "copy_command", "", "Copy the command that shows what is at the cursor."),
        Key("T", "app.ground", "", "Change between a dark and a light ground."),
        Key("q,ctrl+q", "app.quit", "quit", "Leave."),
    ),
    "lines": (
        Key("up,k", "move(-1)", "", "A line up."),
        Key("down,j", "move(1)", "", "A line down."),
        Key("pageup,ctrl+b", "page(-1)", "", "A page up."),
        Key("pagedown,ctrl+f", "page(1)", "", "A page down."),
        Key("home,g", "first", "", "To the first line."),
        Key("end,G", "last", "", "To the last line."),
        Key("H", "side(-1)", "", "Scroll to the left."),
        Key("L", "side(1)", "", "Scroll to the right."),
        Key("enter", "choose", "open", "Open what is at the cursor."),
    ),
    "sessions": (
        Key("slash", "query", "query", "Type a query; tab completes it, enter asks it."),
        Key("s", "search", "search", "Search for a text in everything that the listed sessions hold."),
        *_TREE_TO,
        Key("m", "mark", "mark", "Mark the session, to compare another one with it."),
        Key("c", "compare", "compare", "Compare the session with the marked one."),
        Key("o", "order", "", "Order by another column."),
        Key("C", "children", "", "List sessions that other sessions started, too."),
    ),
    "session": (
        Key("right", "expand", "", "Open the row, or go into it."),
        Key("left", "collapse", "", "Close the row, or go to the one above it."),
        Key("space", "fold", "", "Open or close the row."),
        Key("x", "expand_all", "", "Open every turn and step, or close them all."),
        Key("n", "next(1)", "next", "To the next failure, or the next match of the filter."),
        Key("N", "next(-1)", "", "To the failure or match before."),
        Key("slash", "filter", "filter", "Type a query that rows have to match; an empty one shows all."),
        Key("colon", "jump", "jump", "Type a path to go to."),
        Key("s", "search", "search", "Search for a text in everything that the session holds."),
        *_TREE_TO,
        Key("f", "follow", "follow", "Stay at the end while the session grows."),
        Key("m", "mark", "", "Mark the session, to compare another one with it."),
        Key("c", "compare", "", "Compare the session with the marked one."),
        Key("tab", "other_pane", "", "To the node below the tree, or back to the tree."),
    ),
    "node": (
        Key("tab,right_square_bracket", "part(1)", "part", "The next part: request, answer, details."),
        Key("shift+tab,left_square_bracket", "part(-1)", "", "The part before."),
        Key("v", "format", "view", "Show it as text, as JSON or as a conversation."),
        Key("greater_than_sign,p", "page(1)", "page", "The next page of a large payload."),
        Key("less_than_sign,P", "page(-1)", "", "The page before."),
        Key("slash", "find", "find", "Type a text to find in this part."),
        Key("n", "next(1)", "next", "To the next place where it was found."),
        Key("N", "next(-1)", "", "To the place before."),
        Key("right", "step(1)", "", "The next row of the session."),
        Key("left", "step(-1)", "", "The row before."),
        Key("w", "why", "why", "Say why the session failed."),
    ),
    "timeline": (
        Key("right", "bar(1)", "", "To the next bar."),
        Key("left", "bar(-1)", "", "To the bar before."),
        Key("plus,equals_sign", "zoom(2)", "zoom in", "Show half the time, around the cursor."),
        Key("minus", "zoom(-2)", "zoom out", "Show twice the time."),
        Key("0", "whole", "all", "Show the whole session."),
        Key("less_than_sign,H", "shift(-1)", "", "Show what was before."),
        Key("greater_than_sign,L", "shift(1)", "", "Show what came after."),
        Key("n", "next(1)", "next", "To the next failure."),
        Key("N", "next(-1)", "", "To the failure before."),
    ),
    "entries": (
        Key("slash", "filter", "filter", "Type a slug, `tool.*`, or a part of a message."),
        Key("b", "by_slug", "by slug", "One line for each slug, or one for each entry."),
    ),
    "costs": (
        Key("tab,right", "key(1)", "by …", "Break down by the next: model, agent, tool, turn, child, cache, day."),
        Key("shift+tab,left", "key(-1)", "", "Break down by the one before."),
    ),
    "search": (Key("slash", "query", "search", "Type another text."),),
    "comparison": (
        Key("n", "next(1)", "next", "To the next difference."),
        Key("N", "next(-1)", "", "To the difference before."),
        Key("d", "only", "differences", "Show only what differs, or everything."),
        Key("x", "swap", "swap", "Compare the other way round."),
    ),
    "difference": (),
    "why": (Key("t", "tree", "tree", "Show the tree of the session."),),
    "help": (),
}
"""Every key, by the screen on which it is pressed; ``lines`` holds for every list and text."""

TITLES = {
    "everywhere": "On every screen",
    "lines": "In lists and texts",
    "sessions": "The list of sessions",
    "session": "The tree of a session",
    "node": "A node and its payloads",
    "timeline": "The timeline",
    "entries": "The log entries",
    "costs": "Usage and cost",
    "search": "The search",
    "comparison": "Two sessions beside each other",
    "why": "Why it failed",
}
"""What the parts of the table are called."""


def bindings(*places: str) -> list[BindingType]:
    """The keys of some places, as Textual wants them."""
    return [
        Binding(key.keys, key.action, key.word or key.says, show=bool(key.word), key_display=key.written.split(" ")[0])
        for place in places
        for key in KEYS[place]
    ]
