"""What an agent is set up with, as its first request says it: for INIT, where the application said nothing of it.

Taken once for each session; what later requests say differently stands in them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.instrument.spoken import messages_of

if TYPE_CHECKING:
    from clew.record.session import SessionRecorder

INSTRUCTIONS = frozenset({"system", "developer"})
"""The roles in which a conversation carries a system prompt."""


def tell_setting(session: SessionRecorder, request: object) -> None:
    """Let INIT say what a request says of the model, the system prompt and the tools, if nothing else did."""
    if not session.unsaid or not isinstance(request, dict):
        return
    with session.writing():
        unsaid, session.unsaid = session.unsaid, frozenset()
        said = {"model": _model_in(request), "system_prompt": _prompt_in(request), "tools": request.get("tools")}
        known: dict[str, Any] = {name: said[name] for name in unsaid if said[name]}
        tools = known.pop("tools", None)
        if known:
            session.set(**known)
        if tools is not None:
            session.config(tools=tools)


def _model_in(request: dict[str, Any]) -> str | None:
    model = request.get("model")
    return model if isinstance(model, str) else None


def _prompt_in(request: dict[str, Any]) -> object:
    """The system prompt: a value of the request, else what the conversation begins with."""
    prompt = request.get("system") or request.get("instructions")
    if prompt:
        return prompt
    words: list[object] = []
    for message in messages_of(request):
        if not isinstance(message, dict) or message.get("role") not in INSTRUCTIONS:
            break
        words.append(message.get("content"))
    return words[0] if len(words) == 1 else words
