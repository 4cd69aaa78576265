"""The server: one process, one folder of sessions, one person."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import uvicorn

from clew.explore.library import Library
from clew.explore.prices import Prices
from clew.web.answers.sessions import MOST_MOVED, RUNNING
from clew.web.app import application
from clew.web.desk import Desk
from clew.web.hub import Hub
from clew.web.keeper import Keeper
from clew.web.wire import Grown, Moved

if TYPE_CHECKING:
    import socket

    from clew.explore.changes import Changed
    from clew.store.folder import Folder
    from clew.web.address import Address
    from clew.web.key import Key
    from clew.web.socket_file import SocketAddress
    from clew.web.wire import Answer

_AT_ONCE = 8
"""Requests that are answered at the same time; others wait."""
_WORKERS = "clew-answer"
_LARGEST_HEAD = 64 << 10
_FAREWELL = 2.0
"""Seconds that the keeper has to leave the catalog in order."""


class Server(uvicorn.Server):
    """Serves a folder until it is told to stop."""

    def __init__(self, folder: Folder, address: Address | SocketAddress, key: Key | None) -> None:
        """Nothing is opened or read yet. Raises ``PriceFileError``."""
        prices = Prices.load()

        def make() -> Library:
            return Library(folder, prices=prices)

        self._hub = Hub()
        self._keeper = Keeper(make, self._told)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=_WORKERS)
        desk = Desk(self._keeper, make, prices)
        config = uvicorn.Config(
            application(desk, self._hub, self._pool, address, key),
            loop="asyncio",  # another one would not ask the listener itself whom it accepts
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            h11_max_incomplete_event_size=_LARGEST_HEAD,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)

    @property
    def ready(self) -> threading.Event:
        """Whether the folder was read once."""
        return self._keeper.ready

    def serve_on(self, listener: socket.socket) -> None:
        """Serve on an open port or socket until a signal, or :attr:`should_exit`, ends it."""
        self._keeper.start()
        try:
            self.run(sockets=[listener])
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._keeper.end()
            self._keeper.join(_FAREWELL)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams, then the connections."""
        self._hub.close()
        await super().shutdown(sockets)

    def _told(self, changed: Changed) -> None:
        """Hand on what the keeper found."""
        topics = self._hub.topics()
        if not topics:
            return
        library = self._keeper.library
        events: dict[str, tuple[str, Answer]] = {}
        if "" in topics:
            shown = changed.moved[:MOST_MOVED]
            events[""] = (
                "moved",
                Moved(
                    rows=tuple(library.rows(shown)),
                    gone=changed.gone[:MOST_MOVED],
                    live=library.count(RUNNING, children=True),
                    is_all=max(len(changed.moved), len(changed.gone)) <= MOST_MOVED,
                ),
            )
        wanted = [one for one in changed.moved if one in topics]
        events |= {row.session_id: ("grown", Grown(row=row)) for row in library.rows(wanted)}
        events |= {one: ("grown", Grown(row=None)) for one in changed.gone if one in topics}
        self._hub.publish(events)


def is_busy() -> bool:
    """Whether a thread of this process is still making an answer, or about to find out that none is wanted."""
    return any(thread.name.startswith(_WORKERS) for thread in threading.enumerate())
