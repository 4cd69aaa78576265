"""The commands and the Python by which the specification reads a trace, to the letter."""

from __future__ import annotations

TRACE = "sessions/session_20251109_143414_a1b2c3d4.json"
"""Where they look for it."""

RECIPES = {
    "pretty": "cat sessions/session_20251109_143414_a1b2c3d4.json | jq",
    "count": "cat sessions/session_20251109_143414_a1b2c3d4.json | jq '.events | group_by(.event_type)"
    " | map({type: .[0].event_type, count: length})'",
    "tools": "cat sessions/session_20251109_143414_a1b2c3d4.json"
    " | jq '.events[] | select(.event_type == \"tool_call\")'",
    "tokens": "cat sessions/session_20251109_143414_a1b2c3d4.json"
    " | jq '.events[] | select(.event_type == \"token_usage\") | .cumulative' | tail -1",
}
"""The four commands."""

SNIPPET = """
import json
from pathlib import Path

# Load a trace
with open('sessions/session_20251109_143414_a1b2c3d4.json') as f:
    trace = json.load(f)

# Analyze tool usage
tool_calls = [e for e in trace['events'] if e['event_type'] == 'tool_call']
print(f"Total tool calls: {len(tool_calls)}")

# Count by command
from collections import Counter
commands = Counter(tc['command'] for tc in tool_calls)
print(f"Commands used: {commands}")

# Check for errors
errors = [e for e in trace['events'] if e['event_type'] == 'error']
if errors:
    print(f"Errors occurred: {len(errors)}")
"""
"""The Python."""
