"""Random trees: sessions with every kind of node, every field, and payloads that JSON cannot carry."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec
from hypothesis import strategies as st

from clew.model import log, session, slug
from clew.model.usage import Usage
from clew.wire.whole import decode_whole, encode_whole

if TYPE_CHECKING:
    from clew.model.payload import Payload


T = TypeVar("T")


def payload(value: object) -> Payload:
    """A payload as it comes out of a record."""
    return decode_whole(msgspec.Raw(encode_whole(value)))


def _brief(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """The same strategy, which does not spell itself out when a test fails."""

    @st.composite
    def part(draw: st.DrawFn) -> T:
        return draw(strategy)

    return part()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=12)
    | st.binary(max_size=4)
    | st.sampled_from(["turns", "childSession", '"childSession": {', "}]", "\\", '\\"'])
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(["$", "turns", "childSession", "tools"]), inner, max_size=3)
    ),
    max_leaves=8,
)
PAYLOADS = _brief(st.builds(payload, VALUES))
TIMES = st.integers(0, 2_000_000_000_000_000).map(lambda micros: micros / 1000)
COSTS = st.decimals(0, 1000, allow_nan=False, allow_infinity=False, places=7) | st.sampled_from(
    [Decimal("1E-9"), Decimal(0)]
)
COUNTS = st.integers(0, 10**9)
USAGES = st.builds(Usage, **dict.fromkeys(Usage.__struct_fields__, COUNTS))


def _choice(literal: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def _perhaps(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def _row(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


SOURCES = st.builds(log.Source, file=TEXT, line=COUNTS, function=_perhaps(TEXT))
CONTEXTS = st.builds(log.Context, **dict.fromkeys(log.Context.__struct_fields__, _perhaps(PAYLOADS)))
LOGS = _brief(
    st.builds(
        log.LogEntry,
        timestamp=TIMES,
        severity=_choice(slug.Severity),
        slug=TEXT,
        message=TEXT,
        source=_perhaps(SOURCES),
        details=_perhaps(PAYLOADS),
        context=_perhaps(CONTEXTS),
        registered=st.booleans(),
    )
)
SPAN = {"started_at": TIMES, "ended_at": _perhaps(TIMES), "logs": _row(LOGS)}
STATUS = {"status": _choice(session.NodeStatus), "error": _perhaps(TEXT), "attributes": _perhaps(PAYLOADS)}
ACTIONS = st.builds(
    session.Action,
    type=_choice(session.ActionType),
    name=_perhaps(TEXT),
    content=_perhaps(PAYLOADS),
    outcome=_perhaps(TEXT),
)
RESPONSES = st.builds(
    session.Response,
    payload=_perhaps(PAYLOADS),
    partial=st.booleans(),
    streamed_text=_perhaps(TEXT),
    streamed_reasoning=_perhaps(TEXT),
    model=_perhaps(TEXT),
    declared_stop_reason=_perhaps(TEXT),
    usage=_perhaps(USAGES),
    cost=_perhaps(COSTS),
    logs=_row(LOGS),
)
ATTEMPTS = _brief(
    st.builds(
        session.Attempt,
        number=COUNTS,
        provider=_perhaps(TEXT),
        model=_perhaps(TEXT),
        request=_perhaps(PAYLOADS),
        response=_perhaps(RESPONSES),
        verdict=_perhaps(_choice(session.Verdict)),
        slugs=_row(TEXT),
        http_status=_perhaps(COUNTS),
        backoff_ms=_perhaps(TIMES),
        first_token_at=_perhaps(TIMES),
        **SPAN,
        **STATUS,
    )
)


def _tools(children: st.SearchStrategy[session.Session]) -> st.SearchStrategy[session.ToolCall]:
    return _brief(
        st.builds(
            session.ToolCall,
            index=COUNTS,
            name=TEXT,
            call_id=_perhaps(TEXT),
            kind=_choice(session.ToolKind),
            command=_perhaps(TEXT),
            request=_perhaps(PAYLOADS),
            response=_perhaps(PAYLOADS),
            slugs=_row(TEXT),
            child_session=_perhaps(children),
            accounting=_perhaps(PAYLOADS),
            **SPAN,
            **STATUS,
        )
    )


INITS = st.builds(
    session.Init,
    config=st.builds(session.Config, **dict.fromkeys(session.Config.__struct_fields__, _perhaps(PAYLOADS))),
    **SPAN,
)
FAILURES = st.builds(
    session.Failure,
    origin=_perhaps(_choice(slug.Origin)),
    slug=_perhaps(TEXT),
    path=_perhaps(TEXT),
    incident=_perhaps(TEXT),
)
TOTALS = st.builds(
    session.Totals,
    **dict.fromkeys(["turns", "attempts", "retries", "tools", "tools_failed", "child_sessions", "unpriced"], COUNTS),
    usage=USAGES,
    cost=_perhaps(COSTS),
)
FINS = _brief(
    st.builds(
        session.Fin,
        success=_perhaps(st.booleans()),
        error=_perhaps(TEXT),
        failure=_perhaps(FAILURES),
        final_report=_perhaps(PAYLOADS),
        totals=_perhaps(TOTALS),
        **SPAN,
    )
)
NOTES = st.builds(
    session.Note,
    kind=TEXT,
    message=TEXT,
    at=_perhaps(TIMES),
    segment=COUNTS,
    offset=_perhaps(COUNTS),
    size=_perhaps(COUNTS),
)


def _sessions(tools: st.SearchStrategy[session.ToolCall]) -> st.SearchStrategy[session.Session]:
    work = (
        {"index": COUNTS, "action": _perhaps(ACTIONS), "attempts": _row(ATTEMPTS), "tools": _row(tools)} | SPAN | STATUS
    )
    return _brief(
        st.builds(
            session.Session,
            session_id=TEXT,
            agent_id=_perhaps(TEXT),
            parent=_perhaps(st.builds(session.Parent, session_id=TEXT, path=TEXT)),
            title=_perhaps(TEXT),
            latest_status=_perhaps(TEXT),
            model=_perhaps(TEXT),
            system_prompt=_perhaps(PAYLOADS),
            tags=_row(TEXT),
            phase=_choice(session.Phase),
            status=_choice(session.SessionStatus),
            init=INITS,
            turns=_row(st.builds(session.Turn, **work)),
            steps=_row(st.builds(session.Step, kind=_choice(session.StepKind), name=_perhaps(TEXT), **work), 1),
            fin=_perhaps(FINS),
            totals=TOTALS,
            attributes=_perhaps(PAYLOADS),
            notes=_row(NOTES, 1),
            **SPAN,
        )
    )


_NESTED = st.recursive(_sessions(_tools(st.nothing())), lambda children: _sessions(_tools(children)), max_leaves=3)


def sessions() -> st.SearchStrategy[session.Session]:
    """Sessions with sessions inside."""
    return _NESTED
