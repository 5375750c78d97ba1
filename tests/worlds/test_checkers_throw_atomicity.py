"""`throw_atomicity`: what it lets pass and what it does not."""

from __future__ import annotations

import pytest

from gateway.policy.records import Want
from simulator.worlds.checkers.reading import SOON_US
from simulator.worlds.checkers.throw_atomicity import throw_atomicity
from tests.worlds.history import History, messages, shown

SOON_S = SOON_US / 1_000_000


def half_done() -> History:
    """A pending group of two, of which one lock has stored the code."""
    history = History()
    history.saves(history.row("1234"), history.row("1234", "side"), group=history.group("pending"))
    history.writes(1, "1234")
    history.at(1)
    return history


def absent(history: History, *locks: str) -> History:
    """The group is aborted, and in the same breath its rows on these locks are wanted absent."""
    rows = [history.row("1234", lock, want=Want.ABSENT) for lock in locks]
    history.saves(*rows, group=history.group("aborted"))
    return history


def test_an_aborted_group_that_is_cleared() -> None:
    history = absent(half_done(), "front", "side")
    history.at(2)
    history.asks("clear_user_code", 1)
    history.clears(1)
    history.saves(gone=["front", "side"])
    history.at(2 * SOON_S)
    history.lists()
    assert messages(throw_atomicity, history) == []


def test_a_group_that_is_aborted_row_by_row() -> None:
    history = absent(half_done(), "front")
    history.clears(1)
    assert messages(throw_atomicity, history) == [
        "a group is aborted, and its code on side is still wanted"
    ]


def test_a_code_that_is_never_cleared() -> None:
    history = absent(half_done(), "front", "side")
    history.at(2 + SOON_S)
    history.lists()
    assert messages(throw_atomicity, history) == [
        "front still holds pin:1234 of a refused call in slot 1"
    ]


def test_a_lock_that_is_away_has_more_time() -> None:
    history = absent(half_done(), "front", "side")
    history.tell("front", "lock.radio", state="dead")
    history.at(2 + SOON_S)
    history.tell("front", "lock.radio", state="awake")
    history.at(10 + SOON_S)
    history.clears(1)
    assert messages(throw_atomicity, history) == []


def is_late_before_power_comes(history: History, action: str) -> bool:
    """Whether a code that is cleared at last was missed before the lock's power came back."""
    history.at(20 + SOON_S)
    history.lists()
    history.tell("front", "lock.power", action=action)
    history.at(30 + SOON_S)
    history.clears(1)
    return bool(messages(throw_atomicity, history))


@pytest.mark.parametrize(("dies", "found"), [("front,side", False), ("side", True)])
def test_a_lock_whose_host_died_while_its_power_was_cycled_may_be_without_any(
    dies: str, found: bool
) -> None:
    history = absent(half_done(), "front", "side")
    history.tell("front", "lock.power", action="cycle")
    history.tell("bench", "bench.died", of=dies, point="behind effect 2")
    history.steps = [{"host": {"of": dies.split(","), "action": "start"}}]
    history.at(10)
    history.tell("bench", "bench.step", number="1", verb="host", name="")
    assert is_late_before_power_comes(history, "restore") is found


@pytest.mark.parametrize(
    ("fault", "wakes", "found"),
    [("freeze", False, False), ("freeze", True, True), ("lost_frame", False, True)],
)
def test_a_lock_that_hangs_does_so_until_its_power_is_cycled(
    fault: str, wakes: bool, found: bool
) -> None:
    history = absent(half_done(), "front", "side")
    history.tell("front", "lock.fault.armed", fault=fault, times="1")
    history.tell("front", "lock.fault.fired", fault=fault, left="0")
    if wakes:
        history.tell("front", "lock.power", action="cycle")
    assert is_late_before_power_comes(history, "cycle") is found


def test_a_code_that_is_sent_after_the_abort() -> None:
    history = absent(half_done(), "front", "side")
    history.asks("set_user_code", 1, "1234", lock="side")
    history.clears(1)
    assert messages(throw_atomicity, history) == ["a code of a refused call is sent to side"]


def test_an_undecided_group_that_is_shown() -> None:
    history = half_done()
    history.lists(shown())
    history.saves(group=history.group("committed"))
    assert messages(throw_atomicity, history) == [
        "an answer shows an access code whose group is not committed"
    ]


def test_a_group_that_is_never_decided() -> None:
    assert messages(throw_atomicity, half_done()) == ["a group is undecided for ever"]


def test_a_refusal_with_a_committed_group() -> None:
    history = History()
    asked = {"device_ids": ["id-front", "id-side"]}
    call = history.calls_open("/access_codes/create_multiple", asked)
    history.saves(history.row("1234"), history.row("1234", "side"), group=history.group())
    history.at(1)
    history.answers(call, 400)
    assert messages(throw_atomicity, history) == ["a call was refused, and its group is committed"]


def test_a_refusal_with_nothing() -> None:
    history = History()
    history.calls("/access_codes/create_multiple", {"device_ids": ["id-front"]}, 400)
    assert messages(throw_atomicity, history) == []
