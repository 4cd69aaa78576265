"""The clouds that serve models of others, on loopback: a scripted provider behind their paths and their framing."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec

from clew.protocol import ModelServer, Scenario

if TYPE_CHECKING:
    from clew.protocol.reply import Reply
    from clew.protocol.scenario import Answer


class Cloud(ModelServer):
    """Amazon, Google and Microsoft at one address."""

    def reply(self, method: str, target: str, headers: dict[str, str], data: bytes) -> Reply:
        """Take a request out of the form of its cloud, and put the reply into it."""
        path = target.partition("?")[0]
        if path.endswith(("/chat/completions", "/responses")):
            return super().reply(method, f"/v1{path[path.index(_last(path)) :]}", headers, data)
        body: dict[str, Any] = msgspec.json.decode(data)
        if path.startswith("/model/"):
            body |= {"model": path.split("/")[2], "stream": path.endswith("-stream")}
            reply = super().reply(method, "/v1/messages", headers, _whole(body))
            return _framed(reply) if body["stream"] and reply.status == 200 else reply
        if "/publishers/anthropic/models/" in path:
            body["model"] = path.rpartition("/")[2].partition(":")[0]
        return super().reply(method, "/v1/messages", headers, _whole(body))


def cloud(*answers: Answer) -> Cloud:
    """A cloud that gives these answers, one after the other."""
    return Cloud(Scenario(name="cloud", answers=answers))


def frame(payload: bytes, **headers: str) -> bytes:
    """A message as Amazon frames it; the names of headers begin with a colon."""
    told = b"".join(_header(f":{name.replace('_', '-')}", value) for name, value in headers.items())
    prelude = (12 + len(told) + len(payload) + 4).to_bytes(4) + len(told).to_bytes(4)
    message = prelude + crc32(prelude).to_bytes(4) + told + payload
    return message + crc32(message).to_bytes(4)


def chunk(event: bytes) -> bytes:
    """An event of the provider as Amazon hands it on."""
    payload = msgspec.json.encode({"bytes": base64.b64encode(event).decode(), "p": "ab"})
    return frame(payload, message_type="event", event_type="chunk", content_type="application/json")


def _framed(reply: Reply) -> Reply:
    """A stream of server-sent events, in Amazon's frames."""
    told = [piece.partition(b"data: ")[2].strip() for piece in reply.pieces]
    headers = (("content-type", "application/vnd.amazon.eventstream"),)
    return msgspec.structs.replace(reply, headers=headers, pieces=tuple(map(chunk, told)))


def _header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + len(value).to_bytes(2) + value.encode()


def _last(path: str) -> str:
    return next(end for end in ("/chat/completions", "/responses") if path.endswith(end))


def _whole(body: dict[str, Any]) -> bytes:
    """A request as the provider itself takes it."""
    return msgspec.json.encode({**body, "max_tokens": body.get("max_tokens", 1)})
