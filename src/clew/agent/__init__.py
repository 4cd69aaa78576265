"""The reference agent: a small, complete agent on the official `anthropic` SDK whose every session is recorded.

It is meant to be read as much as to be used. From the bottom up:

    prompts.py       what the models are told
    client.py        the way to a model
    tool.py          what the agent expects of a tool
    memory.py        Anthropic's memory tool on real files, each command a recorded tool call
    conversation.py  the loop: a message of the user, then turns until the model is done
    researcher.py    a tool that is an agent: its conversation is a child session
    chat.py          many messages, commands, sessions; knows no terminal
    task.py          one task that ends with a report the model must hand in
    demo/            three recorded sessions with a scripted model
"""

from __future__ import annotations

MODEL = "claude-sonnet-5-5"
"""The model that answers unless another one is asked for."""
