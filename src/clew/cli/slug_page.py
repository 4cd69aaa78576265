"""The page ``docs/slugs.md``, made from the catalog and the sources: ``python -m clew.cli.slug_page`` writes it anew.

It is for whoever finds a slug in a log: what it says, where it comes from, where it is said, and what to do about it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clew.cli.slug_check import read
from clew.model.catalog import catalog, is_own

if TYPE_CHECKING:
    from clew.cli.slug_check import Mention
    from clew.model.slug import Slug

SOURCES = Path(__file__).parents[1]
"""The package."""
FOREIGN = (SOURCES / "importers", SOURCES / "compat" / "session_tree_builder.py")
"""What takes over the records of others, and so repeats their slugs."""
WITHOUT = (SOURCES / "exporters", SOURCES / "explore", SOURCES / "replay" / "dialect.py")
"""What records nothing: it writes slugs down as a part of other formats, or looks at those that were recorded."""
PAGE = SOURCES.parents[1] / "docs" / "slugs.md"
COMMAND = "python -m clew.cli.slug_page"

_INTRODUCTION = f"""# Slugs

Every log point of clew has a slug: a stable name by which tests, queries and people refer to it. Each is emitted at one
place in the sources; `clew slugs check` sees to that. Severity `VRB` is lifecycle, `WRN` and `ERR` carry the payloads
in force, `FIN` is the end. The origin says where a failure comes from (`docs/failures.md`). Applications declare their
own with `clew.register_slug`.

This page is made by `{COMMAND}`.

| slug | severity | origin | says | emitted at | what to do |
|---|---|---|---|---|---|
"""


def slug_page() -> str:
    """The page as it should be."""
    found = read([SOURCES], foreign=FOREIGN, without=WITHOUT)
    places = {slug.name: _place(slug.name, found) for slug in catalog().values()}
    own = [slug for slug in catalog().values() if is_own(slug.name)]
    return _INTRODUCTION + "".join(_row(slug, places[slug.name]) for slug in own)


def _place(slug: str, found: list[Mention]) -> str:
    """Where a slug is emitted; where records are taken over, if nowhere else."""
    said = [mention for mention in found if mention.slug == slug]
    emitted = [mention for mention in said if mention.role == "emitted"]
    first = (emitted or [mention for mention in said if mention.role == "taken_over"])[:1]
    return "".join(f"`{Path(mention.file).relative_to(SOURCES).as_posix()}:{mention.line}`" for mention in first)


def _row(slug: Slug, place: str) -> str:
    cells = (f"`{slug.name}`", slug.severity, slug.origin or "", slug.description, place, slug.advice)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(slug_page(), encoding="utf-8")
