"""A program that is no MCP server: it says why, and leaves; with an argument it says nothing, and stays."""

from __future__ import annotations

import sys

if len(sys.argv) > 1:
    sys.stdin.read()
print("no licence found", file=sys.stderr)
sys.exit(3)
