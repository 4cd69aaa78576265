"""The table of routes: every address of the server that tells of sessions. The page is told its types from here."""

from __future__ import annotations

from clew.web.answers import costs, figures, nodes, sessions, trees
from clew.web.route import Route

EVENTS = "text/event-stream"
BYTES = "application/octet-stream"

_SESSION = "/api/sessions/{id}"
_NODE = f"{_SESSION}/nodes/{{path}}"
_PART = f"{_NODE}/parts/{{part}}"

ROUTES: tuple[Route, ...] = (
    Route("/api/sessions", sessions.sessions),
    Route("/api/overview", sessions.tiles),
    Route("/api/spending", sessions.spent),
    Route("/api/complete", sessions.completions),
    Route("/api/search", sessions.search),
    Route("/api/costs", costs.all_costs),
    Route("/api/failures", figures.failures),
    Route("/api/compare", figures.comparison),
    Route("/api/live", sessions.moved, EVENTS),
    Route(_SESSION, trees.session),
    Route(f"{_SESSION}/rows", trees.rows),
    Route(f"{_SESSION}/timeline", costs.timeline),
    Route(f"{_SESSION}/costs", costs.costs),
    Route(f"{_SESSION}/next", trees.next_node),
    Route(f"{_SESSION}/why", trees.why),
    Route(f"{_SESSION}/live", trees.grown, EVENTS),
    Route(_NODE, nodes.node),
    Route(f"{_NODE}/new", nodes.new),
    Route(_PART, nodes.part),
    Route(f"{_PART}/find", nodes.find),
    Route(f"{_PART}/raw", nodes.raw, BYTES),
)
"""In the order of the documentation."""
