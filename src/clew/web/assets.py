"""The page: its document and its files, found by listing, never by joining what was asked to a path (rule W9)."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}
_FOR_EVER = "private, max-age=31536000, immutable"
"""Assets are named by their content."""


class Asset(NamedTuple):
    """A file of the page."""

    body: bytes
    media_type: str
    cache: str
    """The value of ``Cache-Control``."""


def assets() -> dict[str, Asset]:
    """Every file of the page by its address, held in memory; empty if the page was not built."""
    return dict(_found())


def _found() -> Iterator[tuple[str, Asset]]:
    folder = files("clew").joinpath("page")
    document = folder.joinpath("index.html")
    if not document.is_file():
        return
    yield "/", Asset(document.read_bytes(), _TYPES["html"], "no-store")
    for file in folder.joinpath("assets").iterdir():
        media_type = _TYPES.get(file.name.rpartition(".")[2])
        if media_type is not None:
            yield f"/assets/{file.name}", Asset(file.read_bytes(), media_type, _FOR_EVER)
