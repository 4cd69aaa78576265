"""What an operator can do about each failure of the catalog: one sentence, beginning with a verb or the good news."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ADVICE: Mapping[str, str] = {
    "session.error": "Read the error and its traceback at this path: the program around the session raised it.",
    "session.cancelled": "Nothing is wrong with the agent: somebody stopped it. Run it again if that was not meant.",
    "session.incomplete_use": "Record the calls in order, and tell the counts of each request: see the details.",
    "turn.failed": "Read the traceback of this entry: the agent's own code raised it between its calls.",
    "step.failed": "Read the traceback of this entry: the agent's own code raised it in this step.",
    "llm.retry": "Look at the attempt before it: that one says why the request was sent again.",
    "llm.failed": "Read the error of the attempt: the client failed in a way that has no name of its own.",
    "llm.synthetic_retry": "Look at the answer: say more plainly in the prompt that a tool call or report is expected.",
    "llm.empty_response": "Look at the request: shorten it, raise the limit of the output, or try another model.",
    "llm.refused": "Look for what the model will not do; change the prompt, or hand the case to a person.",
    "llm.rate_limited": "Wait, send fewer requests at once, add another provider/model pair, or raise the limit.",
    "llm.overloaded": "Wait and try again; if it lasts, look at the provider's status page or add another pair.",
    "llm.auth_error": "Check the key of this provider: that it is set, whole, not expired, and may use the model.",
    "llm.invalid_request": "Compare the request with the provider's error: a parameter or the base URL is wrong.",
    "llm.unknown_model": "Check the model's name in the agent's configuration, and that this key may use it.",
    "llm.quota_exceeded": "Look at the account's billing page: raise the quota, or set the key of another account.",
    "llm.unreachable": "Check the base URL, the network, DNS and the proxy from this machine, in this order.",
    "llm.timeout": "Raise the time limit, ask for shorter answers, or try another provider/model pair.",
    "llm.cancelled": "Nothing is wrong with the model: somebody stopped the request.",
    "llm.stream_broken": "Try again; if it repeats, look for a proxy on the way that cuts long answers.",
    "tool.failed": "Read the tool's error and its parameters at this path; try the call by hand with the same ones.",
    "tool.timeout": "Try the call by hand; make the tool faster, or raise its time limit.",
    "tool.cancelled": "Nothing is wrong with the tool: somebody stopped the call.",
    "tool.not_found": "Compare the name with the agent's tools: is one missing, or does the prompt promise too much?",
    "tool.invalid_params": "Compare the parameters with the tool's schema; describe better what the model got wrong.",
    "workflow.step_failed": "Read what the step expected and what it got; try the step by hand with the same input.",
    "host.disk_full": "Make room on the disk that the path in the error is on, or move the work to another one.",
    "context.exceeded": "Start a new session, let tools answer shorter, turn compaction on, or use a larger model.",
    "context.final_turn": "Raise the limit that was reached (turns, retries, budget), or give a smaller task.",
    "final_report.missing": "Look at the last answer; say in the prompt that the task ends with the report.",
    "final_report.extracted": "Look at the report; say in the prompt that it is handed in by its tool.",
    "final_report.synthetic": "Read why the task failed: the report only says that it did.",
    "mcp.disconnect": "Look at what the MCP server wrote to its standard error; start it by hand and repeat the call.",
    "mcp.restart": "Look at the entry before it: that one says why the MCP server had to be started again.",
    "mcp.error": "Read the MCP server's error; start the server by hand and repeat the call.",
    "mcp.start_failed": "Start the MCP server by hand with the agent file's command; check path and environment.",
    "app.warning": "Read the message: it is the application's own, with its logger's name.",
    "app.error": "Read the message: it is the application's own, with its logger's name and its traceback.",
    "instrument.unavailable": "Record this SDK's calls by hand, or install a release of it that `clew[agent]` allows.",
    "instrument.no_calls": "Move `clew.instrument()` to where the program begins, before the first client is made.",
    "log.lines_lost": "See whether journald runs and the log's disk has room; the journals hold what the log lost.",
    "import.implausible_usage": "Look at the foreign record: its token counts cannot be true and were left out.",
    "import.warning": "Read the message: it is the foreign record's own.",
    "import.error": "Read the message: it is the foreign record's own.",
}
"""By slug. Every one that has an origin is here."""
