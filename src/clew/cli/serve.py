"""``clew serve``: the web explorer."""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.core import ParameterSource

from clew.cli import options, output
from clew.cli.exit_codes import ExitCode
from clew.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clew.store.folder import Folder
    from clew.web.address import Address
    from clew.web.key import Key
    from clew.web.socket_file import SocketAddress

_OF_PORTS = {"port": "--port", "host": "--host", "expose": "--expose", "token": "--token", "in_browser": "--open"}
"""Options that mean nothing at a socket file, by their names in Python."""


@click.command(short_help="Explore sessions in the browser.")
@click.argument("place", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@options.folder_option
@click.option(
    "--port", type=click.IntRange(0, 65535), help="The port; 0 is any.  [default: 2539, or any if it is taken]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address of this machine to listen at.")
@click.option("--expose", multiple=True, metavar="NAME", help="With another --host: by which name others may ask.")
@click.option("--token", envvar="CLEW_TOKEN", metavar="TEXT", help="What opens the server.  [default: random]")
@click.option(
    "--socket", "file", type=click.Path(path_type=Path), help="Listen at a socket file: for you alone, without a token."
)
@click.option("--open", "in_browser", is_flag=True, help="Open the browser.")
@click.option("--verbose", is_flag=True, help="Say which requests are refused.")
def serve(
    place: Path | None,
    folder: Path | None,
    port: int | None,
    host: str,
    expose: tuple[str, ...],
    token: str | None,
    file: Path | None,
    *,
    in_browser: bool,
    verbose: bool,
) -> None:
    """Explore the sessions in DIR, or where --dir says, in the browser: the list, trees, payloads, costs, live.

    Only this machine can reach it, and only who knows the printed address is answered. docs/serving.md has the rest.
    """
    if place is not None and folder is not None:
        raise click.UsageError("Give DIR or --dir, not both.")
    _check_extra()
    folder_of_sessions = options.folder_at(place or folder)
    with ExitStack() as stack:
        stack.enter_context(_ended_by_a_person())
        if file is not None:
            _check_alone()
            door = stack.enter_context(_at_socket(file))
        else:
            door = stack.enter_context(_at_port(host, port, expose, token))
        _log(verbose=verbose)
        if in_browser:
            _open(door.shown)
        _serve(door, folder_of_sessions)
    _leave()


class _Door(NamedTuple):
    """Where a server is asked."""

    listener: socket.socket
    address: Address | SocketAddress
    key: Key | None
    shown: str
    """What a person or a program needs to know to ask."""


def _check_extra() -> None:
    """See that what is needed is installed. Raises ``MissingExtra``."""
    try:
        import clew.web.server  # noqa: F401 - whether it can be
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        message = "The web explorer needs `starlette` and `uvicorn`: pip install 'clew[web]'."
        raise MissingExtra(message) from error


def _check_alone() -> None:
    """A socket file has no port, no token and no browser. Raises ``UsageError``."""
    context = click.get_current_context()
    given = {name for name in _OF_PORTS if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    if given:
        names = " and ".join(_OF_PORTS[name] for name in _OF_PORTS if name in given)
        message = f"--socket goes without {names}."
        raise click.UsageError(message)


@contextmanager
def _at_socket(file: Path) -> Iterator[_Door]:
    """Listen at a socket file. Raises ``UnreadableFolder`` or ``OSError``."""
    from clew.web.socket_file import SocketAddress, listen_at

    if not hasattr(socket, "SO_PEERCRED"):
        raise click.UsageError("This system does not say who asks at a socket file, so --socket is not to be had.")
    with listen_at(file.absolute()) as listener:
        output.write_line(str(file.absolute()))
        _say_what_is_served()
        yield _Door(listener, SocketAddress(file.absolute()), None, "")


@contextmanager
def _at_port(host: str, port: int | None, expose: tuple[str, ...], token: str | None) -> Iterator[_Door]:
    """Listen at a port, with a token. Raises ``UsageError`` before it is opened, or ``OSError``."""
    from urllib.parse import quote

    from clew.web.address import Address, listen, objection
    from clew.web.key import Key
    from clew.web.token_file import token_file

    said = objection(host, token, expose)
    if said is not None:
        raise click.UsageError(said)
    with listen(host, port) as listener:
        address = Address(host, listener.getsockname()[1], expose)
        key = Key(address.port, token)
        url = f"{address.url}#token={quote(key.token, safe='')}"
        with token_file(address, key) as path:
            output.write_line(url)
            if address.exposed:
                output.say("What is sent is not encrypted: put a server that speaks TLS before it.")
            if path is not None:
                output.say(f"Scripts find address and token in {path}.")
            _say_what_is_served()
            yield _Door(listener, address, key, url)


def _say_what_is_served() -> None:
    """Say what a person needs to know besides the address."""
    from clew.web.assets import assets

    if not assets():
        output.say("The page is not in this installation; only the API is served. 'make page' builds it.")
    output.say("Ctrl-C ends it.")


def _serve(door: _Door, folder: Folder) -> None:
    """Serve until a person or a program ends it."""
    from clew.web.server import Server

    Server(folder, door.address, door.key).serve_on(door.listener)


def _leave() -> None:
    """End the process, even where a thread still makes an answer: nobody waits for it any more."""
    from clew.web.server import is_busy

    if is_busy():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ExitCode.OK)


@contextmanager
def _ended_by_a_person() -> Iterator[None]:
    """Let SIGTERM end the server as Ctrl-C does, with everything tidied up; neither is a failure."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        output.say("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)


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
