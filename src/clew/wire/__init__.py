"""Bytes and values: the only home of on-disk shapes."""
