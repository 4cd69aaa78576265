"""Log entries of an opTree: which slug they get, and which slugs a failed turn carries.

Entries name no slug but an event code, if anything; the code of a known event becomes its slug here, and any other
entry gets a slug that says only how loud it is. Every key of an entry that is no field of its own is kept in its
details, also one that looks like a field of the format.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from clew.importers.op import Op, list_of
from clew.importers.optree_file import opened
from clew.importers.stamp import epoch_milliseconds
from clew.importers.transcript import object_or_empty, text_or
from clew.model.catalog import find_slug
from clew.model.event import Logged
from clew.model.slug import Severity, is_slug

_WORD = re.compile(r"[a-z0-9_]+")
_LOG_KEYS = frozenset({"timestamp", "severity", "message", "slug"})
_SEVERITIES = frozenset(get_args(Severity))
_DEFAULT_SLUGS = {"WRN": "import.warning", "ERR": "import.error"}
_EVENTS = {
    "tool_unknown_requested": "tool.not_found",
    "tool_execution_failed": "tool.failed",
    "llm_rate_limit": "llm.rate_limited",
    "llm_rate_limit_backoff": "llm.rate_limited",
    "llm_invalid_tool_parameters": "tool.invalid_params",
    "context_guard_forced_final": "context.final_turn",
    "final_turn_detected": "context.final_turn",
    "tool_output_dropped": "context.exceeded",
    "empty_response_without_tools": "llm.synthetic_retry",
    "final_report_content_missing": "final_report.missing",
    "mcp_restart_attempt": "mcp.restart",
    "mcp_restart_failed": "mcp.error",
    "mcp_restart_error": "mcp.error",
    "mcp_transport_closed": "mcp.disconnect",
}


def logged(entry: dict[str, Any], of: int, before: float) -> Logged[object]:
    """A log entry on a node; ``before`` is its time if it has none."""
    severity, slug = entry.get("severity"), _slug(entry)
    return Logged(
        at=epoch_milliseconds(entry.get("timestamp")) or before,
        of=of,
        slug=slug,
        severity=severity if isinstance(severity, str) and severity in _SEVERITIES else "VRB",
        message=text_or(entry.get("message"), slug),
        details={
            key: value if key == "details" else opened(value) for key, value in entry.items() if key not in _LOG_KEYS
        },
        registered=find_slug(slug) is not None,
    )


def attempt_slugs(op: Op) -> list[str]:
    """Why an attempt failed or was refused, by its log entries; several may apply."""
    entries = [entry for entry in list_of(op.data.get("logs")) if isinstance(entry, dict)]
    told = [slug for entry in entries for slug in _turn_slugs(entry)]
    loud = [_slug(entry) for entry in entries if text_or(entry.get("severity"), "") in _DEFAULT_SLUGS]
    named = [slug for slug in loud if not slug.startswith("import.")]
    return list(dict.fromkeys([*told, *named])) or [op.slug() if op.failed else "llm.retry"]


def _turn_slugs(entry: dict[str, Any]) -> list[str]:
    """The slugs of a failed turn that a log entry carries; one entry may carry several."""
    told = object_or_empty(entry.get("details")).get("slugs")
    words = _WORD.findall(told) if isinstance(told, str) else [word for word in list_of(told) if isinstance(word, str)]
    return [f"turn_failed.{word}" for word in dict.fromkeys(words) if _WORD.fullmatch(word)]


def _slug(entry: dict[str, Any]) -> str:
    """The slug of a log entry: its own, that of its event code, or one that says only how loud it is."""
    own = entry.get("slug")
    if isinstance(own, str) and is_slug(own):
        return own
    event = object_or_empty(entry.get("details")).get("event")
    default = _DEFAULT_SLUGS.get(str(entry.get("severity")), "import.entry")
    return _EVENTS.get(event, default) if isinstance(event, str) else default
