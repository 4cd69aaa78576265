"""Functions as tools: found by name, described by their signature, called with what fits, given up when too slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import clew
from clew.agent.tools.kit import open_kit
from clew.agent.tools.signature import schema_of
from clew.errors import AgentFileError
from tests.agent.tools.workbench import Workbench, response_of, tools_of

if TYPE_CHECKING:
    from pathlib import Path

SHOP = '''\
import threading
import clew

forever = threading.Event()

def find(order: int, city: str = "Bonn") -> dict:
    """Find an order."""
    clew.log("app.message", "looking")
    return {"order": order, "city": city}

async def later(word: str) -> str:
    return word.upper()

def crash() -> None:
    raise LookupError("no such table")

def leave() -> None:
    raise SystemExit(3)

def wait() -> None:
    forever.wait(60)

number = 7
'''

TOOLS = "\n".join(
    f'[[functions]]\nname = "{name}"\ntarget = "bench_shop:{name}"\n' for name in ("find", "later", "crash", "leave")
)


@pytest.fixture(autouse=True)
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bench_shop.py").write_text(SHOP, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "bench_shop", raising=False)


def test_a_function_beside_the_agent_file_is_a_tool(tmp_path: Path) -> None:
    """It is called by name with what the model gave, and its result is recorded as a value and told as text."""
    bench = Workbench(tmp_path, TOOLS)
    session = bench.call(("find", {"order": 7}), ("later", {"word": "hush"}))
    found, later = tools_of(session)
    assert (found.kind, found.status, found.call_id) == ("function", "ok", "c0")
    assert response_of(found) == {"order": 7, "city": "Bonn"}
    assert bench.told == ['{"order":7,"city":"Bonn"}', "HUSH"]
    assert later.status == "ok"
    assert clew.check(session) == []


def test_what_a_function_logs_lands_on_its_call(tmp_path: Path) -> None:
    """A function runs in a thread, with the context of the call."""
    with open_kit(Workbench(tmp_path, TOOLS).definition) as kit:
        with clew.session(agent_id="bench", dir=tmp_path / "s") as session, session.turn(user_input="go") as turn:
            kit.call(turn, "find", {"order": 7}, "c0")
        tree = clew.load(session.session_id, dir=tmp_path / "s", verbose_in_tree=True)
    assert "app.message" in [entry.slug for entry in tree.turns[0].tools[0].logs]


@pytest.mark.parametrize("given", [{}, {"order": "seven"}, {"order": 7, "colour": "red"}, "order seven", [7]])
def test_parameters_that_do_not_fit_never_reach_the_function(tmp_path: Path, given: object) -> None:
    """The signature is the schema: what is missing, of another type, unknown or no object is refused."""
    session = Workbench(tmp_path, TOOLS).call(("find", given))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("failed", ("tool.invalid_params",))
    assert tool.request is not None
    assert tool.request.value == given
    assert clew.find_log(session, "tool.failed") is None


def test_whatever_a_function_raises_is_told_and_recorded(tmp_path: Path) -> None:
    """An exception, and even an exit, is a failed call and not the end of the agent."""
    bench = Workbench(tmp_path, TOOLS)
    session = bench.call(("crash", {}), ("leave", {}), ("find", {"order": 1}))
    assert [tool.status for tool in tools_of(session)] == ["failed", "failed", "ok"]
    assert [tool.slugs for tool in tools_of(session)] == [("tool.failed",), ("tool.failed",), ()]
    assert "LookupError" in bench.told[0]
    assert session.status == "ok"


def test_an_unknown_tool_is_told_and_recorded(tmp_path: Path) -> None:
    """The model reads which tools there are."""
    bench = Workbench(tmp_path, TOOLS)
    session = bench.call(("fly", {"to": "the moon"}))
    assert tools_of(session)[0].slugs == ("tool.not_found",)
    assert "find, later" in bench.told[0]


def test_a_function_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    """The call ends as timed out at the limit that the file sets."""
    slow = '[[functions]]\nname = "wait"\ntarget = "bench_shop:wait"\ntimeout = 0.05\n'
    session = Workbench(tmp_path, slow).call(("wait", {}))
    (tool,) = tools_of(session)
    assert (tool.status, tool.slugs) == ("timeout", ("tool.timeout",))


@pytest.mark.parametrize(
    ("target", "line"), [("bench_shop:fly", 7), ("bench_nowhere:find", 7), ("bench_shop:number", 7)]
)
def test_a_function_that_there_is_not_is_a_fault_of_the_file(tmp_path: Path, target: str, line: int) -> None:
    """The error names the line of the file, before anything is recorded."""
    bench = Workbench(tmp_path, f'[[functions]]\nname = "x"\ntarget = "{target}"\n')
    with pytest.raises(AgentFileError) as caught, open_kit(bench.definition):
        pass
    assert f"line {line}" in str(caught.value)


def test_a_schema_of_the_file_goes_before_the_signature(tmp_path: Path) -> None:
    """Who writes a schema means it; one that is none is a fault of the file."""
    own = '[[functions]]\nname = "find"\ntarget = "bench_shop:find"\n[functions.parameters]\n'
    session = Workbench(tmp_path, own + 'required = ["order", "city"]\n').call(("find", {"order": 7}))
    assert tools_of(session)[0].slugs == ("tool.invalid_params",)
    with pytest.raises(AgentFileError), open_kit(Workbench(tmp_path, own + 'type = "thing"\n').definition):
        pass


def test_the_signature_says_what_can_be_called() -> None:
    """Names, types and defaults become JSON Schema; any names, any parameters."""

    def search(words: list[str], limit: int = 3) -> None: ...
    def anything(**options: object) -> None: ...
    def by_place(order: int, /) -> None: ...

    schema = schema_of(search)
    assert schema["properties"]["words"] == {"type": "array", "items": {"type": "string"}}
    assert schema["properties"]["limit"] == {"type": "integer", "default": 3}
    assert (schema["required"], schema["additionalProperties"]) == (["words"], False)
    assert "additionalProperties" not in schema_of(anything)
    with pytest.raises(TypeError):
        schema_of(by_place)
