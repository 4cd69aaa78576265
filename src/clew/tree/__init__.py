"""Pure functions of a session."""
