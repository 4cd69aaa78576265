"""What is written about the server says what the server does."""

from __future__ import annotations

from clew.web.openapi import DOCUMENT
from clew.web.refusal import SLUGS


def test_every_refusal_is_documented() -> None:
    """`docs/serving.md` names every slug with its status and its sentence."""
    page = (DOCUMENT.parent / "serving.md").read_text("utf-8")
    missing = [
        f"| `{slug}` | {meaning.status} | {meaning.says} |"
        for slug, meaning in SLUGS.items()
        if f"| `{slug}` | {meaning.status} | {meaning.says} |" not in page
    ]
    assert not missing, "add to the table of docs/serving.md:\n" + "\n".join(missing)
