"""A speaker: one model of one provider, asked in the agent's own words.

Each provider has a file of its own with a speaker in it. A speaker asks once: retrying is the agent's business, so the
SDK's own retries are off. What an SDK raises comes through as :class:`Unanswered`, which says why and what can be done;
anything else that comes out of a speaker is a bug.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from clew.errors import ClewError
from clew.record.exchange_failure import classify, classify_raised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Self

    from clew.agent.definition import Model
    from clew.agent.dialogue import Answer, Question
    from clew.record.exchange_failure import Failure

RETRY_AFTER = (1.0, 60.0)
"""The least and the most seconds that a server's wish is followed for."""


SERVER_AWAY = classify(error=ConnectionError())
"""How an exchange fails where no server answers."""
KEY_REFUSED = classify(http_status=401)
"""How an exchange fails whose key is not accepted."""
UNEXPLAINED = classify()
"""How an exchange fails of which nothing is known."""


class ModelAway(ClewError):
    """No model server answers at the address."""


class KeyRefused(ClewError):
    """The model server does not accept the key, or there is none."""


class NoMessage(Exception):
    """The server answered, with something that is no answer of a model, or with the beginning of one."""

    def __init__(self, *, begun: bool = False) -> None:
        super().__init__()
        self.begun = begun
        """Whether it is the beginning of one, which the record has as a broken stream."""


class Unanswered(Exception):
    """A request to a model came to nothing."""

    def __init__(self, failure: Failure, *, retry_after: float | None) -> None:
        super().__init__(failure.slug)
        self.failure = failure
        """Why, and what can be done."""
        self.retry_after = retry_after
        """Seconds that the server asks to wait, within reason; ``None`` if it does not ask."""

    @classmethod
    def because(cls, error: Exception) -> Self:
        """What an SDK's exception means."""
        response = getattr(error, "response", None)
        return cls(classify_raised(error), retry_after=wait_wished(getattr(response, "headers", {})))


@contextmanager
def unanswered(kind: type[Exception]) -> Iterator[None]:
    """Turn what an SDK raises, exceptions of one kind, into ``Unanswered``.

    While an answer is read the HTTP library's own errors come through; those are known to the classifier. What it does
    not know is a bug.
    """
    try:
        yield
    except NoMessage:
        raise
    except Exception as error:
        if not isinstance(error, kind) and classify_raised(error) == UNEXPLAINED:
            raise
        raise Unanswered.because(error) from error


class Speaker(Protocol):
    """One model of one provider."""

    @property
    def model(self) -> Model:
        """What it was made from."""

    def ask(self, question: Question, say: Callable[[str], None] | None) -> Answer:
        """Ask once. With ``say`` the answer is streamed, and said while it arrives. Raises ``Unanswered``."""

    def close(self) -> None:
        """Let go of its connections."""


def wait_wished(headers: Mapping[str, str]) -> float | None:
    """How many seconds a server asks to wait, within reason."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    least, most = RETRY_AFTER
    return min(most, max(least, seconds))
