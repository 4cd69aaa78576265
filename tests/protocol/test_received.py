"""What the server was asked, and what it does not keep of it."""

from __future__ import annotations

import pytest

from clew.protocol.received import credential, json_or_none, without_credentials


def test_credentials_are_not_kept() -> None:
    """No header that carries a secret is found in a record of requests."""
    headers = {
        "x-api-key": "s",
        "authorization": "Bearer s",
        "cookie": "s",
        "proxy-authorization": "s",
        "accept": "*/*",
    }
    assert without_credentials(headers) == {"accept": "*/*"}


@pytest.mark.parametrize(
    ("headers", "key"), [({"x-api-key": "k"}, "k"), ({"authorization": "Bearer k"}, "k"), ({"accept": "*/*"}, "")]
)
def test_a_key_is_found_in_either_header(headers: dict[str, str], key: str) -> None:
    """An API key and a bearer token are checked alike."""
    assert credential(headers) == key


def test_a_body_that_is_not_json_is_none() -> None:
    """A record can be made of every request, also of one with a body that nobody can read."""
    assert json_or_none(b'{"a": 1}') == {"a": 1}
    assert json_or_none(b"{") is None
    assert json_or_none(b'"\xff"') is None
    assert json_or_none(b"[" * 100_000) is None
