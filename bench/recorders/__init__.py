"""The recorders that are compared, each in its own file; each imports what only it needs."""
