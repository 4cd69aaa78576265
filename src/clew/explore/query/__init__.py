"""The query language: one for the command line, the terminal explorer, the page and Python.

``parse`` reads it, ``where`` asks the catalog, ``matches_node`` asks the rows of a tree, ``complete`` helps to type it.
``docs/query.md`` describes it.
"""

from __future__ import annotations

from clew.explore.query.completion import Completion, complete
from clew.explore.query.field import FIELDS, Field
from clew.explore.query.match import NodeFacts, about_nodes, matches_node
from clew.explore.query.parser import parse
from clew.explore.query.term import Condition, Query, Text, written_value
from clew.explore.query.where import Where, titled, where

__all__ = [
    "FIELDS",
    "Completion",
    "Condition",
    "Field",
    "NodeFacts",
    "Query",
    "Text",
    "Where",
    "about_nodes",
    "complete",
    "matches_node",
    "parse",
    "titled",
    "where",
    "written_value",
]
