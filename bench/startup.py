"""What ``import clew`` adds to a Python process."""

from __future__ import annotations

from statistics import median

import msgspec

from bench.process import Spent, run, spend

_STRANGERS = """
import sys
import msgspec
before = set(sys.modules)
import clew
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(names - sys.stdlib_module_names - {"clew"}))
"""


class Startup(msgspec.Struct, kw_only=True):
    """Milliseconds more than a bare interpreter, medians."""

    cpu: float
    """CPU time."""
    wall: float
    """From start to end of the process."""
    msgspec: float
    """CPU time of ``import msgspec`` alone."""
    strangers: list[str]
    """Top-level modules loaded that are not of the standard library, and that msgspec does not load by itself."""


def startup(rounds: int) -> Startup:
    """Run bare interpreters and importing ones in turn."""
    spend(["-c", "import clew"])  # compiled modules are kept from here on
    bare: list[Spent] = []
    importing: list[Spent] = []
    below: list[Spent] = []
    for _ in range(rounds):
        bare.append(spend(["-c", "pass"]))
        importing.append(spend(["-c", "import clew"]))
        below.append(spend(["-c", "import msgspec"]))
    return Startup(
        cpu=median(row.cpu for row in importing) - median(row.cpu for row in bare),
        wall=median(row.wall for row in importing) - median(row.wall for row in bare),
        msgspec=median(row.cpu for row in below) - median(row.cpu for row in bare),
        strangers=run(["-c", _STRANGERS]).stdout.split(),
    )
