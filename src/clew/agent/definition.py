"""The definition: what an agent is, as its file says it.

An agent file is TOML. The structs below are the format; there is no second description. A file that does not fit is
refused whole, with one sentence that names the file, the line and the key.

    name = "support"
    system = "You look after orders."

    [[models]]
    provider = "anthropic"
    model = "claude-sonnet-5-5"

    [[commands]]
    name = "disk"
    argv = ["df", "-h"]

    [limits]
    max_turns = 8

The models are taken in the order of the file. What the sections of tools, menu and workflows mean is decided by the
rooms that run them; here they are only read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from clew.agent.fault import find_line, sentence_of
from clew.errors import AgentFileError

Name: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Words: TypeAlias = Annotated[str, Meta(min_length=1)]
Seconds: TypeAlias = Annotated[float, Meta(gt=0)]
Positive: TypeAlias = Annotated[int, Meta(ge=1)]
Provider: TypeAlias = Literal["anthropic", "openai"]

FINAL_REPORT = "final_report"
"""The tool with which every task ends; no other tool may have its name."""
KEYS: dict[Provider, str] = {"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}
"""Where a provider's key is looked for unless the file says otherwise."""


def _no_parameters() -> dict[str, Any]:
    return {"type": "object", "properties": {}}


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of an agent file: a misspelt key is an error."""


class Model(_Part, frozen=True, kw_only=True):
    """A model, and the provider that serves it."""

    provider: Provider
    """Which API is spoken; any server that speaks OpenAI's chat completions is `openai`."""
    model: Words
    """The model, as the provider calls it."""
    base_url: str | None = None
    """The address of the server, if it is not the provider's own."""
    api_key_env: str | None = None
    """The environment variable that holds the key; by default the one the provider's SDK looks for."""
    context_window: Positive = 200_000
    """How many tokens request and answer may have together."""
    max_output_tokens: Positive = 4_096
    """How many of them the answer may have."""

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key."""
        return self.api_key_env or KEYS[self.provider]


class Function(_Part, frozen=True, kw_only=True):
    """A tool that is a Python function."""

    name: Name
    """What the model calls it."""
    target: Annotated[str, Meta(pattern=r"^[\w.]+:[\w.]+$")]
    """Where it is, as `module:function`."""
    description: str = ""
    """What the model is told of it."""
    timeout: Seconds = 30.0
    """Seconds it may take."""
    parameters: dict[str, Any] = field(default_factory=_no_parameters)
    """The JSON Schema of its parameters."""


class Command(_Part, frozen=True, kw_only=True):
    """A tool that is a program."""

    name: Name
    """What the model calls it."""
    argv: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The program and its arguments; no shell reads them. `{parameter}` stands for a parameter of the call."""
    description: str = ""
    """What the model is told of it."""
    timeout: Seconds = 30.0
    """Seconds it may take."""
    parameters: dict[str, Any] = field(default_factory=_no_parameters)
    """The JSON Schema of its parameters."""


class Rest(_Part, frozen=True, kw_only=True):
    """A tool that is an HTTP endpoint."""

    name: Name
    """What the model calls it."""
    url: Annotated[str, Meta(pattern=r"^https?://")]
    """The address; `{parameter}` stands for a parameter of the call."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """The HTTP method."""
    description: str = ""
    """What the model is told of it."""
    timeout: Seconds = 30.0
    """Seconds it may take."""
    parameters: dict[str, Any] = field(default_factory=_no_parameters)
    """The JSON Schema of its parameters."""


class McpServer(_Part, frozen=True, kw_only=True):
    """A program that offers tools over the Model Context Protocol."""

    name: Name
    """What it is called in sessions."""
    argv: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The program and its arguments."""
    env: dict[str, str] = field(default_factory=dict)
    """Environment variables it gets beside the usual ones."""
    timeout: Seconds = 30.0
    """Seconds that one call, or the start, may take."""
    restarts: Annotated[int, Meta(ge=0)] = 1
    """How often it is started again after it died."""


class SubAgent(_Part, frozen=True, kw_only=True):
    """A tool that is an agent."""

    name: Name
    """What the model calls it."""
    file: Words
    """Its own agent file, as seen from this one."""
    description: str = ""
    """What the model is told of it."""


class WorkflowStep(_Part, frozen=True, kw_only=True):
    """A step of a workflow: the call of a tool of this agent."""

    name: Name
    """What it is called in sessions."""
    tool: Words
    """The tool that is called."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """Its parameters; `{parameter}` in a text stands for a parameter of the workflow."""


class Workflow(_Part, frozen=True, kw_only=True):
    """A tool that is a fixed order of steps."""

    name: Name
    """What the model calls it."""
    steps: Annotated[tuple[WorkflowStep, ...], Meta(min_length=1)]
    """What is done, in order; a step that fails stops the workflow."""
    description: str = ""
    """What the model is told of it."""
    parameters: dict[str, Any] = field(default_factory=_no_parameters)
    """The JSON Schema of its parameters."""


class MenuEntry(_Part, frozen=True, kw_only=True):
    """Something a person can choose."""

    label: Words
    """What the person reads."""
    command: str | None = None
    """A word that chooses it, for instance `/orders`."""
    message: str | None = None
    """What is said to the model when it is chosen; left out, the label."""
    workflow: str | None = None
    """The workflow that it runs instead."""
    tool: str | None = None
    """The tool that it calls instead."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """The parameters of that workflow or tool."""


class Menu(_Part, frozen=True, kw_only=True):
    """What a person can choose from."""

    entries: Annotated[tuple[MenuEntry, ...], Meta(min_length=1)]
    """Numbered from 1."""
    title: str = ""
    """What stands above the entries."""


class Limits(_Part, frozen=True, kw_only=True):
    """How far the agent may go."""

    max_turns: Positive = 10
    """Turns for one task or message; in the last one there is nothing left to call but the report."""
    max_attempts: Positive = 3
    """Requests in one turn, over all models together."""
    timeout: Seconds = 120.0
    """Seconds that one request may take."""
    report: bool = True
    """Whether a task must end with a report that the model hands in; text alone is then asked for again."""


class _Declared(_Part, frozen=True, kw_only=True):
    """Everything an agent file may say."""

    name: Name
    """The agent's id in its sessions."""
    system: str = ""
    """The system prompt."""
    models: Annotated[tuple[Model, ...], Meta(min_length=1)]
    """Who answers, the preferred one first."""
    functions: tuple[Function, ...] = ()
    commands: tuple[Command, ...] = ()
    rest: tuple[Rest, ...] = ()
    mcp: tuple[McpServer, ...] = ()
    agents: tuple[SubAgent, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    menu: Menu | None = None
    """What a person can choose from in a chat."""
    limits: Limits = Limits()


class Definition(_Declared, frozen=True, kw_only=True):
    """An agent, as its file says it."""

    path: Path
    """The file; what it names beside itself is looked for in its folder."""

    @property
    def folder(self) -> Path:
        """Where the files are looked for that the definition names."""
        return self.path.parent


def load_definition(path: str | Path) -> Definition:
    """Read an agent file, or raise ``AgentFileError`` with a sentence that names the file, the line and the key."""
    path = Path(path)
    text = ""
    try:
        text = path.read_bytes().decode()
        declared = msgspec.toml.decode(text, type=_Declared)
        fields = {name: getattr(declared, name) for name in declared.__struct_fields__}
        return _checked(Definition(**fields, path=path), text)
    except OSError as error:
        problem, line = f"it cannot be read ({error.strerror})", None
    except UnicodeDecodeError:
        problem, line = "it is not UTF-8", None
    except msgspec.ValidationError as error:
        problem, line = sentence_of(str(error)), find_line(text, str(error))
    except msgspec.DecodeError as error:
        problem, line = f"it is not TOML ({error})", find_line(text, str(error))
    raise AgentFileError(_sentence(path, line, problem))


def tool_names(definition: Definition) -> list[tuple[str, str]]:
    """The section and the name of everything the model can call by the name in the file, in the file's order."""
    sections = ("functions", "commands", "rest", "agents", "workflows")
    return [(section, tool.name) for section in sections for tool in getattr(definition, section)]


def _checked(definition: Definition, text: str) -> Definition:
    """Refuse what each part may say for itself and the whole may not."""
    seen = {FINAL_REPORT}
    for section, name in tool_names(definition):
        if name in seen:
            index = [tool.name for tool in getattr(definition, section)].index(name)
            line = find_line(text, f"- at `$.{section}[{index}].name`")
            taken = "is the tool that ends a task" if name == FINAL_REPORT else "is the name of another tool"
            raise AgentFileError(_sentence(definition.path, line, f"at `{section}.name`, '{name}' {taken}"))
        seen.add(name)
    return definition


def _sentence(path: Path, line: int | None, problem: str) -> str:
    where = f"{path}, line {line}," if line is not None else str(path)
    return f"Agent file {where} is not usable: {problem}."
