"""The published schemas are those of the code, and the documents follow them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from clew.wire.schema import schemas, write_schemas
from clew.wire.snapshot import ROOTS, snapshot_json
from tests.wire.example import example
from tests.wire.trees import sessions

if TYPE_CHECKING:
    from clew.model.session import Session

ROOT = Path(__file__).parents[2]


@cache
def _validator(name: str) -> Any:  # noqa: ANN401 - a validator of whichever draft the schema names
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed; it comes with clew[agent]")
    schema = json.loads(schemas()[name])
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


@pytest.mark.parametrize("name", ["snapshot.json", "trace.json"])
def test_the_published_schema_is_current(name: str) -> None:
    """What `docs/schema` says is what the code writes."""
    published = ROOT / "docs" / "schema" / name
    assert published.exists(), f"{published} is missing; run: python -m clew.wire.schema"
    assert published.read_text(encoding="utf-8") == schemas()[name], f"{name} is stale; run: python -m clew.wire.schema"


def test_the_command_writes_both(tmp_path: Path) -> None:
    """The schemas can be written to any folder."""
    write_schemas(tmp_path / "new")
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()} == schemas()


def test_the_example_follows_its_schemas() -> None:
    """Both golden documents are valid."""
    for name in ("snapshot.json", "trace.json"):
        golden = ROOT / "tests" / "golden" / name
        _validator(name).validate(json.loads(golden.read_text(encoding="utf-8")))


@given(sessions())
def test_every_snapshot_follows_its_schema(tree: Session) -> None:
    """Whatever the session, its document is valid."""
    _validator("snapshot.json").validate(json.loads(snapshot_json(tree)))


def test_every_node_as_root_follows_the_schema() -> None:
    """A document of any node of the example is valid, and one that names another node is not."""
    validator = _validator("snapshot.json")
    tree = example()
    turn = tree.turns[0]
    nodes = (tree, tree.init, turn, tree.steps[0], turn.attempts[0], turn.tools[0], tree.fin)
    assert {type(node) for node in nodes} == set(ROOTS)
    for node in nodes:
        if node is not None:
            validator.validate(json.loads(snapshot_json(node)))
    assert not validator.is_valid(json.loads(snapshot_json(turn)) | {"node": "step"})
    assert not validator.is_valid(json.loads(snapshot_json(turn)) | {"version": 2})
