"""The catalog: every slug the project itself emits or takes over from its specification.

A slug names one log point. Lifecycle slugs (``VRB`` and ``FIN``) ride on the acts that begin and end nodes and cost no
line of their own; the others are written by :func:`clew.log` and the recorder. Applications add theirs with
:func:`register`. What to do about each stands in :mod:`clew.model.advice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.errors import SlugError
from clew.model.advice import ADVICE
from clew.model.slug import Origin, Severity, Slug, is_slug

if TYPE_CHECKING:
    from collections.abc import Mapping

_BUSY = "The assistant is busy right now. Please try again in a moment."
_MODEL = "The assistant could not answer. Please try again."
_TOOL = "A step that was needed did not work. Please try again."
_SETUP = "The assistant is not set up correctly. Please contact support."
_TOO_LONG = "The conversation has become too long. Please start a new one."
_STOPPED = "The request was stopped."
_GENERAL = "Something went wrong. Please try again."


def _slug(
    name: str,
    severity: Severity,
    description: str,
    origin: Origin | None = None,
    public: str = _GENERAL,
) -> Slug:
    return Slug(
        name=name,
        severity=severity,
        description=description,
        origin=origin,
        public=public,
        advice=ADVICE.get(name, ""),
    )


_OWN: tuple[Slug, ...] = (
    # the session
    _slug("session.init", "VRB", "Session initialisation started"),
    _slug("session.init_complete", "VRB", "Session initialisation complete"),
    _slug("session.fin", "FIN", "Session completed"),
    _slug("session.error", "ERR", "Session failed with an error", "agent"),
    _slug("session.cancelled", "WRN", "Session was cancelled", "user", _STOPPED),
    _slug("session.incomplete_use", "WRN", "The recorder was used in an order it cannot place", "agent"),
    # turns and steps
    _slug("turn.failed", "ERR", "A turn ended with an error", "agent"),
    _slug("step.failed", "ERR", "A step ended with an error", "agent"),
    # the model
    _slug("llm.request", "VRB", "Request sent to the model"),
    _slug("llm.response", "VRB", "Response received from the model"),
    _slug("llm.retry", "WRN", "Request to the model is sent again", "model", _BUSY),
    _slug("llm.failed", "WRN", "Request to the model failed", "model", _MODEL),
    _slug(
        "llm.synthetic_retry",
        "WRN",
        "Answer has text but neither a tool call nor a report; asking again",
        "model",
        _MODEL,
    ),
    _slug("llm.empty_response", "WRN", "Answer is empty and calls no tool", "model", _MODEL),
    _slug("llm.refused", "WRN", "Model refused to answer", "model", _MODEL),
    _slug("llm.rate_limited", "WRN", "Provider limits the rate of requests; backing off", "model", _BUSY),
    _slug("llm.overloaded", "WRN", "Provider is overloaded or failed inside", "model", _BUSY),
    _slug("llm.auth_error", "ERR", "Provider rejected the credentials", "configuration", _SETUP),
    _slug("llm.invalid_request", "ERR", "Provider rejected the request", "configuration", _SETUP),
    _slug("llm.unknown_model", "ERR", "Provider does not know the model", "configuration", _SETUP),
    _slug("llm.quota_exceeded", "ERR", "Account has no credit or quota left", "configuration", _SETUP),
    _slug("llm.unreachable", "WRN", "Provider could not be reached", "host", _BUSY),
    _slug("llm.timeout", "WRN", "Request to the model timed out", "model", _BUSY),
    _slug("llm.cancelled", "WRN", "Request to the model was cancelled", "user", _STOPPED),
    _slug("llm.stream_broken", "WRN", "Streamed answer broke off", "model", _MODEL),
    # tools
    _slug("tool.request", "VRB", "Tool invocation started"),
    _slug("tool.response", "VRB", "Tool returned a result"),
    _slug("tool.failed", "WRN", "Tool execution failed", "tool", _TOOL),
    _slug("tool.timeout", "WRN", "Tool execution timed out", "tool", _TOOL),
    _slug("tool.cancelled", "WRN", "Tool execution was cancelled", "user", _STOPPED),
    _slug("tool.not_found", "WRN", "Model asked for an unknown tool", "model", _TOOL),
    _slug("tool.invalid_params", "WRN", "Model called a tool with invalid parameters", "model", _TOOL),
    # workflows
    _slug("workflow.step_failed", "ERR", "A step stopped its workflow", "workflow", _TOOL),
    # the machine
    _slug("host.disk_full", "ERR", "The disk is full", "host"),
    # the context window
    _slug("context.exceeded", "WRN", "Context window limit exceeded", "context", _TOO_LONG),
    _slug("context.shrink", "VRB", "Context was made smaller"),
    _slug("context.final_turn", "WRN", "Forcing the final turn", "context", _TOO_LONG),
    # the final report
    _slug("final_report.missing", "WRN", "Final report was not provided", "model", _MODEL),
    _slug("final_report.extracted", "WRN", "Final report was extracted from text", "model", _MODEL),
    _slug("final_report.synthetic", "WRN", "Final report only says that the task failed", "model", _MODEL),
    _slug("final_report.received", "VRB", "Final report received"),
    # MCP servers
    _slug("mcp.connect", "VRB", "MCP server connected"),
    _slug("mcp.disconnect", "WRN", "MCP server disconnected", "tool", _TOOL),
    _slug("mcp.restart", "WRN", "MCP server restarted", "tool", _TOOL),
    _slug("mcp.error", "ERR", "MCP server reported an error", "tool", _TOOL),
    _slug("mcp.start_failed", "ERR", "MCP server did not start", "configuration", _SETUP),
    # the application's own log, the hooks into its SDKs, and the log's own losses
    _slug("app.message", "VRB", "The application logged a message"),
    _slug("app.warning", "WRN", "The application logged a warning"),
    _slug("app.error", "ERR", "The application logged an error"),
    _slug("incident.told", "TRC", "A user was told of a failure, with the id of this incident"),
    _slug("instrument.unavailable", "WRN", "The calls of an SDK cannot be recorded"),
    _slug(
        "instrument.no_calls",
        "WRN",
        "No call was seen; clients made before clew.instrument() are not recorded",
    ),
    _slug("log.lines_lost", "WRN", "A log sink could not take all lines", "host"),
    # imported records
    _slug("import.implausible_usage", "WRN", "Imported token counts cannot be true", None),
    _slug("import.entry", "VRB", "Log entry taken over from a foreign record", None),
    _slug("import.warning", "WRN", "Warning taken over from a foreign record", None),
    _slug("import.error", "ERR", "Error taken over from a foreign record", None),
)

_catalog: dict[str, Slug] = {slug.name: slug for slug in _OWN}


def catalog() -> Mapping[str, Slug]:
    """All slugs known to this process: the project's own and the registered ones, by name."""
    return dict(_catalog)


def find_slug(name: str) -> Slug | None:
    """The declaration of a slug, or ``None`` if there is none."""
    return _catalog.get(name)


def is_own(name: str) -> bool:
    """Whether a slug is the project's own, so that a journal need not declare it."""
    return name in _OWN_NAMES


def register(slug: Slug) -> Slug:
    """Add an application's slug; the same declaration may be repeated.

    Raises ``SlugError`` for a bad name or a different declaration of a known one.
    """
    if not is_slug(slug.name):
        message = (
            f"'{slug.name}' is no slug: use at least two lower-case words joined by dots, "
            "for instance 'shop.card_declined'."
        )
        raise SlugError(message)
    if _catalog.setdefault(slug.name, slug) != slug:
        message = f"The slug '{slug.name}' is already declared differently; choose another name for this log point."
        raise SlugError(message)
    return slug


_OWN_NAMES = frozenset(_catalog)
