"""The index: rows about sessions, derived from their journals and thrown away at will."""
