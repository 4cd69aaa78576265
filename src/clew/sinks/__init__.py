"""Where structured log lines go: the console, a file of JSON lines, journald, a logger of the standard library.

A sink takes one :class:`~clew.sinks.line.Line` at a time. It never makes its caller wait, and what it cannot take it
counts.
"""
