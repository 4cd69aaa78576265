"""Strings and parts that are not loaded: what is read in places is what loading it whole gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.model import event
from clew.model.payload import Payload
from clew.store.blobs import Blobs, write_blob
from clew.store.index import index as catalog
from clew.wire.items import fields, items
from clew.wire.strings import string
from tests.explore.recorded import ID, opened, write

if TYPE_CHECKING:
    from pathlib import Path

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(0, 3) | st.text(max_size=3) | st.sampled_from(["long " * 40, "x" * 1_100_000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "$"]), inner, max_size=3),
    max_leaves=6,
)


def rebuilt(payload: Payload) -> Any:  # noqa: ANN401 - a JSON value
    """A value put together of its parts, each read where it lies."""
    named = fields(payload)
    if named is not None:
        return {key: rebuilt(part) for key, part in named.items()}
    elements = items(payload)
    if elements is not None:
        return [rebuilt(part) for part in elements.payloads()]
    source = string(payload)
    return payload.value if source is None else msgspec.json.decode(source.read(0, source.size))


@pytest.mark.parametrize("large", [1, 1 << 20])
@given(value=values, again=st.booleans())
def test_parts_are_what_the_whole_is(
    tmp_path_factory: pytest.TempPathFactory,
    large: int,
    value: Any,  # noqa: ANN401 - any JSON value
    *,
    again: bool,
) -> None:
    """Objects, lists and strings, in a line, in the table of values or in a blob, mapped or not, are read alike."""
    folder = tmp_path_factory.mktemp("values")
    acts = [
        event.TurnStart(n=1, index=1),
        event.ToolStart(n=2, of=1, name="t", request=[value] if again else None),
        event.ToolEnd(n=2, response=[value]),
    ]
    write(folder, ID, acts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "LARGE", large)
        tool: Any = opened(folder).node("1-1")
        assert rebuilt(tool.response) == tool.response.value == [value]


def test_a_plain_payload_is_read_alike() -> None:
    """A value at hand can be asked the same questions."""
    assert rebuilt(Payload({"a": [1, "two", {"b": "\ud800?"}]})) == {"a": [1, "two", {"b": "�?"}]}
    assert (fields(Payload(1)), items(Payload("x")), string(Payload([1]))) == (None, None, None)


def test_a_blob_is_read_only_while_it_is_what_its_name_says(tmp_path: Path) -> None:
    """One that was changed, or is gone, or has no proper name, is not opened."""
    blobs = Blobs(tmp_path)
    digest = write_blob(tmp_path, b'"abc"')
    blob = blobs.open(digest)
    assert blob is not None
    assert (blob.size, blob.read(1, 3), blob.read(4, 99)) == (5, b"ab", b'"')
    path = next((tmp_path / "blobs").iterdir())
    path.chmod(0o600)
    path.write_bytes(b'"abd"')
    assert blobs.open(digest) is None
    path.unlink()
    assert blobs.open(digest) is None
    assert blobs.open("../../etc/passwd") is None
