"""What is made inside pages that people write: tables of acts, of agent files, of the agent's slugs."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from clew.cli.slug_check import read
from clew.model.catalog import catalog, is_own
from tests.docs.sources import Field, fields, module, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from clew.model.slug import Slug

SOURCES = Path(__file__).parents[2] / "src" / "clew"
_AGENT_FILE = {
    "_Declared": "The file",
    "Model": "`[[models]]`",
    "Limits": "`[limits]`",
    "Function": "`[[functions]]`",
    "Command": "`[[commands]]`",
    "Rest": "`[[rest]]`",
    "McpServer": "`[[mcp]]`",
    "SubAgent": "`[[agents]]`",
    "Workflow": "`[[workflows]]`",
    "WorkflowStep": "`[[workflows.steps]]`",
    "Menu": "`[menu]`",
    "MenuEntry": "`[[menu.entries]]`",
}
"""The classes of an agent file, and the section of TOML that each is."""


def acts() -> str:
    """Every act of a journal, with its fields."""
    rows = "".join(_act(node) for node in _classes("clew.model.event") if _tag(node) is not None)
    return f"| `ev` | what it says | fields |\n|---|---|---|\n{rows}"


def _act(node: ast.ClassDef) -> str:
    payloads = _payloads(node)
    inherited = [one for base in node.bases for one in _inherited(base)]
    own = [*inherited, *fields(node)]
    cells = [f"`{one.name}`{'¹' * (one.name in payloads)}{' *' * (one.default is None)}" for one in own]
    return f"| `{_tag(node)}` | {_flat(said(node))} | {', '.join(cells) or '–'} |\n"


def _inherited(base: ast.expr) -> list[Field]:
    """The fields of an act that another one is made of."""
    name = ast.unparse(base).partition("[")[0]
    return [one for node in _classes("clew.model.event") if node.name == name for one in fields(node)]


def _tag(node: ast.ClassDef) -> str | None:
    """The kind of an act, as lines have it."""
    tags = [word.value.value for word in node.keywords if word.arg == "tag" and isinstance(word.value, ast.Constant)]
    return str(tags[0]) if tags else None


def _payloads(node: ast.ClassDef) -> set[str]:
    for here in node.body:
        if isinstance(here, ast.AnnAssign) and ast.unparse(here.target) == "PAYLOADS" and here.value is not None:
            return set(ast.literal_eval(here.value))
    return set()


def agent_file() -> str:
    """The sections and keys of an agent file."""
    nodes = {node.name: node for node in _classes("clew.agent.definition")}
    return "".join(_section(nodes[name], title) for name, title in _AGENT_FILE.items())


def _section(node: ast.ClassDef, title: str) -> str:
    rows = "".join(
        f"| `{one.name}` | {_default(one.default)} | {_flat(one.text) or 'See the section of this name.'} |\n"
        for one in fields(node)
    )
    return f"\n**{title}**: {_flat(said(node))}\n\n| key | if left out | what it is |\n|---|---|---|\n{rows}"


def _default(default: str | None) -> str:
    """What holds where a key is left out, in TOML's words."""
    if default is None:
        return "must be given"
    if re.fullmatch(r"[\d_.]+|'[^']*'", default):
        return f"`{default.replace(chr(39), chr(34))}`"
    return {"True": "`true`", "False": "`false`"}.get(default, "–")


def agent_slugs() -> str:
    """The slugs that the reference agent itself can emit."""
    mentions = read([SOURCES / "agent"], foreign=(), without=())
    emitted = {mention.slug for mention in mentions if mention.role == "emitted"}
    rows = [_slug(one) for one in catalog().values() if is_own(one.name) and one.name in emitted]
    return "| slug | severity | origin | says | a user may be told |\n|---|---|---|---|---|\n" + "".join(rows)


def _slug(one: Slug) -> str:
    cells = (f"`{one.name}`", one.severity, one.origin or "–", one.description, one.public if one.origin else "–")
    return f"| {' | '.join(cells)} |\n"


def _classes(name: str) -> list[ast.ClassDef]:
    return [node for node in module(name).body if isinstance(node, ast.ClassDef)]


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PARTS: dict[str, Callable[[], str]] = {"acts": acts, "agent-file": agent_file, "agent-slugs": agent_slugs}
"""What makes each region, by its name."""
