"""A tree as lines of text: the outline, the detail of one node, tables.

Rows are plain data; only :mod:`clew.text.paint` knows terminals.
"""
