"""Leaves: what of a value can be found, and where in it that lies."""

from __future__ import annotations

import pytest

from clew.store.index.text.leaf import blob_references, leaf_path, leaves


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (rb'"one \"string\", \u00e9\n"', ['one "string", é\n']),
        (b'{"a":[1,-2.5e3,true,null,"x"],"b":{}}', ["a", "1", "-2.5e3", "x", "b"]),
        (b'[{"$":17},{"$":[[1,0,480],3]},{"$":{"join":[[3,7]]}},"y"]', ["y"]),
        (b'[{"$":"bytes","base64":"bmVlZGxl"},{"$":"bytes","base64":"//8="}]', ["needle", "//8="]),
        (b'[{"$":"int","hex":"-0x10"},{"$":"float","value":"nan"}]', ["-16", "nan"]),
        (b'{"$":"text","utf16":"ANhhAA=="}', ["\ud800a"]),
        (b'{"$":"object","items":[["$",1],[2,"b"]]}', ["$", "1", "2", "b"]),
        (rb'["{\"$\":17}",{"$":"cycle"}]', ['{"$":17}']),
        (b'[{"$":"text","utf16":"A"}]', ["A"]),
    ],
)
def test_leaves_are_what_a_value_says(raw: bytes, texts: list[str]) -> None:
    """Strings, keys and numbers; tagged values as what they stand for; references and words of JSON not at all."""
    assert [text for _, text in leaves(raw)] == texts


def test_keys_can_be_left_out() -> None:
    """The names inside the format's own fields are not the session's."""
    assert [text for _, text in leaves(b'{"input_tokens":5}', keys=False)] == ["5"]


def test_a_path_leads_to_the_leaf() -> None:
    """By keys and places in lists; nothing for the value itself."""
    raw = rb'{"messages":[{"a":1},{"con\"t":["x",{},"needle"]}],"z":"end"}'
    assert {text: leaf_path(raw, place) for place, text in leaves(raw)}["needle"] == 'messages[1].con"t[2]'
    assert {text: leaf_path(raw, place) for place, text in leaves(raw)}["end"] == "z"
    assert leaf_path(b'"x"', 0) == ""


def test_blobs_are_named_where_they_are_referred_to() -> None:
    """A reference in a value counts, the same characters in a string do not."""
    name = "0a" * 32
    raw = b'["{\\"$\\":{\\"sha256\\":", {"$":{"sha256":"%b","size":7}}]' % name.encode()
    assert [reference.digest for reference in blob_references(raw)] == [name]
