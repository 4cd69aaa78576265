"""`clew transcript` can be shown to the user whose session it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


def test_a_transcript_names_nothing_internal(clew: Callable[..., Outcome], folder: Path) -> None:
    """The messages of the session, and of its failure the sentence and the incident; no tool, model or provider."""
    shown = clew("transcript", "--dir", folder)
    assert shown.code == 0
    assert shown.out.splitlines()[:2] == ["You", "find my order"]
    assert "(incident 7f3a91c2)" in shown.out
    for name in ("memory", "orders", "researcher", "anthropic", "claude", "rate_limited"):
        assert name not in shown.out


def test_a_transcript_is_data_too(clew: Callable[..., Outcome], folder: Path) -> None:
    """With --json each message has a role, a time and a text."""
    told = json.loads(clew("transcript", "--dir", folder, "--json").out)
    assert told[0]["role"] == "user"
    assert {tuple(message) for message in told} == {("role", "at", "text")}
