"""`honest_status`: what it lets pass and what it does not."""

from __future__ import annotations

import pytest

from simulator.worlds.checkers.honest_status import honest_status
from tests.worlds.history import History, messages, shown


def written() -> History:
    """A code that is stored in the gateway, sent to its lock, and not read back."""
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.reads(1, None)
    history.at(1)
    history.asks("set_user_code", 1, "1234")
    history.at(2)
    history.stores(1, "1234")
    return history


def test_set_after_a_read_back() -> None:
    history = written()
    history.reads(1, "1234")
    history.lists(shown())
    assert messages(honest_status, history) == []


def test_set_after_a_read_back_that_shows_no_digits() -> None:
    history = written()
    history.reads(1, "1234", masked=True)
    history.lists(shown())
    assert messages(honest_status, history) == []


def test_set_without_a_read_back() -> None:
    history = written()
    history.lists(shown())
    (message,) = messages(honest_status, history)
    assert message == (
        "an answer says set, and slot 1 of front was not read since set_user_code was sent"
    )


def test_an_event_that_says_so_without_a_read_back() -> None:
    history = written()
    history.saves(events=[("set_on_device", "front")])
    assert any("an event says set" in message for message in messages(honest_status, history))


def test_another_status_needs_no_proof() -> None:
    history = written()
    history.lists(shown(status="setting"))
    assert messages(honest_status, history) == []


def test_set_and_read_since_as_empty() -> None:
    history = written()
    history.reads(1, "1234")
    history.at(3)
    history.walks()
    history.lists(shown())
    assert any("was read as empty" in message for message in messages(honest_status, history))


def test_set_and_read_since_with_other_digits() -> None:
    history = written()
    history.reads(1, "9999")
    history.lists(shown())
    assert any(
        "was read to hold pin:9999" in message for message in messages(honest_status, history)
    )


def contradicted(*, away: bool) -> History:
    """A verified code, and one look to the contrary before the lock may go out of reach."""
    history = written()
    history.reads(1, "1234")
    history.at(3)
    history.walks()
    if away:
        history.tell("front", "lock.radio", state="dead")
    history.at(300)
    history.lists(shown())
    return history


def test_a_look_to_the_contrary_that_nobody_can_repeat() -> None:
    assert messages(honest_status, contradicted(away=True)) == []
    assert messages(honest_status, contradicted(away=False)) != []


def test_a_lock_that_is_back_is_read_again_before_long() -> None:
    history = contradicted(away=True)
    history.tell("front", "lock.radio", state="awake")
    history.at(330)
    history.lists(shown())
    assert messages(honest_status, history) == []
    history.at(400)
    history.lists(shown())
    assert any("was read as empty" in message for message in messages(honest_status, history))


def test_an_event_is_never_told_against_the_last_look() -> None:
    history = contradicted(away=True)
    history.saves(events=[("set_on_device", "front")])
    assert any("an event says set" in message for message in messages(honest_status, history))


@pytest.mark.parametrize(("created_at", "found"), [("1", False), ("2", True)])
def test_an_answer_that_is_given_again_is_of_then(created_at: str, found: bool) -> None:
    history = written()
    history.reads(1, "1234")
    path, reply = "/access_codes/create_multiple", {"access_codes": [shown(created_at="1")]}
    history.calls(path, {}, reply=reply)
    history.at(100)
    history.walks()
    history.saves(history.row("1234", slot=None))
    history.calls(path, {}, reply={"access_codes": [shown(created_at=created_at)]})
    assert bool(messages(honest_status, history)) is found
