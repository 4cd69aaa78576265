"""The key: what a browser or a script has to know to be answered.

Every user of this machine can open a connection to a loopback port, so being local is no permission (rule W4). A token
is made at each start and handed over in the fragment of the address, which no browser sends and no log holds. The page
exchanges it for a cookie that scripts cannot read and other sites cannot cause to be sent; its name has the port in it,
because cookies are shared between ports.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEARER = "bearer"


class Key:
    """A token, and the cookie that it is exchanged for."""

    def __init__(self, port: int, token: str | None = None) -> None:
        """Without a token a random one is made."""
        self.token = token or secrets.token_urlsafe(32)
        """What opens the server."""
        self.cookie_name = f"clew_{port}"
        """One for each port."""
        self._cookie = hmac.new(self.token.encode(), b"clew cookie", hashlib.sha256).hexdigest()

    @property
    def cookie(self) -> str:
        """The value of a ``Set-Cookie`` header."""
        return f"{self.cookie_name}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"

    def fits(self, token: str) -> bool:
        """Whether a token is the right one, in a time that says nothing about it."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def admits(self, authorizations: list[str], cookies: Iterable[str]) -> bool:
        """Whether a request with these headers comes from somebody who knows the token."""
        if len(authorizations) == 1:
            scheme, _, token = authorizations[0].partition(" ")
            if scheme.lower() == _BEARER and self.fits(token.strip()):
                return True
        return any(self._is_cookie(pair) for header in cookies for pair in header.split(";"))

    def _is_cookie(self, pair: str) -> bool:
        name, _, value = pair.strip().partition("=")
        return name == self.cookie_name and hmac.compare_digest(value.encode(), self._cookie.encode())
