"""The terminal explorer: screens over :mod:`clew.explore`, with no logic about sessions of their own.

State flows down: a screen is given what it shows. Messages flow up; all of them are in :mod:`clew.tui.messages`.
"""
