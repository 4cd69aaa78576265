"""Exact substring search over everything that sessions hold; what is found, and where, is defined in ``leaf``."""
