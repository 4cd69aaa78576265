"""The properties that Hypothesis tries in the test suite, tried longer."""

from __future__ import annotations

from bench.checks.finding import Finding
from bench.process import ROOT, run


def properties(profile: str = "prove") -> list[Finding]:
    """Run every test file that states a property, with more examples than the suite takes."""
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if "@given" in path.read_text("utf-8")]
    if not files:
        return [Finding(name="properties", figure="no test states one", target="all hold", met=None)]
    names = [str(path.relative_to(ROOT)) for path in files]
    arguments = ["-m", "pytest", "-q", "-n", "2", "-m", "hypothesis", "-p", "no:cacheprovider", *names]
    ended = run(arguments, {"HYPOTHESIS_PROFILE": profile}, folder=ROOT, patience=1_500.0)
    last = (ended.stdout.strip().splitlines() or ["nothing said"])[-1]
    return [
        Finding(
            name="Hypothesis: trees, payloads and damage",
            figure=f"{len(files)} test files at the profile '{profile}': {last.strip('= ')}",
            target="all hold",
            met=ended.code == 0,
        )
    ]
