"""`one_effect`: what it lets pass and what it does not."""

from __future__ import annotations

from simulator.worlds.checkers.one_effect import one_effect
from tests.worlds.history import History, messages


def written() -> History:
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.writes(1, "1234")
    history.at(1)
    return history


def test_one_command_and_one_effect() -> None:
    history = written()
    history.asks("clear_user_code", 1)
    history.at(2)
    history.clears(1)
    assert messages(one_effect, history) == []


def test_an_effect_too_many() -> None:
    history = written()
    history.stores(1, "1234")
    assert messages(one_effect, history) == [
        "front told lock.code.stored of slot 1, and every command had its effect"
    ]


def test_a_fault_makes_the_lock_obey_twice() -> None:
    history = written()
    history.tell("front", "lock.fault.fired", fault="duplicate", left="0")
    history.stores(1, "1234")
    assert messages(one_effect, history) == []


def test_people_need_no_command() -> None:
    history = written()
    history.by_hand(3, "5555")
    history.by_hand(3, None)
    assert messages(one_effect, history) == []


def test_an_id_that_stands_for_two_commands() -> None:
    history = written()
    history.asks("get_user_code", 1, sequence=9)
    history.asks("clear_user_code", 1, sequence=9)
    assert messages(one_effect, history) == [
        "front is sent clear_user_code under the id of an earlier get_user_code"
    ]


def test_the_same_command_again_under_its_id() -> None:
    history = written()
    history.asks("get_user_code", 1, sequence=9)
    history.asks("get_user_code", 1, sequence=9)
    assert messages(one_effect, history) == []


def test_an_id_that_falls() -> None:
    history = written()
    history.asks("get_user_code", 1, sequence=9)
    history.asks("get_user_code", 1, sequence=8)
    assert messages(one_effect, history) == [
        "front is sent get_user_code under a lower id than the command before"
    ]
