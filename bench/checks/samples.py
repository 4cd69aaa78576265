"""Real transcripts of another program, held against facts that were computed from their raw lines.

They lie beside the project, not in it; where they are absent the check says so.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import clew
from bench.checks.finding import Finding
from bench.process import CLEW, ROOT, spend
from bench.process import clew as command
from clew.tree.totals import totals

if TYPE_CHECKING:
    from clew.model.session import Attempt, Session, ToolCall
    from clew.model.usage import Usage

SAMPLES = ROOT.parent / "shared" / "samples"

PLAIN = "import json, sys\nfor line in open(sys.argv[1], 'rb'): json.loads(line)"
"""The plain reading that showing is held against."""

MOST = 2.0
ALLOWANCE = 60.0
"""Milliseconds."""


def samples(*, rounds: int = 9) -> list[Finding]:
    """Import the samples, compare the facts, and time ``clew show`` on the larger one."""
    if not (SAMPLES / "expected.json").exists():
        absent = "the samples are not beside the project"
        return [Finding(name="samples import exactly", figure=absent, target="every fact", met=None)]
    expected = json.loads((SAMPLES / "expected.json").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        ended = command("import", "--dir", folder, str(SAMPLES / "claude-code"))
        assert ended.code == 0, ended.stderr
        sessions = {str(_attribute(session, "foreign_id"))[:8]: session for session in clew.sessions(dir=folder)}
        findings = [
            _facts(name, session, expected[f"claude-code/{name}"]["facts"]) for name, session in sessions.items()
        ]
        return [*findings, _shown(Path(folder), rounds)]


def _facts(name: str, session: Session, expected: dict[str, Any]) -> Finding:
    found = facts_of(session)
    wrong = [f"{key} {found[key]} instead of {expected[key]}" for key in found if found[key] != expected[key]]
    return Finding(
        name=f"sample {name} imports exactly",
        figure=f"{len(found) - len(wrong)} of {len(found)} facts" + (f"; {'; '.join(wrong)}" if wrong else ""),
        target="every fact",
        met=not wrong,
    )


def facts_of(session: Session) -> dict[str, Any]:
    """The facts of an imported session, under the names of ``expected.json``."""
    attempts, tools = _attempts(session), _tools(session)
    children = [tool.child_session for tool in tools if tool.child_session is not None]
    calls = [attempt for attempt in attempts if attempt.response is not None]
    below = [attempt for child in children for attempt in _attempts(child) if attempt.response is not None]
    all_tools = [*tools, *(tool for child in children for tool in _tools(child))]
    main, total = totals(session, children=False).usage, session.totals.usage
    return {
        "llm_calls": len(calls) + len(below),
        "llm_calls_main": len(calls),
        "llm_calls_subagents": len(below),
        "user_prompts": sum(turn.action is not None for turn in session.turns),
        "compactions": sum(step.kind == "compaction" for step in session.steps),
        "retries": clew.count_retries(session),
        "retry_attempts": [n + 1 for turn in session.turns for n in range(len(turn.llm_retries))],
        "retry_wait_ms": round(sum(attempt.backoff_ms or 0 for attempt in attempts), 3),
        "tool_calls": len(all_tools),
        "tool_calls_main": len(tools),
        "tool_errors": sum(tool.status == "failed" for tool in all_tools),
        "tool_errors_main": sum(tool.status == "failed" for tool in tools),
        "tool_calls_without_result": sum(tool.ended_at is None for tool in all_tools),
        "subagents": len(children),
        "tokens": {
            "main": _tokens(main),
            "subagents": {key: _tokens(total)[key] - value for key, value in _tokens(main).items()},
            "total": _tokens(total),
        },
    }


def _shown(folder: Path, rounds: int) -> Finding:
    journal = max(folder.glob("*.jsonl"), key=lambda path: path.stat().st_size)
    show = [*CLEW, "show", str(journal)]
    plain = ["-c", PLAIN, str(journal)]
    pairs = [(spend(show).wall, spend(plain).wall) for _ in range(rounds + 1)][1:]
    own, floor = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    allowed = MOST * floor + ALLOWANCE
    return Finding(
        name="clew show on the larger sample, whole processes",
        figure=f"{own:.0f} ms; plain json.loads of every line {floor:.0f} ms, so {allowed:.0f} ms are allowed",
        target=f"{MOST:.0f} × plain + {ALLOWANCE:.0f} ms at most",
        met=own <= allowed,
    )


def _attempts(session: Session) -> list[Attempt]:
    return [attempt for turn in session.turns for attempt in turn.attempts]


def _tools(session: Session) -> list[ToolCall]:
    return [tool for turn in session.turns for tool in turn.tools]


def _attribute(session: Session, name: str) -> object:
    return session.attributes.value.get(name) if session.attributes is not None else None


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "fresh": usage.input_tokens,
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "output": usage.output_tokens,
    }
