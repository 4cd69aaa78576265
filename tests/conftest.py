"""What every test shares: how hard Hypothesis looks, and an environment without the developer in it.

``HYPOTHESIS_PROFILE`` chooses how many examples a property is tried on: ``fast`` while working, ``ci`` repeats the same
examples on every machine, ``prove`` looks long. None has a deadline: a busy machine is no finding.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLOW_MACHINE = [HealthCheck.too_slow]
_UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""With it, every program that a test starts compiles the whole package anew."""
_OURS = ("CLEW_", "ANTHROPIC_", "OPENAI_", "CLAUDE_")
_SCREEN = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"}

settings.register_profile("fast", max_examples=20, deadline=None, suppress_health_check=_SLOW_MACHINE)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, suppress_health_check=_SLOW_MACHINE)
settings.register_profile("prove", max_examples=2_000, deadline=None, suppress_health_check=_SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def _leads_outside(name: str) -> bool:
    """Whether a variable would lead a test to somebody's sessions, keys, proxy or terminal, or make it slow."""
    return name.startswith(_OURS) or name in {*_SCREEN, _UNCOMPILED} or name.lower().endswith("_proxy")


@pytest.fixture(autouse=True, scope="session")
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's sessions, keys, proxies, settings and terminal out of every test and of all it starts.

    No test trusts anybody outside either: every client of an SDK would read all certificates of the machine anew.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(_leads_outside, list(os.environ)):
            patch.delenv(name)
        patch.delenv("SSL_CERT_FILE", raising=False)
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("certificates")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        yield
