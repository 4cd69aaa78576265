"""What an application may say of a session when it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.record.environment import is_tracing

if TYPE_CHECKING:
    from pathlib import Path

    from clew.store.journal import Sync


class Options(NamedTuple):
    """The options of one session."""

    dir: Path
    agent_id: str | None = None
    model: str | None = None
    system_prompt: object = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    attributes: object = None
    sync: Sync = "background"
    trace: bool = True
    recording: bool = True

    @property
    def unsaid(self) -> frozenset[str]:
        """What an agent is set up with that is not said here."""
        said = {"model": self.model, "system_prompt": self.system_prompt, "tools": None}
        return frozenset(name for name, value in said.items() if value is None)

    def for_child(self, agent_id: str | None, options: dict[str, Any]) -> Options:
        """The options of a child session: where and how it is recorded is its parent's."""
        known = {name: options[name] for name in ("model", "system_prompt", "title", "attributes") if name in options}
        return self._replace(
            agent_id=agent_id,
            **{"model": None, "system_prompt": None, "title": None, "attributes": None, **known},
            tags=tuple(options.get("tags", ())),
            trace=self.trace and is_tracing(),
        )
