"""`hands_off`: what it lets pass and what it does not."""

from __future__ import annotations

import pytest

from simulator.worlds.checkers.hands_off import hands_off
from tests.worlds.history import History, messages


def programmed() -> History:
    """A code of the gateway's in slot 1."""
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.writes(1, "1234")
    return history


def test_a_slot_that_a_stored_access_code_has_is_written_and_cleared() -> None:
    history = programmed()
    history.at(10)
    history.asks("clear_user_code", 1)
    history.clears(1)
    assert messages(hands_off, history) == []


def test_a_write_without_a_stored_access_code_is_a_violation() -> None:
    history = History()
    history.walks()
    history.asks("set_user_code", 1, "1234")
    (message,) = messages(hands_off, history)
    assert message == (
        "set_user_code is sent to front for slot 1, and no access code that is stored has that slot"
    )


def test_clearing_somebody_elses_code_is_a_violation() -> None:
    history = programmed()
    history.by_hand(3, "5555")
    history.walks(slot_1="1234", slot_3="5555")
    history.at(10)
    history.asks("clear_user_code", 3)
    assert any(
        "no access code that is stored has that slot" in m for m in messages(hands_off, history)
    )


def test_writing_over_a_code_that_was_read_is_a_violation() -> None:
    history = programmed()
    history.by_hand(3, "5555")
    history.walks(slot_1="1234", slot_3="5555")
    history.at(60)
    history.saves(history.row("7777", "front", 3, access_code_id="row-3"))
    history.asks("set_user_code", 3, "7777")
    assert any("was read to hold pin:5555" in message for message in messages(hands_off, history))


def test_a_code_that_came_between_the_read_and_the_write_may_be_lost() -> None:
    history = programmed()
    history.saves(history.row("7777", "front", 3, access_code_id="row-3"))
    history.at(60)
    history.reads(3, None)
    history.at(60.01)
    history.by_hand(3, "5555")
    history.asks("set_user_code", 3, "7777")
    history.at(60.02)
    history.stores(3, "7777")
    assert messages(hands_off, history) == []


def test_a_code_that_was_there_long_before_the_write_may_not() -> None:
    history = programmed()
    history.saves(history.row("7777", "front", 3, access_code_id="row-3"))
    history.reads(3, None)
    history.at(60)
    history.by_hand(3, "5555")
    history.at(120)
    history.asks("set_user_code", 3, "7777")
    history.at(120.02)
    history.stores(3, "7777")
    (message,) = messages(hands_off, history)
    assert message == (
        "front lost pin:5555 of somebody else's in slot 3 to set_user_code,"
        " and it was not read right before"
    )


def read_before_it_is_overwritten(pin: str | None, *, masked: bool = False) -> History:
    """A person's code for a minute, a look that shows this, and a write of ours over it."""
    history = programmed()
    history.saves(history.row("7777", "front", 3, access_code_id="row-3"))
    history.at(60)
    history.by_hand(3, "5555")
    history.at(120)
    history.reads(3, pin, masked=masked)
    history.asks("set_user_code", 3, "7777")
    history.at(120.02)
    history.stores(3, "7777")
    return history


def test_a_lock_that_shows_the_past_hides_who_has_come() -> None:
    assert messages(hands_off, read_before_it_is_overwritten(None)) == []
    assert messages(hands_off, read_before_it_is_overwritten("5555")) != []
    (message,) = messages(hands_off, read_before_it_is_overwritten("5555", masked=True))
    assert message == "front lost pin:5555 of somebody else's in slot 3"


def behind_a_mask(*, kept_s: float) -> History:
    """Who came into a slot in the 60th second, a look that shows a mask, and a clear.

    `kept_s` is when the slot was kept for a row, to which nothing was sent as far as one can see.
    """
    history = programmed()
    history.reads(3, None)
    for at_s in sorted((kept_s, 60)):
        history.at(at_s)
        if at_s == kept_s:
            history.saves(history.row("7777", "front", 3, access_code_id="row-3"))
        else:
            history.by_hand(3, "5555")
    history.at(120)
    history.reads(3, "5555", masked=True)
    history.asks("clear_user_code", 3)
    history.at(120.02)
    history.clears(3)
    return history


def test_behind_a_mask_who_came_after_a_code_may_have_been_sent_passes_for_it() -> None:
    assert messages(hands_off, behind_a_mask(kept_s=30)) == []
    lost = ["front lost pin:5555 of somebody else's in slot 3"]
    assert messages(hands_off, behind_a_mask(kept_s=61)) == lost


@pytest.mark.parametrize("heard", [True, False])
def test_the_very_digits_of_a_code_of_ours_are_somebody_elses_if_they_were_heard_of(
    heard: bool,
) -> None:
    history = programmed()
    history.saves(history.row("5555", "front", 3, access_code_id="row-3"))
    history.at(60)
    history.by_hand(3, "5555")
    if heard:
        history.hears(3)
    history.at(120)
    history.reads(3, "5555")
    history.asks("clear_user_code", 3)
    history.at(120.02)
    history.clears(3)
    lost = ["front lost pin:5555 of somebody else's in slot 3"]
    assert messages(hands_off, history) == (lost if heard else [])


def test_what_was_put_over_ours_is_put_back() -> None:
    history = programmed()
    history.at(60)
    history.by_hand(1, "5555")
    history.reads(1, "5555")
    history.asks("set_user_code", 1, "1234")
    history.at(60.02)
    history.stores(1, "1234")
    assert messages(hands_off, history) == []


def test_what_was_put_over_ours_is_never_cleared_once_it_was_read() -> None:
    history = programmed()
    history.at(60)
    history.by_hand(1, "5555")
    history.reads(1, "5555")
    history.asks("clear_user_code", 1)
    assert any("was read to hold pin:5555" in message for message in messages(hands_off, history))


def test_a_lock_that_obeys_in_another_slot_is_no_fault_of_the_gateway() -> None:
    history = programmed()
    history.by_hand(2, "5555")
    history.at(60)
    history.asks("set_user_code", 1, "1234")
    history.tell("front", "lock.fault.fired", fault="wrong_slot", left="0")
    history.at(60.02)
    history.stores(2, "1234")
    assert messages(hands_off, history) == []
