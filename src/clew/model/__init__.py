"""Frozen values: what a session is made of. Nothing here reads, writes or computes across nodes."""
