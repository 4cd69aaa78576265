"""Lists of tools, as a session is set up with them and as requests offer them, compared tool by tool.

Providers shape a tool differently; its name, description and schema are found in any of them, so that a tool that was
changed in the configuration is an echo in the requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clew.explore.comparison.fingerprint import fingerprint
from clew.explore.comparison.payload_changes import MISSING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from clew.explore.comparison.difference import Kind
    from clew.explore.comparison.findings import Findings, Place

_SCHEMAS = ("input_schema", "parameters", "inputSchema", "parametersJsonSchema", "schema")
_ASPECTS: tuple[tuple[str, Kind], ...] = (
    ("description", "tool_description_changed"),
    ("schema", "tool_schema_changed"),
    ("rest", "tool_definition_changed"),
)


class _Definition(NamedTuple):
    """One tool."""

    whole: Any
    description: Any
    schema: Any
    schema_name: str
    """What its provider calls the schema."""
    rest: Any


def compare_definitions(
    place: Place, what: str, scope: Hashable, before: object, after: object, findings: Findings
) -> None:
    """Report the tools that were added, removed or changed, each once for as long as it stays so."""
    one, other = _by_name(before), _by_name(after)
    if one is None or other is None:
        findings.setting(place, "tool_definition_changed", what, (scope, "definitions"), before, after)
        return
    for name in [*one, *(name for name in other if name not in one)]:
        _compare(place, f"{what}[{name}]", (scope, name), (one.get(name), other.get(name)), findings)
    common = [name for name in one if name in other], [name for name in other if name in one]
    standing = findings.echo.standing(scope, "definitions in order", *map(list, common))
    if standing == "new":
        findings.add(place, "tool_definitions_reordered", what, *common)


def _compare(
    place: Place,
    what: str,
    whose: tuple[Hashable, str],
    pair: tuple[_Definition | None, _Definition | None],
    findings: Findings,
) -> None:
    before, after = pair
    scope, name = whose
    there = MISSING if before is None else True, MISSING if after is None else True
    standing = findings.echo.standing(scope, ("definition", name), *there)
    if standing == "new" and before is None and after is not None:
        findings.add(place, "tool_definition_added", what, None, after.whole)
    elif standing == "new" and before is not None:
        findings.add(place, "tool_definition_removed", what, before.whole, None)
    findings.echoes += standing == "echo"
    if before is None or after is None:
        return
    for aspect, kind in _ASPECTS:
        old, new = getattr(before, aspect), getattr(after, aspect)
        field = before.schema_name if aspect == "schema" else "" if aspect == "rest" else aspect
        setting = scope, ("definition", name, aspect)
        findings.setting(place, kind, f"{what}.{field}" if field else what, setting, old, new)


def _by_name(value: object) -> dict[str, _Definition] | None:
    """The tools of a list by name; ``None`` if this is no list of tools."""
    if value is MISSING or value is None:
        return {}
    if isinstance(value, dict):
        value = [{"name": name} | (tool if isinstance(tool, dict) else {"": tool}) for name, tool in value.items()]
    if not isinstance(value, list):
        return None
    found: dict[str, _Definition] = {}
    for tool in value:
        name, definition = _definition(tool)
        number = 2
        unique = name
        while unique in found:
            unique, number = f"{name} {number}", number + 1
        found[unique] = definition
    return found


def _definition(tool: Any) -> tuple[str, _Definition]:  # noqa: ANN401 - a JSON value
    if not isinstance(tool, dict):
        return str(tool), _Definition(tool, MISSING, MISSING, "", {})
    inner = tool["function"] if isinstance(tool.get("function"), dict) else tool
    name = inner.get("name", inner.get("type"))
    schema = next((key for key in _SCHEMAS if key in inner), "")
    told = {"name", "description", "type", "function", "cache_control", schema}
    rest = {key: item for key, item in (tool | inner).items() if key not in told}
    shown = name if isinstance(name, str) else fingerprint(tool).hex()
    return shown, _Definition(tool, inner.get("description", MISSING), inner.get(schema, MISSING), schema, rest)
