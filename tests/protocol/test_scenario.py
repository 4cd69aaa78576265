"""The scenario format: what a file means, and what is said of one that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clew.errors import ScenarioError
from clew.protocol.scenario import Cut, Drop, Error, Message, Scenario, Text, ToolUse, When, load_scenario

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
name = "whole"
rejected_keys = ["revoked"]

[[answers]]
kind = "message"
when = { system_contains = "researcher", model = "claude-sonnet-4-5" }
delay = 1
content = [{ type = "text", text = "Hi." }, { type = "tool_use", name = "add", input = { left = 1 } }]
cut = { after_events = 2, how = "reset" }

[[answers]]
kind = "error"
status = 429
headers = { retry-after = "0.2" }

[[answers]]
kind = "drop"
times = 2
"""


def _refusal(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return str(caught.value)


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Every key of a scenario file arrives under its own name, and what is left out has its default."""
    path = tmp_path / "whole.toml"
    path.write_text(WHOLE, "utf-8")
    assert load_scenario(path) == Scenario(
        name="whole",
        rejected_keys=("revoked",),
        answers=(
            Message(
                when=When(system_contains="researcher", model="claude-sonnet-4-5"),
                delay=1.0,
                content=(Text(text="Hi."), ToolUse(name="add", input={"left": 1})),
                cut=Cut(after_events=2, how="reset"),
            ),
            Error(status=429, headers={"retry-after": "0.2"}),
            Drop(times=2),
        ),
    )


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ('kind = "message"\nstop = "end_turn"', "at `answers[0]`, object contains unknown field `stop`"),
        ('kind = "error"', "at `answers[0]`, object missing required field `status`"),
        ('kind = "error"\nstatus = 200', "at `answers[0].status`, expected `int` >= 300"),
        ('kind = "error"\nstatus = "429"', "at `answers[0].status`, expected `int`, got `str`"),
        ('kind = "answer"', "at `answers[0].kind`, invalid value 'answer'"),
        ('kind = "drop"\ndelay = -1', "at `answers[0].delay`, expected `float` >= 0.0"),
        ('kind = "drop"\nwhen = {}', "at `answers[0].when`, `when` needs one of"),
        ('kind = "message"\ncut = { mid_event = true, how = "error" }', "at `answers[0].cut`, `mid_event` does not go"),
        ('kind = "message"\nstop_reason = "tired"', "at `answers[0].stop_reason`, invalid enum value 'tired'"),
        ('kind = "error"\nstatus = 429\nheaders = { a = "b\\nc" }', "at `answers[0].headers[...]`, expected `str`"),
    ],
)
def test_what_does_not_fit_is_named_with_its_key(tmp_path: Path, answer: str, complaint: str) -> None:
    """A wrong scenario is refused with one sentence that names the file, the key and what was expected there."""
    path = tmp_path / "wrong.toml"
    sentence = _refusal(path, f'name = "wrong"\n[[answers]]\n{answer}\n')
    assert sentence.startswith(f"Scenario {path} is not usable: {complaint}")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_an_empty_scenario_is_refused(tmp_path: Path) -> None:
    """A scenario without answers is a mistake, not a server that never answers."""
    assert "at `answers`" in _refusal(tmp_path / "empty.toml", 'name = "empty"\nanswers = []\n')


@pytest.mark.parametrize("text", ["name = ", "name = \udcff"])
def test_what_is_not_toml_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    """A file that is no TOML at all is called that, whether its syntax or its bytes are wrong."""
    path = tmp_path / "broken.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ScenarioError, match=r"broken\.toml is not usable: it is not TOML"):
        load_scenario(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    """A path that leads nowhere gives a sentence like every other mistake."""
    with pytest.raises(ScenarioError, match=r"nowhere\.toml is not usable: it cannot be read \(No such file"):
        load_scenario(tmp_path / "nowhere.toml")
