"""The origin of a trouble: whose fault it is, by the four rules of ``docs/failures.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.model.catalog import find_slug
from clew.model.session import Attempt, Init, Step, ToolCall

if TYPE_CHECKING:
    from clew.model.session import Failure, Node
    from clew.model.slug import Origin
    from clew.tree.trouble import Trouble

_FLOW_ITSELF = frozenset({"tool.failed", "tool.timeout", None})
"""What is said of a workflow's call when no step of it failed."""


def origin_of(trouble: Trouble, *, in_workflow: bool = False, told: Failure | None = None) -> Origin:
    """Where a trouble comes from; ``told`` is what the end of its session says."""
    if trouble.kind in {"died", "lost"} or getattr(trouble.node, "status", None) == "interrupted":
        return "host"
    if trouble.cancelled:
        return "user"
    if _stopped_flow(trouble, in_workflow=in_workflow):
        return "workflow"
    return declared_origin(trouble.slug, told) or _by_node(trouble.node)


def _stopped_flow(trouble: Trouble, *, in_workflow: bool) -> bool:
    """Whether a workflow, or one of its steps, failed by itself."""
    if isinstance(trouble.node, ToolCall):
        return trouble.node.kind == "workflow" and trouble.slug in _FLOW_ITSELF
    return in_workflow and (trouble.kind == "session" or (trouble.kind == "holder" and trouble.slug in _OF_HOLDERS))


_OF_HOLDERS = frozenset({"turn.failed", "step.failed", None})


def declared_origin(slug: str | None, told: Failure | None) -> Origin | None:
    """The origin that a slug was declared with, here or by whoever wrote the end of its session."""
    declared = find_slug(slug) if slug is not None else None
    if declared is not None and declared.origin is not None:
        return declared.origin
    return told.origin if told is not None and told.slug == slug and slug is not None else None


def _by_node(node: Node) -> Origin:
    if isinstance(node, Init):
        return "configuration"
    if isinstance(node, Attempt):
        return "model"
    if isinstance(node, ToolCall):
        return "workflow" if node.kind == "workflow" else "tool"
    return "context" if isinstance(node, Step) and node.kind == "compaction" else "agent"
