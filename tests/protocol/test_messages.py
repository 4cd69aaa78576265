"""The endpoint: refusals of the API itself, and the threads it remembers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from clew.protocol.messages import MessagesEndpoint
from clew.protocol.reply import Reply
from clew.protocol.scenario import Message, Scenario, Text, When
from clew.protocol.script import Script

POET = When(system_contains="poet")
ASK = {"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "Go on."}]}


class Talk:
    """A conversation with an endpoint, one request after the other."""

    def __init__(self, *answers: Message) -> None:
        scenario = Scenario(name="poems", answers=answers, rejected_keys=("revoked",))
        self._endpoint = MessagesEndpoint(scenario, Script(scenario))
        self._number = 0

    def ask(self, body: object, credential: str = "test") -> tuple[int | None, dict[str, Any]]:
        """Send one request and give status and body of the reply."""
        self._number += 1
        reply = self._endpoint.reply(body, credential=credential, number=self._number, label=f"a{self._number}")
        return reply.status, _decoded(reply)


def _decoded(reply: Reply) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(b"".join(reply.pieces))
    return body


def _line(words: str, when: When | None = None) -> Message:
    return Message(content=(Text(text=words),), when=when)


def test_a_rejected_key_uses_up_no_answer() -> None:
    """A key on the list gets 401, and the next request still gets the first answer."""
    talk = Talk(_line("one"))
    status, body = talk.ask(ASK, credential="revoked")
    assert (status, body["error"]["type"]) == (401, "authentication_error")
    assert talk.ask(ASK)[0] == 200


def test_a_scenario_that_is_used_up_says_so() -> None:
    """The request after the last answer gets an error no SDK retries, which names scenario and request."""
    talk = Talk(_line("one"))
    talk.ask(ASK)
    status, body = talk.ask(ASK)
    assert status == 400
    assert body["error"] == {
        "type": "invalid_request_error",
        "message": "scenario poems has no answer left for request 2",
    }


@pytest.mark.parametrize(
    "body", [None, [], {}, {**ASK, "messages": "hi"}, {**ASK, "thread": {"type": "fork"}}, {"messages": [], "model": 1}]
)
def test_what_is_no_request_is_turned_down(body: object) -> None:
    """A body that is no Messages request gets 400 in the API's shape and uses up no answer."""
    talk = Talk(_line("one"))
    status, error = talk.ask(body)
    assert (status, error["type"], error["error"]["type"]) == (400, "error", "invalid_request_error")
    assert talk.ask(ASK)[0] == 200


def test_a_thread_keeps_its_system_prompt() -> None:
    """A request that continues a thread belongs to the conversation of the system prompt that began it."""
    talk = Talk(_line("prose"), _line("verse 1", POET), _line("verse 2", POET), _line("verse 3", POET))
    _, first = talk.ask({**ASK, "system": "You are a poet.", "thread": {"type": "create"}})
    _, second = talk.ask({**ASK, "thread": {"type": "continue", "previous_message_id": first["id"]}})
    _, third = talk.ask({**ASK, "thread": {"type": "continue", "previous_message_id": second["id"]}})
    assert [body["content"][0]["text"] for body in (first, second, third)] == ["verse 1", "verse 2", "verse 3"]


def test_an_unknown_thread_is_not_found() -> None:
    """A thread the server has never seen gets the error after which an SDK sends the whole conversation again."""
    status, body = Talk(_line("one")).ask({**ASK, "thread": {"type": "continue", "previous_message_id": "msg_0"}})
    assert status == 404
    assert body["error"]["details"] == {"error_code": "thread_not_found"}
