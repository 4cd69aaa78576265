"""A session beside its replay: what differs by nature between the two, and is no difference.

A replay says which session it replays, is tagged as one, finds its models at another address, and does not run the code
of tools that are stood in for: what they logged, used and called is not in its record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clew.explore.comparison.payload_changes import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clew.model.session import Session

_ORIGIN = "replay_of"
"""The attribute of a replay that names its original."""
_TAG = "replay"
"""The tag of a replay."""
_ADDRESS = "base_url"
"""The setting of a provider that says where it is."""


def are_replayed(one: Session, other: Session) -> bool:
    """Whether one of two sessions replays the other, or both the same one."""
    return one.session_id != other.session_id and _original(one) == _original(other)


def without_origin(attributes: Any) -> Any:  # noqa: ANN401 - a JSON value
    """The attributes of a session, without the one that makes it a replay; ``MISSING`` if there is no other."""
    if not isinstance(attributes, dict) or _ORIGIN not in attributes:
        return attributes
    return {name: value for name, value in attributes.items() if name != _ORIGIN} or MISSING


def without_tag(tags: Iterable[str]) -> list[str]:
    """The tags of a session, sorted, without the one that says that it is a replay."""
    return sorted(tag for tag in tags if tag != _TAG)


def without_addresses(providers: Any) -> Any:  # noqa: ANN401 - a JSON value
    """The providers of a session, without where they are."""
    if isinstance(providers, list):
        return [without_addresses(provider) for provider in providers]
    if not isinstance(providers, dict):
        return providers
    return {name: value for name, value in providers.items() if name != _ADDRESS}


def _original(session: Session) -> str:
    attributes = session.attributes.value if session.attributes is not None else None
    original = attributes.get(_ORIGIN) if isinstance(attributes, dict) else None
    return original if isinstance(original, str) else session.session_id
