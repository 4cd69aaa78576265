"""The examples of the documentation do what the pages show."""

from __future__ import annotations

from pathlib import Path

import pytest

import clew
from tests.docs.command_page import COMMAND
from tests.docs.page import DOCS, blocks, is_alive, pages, settled
from tests.docs.workshop import rerun

LIVE = [path.stem for path in pages() if is_alive(path.read_text("utf-8"))]


@pytest.mark.parametrize("name", LIVE)
def test_the_examples_of_a_page_print_what_it_shows(name: str) -> None:
    """Every file and command of a page is put into an empty folder and run, with the real recorder and real SDKs."""
    text = (DOCS / f"{name}.md").read_text("utf-8")
    found = [block.body for block in blocks(rerun(name, text)) if block.kind == "console"]
    shown = [block.body for block in blocks(text) if block.kind == "console"]
    again = f"if that is right, write docs/{name}.md anew with: {COMMAND} {name}"
    assert [settled(body) for body in found] == [settled(body) for body in shown], again


def test_the_first_pages_have_examples() -> None:
    """What a newcomer reads first was run, and so was the worked example of the format."""
    assert {"getting-started", "recording", "testing", "SPECS", "AI-AGENT-GUIDE", "OBSERVABILITY"} <= set(LIVE)


def test_the_journal_in_the_specification_is_a_journal(tmp_path: Path) -> None:
    """The lines printed in docs/SPECS.md, as they stand there, fold to the session of the example."""
    page = (DOCS / "SPECS.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith('{"ev":"')]
    session_id = lines[0].partition('"session_id":"')[2].partition('"')[0]
    path = tmp_path / f"session_{session_id}.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    tree = clew.load(path)
    clew.assert_session(tree).ok().sound().turns(2).calls("find_order")
    assert not tree.notes
    request = tree.turns[1].attempts[0].request
    assert request is not None
    assert [message["role"] for message in request.value["messages"]] == ["user", "assistant", "user"]
    response = tree.turns[1].attempts[0].response
    assert response is not None
    assert response.text == "It is on its way. " * 8
