"""``clew serve``: the web explorer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options, output
from clew.errors import MissingExtra

if TYPE_CHECKING:
    from clew.web.address import Address


@click.command(short_help="Explore sessions in the browser.")
@click.argument("place", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@options.folder_option
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port; 0 is any.  [default: 2539, or any if it is taken]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address of this machine to listen at.")
@click.option("--expose", multiple=True, metavar="NAME", help="With another --host: by which name others may ask.")
@click.option("--token", envvar="CLEW_TOKEN", metavar="TEXT", help="What opens the server.  [default: random]")
@click.option("--open", "in_browser", is_flag=True, help="Open the browser.")
@click.option("--verbose", is_flag=True, help="Say which requests are refused.")
def serve(
    place: Path | None,
    folder: Path | None,
    port: int | None,
    host: str,
    expose: tuple[str, ...],
    token: str | None,
    *,
    in_browser: bool,
    verbose: bool,
) -> None:
    """Explore the sessions in DIR, or where --dir says, in the browser: the list, trees, payloads, costs, live.

    Only this machine can reach it, and only who knows the printed address is answered. docs/serving.md has the rest.
    """
    if place is not None and folder is not None:
        raise click.UsageError("Give DIR or --dir, not both.")
    try:
        from clew.web.address import Address, listen, objection
        from clew.web.key import Key
        from clew.web.server import Server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        message = "The web explorer needs `starlette` and `uvicorn`: pip install 'clew[web]'."
        raise MissingExtra(message) from error
    from urllib.parse import quote

    said = objection(host, token, expose)
    if said is not None:
        raise click.UsageError(said)
    folder_of_sessions = options.folder_at(place or folder)
    with listen(host, port) as listener:
        address = Address(host, listener.getsockname()[1], expose)
        key = Key(address.port, token)
        url = f"{address.url}#token={quote(key.token, safe='')}"
        _tell(address, url)
        _log(verbose=verbose)
        server = Server(folder_of_sessions, address, key)
        if in_browser:
            _open(url)
        try:
            server.serve_on(listener)
        except KeyboardInterrupt:  # how a person ends it
            output.say("stopped")


def _tell(address: Address, url: str) -> None:
    """Print the address, for a person and for a program that started this one."""
    from clew.web.assets import assets

    output.write_line(url)
    if address.exposed:
        output.say("What is sent is not encrypted: put a server that speaks TLS before it.")
    if not assets():
        output.say("The page is not in this installation; only the API is served. 'make page' builds it.")
    output.say("Ctrl-C ends it.")


def _log(*, verbose: bool) -> None:
    """Let the server's log go to stderr."""
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("clew.web")
    log.addHandler(handler)
    log.setLevel(logging.INFO if verbose else logging.WARNING)
    log.propagate = False


def _open(url: str) -> None:
    """Open the browser; its requests wait in the open port until the server takes them."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
