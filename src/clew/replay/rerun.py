"""``clew.replay``: a recorded session is replayed around a block of code, or around a program (see ``command.py``).

    with clew.replay("last") as replay:
        answer(Anthropic(base_url=replay.base_url, api_key="none"), "hello")

While the block runs, the environment of this process leads clients that are made in it, tools and sessions to the
replay, and so does that of the programs it starts. The first session that is recorded meanwhile is the replay: its
attribute ``replay_of`` names the original. A run that left the record ends the block with ``ReplayDiverged``.
"""

from __future__ import annotations

import math
import os
import warnings
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from clew.errors import PathError, ReplayDiverged
from clew.model.session import Session
from clew.record.standin import VARIABLE, instrumented_tools
from clew.replay.divergence import Divergence
from clew.replay.matcher import PATIENCE, Matcher
from clew.replay.normaliser import KNOWN, Comparison
from clew.replay.recording import Recording
from clew.replay.server import Begun, ReplayServer
from clew.replay.upstream import addresses_of
from clew.store.reading import load
from clew.tree.path import locate, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from clew.replay.normaliser import Normaliser

KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")
"""The variables without which SDKs make no client."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
"""The variables by which programs are led to a proxy."""
HERE = "127.0.0.1,localhost,::1"


class Report(Struct, frozen=True, kw_only=True):
    """What came of a replay."""

    original: str
    """The session that was replayed."""
    replayed: Begun | None
    """The session that was recorded meanwhile, if the run records."""
    models: int
    """How many requests to models were answered from the record."""
    tools: int
    """How many results of tools came from the record, or were held against it."""
    live: int
    """How many requests a real provider answered."""
    divergences: tuple[Divergence, ...]
    """Where the run left the record."""


class Rerun:
    """A replay: ``with`` it, the recorded session answers."""

    def __init__(
        self,
        session: Session,
        *,
        on_divergence: Literal["stop", "warn"] = "stop",
        live_tools: bool = False,
        until: str | None = None,
        timing: Literal["none", "original"] = "none",
        normalise: Iterable[str | Normaliser] = tuple(KNOWN),
        patience: float = PATIENCE,
        providers: Mapping[str, str] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """As :func:`replay`. Raises ``PathError`` and ``ValueError``."""
        self._recording = Recording(session)
        self._stops = on_divergence == "stop"
        self._live = live_tools or until is not None
        self._matcher = Matcher(
            self._recording,
            Comparison(normalise),
            stops=self._stops,
            live_tools=live_tools,
            until=None if until is None else _end_of(session, until),
            patience=patience,
        )
        self._server = ReplayServer(
            self._recording,
            self._matcher,
            timed=timing == "original",
            providers=providers or addresses_of(os.environ),
            sleep=sleep,
        )
        self._before: dict[str, str | None] = {}
        self._over = False

    @property
    def base_url(self) -> str:
        """The address for the ``base_url`` of the `anthropic` SDK."""
        return self._server.base_url

    @property
    def openai_url(self) -> str:
        """The address for the ``base_url`` of the `openai` SDK."""
        return self._server.openai_url

    @property
    def calls(self) -> int:
        """How many calls of models and tools the record has."""
        return len(self._recording.calls)

    @property
    def stopped(self) -> bool:
        """Whether nothing is answered any more."""
        return self._matcher.stopped

    @property
    def report(self) -> Report:
        """What came of it so far."""
        served = self._matcher.served
        models = sum(call.is_model for call in served)
        return Report(
            original=self._recording.session_id,
            replayed=self._server.begun[0] if self._server.begun else None,
            models=models,
            tools=len(served) - models,
            live=self._server.live,
            divergences=tuple(self._matcher.divergences),
        )

    def environment(self) -> dict[str, str]:
        """What leads clients, tools and sessions of a process to the replay."""
        keys = {name: os.environ.get(name) or "replayed" for name in KEYS}
        return {
            **keys,
            VARIABLE: self.base_url,
            "ANTHROPIC_BASE_URL": self.base_url,
            "OPENAI_BASE_URL": self.openai_url,
            "NO_PROXY": HERE,
            "no_proxy": HERE,
        }

    def proxies(self) -> dict[str, str]:
        """What keeps a program offline: everything else goes to the replay too, and is refused there."""
        return {} if self._live else dict.fromkeys(PROXIES, self.base_url)

    def start(self) -> Self:
        """Begin to answer."""
        self._server.start()
        return self

    def finish(self) -> Report:
        """The run is over: answer no more, and say what came of it."""
        if not self._over:
            self._over = True
            self._matcher.finish()
            self._server.close()
        return self.report

    def __enter__(self) -> Self:
        """Begin to answer, and lead this process here."""
        self.start()
        self._matcher.instrumented.update(instrumented_tools())
        for name, value in self.environment().items():
            self._before[name] = os.environ.get(name)
            os.environ[name] = value
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Lead this process back, and raise if the run left the record."""
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if error is not None and not self._matcher.divergences:
            self._server.close()
            return
        report = self.finish()
        if not report.divergences or isinstance(error, KeyboardInterrupt):
            return
        if self._stops or self.stopped:
            raise ReplayDiverged(told(report.divergences[0]), report.divergences) from error
        for divergence in report.divergences:
            warnings.warn(told(divergence), stacklevel=2)


def replay(session: Session | str | Path, *, dir: Path | str | None = None, **options: Any) -> Rerun:  # noqa: ANN401 - what `Rerun` takes
    """A recorded session in the place of models and tools: a session, or what :func:`clew.load` takes.

    ``on_divergence`` is ``stop`` or ``warn``; ``live_tools`` lets tools be called; what came after the node ``until``
    is live; ``timing="original"`` takes the recorded time; ``normalise`` declares what may differ from run to run.
    Raises what :func:`clew.load` raises, ``PathError`` and ``ValueError``.
    """
    return Rerun(session if isinstance(session, Session) else load(session, dir=dir), **options)


def told(divergence: Divergence) -> str:
    """A divergence in a sentence."""
    place = f"at {divergence.path}" if divergence.path else "at its end"
    return f"The run left the record {place} ({divergence.kind}): {divergence.words}."


def _end_of(session: Session, path: str) -> float:
    """When a node was over, with all that is in it."""
    locate(session, path)
    ends = [
        getattr(node, "ended_at", None) or math.inf
        for at, node in walk(session)
        if at == path or at.startswith((f"{path}-", f"{path}."))
    ]
    if not ends:
        raise PathError(f"There is nothing at '{path}'.")
    return max(ends)
