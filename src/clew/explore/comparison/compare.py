"""Comparing two sessions: node by node in reading order, into child sessions, without recursion over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clew.explore.comparison.definitions import compare_definitions
from clew.explore.comparison.difference import Comparison, Deltas, Figure
from clew.explore.comparison.findings import Findings, opened
from clew.explore.comparison.replayed import are_replayed, without_addresses, without_origin, without_tag
from clew.explore.comparison.requests import Requests
from clew.explore.comparison.rounds import Rounds
from clew.model.session import Attempt
from clew.store.index.facts import estimate, unpriced
from clew.text import numbers
from clew.tree.path import walk
from clew.tree.totals import sum_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Place
    from clew.explore.comparison.rounds import Child
    from clew.model.session import Fin, Session
    from clew.store.index.facts import Price

_OUTCOME_SLUGS = frozenset({"session.error", "session.cancelled"})


def compare(a: Session, b: Session, *, ignore: Iterable[Kind] = (), price: Price = unpriced) -> Comparison:
    """What differs from session ``a`` to session ``b``; differences of the kinds to ``ignore`` are not reported.

    ``price`` estimates the costs that were not told, for the sums.
    """
    findings = Findings(ignore, replayed=are_replayed(a, b))
    stack = [_session(a, b, "", "", findings)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        else:
            stack.append(_session(child.before, child.after, child.path_a, child.path_b, findings))
    return Comparison(
        session_a=a.session_id,
        session_b=b.session_id,
        differences=findings.differences(),
        pairs=findings.pairs(),
        deltas=_deltas(a, b, price),
        echoes=findings.echoes,
    )


def _session(a: Session, b: Session, path_a: str, path_b: str, findings: Findings) -> Iterator[Child]:
    """Compare two sessions; yields the child sessions that have to be compared before it goes on."""
    place = findings.place(path_a, path_b, "session")
    before, after = (f"{path}." if path else "" for path in (path_a, path_b))
    _setup(place, a, b, findings)
    _init(findings.place(f"{before}init", f"{after}init", "init"), a, b, findings)
    rounds = Rounds(before, after, findings, turns=Requests(findings), steps=Requests(findings))
    yield from rounds.compare(a, b)
    _about(place, a, b, findings)
    _ending(place, a, b, (before, after), findings)


def _setup(place: Place, a: Session, b: Session, findings: Findings) -> None:
    """What an agent is, before it does anything."""
    findings.field(place, "agent_changed", "agent_id", a.agent_id, b.agent_id)
    findings.setting(place, "model_changed", "model", (place, "model"), a.model, b.model)
    prompts = opened(a.system_prompt), opened(b.system_prompt)
    findings.setting(
        place, "system_prompt_changed", "system_prompt", (place, "system prompt"), *prompts, copy=bool(place.path_b)
    )
    tags = without_tag if findings.replayed else sorted
    findings.field(place, "tags_changed", "tags", tags(a.tags), tags(b.tags))


def _init(place: Place, a: Session, b: Session, findings: Findings) -> None:
    one, other = a.init.config, b.init.config
    providers = opened(one.providers), opened(other.providers)
    if findings.replayed:
        providers = without_addresses(providers[0]), without_addresses(providers[1])
    findings.values(place, "providers_changed", "providers", *providers, copy=False)
    compare_definitions(place, "tools", place, opened(one.tools), opened(other.tools), findings)
    findings.payload(place, "prompt_changed", one.prompts, other.prompts, what="prompts", copy=True)
    findings.logs(place, a.init.logs, b.init.logs)


def _about(place: Place, a: Session, b: Session, findings: Findings) -> None:
    """What is said about a session while it goes on, often in words of its user or its agent."""
    findings.words(place, "title_changed", "title", a.title, b.title)
    findings.words(place, "latest_status_changed", "latest_status", a.latest_status, b.latest_status)
    attributes = without_origin(opened(a.attributes)), without_origin(opened(b.attributes))
    findings.values(place, "attributes_changed", "attributes", *attributes, copy=False)
    findings.logs(place, a.logs, b.logs, _told(a.fin, b.fin))


def _ending(place: Place, a: Session, b: Session, prefixes: tuple[str, str], findings: Findings) -> None:
    one, other = a.fin, b.fin
    if one is not None or other is not None:
        path_a, path_b = (
            f"{prefix}fin" if fin is not None else None for prefix, fin in zip(prefixes, (one, other), strict=True)
        )
        place = findings.place(path_a, path_b, "fin")
    if (a.status, _success(one)) != (b.status, _success(other)):
        findings.add(place, "outcome_changed", "status", _end(a), _end(b))
    elif one is not None and other is not None:
        _failure(place, one, other, findings)
    reports = (None if fin is None else fin.final_report for fin in (one, other))
    findings.payload(place, "report_changed", *reports, what="final_report", copy=True)
    findings.logs(place, () if one is None else one.logs, () if other is None else other.logs, _told(one, other))


def _failure(place: Place, one: Fin, other: Fin, findings: Findings) -> None:
    """What two sessions that ended alike failed of."""
    failures = [
        None if fin.failure is None else {"origin": fin.failure.origin, "slug": fin.failure.slug}
        for fin in (one, other)
    ]
    paths = [None if fin.failure is None else fin.failure.path for fin in (one, other)]
    if findings.field(place, "failure_changed", "failure", *failures):
        return
    if paths[0] != paths[1] and findings.partner(paths[0]) != paths[1]:
        findings.add(place, "failure_changed", "failure.path", *paths)
    else:
        findings.words(place, "failure_changed", "error", one.error, other.error)


def _success(fin: Fin | None) -> bool | None:
    return None if fin is None else fin.success


def _told(*fins: Fin | None) -> Iterator[str | None]:
    """Slugs of entries that say no more than the end of the session does."""
    yield from _OUTCOME_SLUGS
    for fin in fins:
        yield fin.failure.slug if fin is not None and fin.failure is not None else None


def _end(session: Session) -> str:
    """How a session ended, in words."""
    fin = session.fin
    failure = fin.failure if fin is not None else None
    words = [session.status, failure.slug if failure is not None else None, fin.error if fin is not None else None]
    return " · ".join(word for word in words if word)


def _deltas(a: Session, b: Session, price: Price) -> Deltas:
    one, other = a.totals, b.totals
    sums = ("turns", "attempts", "retries", "tools", "tools_failed", "child_sessions")
    tokens = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    times = (numbers.elapsed(session.started_at, session.ended_at) for session in (a, b))
    return Deltas(
        duration_ms=_figure(*times),
        cost=_figure(_spent(a, price), _spent(b, price)),
        **{name: _figure(getattr(one, name), getattr(other, name)) for name in sums},
        **{name: _figure(getattr(one.usage, name), getattr(other.usage, name)) for name in tokens},
    )


def _spent(session: Session, price: Price) -> Decimal | None:
    """What all answers cost, as told or estimated."""
    attempts = (node for _, node in walk(session) if isinstance(node, Attempt))
    return sum_cost(_cost(attempt, price) for attempt in attempts)


def _cost(attempt: Attempt, price: Price) -> Decimal | None:
    told = attempt.response.cost if attempt.response is not None else None
    return told if told is not None else estimate(attempt, price)


def _figure(before: Decimal | float | None, after: Decimal | float | None) -> Figure:
    return Figure(before=before, after=after)
