"""The script: which answer is next for which conversation."""

from __future__ import annotations

import threading
from collections import Counter

from clew.protocol.scenario import Answer, Drop, Message, Scenario, Text, When
from clew.protocol.script import Asked, Script

RESEARCHER = When(system_contains="researcher")


def _say(words: str, when: When | None = None, times: int = 1) -> Message:
    return Message(content=(Text(text=words),), when=when, times=times)


def _asked(model: str = "m", system: str = "", last_user: str = "") -> Asked:
    return Asked(model=model, system=system, last_user=last_user)


def _words(answer: Answer | None) -> str | None:
    if not isinstance(answer, Message):
        return None
    [block] = answer.content
    return block.text if isinstance(block, Text) else None


def test_answers_come_in_the_order_of_the_file() -> None:
    """Without conditions the answers are served one after the other, and then there is none."""
    script = Script(Scenario(name="s", answers=(_say("one", times=2), _say("two"))))
    assert [_words(script.next(_asked())) for _ in range(4)] == ["one", "one", "two", None]


def test_conversations_do_not_take_each_others_answers() -> None:
    """A request is served from its own conversation alone, also when that has no answer left."""
    script = Script(Scenario(name="s", answers=(_say("parent"), _say("child", RESEARCHER))))
    child = _asked(system="You are a researcher.")
    assert [_words(script.next(child)) for _ in range(2)] == ["child", None]
    assert _words(script.next(_asked())) == "parent"


def test_every_condition_must_hold() -> None:
    """The conditions of one `when` are joined by *and*."""
    both = When(model="big", last_user_contains="weather")
    script = Script(Scenario(name="s", answers=(_say("both", both), _say("common"))))
    assert _words(script.next(_asked(model="big", last_user="hello"))) == "common"
    assert _words(script.next(_asked(model="big", last_user="the weather?"))) == "both"


def test_the_first_condition_that_holds_and_has_answers_wins() -> None:
    """Conditions that overlap are tried in the order of the file, past those whose answers are used up."""
    wide, narrow = When(model="big"), When(model="big", system_contains="poet")
    script = Script(Scenario(name="s", answers=(_say("wide", wide), _say("narrow", narrow), _say("common"))))
    poet = _asked(model="big", system="You are a poet.")
    assert [_words(script.next(poet)) for _ in range(3)] == ["wide", "narrow", None]


def test_what_was_not_asked_for_can_be_seen() -> None:
    """A test can check that a scenario was played to its end."""
    script = Script(Scenario(name="s", answers=(_say("one"), Drop())))
    script.next(_asked())
    assert script.unserved == [Drop()]


def test_threads_share_a_script_without_losing_an_answer() -> None:
    """Eight threads that ask at once get every answer exactly once."""
    script = Script(Scenario(name="s", answers=tuple(_say(str(number)) for number in range(800))))
    taken: Counter[str | None] = Counter()

    def take() -> None:
        words = [_words(script.next(_asked())) for _ in range(100)]
        taken.update(words)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == Counter(str(number) for number in range(800))
