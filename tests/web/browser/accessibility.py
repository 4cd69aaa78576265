"""axe-core's judgement of what a page shows.

The rules run in a world of their own beside the page's: they see its document and its styles, the page sees nothing of
them, and its content security policy stays as strict as it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

_AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(
  ({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target}: ${failureSummary}`)))
"""


def accessibility_violations(page: Page) -> list[str]:
    """Every violation of WCAG A and AA and of good practice that can be seen now, each with the element it is at."""
    session = page.context.new_cdp_session(page)
    try:
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
        _evaluate(session, world, _axe())
        found: list[str] = _evaluate(session, world, _RUN)
        return found
    finally:
        session.detach()


def check_accessibility(page: Page) -> None:
    """Fail with every violation there is."""
    violations = accessibility_violations(page)
    assert not violations, "\n".join(violations)


@cache
def _axe() -> str:
    return f"{_AXE.read_text('utf-8')}\nundefined;"


def _evaluate(session: CDPSession, world: int, expression: str) -> Any:  # noqa: ANN401 - whatever the expression gives
    told = session.send(
        "Runtime.evaluate",
        {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in told, told["exceptionDetails"]
    return told["result"].get("value")
