"""The reference agent: a small, complete agent on the official `anthropic` SDK whose every session is recorded.

It is meant to be read as much as to be used. From the bottom up:

    prompts.py       what the models are told
    definition.py    the agent file; fault.py finds the line of what is wrong with it
    toolbox.py       what the loop knows of tools; refusal.py the calls that no tool gets to see
    dialogue.py      messages, questions and answers, whatever the provider
    speaker.py       one model of one provider; anthropic_speaker.py, openai_speaker.py
    verdict.py       whether an answer will do
    context.py       the guard of the context window
    models.py        all models of an agent: rotation, waiting, one cap of attempts per turn
    report.py        the final report and where it comes from
    runner.py        the loop: turns until a task is done
    errand.py        a task from the agent file to the report, in a session of its own: ``clew run``
    talk.py          a person at a prompt: commands, sessions; knows no terminal
    agent_chat.py    a talk with the agent of a file
    tools/           functions, commands, REST endpoints, MCP servers, sub-agents: one kind per file; kit.py holds them
    workflow.py      named steps, each a turn of a child session
    menu.py          what a person can choose from; menu_chat.py, a talk with a menu

The agent that needs no file has a memory, and lives on Anthropic's SDK alone:

    client.py        the way to its model
    tool.py          what it expects of a tool
    memory.py        Anthropic's memory tool on real files, each command a recorded tool call
    conversation.py  its loop, on the SDK's own retries and streams
    researcher.py    a tool that is an agent: its conversation is a child session
    chat.py          a talk with it
    demo/            three recorded sessions with a scripted model
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

MODEL = "claude-sonnet-5-5"
"""The model that answers unless another one is asked for."""


class _Package(ModuleType):
    """A package that can be called, since its own name is that of the decorator ``@clew.agent``."""

    def __call__(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - see `instrument.agents`
        from clew.instrument.agents import agent  # noqa: PLC0415 - the reference agent need not load it

        return agent(*args, **options)


sys.modules[__name__].__class__ = _Package
