"""Texts that would do something to a terminal if they were shown as they are."""

from __future__ import annotations

import re

ESCAPES = {
    "colour": "\x1b[31mred\x1b[0m",
    "cursor up and overwrite": "\x1b[2A\x1b[2Kforged row",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "unterminated OSC": "\x1b]0;owned",
    "DCS": "\x1bP+q544e\x1b\\",
    "unterminated DCS": "\x1bP$q\x22p",
    "APC": "\x1b_Gf=100;AAAA\x1b\\",
    "PM": "\x1b^private\x1b\\",
    "SOS": "\x1bXstring\x1b\\",
    "C1 CSI": "\x9b31mred",
    "C1 OSC": "\x9d0;owned\x9c",
    "C1 DCS": "\x90q\x9c",
    "bell": "ding\x07",
    "backspace": "safe\b\b\b\bevil",
    "carriage return": "safe\revil",
    "next line": "one\x85two",
    "line separators": "one\u2028two\u2029three",
    "bidi": "user\u202egnp.exe\u2066x\u2069",
    "nul and delete": "a\x00b\x7fc",
    "reset": "\x1bc",
    "charset": "\x1b(0lqk\x0e",
    "escape at the end": "text\x1b",
    "escape twice": "\x1b\x1b[31mred",
    "escape inside OSC": "\x1b]0;a\x1b]0;b\x07",
    "forged line": "one\n◆ forged session",
    "lone surrogate": "a\ud800b",
    "Rich markup": "[bold red]text[/] [link=https://evil.example]x[/link] [/",
    "Textual action": "[@click=app.quit]x[/]",
}
"""Each by what it would do."""

HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What must never reach a terminal from a payload."""
