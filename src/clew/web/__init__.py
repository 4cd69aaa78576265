"""The web explorer: a small server for one person, on one machine, over :mod:`clew.explore`.

Requests pass, from the outside in: :mod:`posture` (security headers on whatever leaves), :mod:`gate` (who may ask at
all), :mod:`routes` (the one table of addresses) and a function of :mod:`answers`, which asks the library and gives a
struct of :mod:`wire`. The page, the types of its TypeScript and the OpenAPI document are all made from that table.

Nothing here knows what a session is: that is ``explore/``. Nothing here writes: a reader never touches a journal.
"""
