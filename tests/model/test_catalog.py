"""The catalog of slugs: complete, well spelt, and open to applications without surprises."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from clew.errors import SlugError
from clew.model.catalog import catalog, find_slug, is_own, register
from clew.model.slug import Origin, Severity, Slug

SPECIFIED = [
    *("session.init", "session.fin", "final_report.missing", "context.exceeded"),
    *("llm.request", "llm.response", "llm.retry", "llm.synthetic_retry", "llm.rate_limited", "llm.auth_error"),
    *("tool.request", "tool.response", "tool.failed", "tool.timeout"),
]


@pytest.mark.parametrize("name", SPECIFIED)
def test_what_the_specification_names_is_there(name: str) -> None:
    """A test or a query may rely on these names for ever."""
    assert find_slug(name) is not None
    assert is_own(name)


def test_every_declaration_is_complete() -> None:
    """Shape, severity, origin and words: nothing is left open, and the public sentence names nothing internal."""
    for name, slug in catalog().items():
        assert name == slug.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", name)
        assert slug.severity in get_args(Severity)
        assert slug.origin is None or slug.origin in get_args(Origin)
        assert slug.description
        assert slug.public.endswith(".")
        assert name not in slug.public


def test_an_application_adds_its_own() -> None:
    """The same declaration may be repeated, as modules are imported again."""
    slug = Slug(name="catalog.tested", severity="WRN", description="seen")
    assert register(slug) == register(Slug(name="catalog.tested", severity="WRN", description="seen"))
    assert find_slug("catalog.tested") == slug
    assert not is_own("catalog.tested")


@pytest.mark.parametrize("name", ["", "word", "Two.Words", "a..b", "a.b.", "a b.c", "ä.b", "a.b\n", "llm.retry"])
def test_a_bad_or_taken_name_is_refused_with_a_sentence(name: str) -> None:
    """A misspelt slug, or another meaning for a known one, is an error where it is declared."""
    with pytest.raises(SlugError, match=r"\w+ .*\."):
        register(Slug(name=name, severity="TRC", description="other"))


def test_what_is_handed_out_cannot_change_the_catalog() -> None:
    """Readers get a copy."""
    handed = dict(catalog())
    handed.clear()
    assert find_slug("llm.retry") is not None
