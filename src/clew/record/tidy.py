"""What an application says, brought into the shape the record needs: a slip of its types must not cost an act."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args

from clew.model.session import ActionType, NodeStatus, StepKind, ToolKind
from clew.model.slug import Severity
from clew.model.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEVERITIES = frozenset(get_args(Severity))
_STATUSES = frozenset(get_args(NodeStatus)) - {"running", "interrupted"}
_TOOL_KINDS = frozenset(get_args(ToolKind))
_STEP_KINDS = frozenset(get_args(StepKind))
_LARGEST = 2**53
"""Whole numbers beyond this are no counts, and not every reader of JSON can carry them."""

_ACTIONS = frozenset(get_args(ActionType))


def text_of(value: object) -> str:
    """A text; anything else is spelt out."""
    if type(value) is str:
        return value
    try:
        return str.__str__(value) if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - the object is the application's
        return f"<{type(value).__name__}>"


def maybe_text(value: object) -> str | None:
    """A text, or ``None``."""
    return value if value is None or type(value) is str else text_of(value)


def texts_of(values: object) -> list[str]:
    """A list of texts; a single one counts as a list of one."""
    if isinstance(values, str):
        return [text_of(values)]
    try:
        items: Iterable[object] = iter(values)  # type: ignore[call-overload]  # whatever the application gave
        return [text_of(value) for value in items]
    except Exception:  # noqa: BLE001 - the object is the application's
        return [text_of(values)]


def severity_of(value: object) -> Any:  # noqa: ANN401 - a severity or None
    """A severity; ``None`` if none is given, a warning if it is misspelt."""
    return value if value is None or (isinstance(value, str) and value in _SEVERITIES) else "WRN"


def status_of(value: object) -> NodeStatus:
    """How a node ended; failed, if that is misspelt."""
    return value if isinstance(value, str) and value in _STATUSES else "failed"  # type: ignore[return-value]  # one of them


def tool_kind_of(value: object) -> ToolKind:
    """The kind of a tool; a function, if it is none of the known ones."""
    return value if isinstance(value, str) and value in _TOOL_KINDS else "function"  # type: ignore[return-value]  # one of them


def step_kind_of(value: object) -> StepKind:
    """The kind of a step; the system's own work, if it is none of the known ones."""
    return value if isinstance(value, str) and value in _STEP_KINDS else "system"  # type: ignore[return-value]  # one of them


def action_of(value: object) -> ActionType:
    """The type of an action; a message, if it is none of the known ones."""
    return value if isinstance(value, str) and value in _ACTIONS else "message"  # type: ignore[return-value]  # one of them


def usage_of(value: Any) -> Usage | None:  # noqa: ANN401 - what an application takes for a usage
    """Token counts as whole numbers; what is no number counts as 0, what is no usage as unknown."""
    if type(value) is not Usage:
        return None
    counts = _counts(value)
    if {*map(type, counts)} == {int} and min(counts) >= 0 and max(counts) <= _LARGEST:
        return value
    return Usage(**{name: whole(count) or 0 for name, count in zip(Usage.__struct_fields__, counts, strict=True)})


_counts = attrgetter(*Usage.__struct_fields__)


def whole(value: object) -> int | None:
    """A whole number, or ``None``."""
    try:
        number = value if type(value) is int or value is None else int(value)  # type: ignore[call-overload]  # whatever the application gave
    except Exception:  # noqa: BLE001 - the object is the application's
        return None
    return number if number is None or abs(number) <= _LARGEST else None


def number_of(value: object) -> float | None:
    """A number, or ``None``."""
    try:
        return None if value is None else float(value)  # type: ignore[arg-type]  # whatever the application gave
    except Exception:  # noqa: BLE001 - the object is the application's
        return None


def cost_of(value: object) -> Decimal | None:
    """A cost in US dollars, or ``None``; a binary fraction counts as it is printed."""
    if value is None or type(value) is Decimal:
        return value
    try:
        cost = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return cost if cost.is_finite() else None
