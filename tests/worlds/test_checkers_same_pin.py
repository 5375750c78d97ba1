"""`same_pin`: what it lets pass and what it does not."""

from __future__ import annotations

from simulator.worlds.checkers.same_pin import same_pin
from tests.worlds.history import History, messages, shown

CALL = "/access_codes/create_multiple"


def test_a_group_with_one_code() -> None:
    history = History()
    history.saves(history.row("1234"), history.row("1234", "side"), group=history.group())
    history.asks("set_user_code", 1, "1234")
    assert messages(same_pin, history) == []


def test_a_throw_with_a_random_code() -> None:
    history = History()
    other = history.row("9876", "side", common_code_key=None)
    history.saves(history.row("1234"), other, group=history.group())
    assert messages(same_pin, history) == [
        "a group is committed, and the rows of a throw have different codes"
    ]


def test_a_straggler_has_its_own_code() -> None:
    history = History()
    other = history.row("9876", "side", common_code_key=None)
    group = history.group(behavior="create_random_code")
    history.saves(history.row("1234"), other, group=group)
    assert messages(same_pin, history) == []


def test_sharers_with_different_codes() -> None:
    history = History()
    group = history.group(behavior="create_random_code")
    history.saves(history.row("1234"), history.row("9876", "side"), group=group)
    assert messages(same_pin, history) == [
        "a group is committed, and the rows of its sharers have different codes",
        "access codes with the same common_code_key have different codes",
    ]


def test_a_changed_code_that_keeps_its_key() -> None:
    history = History()
    history.saves(history.row("1234"), history.row("1234", "side"), group=history.group())
    history.saves(history.row("9876"))
    assert messages(same_pin, history) == [
        "access codes with the same common_code_key have different codes"
    ]


def test_a_changed_code_that_leaves_its_key() -> None:
    history = History()
    history.saves(history.row("1234"), history.row("1234", "side"), group=history.group())
    history.saves(history.row("9876", common_code_key=None))
    assert messages(same_pin, history) == []


def test_a_code_that_is_not_its_rows() -> None:
    history = History()
    history.saves(history.row("1234"), group=history.group())
    history.asks("set_user_code", 1, "4321")
    assert messages(same_pin, history) == ["front is sent a code for slot 1 that is not its row's"]


def answered(*codes: str, random: tuple[str, ...] = (), **asked: str) -> History:
    """An answer that says who shares."""
    history = History()
    rows = [shown(code, lock=lock) for code, lock in zip(codes, ("front", "side"), strict=True)]
    shared = [row["device_id"] for row in rows if row["device_id"] not in random]
    told = {"shared": shared, "random": list(random)}
    history.calls(CALL, asked, reply={"access_codes": rows, "latchbench": told})
    return history


def test_an_answer_that_agrees() -> None:
    assert messages(same_pin, answered("1234", "1234", code="1234")) == []


def test_an_answer_with_two_codes() -> None:
    assert messages(same_pin, answered("1234", "9876")) == [
        "an answer says that devices share a code, and shows different ones"
    ]


def test_an_answer_with_another_code_than_was_asked_for() -> None:
    assert messages(same_pin, answered("1234", "1234", code="9876")) == [
        "an answer says that devices share the code that was asked for, and shows another"
    ]


def test_an_answer_to_a_throw_with_a_straggler() -> None:
    assert messages(same_pin, answered("1234", "9876", random=("id-side",))) == [
        "an answer to a throw says that a device has a code of its own"
    ]
