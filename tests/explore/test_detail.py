"""The detail of a node: all that is known of it, payloads in pages, and nothing loaded that is not looked at."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from clew.errors import PathError
from clew.explore.detail import detail_of, new_since, part_of
from clew.explore.price_file import PriceFile
from clew.explore.prices import Prices
from clew.explore.rows import TreeRows
from clew.model import event
from clew.model.usage import Usage
from clew.store.index import index as catalog
from tests.explore.recorded import ID, MODEL, NoPrices, begin, damaged, family, nested, opened, support, write

if TYPE_CHECKING:
    from pathlib import Path

    from clew.explore.detail import Detail
    from clew.explore.view import SessionView

PATHS = ["", "init", "1", "1-1", "1-2", "1-3", "s1", "s1-1", "2", "2-1", "2-2", "2-3", "2-3.", "2-3.1", "2-3.1-1"]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SessionView:
    """The session that has everything."""
    return opened(family(tmp_path_factory.mktemp("family")))


def said(detail: Detail) -> dict[str, str]:
    """The facts by name."""
    return {fact.name: fact.value for fact in detail.facts}


@pytest.mark.parametrize("path", PATHS)
def test_every_node_has_a_detail_that_is_plain_data(view: SessionView, path: str) -> None:
    """Whatever the node, its detail says what it is, how long it took, and goes over a wire and back."""
    detail = detail_of(view, path)
    assert "began" in said(detail)
    assert msgspec.json.decode(msgspec.json.encode(detail), type=type(detail)) == detail
    for part in detail.parts:
        assert part_of(view, path, part.name).facts.size == part.size


def test_facts_are_those_of_the_node(view: SessionView) -> None:
    """An attempt says who was asked and why it failed, a call what it did, the session how it ended."""
    limited = said(detail_of(view, "1-1"))
    assert limited["why"] == "llm.rate_limited"
    assert (limited["HTTP status"], limited["waited after"]) == ("429", "1.00 s")
    assert said(detail_of(view, "2-1"))["verdict"] == "rejected"
    assert said(detail_of(view, "2-2"))["error"] == "no answer in 10 s"
    assert said(detail_of(view, "fin"))["incident"] == "7f3a91c2"
    assert said(detail_of(view, ""))["calls"] == "3, 1 of them failed"


def test_a_cost_says_how_it_is_known(view: SessionView, tmp_path: Path) -> None:
    """Told beside estimated beside unknown, and never 0 for what nobody knows; sums say what is not in them."""
    file = tmp_path / "prices.toml"
    file.write_text('[[prices]]\nmatch = "claude-haiku-*"\ninput = 1\noutput = 5\n')
    prices = Prices(PriceFile.read(file), NoPrices())
    costs = {path: detail_of(view, path, prices).cost for path in PATHS}
    told, estimated, unknown = costs["1-2"], costs["s1-1"], costs["2-1"]
    assert told is not None
    assert (told.dollars, told.source, told.quote) == (Decimal("0.0071"), "told", None)
    assert estimated is not None
    assert (estimated.dollars, estimated.source) == (Decimal("0.000075"), "estimated")
    assert unknown is not None
    assert (unknown.dollars, unknown.source, unknown.unpriced) == (None, "unknown", 1)
    assert costs["1-1"] is None
    whole = costs[""]
    assert whole is not None
    assert (whole.dollars, whole.source, whole.unpriced) == (Decimal("0.0091"), "summed", 2)


def test_links_lead_to_what_is_near(view: SessionView) -> None:
    """Before and after, the request before, the session that was started and the one that started it: all exist."""
    links = {path: {link.kind: link.path for link in detail_of(view, path).links} for path in PATHS}
    assert links["2-1"] == {"round": "2", "after": "2-2", "request_before": "1-2"}
    assert links["s1-1"] == {"round": "s1"}
    assert links["s1"] == {"before": "1", "after": "2"}
    assert links["2-3"]["child"] == "2-3."
    assert links["2-3."] == {"parent": "2-3"}
    for path in PATHS:
        for kind, there in links[path].items():
            assert kind == "parent" or detail_of(view, there).path == there


def test_entries_come_with_what_was_in_force(view: SessionView) -> None:
    """A warning has its slug, its words, and the payloads that were in force, which can be opened."""
    (entry,) = detail_of(view, "2-2").logs
    assert (entry.slug, entry.severity, entry.message) == ("test.slow", "WRN", "still no answer")
    assert [part.name for part in entry.parts] == ["log 0 tool_request"]
    assert part_of(view, "2-2", "log 0 tool_request").json_lines(1, 2) == ['  "query": "my order"']


def test_what_cannot_be_true_is_said(tmp_path: Path) -> None:
    """An attempt whose counts contradict each other says so in its detail."""
    acts = [
        event.TurnStart(n=1, index=1),
        event.AttemptStart(n=2, of=1, number=0),
        event.AttemptEnd(n=2, response={"content": "x"}, usage=Usage(output_tokens=1, reasoning_tokens=9)),
    ]
    write(tmp_path, ID, acts)
    assert "reasoning_over_output" in {doubt.kind for doubt in detail_of(opened(tmp_path), "1-1").suspicions}


def test_a_request_tells_what_is_new_in_it(view: SessionView) -> None:
    """Beside the request before, the messages that came are counted, and other fields that changed are named."""
    new = new_since(view, "2-1", "1-2")
    assert new is not None
    assert (new.same, new.added, new.gone, new.changed) == (2, 2, 0, ())
    assert new_since(view, "1-2", "2-1") is not None


@pytest.mark.parametrize("large", [1, 1 << 20])
def test_new_messages_are_told_apart_without_loading_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    """A conversation that grows over turns is compared by its references, in a mapped session too."""
    monkeypatch.setattr(catalog, "LARGE", large)
    messages: list[Any] = [{"role": "user", "content": "a question " * 30}]
    acts: list[Any] = []
    for turn in range(3):
        request = {"model": f"m-{turn // 2}", "system": "Be kind.", "messages": [*messages]}
        acts += [
            event.TurnStart(n=turn * 2 + 1, index=turn + 1),
            event.AttemptStart(n=turn * 2 + 2, of=turn * 2 + 1, number=0, request=request),
            event.AttemptEnd(n=turn * 2 + 2, response={"content": "an answer"}),
        ]
        messages += [{"role": "assistant", "content": f"answer {turn} " * 30}, {"role": "user", "content": "more"}]
    write(tmp_path, ID, acts)
    view = opened(tmp_path)
    second, third = new_since(view, "2-1", "1-1"), new_since(view, "3-1", "2-1")
    assert second is not None
    assert (second.same, second.added, second.gone, second.changed) == (2, 2, 0, ())
    assert third is not None
    assert (third.same, third.added, third.gone, third.changed) == (4, 2, 0, ("model",))


def test_a_text_of_many_megabytes_is_read_in_pages(tmp_path: Path) -> None:
    """A blob is opened at any line without being loaded; the request that carries it shows its beginning."""
    text = "".join(f"line {number} — “é”\n" for number in range(200_000))
    request = {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": text}]}]}
    acts = [
        event.TurnStart(n=1, index=1, action="message", content=text),
        event.ToolStart(n=2, of=1, name="read"),
        event.ToolEnd(n=2, response=text),
        event.AttemptStart(n=3, of=1, number=0, request=request),
        event.AttemptEnd(n=3, response={"content": text}),
        event.NodeEnd(n=1),
    ]
    write(tmp_path, ID, acts)
    view = opened(tmp_path)
    result = part_of(view, "1-1", "response")
    assert (result.kind, result.text_lines(0, 2)) == ("text", ["line 0 — “é”", "line 1 — “é”"])
    assert not result.text.is_whole
    assert result.text_lines(199_999, 200_005) == ["line 199999 — “é”", ""]
    assert (result.text.count(), result.text.is_whole) == (200_001, True)
    found = result.find("line 150000 ")
    assert found is not None
    assert (found.line, found.column, result.find("line 1 ", 2)) == (150_000, 0, None)
    (message,) = part_of(view, "1-2", "request").messages()
    (block,) = message.blocks
    assert (block.kind, block.is_cut, block.text[:8]) == ("tool_result", True, "line 0 —")
    assert part_of(view, "1-2", "request", block.at).text_lines(100, 101) == ["line 100 — “é”"]
    assert TreeRows(view).opened("1")[:]
    assert detail_of(view, "1-2").kind == "attempt"


def test_a_blob_that_is_gone_is_a_hole(tmp_path: Path) -> None:
    """What somebody deleted is shown as missing, with its size, where it was."""
    acts = [event.TurnStart(n=1, index=1), event.ToolStart(n=2, of=1, name="read")]
    write(tmp_path, ID, [*acts, event.ToolEnd(n=2, response="x" * 3_000_000)])
    next((tmp_path / "blobs").iterdir()).unlink()
    part = part_of(opened(tmp_path), "1-1", "response")
    assert part.kind == "json"
    assert '  "$": "hole",' in part.json_lines(0, 9)


@pytest.mark.parametrize("path", ["3", "2-9", "2-1.1", "fin-1", "x"])
def test_what_is_not_there_is_refused(view: SessionView, path: str) -> None:
    """A path without a node, a name without a payload and an address without a value are errors that say so."""
    with pytest.raises(PathError):
        detail_of(view, path)
    with pytest.raises(PathError):
        part_of(view, "1-2", "tools")
    with pytest.raises(PathError):
        part_of(view, "1-2", "request", ("messages", 7))


def test_a_session_in_any_state_has_details(tmp_path: Path) -> None:
    """Live, damaged and deeply nested sessions are looked into like any other."""
    live = tmp_path / "live"
    journal = begin(live, ID, support()[:10])
    try:
        assert said(detail_of(opened(live), "1-3"))["status"] == "running"
    finally:
        journal.close()
    broken = tmp_path / "damaged"
    broken.mkdir(mode=0o700)
    damaged(broken)
    assert any(name.startswith("note:") for name in said(detail_of(opened(broken), "")))
    deep = tmp_path / "deep"
    view = opened(deep, nested(deep, 200))
    path = ".".join(["1-2"] * 199) + ".1-1"
    assert said(detail_of(view, path))["model"] == MODEL
