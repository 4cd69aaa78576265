"""Questions to recorded sessions, as pure functions: what stands in a screen's rows is worked out here."""
