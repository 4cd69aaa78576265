"""The server of the web explorer: a writer at full speed beside a hundred live streams, and requests of every kind.

The writer, the server and the clients are processes of their own. Some clients never read, as a browser that was put to
sleep does. The server only reads files, so what the writer waits for should not depend on who looks.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench.checks.finding import Finding
from bench.corpus import copies
from bench.process import CLEW, environment, run
from tests.web.folder import every_session
from tests.web.fuzz import server_errors
from tests.web.site import serving as site_over

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SLOWER = 1.5
MOST_GROWTH = 128.0
"""Megabytes that the server may grow by while a hundred clients look."""
_PATIENCE = 300

_CLIENTS = """
import selectors, socket, sys
host, port, token, count, asleep, address = sys.argv[1:]
request = f"GET {address} HTTP/1.1\\r\\nHost: {host}:{port}\\r\\nAuthorization: Bearer {token}\\r\\n\\r\\n".encode()
watch, events, begun = selectors.DefaultSelector(), 0, set()
for number in range(int(count)):
    stream = socket.create_connection((host, int(port)))
    stream.sendall(request)
    if number >= int(asleep):
        watch.register(stream, selectors.EVENT_READ)
    else:
        watch.register(stream, selectors.EVENT_READ, "asleep")
watch.register(sys.stdin, selectors.EVENT_READ)
while True:
    for key, _ in watch.select():
        if key.fileobj is sys.stdin:
            print(events)
            raise SystemExit
        data = key.fileobj.recv(1 << 16)
        events += data.count(b"event: ")
        if data.count(b"event: ") and key.fd not in begun:
            begun.add(key.fd)
            if len(begun) == int(count):
                print("ready", flush=True)
        if key.data == "asleep" and key.fd in begun:
            watch.unregister(key.fileobj)
        if not data:
            print("lost", flush=True)
            raise SystemExit
"""


_WRITER = """
import statistics, sys, time, clew
from bench.measure import keep_to_one_core
folder, seconds = sys.argv[1], float(sys.argv[2])
keep_to_one_core()
messages, waits = [], []
with clew.session(agent_id="bench", model="m", dir=folder, trace=False) as session:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        messages = [*messages, {"role": "user", "content": f"question {len(waits)} " + "x" * 200}][-20:]
        start = time.perf_counter_ns()
        with session.turn(user_input="go on") as turn:
            with turn.attempt(provider="p", model="m", request={"messages": messages}) as attempt:
                attempt.respond({"content": "yes"}, usage=clew.Usage(input_tokens=5, output_tokens=1))
        waits.append(time.perf_counter_ns() - start)
print(statistics.quantiles(waits, n=100)[98] / 1e3)
"""


class _Server(NamedTuple):
    """A server in a process of its own."""

    pid: int
    port: str
    token: str

    def megabytes(self) -> float:
        """What it holds in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def serving(clients: int, seconds: float, rounds: int, examples: int) -> list[Finding]:
    """Record for so many seconds beside so many clients, in so many rounds; make so many requests of each route."""
    return [*_beside(clients, seconds, rounds), _fuzzed(examples)]


def _beside(clients: int, seconds: float, rounds: int) -> Iterator[Finding]:
    alone, watched, events = [], [], []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copies(folder, 200)
        with _served(folder) as server:
            _write(folder, seconds)
            before = server.megabytes()
            for _ in range(rounds):
                alone.append(_write(folder, seconds))
                with _listening(server, clients) as told:
                    watched.append(_write(folder, seconds))
                events.append(told[0])
            growth = server.megabytes() - before
    ratio = median(watched) / median(alone)
    yield Finding(
        name=f"a writer at full speed beside {clients} live streams",
        figure=f"p99 {median(watched):.0f} µs, without them {median(alone):.0f} µs: {ratio:.2f} ×"
        f" (medians of {rounds}); {median(events):,.0f} events told each time",
        target=f"at most {MOST_SLOWER:g} × as slow",
        met=ratio <= MOST_SLOWER and min(events) > clients,
    )
    yield Finding(
        name=f"memory of the server after {rounds} × {clients} streams, a tenth of which never read",
        figure=f"{growth:+.0f} MB, {before:.0f} MB before",
        target=f"at most {MOST_GROWTH:.0f} MB more",
        met=growth <= MOST_GROWTH,
    )


def _fuzzed(examples: int) -> Finding:
    with tempfile.TemporaryDirectory() as place, every_session(Path(place)) as folder, site_over(folder) as site:
        routes = len(site.ask("/api/openapi.json")["paths"])
        wrong = [*server_errors(site, examples)]
    return Finding(
        name=f"requests made from the OpenAPI document, {examples:,} of each of {routes} routes",
        figure=f"{len(wrong)} server errors{f': {wrong[0]}' if wrong else ''}",
        target="none",
        met=not wrong,
    )


def _write(folder: Path, seconds: float) -> float:
    """What one turn in a hundred makes its agent wait at least, in microseconds."""
    ended = run(["-c", _WRITER, str(folder), str(seconds)], patience=_PATIENCE)
    assert ended.code == 0, ended.stderr
    return float(ended.stdout)


@contextmanager
def _served(folder: Path) -> Iterator[_Server]:
    """`clew serve`, until this ends."""
    command = [sys.executable, *CLEW, "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/#token=(\S+)", process.stdout.readline())
        assert found is not None
        try:
            yield _Server(process.pid, found[1], found[2])
        finally:
            process.terminate()
            process.wait(_PATIENCE)


@contextmanager
def _listening(server: _Server, clients: int) -> Iterator[list[int]]:
    """Clients of the list's stream; how many events they got is known when this has ended."""
    told: list[int] = []
    arguments = ["127.0.0.1", server.port, server.token, str(clients), str(clients // 10), "/api/live"]
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", _CLIENTS, *arguments],
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert process.stdout is not None
        assert process.stdin is not None
        stack.callback(process.kill)
        assert process.stdout.readline() == "ready\n"
        yield told
        process.stdin.close()
        told.append(int(json.loads(process.stdout.read())))
