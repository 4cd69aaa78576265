"""The tools that an agent file can name, one kind per file.

    tool.py          what every tool has, and how one says that it failed
    parameters.py    what the model gave, held against the tool's JSON Schema
    signature.py     that schema, taken from a Python function
    placeholder.py   parameters put into the texts of an agent file
    aside.py         work done in other threads
    misfit.py        what an agent file says that cannot be, with its line
    function.py      a Python function
    command.py       a program
    rest.py          an HTTP endpoint
    mcp_link.py      the connection to an MCP server, in a thread of its own
    mcp_server.py    an MCP server: started, missed, started again
    mcp_tool.py      a tool of an MCP server
    sub_agent.py     another agent
    declared.py      the tools of an agent file, made
    kit.py           all tools of an agent, and what happens around every call

Workflows are in ``agent/workflow.py``: they are tools made of calls of other tools.
"""
