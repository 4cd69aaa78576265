"""``clew slugs``: the catalog of log points."""

from __future__ import annotations

import click

from clew.cli import options, output


@click.command(short_help="List the log points that clew knows.")
@options.json_option
@options.ascii_option
def slugs(*, as_json: bool, ascii_signs: bool) -> None:
    """List the slugs of clew itself with severity, origin and description; --json adds the public sentence."""
    from clew.model.catalog import catalog
    from clew.text.tables import slug_table

    known = list(catalog().values())
    if as_json:
        output.write_json(known)
    else:
        output.write_rows(slug_table(known), ascii_signs=ascii_signs)
