"""What all handles of the recorder have in common: a place in the journal, and a life.

A handle is a context manager; it can as well be driven by ``start()`` and ``end()``. Every call is safe at any time:
before the start, after the end, after the session's end, in another thread or in a forked child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.record.current import enter, leave
from clew.record.trouble import report

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from clew.model.act import NodeRef
    from clew.record.session import SessionRecorder


class NodeRecorder:
    """The handle of one node."""

    kind = "node"
    """``session``, ``turn``, ``step``, ``attempt`` or ``tool``."""

    def __init__(self, session: SessionRecorder) -> None:
        """``session`` writes the acts."""
        self.session = session
        """The recorder of the session this node belongs to."""
        self.node_path = ""
        """The node's address in its session, as people type it; known once it began."""
        self.n = 0
        """The node's number in its segment."""
        self.segment = 1
        """The segment it began in."""
        self._before: NodeRecorder | None = None
        self._began = False
        self._over = False

    @property
    def ref(self) -> NodeRef:
        """The node as an act of the present segment refers to it."""
        return self.n if self.segment == self.session.segment else (self.segment, self.n)

    @property
    def ended(self) -> bool:
        """Whether the node is over."""
        return self._over

    def start(self) -> Self:
        """Begin the node, once."""
        if not self._began:
            self._began = True
            try:
                self._begin()
            except Exception as trouble:  # noqa: BLE001 - whatever it is, the application must not notice
                report(trouble)
        return self

    def end(self, problem: BaseException | None = None) -> None:
        """End the node, once; ``problem`` is what it failed of."""
        if not self._over:
            self.start()
            self._over = True
            try:
                self._finish(problem)
            except Exception as trouble:  # noqa: BLE001 - least of all in place of its own exception
                report(trouble)

    def log(self, slug: str, message: str = "", severity: str | None = None, **details: Any) -> None:  # noqa: ANN401 - any named values
        """Write a log entry on this node."""
        self.session.write_log(self, slug, message, severity, details)

    def in_force(self) -> tuple[Any, Any]:
        """The attempt and the tool call whose payloads a warning on this node should carry."""
        return None, None

    def _begin(self) -> None:
        """Write the act that begins the node."""

    def _finish(self, problem: BaseException | None) -> None:
        """Write the act that ends the node, if it is not written yet."""

    def __enter__(self) -> Self:
        self.start()
        self._before = enter(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        before = self._before
        while before is not None and before._over:  # noqa: SLF001 - its own kind; ended elsewhere, as a closed generator's
            before = before._before  # noqa: SLF001 - its own kind
        leave(self, before)
        self.end(problem)
