"""Figures over many sessions, one command per file; :mod:`clew.cli.stats.group` gathers them."""
