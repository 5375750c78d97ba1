"""`no_duplicates`: what it lets pass and what it does not."""

from __future__ import annotations

from simulator.worlds.checkers.no_duplicates import no_duplicates
from tests.worlds.history import History, messages


def one_code() -> History:
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.writes(1, "1234")
    history.at(1)
    return history


def test_another_code_in_another_slot() -> None:
    history = one_code()
    history.saves(history.row("5678", "front", 2, access_code_id="row-2"))
    history.asks("set_user_code", 2, "5678")
    assert messages(no_duplicates, history) == []


def test_the_code_of_another_row() -> None:
    history = one_code()
    history.saves(history.row("1234", "front", 2, access_code_id="row-2"))
    history.asks("set_user_code", 2, "1234")
    assert messages(no_duplicates, history) == [
        "front is sent pin:1234 for slot 2, and another access code there has the same PIN",
        "front is sent pin:1234 for slot 2, and slot 1 was read to hold it",
    ]


def test_a_code_that_somebody_made_and_that_was_read() -> None:
    history = one_code()
    history.by_hand(3, "5555")
    history.walks(slot_1="1234", slot_3="5555")
    history.saves(history.row("5555", "front", 2, access_code_id="row-2"))
    history.asks("set_user_code", 2, "5555")
    assert messages(no_duplicates, history) == [
        "front is sent pin:5555 for slot 2, and slot 3 was read to hold it"
    ]


def test_a_code_that_somebody_made_and_that_was_not_read() -> None:
    history = one_code()
    history.by_hand(3, "5555")
    history.saves(history.row("5555", "front", 2, access_code_id="row-2"))
    history.asks("set_user_code", 2, "5555")
    assert messages(no_duplicates, history) == []


def test_the_same_code_on_another_lock() -> None:
    history = one_code()
    history.saves(history.row("1234", "side"))
    history.asks("set_user_code", 1, "1234", lock="side")
    assert messages(no_duplicates, history) == []
