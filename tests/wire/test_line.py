"""The seal of a line: no single changed bit passes, and what is raw is safe to print."""

from __future__ import annotations

import json

import pytest

from clew.wire.line import is_sealed, printable, seal

BODY = '{"ev":"log","seq":7,"at":1.5,"message":"größer \\"als\\" \u2028 nichts"}'.encode()


def test_every_single_changed_bit_breaks_the_seal() -> None:
    """All bits of a line, its checksum and its punctuation included."""
    line = seal(BODY)[0][:-1]
    assert is_sealed(line)
    passed = 0
    for position in range(len(line) * 8):
        damaged = bytearray(line)
        damaged[position // 8] ^= 1 << position % 8
        passed += is_sealed(bytes(damaged))
    assert passed == 0


def test_every_shorter_line_is_broken() -> None:
    """A torn line is never taken for a whole one."""
    line = seal(BODY)[0][:-1]
    assert not any(is_sealed(line[:size]) for size in range(len(line)))


@pytest.mark.parametrize(
    "sign", ["\x7f", "\x80", "\x9b", "\u0085", "\u061c", "\u200e", "\u2028", "\u202e", "\u2066", "\ufeff"]
)
def test_what_a_terminal_could_trip_over_is_escaped(sign: str) -> None:
    """Controls, line separators and changes of direction are escapes in the raw file, and come back as they were."""
    body = json.dumps({"a": f"x{sign}ü"}, ensure_ascii=False).encode()
    assert sign.encode() not in printable(body)
    assert json.loads(printable(body)) == {"a": f"x{sign}ü"}
    assert json.loads(seal(body)[0])["a"] == f"x{sign}ü"
