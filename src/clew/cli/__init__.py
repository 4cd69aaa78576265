"""The command line: one command per file, each imported when it is called.

Data goes to stdout, everything said to a person to stderr.
"""
