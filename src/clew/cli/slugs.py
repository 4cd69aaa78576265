"""``clew slugs``: the catalog of log points, and whether sources keep to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.cli.slug_check import Finding
    from clew.text.row import Row


@click.group(short_help="List the log points that clew knows.", invoke_without_command=True)
@options.json_option
@options.ascii_option
@click.option("--journal-catalog", is_flag=True, help="The message catalog for 'journalctl --catalog'.")
@click.pass_context
def slugs(ctx: click.Context, *, as_json: bool, ascii_signs: bool, journal_catalog: bool) -> None:
    """List the slugs of clew itself with severity, origin and description.

    --json adds the public sentence and the advice. 'clew slugs check' looks through sources.
    """
    if ctx.invoked_subcommand is not None:
        return
    from clew.model.catalog import catalog
    from clew.text.tables import slug_table

    known = list(catalog().values())
    if journal_catalog:
        from clew.sinks.catalog import journal_catalog as text_of_catalog

        output.write_line(text_of_catalog(known))
    elif as_json:
        output.write_json(known)
    else:
        output.write_rows(slug_table(known), ascii_signs=ascii_signs)


_source = click.Path(exists=True, path_type=Path)


@slugs.command(short_help="Check that sources use slugs as they should.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=_source)
@click.option("--foreign", multiple=True, type=_source, help="Sources that take over foreign records.")
@click.option("--without", multiple=True, type=_source, help="Sources to leave out.")
@options.json_option
def check(paths: tuple[Path, ...], foreign: tuple[Path, ...], without: tuple[Path, ...], *, as_json: bool) -> None:
    """Look through Python files and folders of them.

    Reported are slugs that nobody declared, slugs that two places emit, and slugs that are declared there and emitted
    nowhere. Sources are parsed and never run. Ends with 13 if anything is found.
    """
    from clew.cli.errors import Stop
    from clew.cli.exit_codes import ExitCode
    from clew.cli.slug_check import check as checked
    from clew.cli.slug_check import read
    from clew.model.catalog import catalog

    try:
        findings = checked(read(paths, foreign=foreign, without=without), catalog())
    except (SyntaxError, UnicodeDecodeError) as problem:
        raise Stop(f"A file is no Python source: {problem}", ExitCode.FOREIGN) from problem
    if as_json:
        output.write_json(findings)
    else:
        output.write_rows(_rows(findings))
    if findings:
        raise click.exceptions.Exit(ExitCode.FOUND)


_WORDS = {
    "unregistered": "is not declared; declare it with clew.register_slug",
    "emitted twice": "is emitted at several places; give each its own slug, or one function to both",
    "never emitted": "is declared, but nothing emits it; emit it or take it out",
}


def _rows(findings: list[Finding]) -> Iterator[Row]:
    from clew.text.clean import one_line
    from clew.text.row import Span

    for finding in findings:
        yield (Span(one_line(f"{finding.slug} {_WORDS[finding.rule]}: {', '.join(finding.places)}")),)
