"""Random sessions, twice: as the acts that recorded them, and as the tree that must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from hypothesis import strategies as st

from clew.model import event
from clew.model.log import Context, LogEntry
from clew.model.payload import Payload
from clew.model.session import (
    Action,
    ActionType,
    Attempt,
    Config,
    Fin,
    Init,
    NodeStatus,
    Response,
    Session,
    Step,
    StepKind,
    ToolCall,
    ToolKind,
    Totals,
    Turn,
)
from clew.model.usage import Usage

if TYPE_CHECKING:
    import random

    from clew.model.act import Act

ID = "20260102_030405_0badcafe"
ENDS: list[NodeStatus] = ["ok", "failed", "timeout", "cancelled"]
TEXTS = st.sampled_from(["a", "b", "ü", ""])
VALUES = st.sampled_from([None, True, 1, 1.0, "x", [1, {"k": []}], {"a": 1, "b": None}])


@dataclass
class History:
    """The acts, each with its segment and with the group within which order counts."""

    draw: Any
    acts: list[tuple[Act, int, object]] = field(default_factory=list)
    nodes: int = 0

    def write(self, act: Act, *, group: object = None, elsewhere: bool = False) -> float:
        """Append an act; ``elsewhere`` lets another process have written it. Returns its time."""
        act.seq, act.at = len(self.acts), 1000.0 + len(self.acts)
        segment = 2 if elsewhere and self.draw(st.booleans()) else 1
        if segment == 2:
            for name in ("n", "of", "llm_request", "llm_response", "tool_request", "tool_response"):
                if getattr(act, name, None):
                    setattr(act, name, (1, getattr(act, name)))
        self.acts.append((act, segment, group))
        return act.at

    def number(self) -> int:
        """The number of a node that begins."""
        self.nodes += 1
        return self.nodes

    def maybe(self, strategy: st.SearchStrategy[Any]) -> Any:  # noqa: ANN401 - whatever the strategy makes
        """Something, or ``None``."""
        return self.draw(st.none() | strategy)

    def payload(self) -> Payload | None:
        """A payload, or none."""
        return Payload.of(self.draw(VALUES)) if self.draw(st.booleans()) else None

    def logs(self, of: int, attempt: tuple[int, Any] | None = None) -> tuple[LogEntry, ...]:
        """Entries on a node, with the request of an attempt in force."""
        entries = []
        for severity in self.draw(st.lists(st.sampled_from(["WRN", "ERR", "TRC", "VRB"]), max_size=2)):
            loud = severity in {"WRN", "ERR"}
            act: Any = event.Logged(
                of=of, slug="a.b", severity=severity, message=self.draw(TEXTS), details=self.payload()
            )
            act.llm_request = attempt[0] if attempt is not None and loud else None
            entry = LogEntry(
                timestamp=self.write(act, elsewhere=of != 0),
                severity=severity,
                slug="a.b",
                message=act.message,
                details=act.details,
                context=Context(llm_request=attempt[1] if attempt is not None else None) if loud else None,
            )
            entries += [entry] if severity != "VRB" else []
        return tuple(entries)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[Act, int, object]], Session]:
    """Acts in the order in which they were written, and the session that they record."""
    history = History(draw)
    started_at = history.write(event.Header(format=1, session_id=ID))
    facts = {name: history.maybe(TEXTS) for name in ("agent_id", "title", "model")}
    prompt = history.payload()
    started_at = history.write(event.SessionStart(**facts, system_prompt=prompt))
    tools, providers = history.payload(), history.payload()
    history.write(event.ConfigSet(tools=tools), group="config")
    history.write(event.ConfigSet(providers=providers), group="config")
    init_logs = history.logs(0)
    init = Init(
        started_at=started_at,
        ended_at=history.write(event.InitEnd()),
        config=Config(tools=tools, providers=providers),
        logs=init_logs,
    )
    turns: list[Turn] = []
    steps: list[Step] = []
    for kind in draw(st.lists(st.sampled_from(["turn", "turn", "step"]), max_size=4)):
        if kind == "turn":
            turns.append(_turn(history, len(turns) + 1))
        else:
            steps.append(_step(history, len(steps) + 1))
    title = history.maybe(TEXTS)
    history.write(event.SessionSet(title=title, latest_status="x"), group="set")
    logs = history.logs(0)
    fin = _fin(history)
    alive = fin is None
    session = Session(
        session_id=ID,
        agent_id=facts["agent_id"],
        model=facts["model"],
        title=title if title is not None else facts["title"],
        latest_status="x",
        system_prompt=prompt,
        phase="running" if fin is None else "fin" if fin.success else "error",
        status="running" if alive else "ok" if fin is not None and fin.success else "failed",
        started_at=started_at,
        ended_at=fin.ended_at if fin is not None else None,
        init=init,
        turns=tuple(turns),
        steps=tuple(steps),
        logs=logs,
        fin=fin,
    )
    return history.acts, session


def _turn(history: History, index: int) -> Turn:
    n, action, name, content = (
        history.number(),
        history.maybe(_choice(ActionType)),
        history.maybe(TEXTS),
        history.payload(),
    )
    act = event.TurnStart(n=n, index=index, action=action, name=name, content=content)
    return Turn(**_holder(history, n, act, action, name, content), index=index)


def _step(history: History, index: int) -> Step:
    n, action, name, content = (
        history.number(),
        history.maybe(_choice(ActionType)),
        history.maybe(TEXTS),
        history.payload(),
    )
    kind, label = history.draw(_choice(StepKind)), history.maybe(TEXTS)
    act = event.StepStart(n=n, index=index, kind=kind, name=label, action=action, action_name=name, content=content)
    return Step(**_holder(history, n, act, action, name, content), index=index, kind=kind, name=label)


def _holder(history: History, n: int, act: Act, action: Any, name: Any, content: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of an action
    started_at = history.write(act)
    attempts: list[Attempt] = []
    tools: list[ToolCall] = []
    for kind in history.draw(st.lists(st.sampled_from(["attempt", "tool"]), max_size=3)):
        if kind == "attempt":
            attempts.append(_attempt(history, n, len(attempts)))
        else:
            tools.append(_tool(history, n, len(tools) + 1))
    logs = history.logs(n)
    end: Any = None
    if history.draw(st.booleans()):
        end = event.NodeEnd(
            n=n, status=history.draw(st.sampled_from(ENDS)), error=history.maybe(TEXTS), outcome=history.maybe(TEXTS)
        )
        status, error, outcome = end.status, end.error, end.outcome
        ended_at: float | None = history.write(end, elsewhere=True)
    else:
        status, error, outcome, ended_at = "running", None, None, None
    return {
        "action": Action(type=action, name=name, content=content, outcome=outcome) if action is not None else None,
        "status": status,
        "error": error,
        "attempts": tuple(attempts),
        "tools": tuple(tools),
        "logs": logs,
        "started_at": started_at,
        "ended_at": ended_at,
    }


def _attempt(history: History, of: int, number: int) -> Attempt:
    n, request, model = history.number(), history.payload(), history.maybe(TEXTS)
    started_at = history.write(event.AttemptStart(n=n, of=of, number=number, model=model, request=request))
    chunks = history.draw(st.lists(st.sampled_from(["He", "l", "lo"]), max_size=3))
    times = [history.write(event.AttemptChunk(n=n, text=Payload.of(text))) for text in chunks]
    logs = history.logs(n, (n, request))
    late = history.maybe(st.builds(Usage, input_tokens=st.integers(0, 9)))
    if late is not None:
        history.write(event.AttemptResponse(n=n, usage=late), group=n, elsewhere=True)
    answer, status = history.payload(), history.draw(st.sampled_from([*ENDS, "running"]))
    ended_at = None
    if status != "running":
        ended_at = history.write(
            event.AttemptEnd(n=n, status=status, response=answer, http_status=200), group=n, elsewhere=True
        )
    slugs = history.draw(st.lists(st.sampled_from(["a.b", "c.d"]), max_size=2))
    for slug in slugs:
        history.write(event.AttemptVerdict(n=n, rejected=True, slugs=[slug]), group=n, elsewhere=True)
    payload = answer if status != "running" else None
    response = None
    if chunks or late is not None or payload is not None:
        response = Response(
            payload=payload,
            partial=bool(chunks) and status == "running",
            streamed_text="".join(chunks) if chunks else None,
            usage=late,
        )
    accepted = "accepted" if status == "ok" and response is not None else None
    return Attempt(
        number=number,
        model=model,
        request=request,
        response=response,
        status=status,
        verdict="rejected" if slugs else accepted,  # type: ignore[arg-type]  # one of the two
        slugs=tuple(dict.fromkeys(slugs)),
        http_status=200 if status != "running" else None,
        first_token_at=times[0] if times else None,
        started_at=started_at,
        ended_at=ended_at,
        logs=logs,
    )


def _tool(history: History, of: int, index: int) -> ToolCall:
    n, request, kind, command = (
        history.number(),
        history.payload(),
        history.draw(_choice(ToolKind)),
        history.maybe(TEXTS),
    )
    started_at = history.write(event.ToolStart(n=n, of=of, name="t", kind=kind, command=command, request=request))
    logs = history.logs(n)
    status = history.draw(st.sampled_from([*ENDS, "running"]))
    response, ended_at, slugs = None, None, []
    if status != "running":
        response, slugs = history.payload(), history.draw(st.lists(st.just("tool.failed"), max_size=1))
        ended_at = history.write(event.ToolEnd(n=n, status=status, response=response, slugs=slugs), elsewhere=True)
    return ToolCall(
        index=index, name="t", kind=kind, command=command, request=request, response=response, status=status,
        slugs=tuple(slugs), started_at=started_at, ended_at=ended_at, logs=logs,
    )  # fmt: skip


def _fin(history: History) -> Fin | None:
    if history.draw(st.booleans()):
        return None
    report = history.payload()
    if report is not None:
        history.write(event.FinalReport(report=report))
    started_at = history.write(event.FinStart())
    logs = history.logs(0)
    success, error = history.draw(st.booleans()), history.maybe(TEXTS)
    ended_at = history.write(event.FinEnd(success=success, error=error))
    riding = (
        (LogEntry(timestamp=ended_at, severity="FIN", slug="session.fin", message="session.fin"),) if success else ()
    )
    return Fin(
        started_at=started_at,
        ended_at=ended_at,
        success=success,
        error=error,
        final_report=report,
        logs=(*logs, *riding),
    )


def _choice(literal: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def shuffled(acts: list[tuple[Act, int, object]], chance: random.Random) -> list[tuple[Act, int, object]]:
    """The same acts in another order; within a group the order stays."""
    mixed = list(acts)
    chance.shuffle(mixed)
    for group in {group for _, _, group in acts if group is not None}:
        places = [place for place, item in enumerate(mixed) if item[2] == group]
        for place, item in zip(places, [item for item in acts if item[2] == group], strict=True):
            mixed[place] = item
    return mixed


def bare(session: Session) -> Session:
    """A session without what is summed up or told by its segments."""
    return msgspec.structs.replace(session, totals=Totals())
