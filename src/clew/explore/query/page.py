"""The table of fields in ``docs/query.md``, made from the fields: ``python -m clew.explore.query.page`` renews it."""

from __future__ import annotations

from pathlib import Path

from clew.explore.query.field import FIELDS, Field

PAGE = Path(__file__).parents[4] / "docs" / "query.md"
COMMAND = "python -m clew.explore.query.page"
_BEGIN, _END = "<!-- the fields: made by the command below, not by hand -->\n", "<!-- the end of the fields -->\n"


def renewed(page: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{_table()}{_END}{after}"


def _table() -> str:
    rows = "".join(map(_row, FIELDS.values()))
    return f"| field | type | asks of a session | asks of a node | example |\n|---|---|---|---|---|\n{rows}"


def _row(field: Field) -> str:
    name = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
    words = f" One of {', '.join(f'`{choice}`' for choice in field.choices)}." if field.choices else ""
    cells = (name, field.type, field.says + words, field.node or "–", f"`{field.example}`")
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), encoding="utf-8")
