"""`convergence`: what it lets pass and what it does not."""

from __future__ import annotations

import pytest

from gateway.policy.records import Want
from latchbench.pin import Pin
from simulator.worlds.checkers.convergence import convergence
from tests.worlds.history import History, messages, shown


def settled(profile: str = "deadbolt-30") -> History:
    """A code of ours in slot 1, and one of somebody's in slot 3."""
    history = History(profile)
    history.by_hand(3, "5555")
    history.saves(history.row("1234"), group=history.group())
    history.writes(1, "1234")
    history.memory = {1: Pin("1234"), 3: Pin("5555")}
    history.rows = [shown(warnings=[])]
    history.unmanaged = [{"code": "5555"}]
    return history


def test_lists_and_locks_agree() -> None:
    assert messages(convergence, settled()) == []


def test_work_for_ever() -> None:
    history = settled()
    history.settled = False
    assert messages(convergence, history) == ["work is under way for ever"]


def test_a_listed_code_that_is_not_there() -> None:
    history = settled()
    history.memory = {3: Pin("5555")}
    assert messages(convergence, history) == ["front does not hold pin:1234, and it is listed"]


def test_a_code_that_is_not_listed() -> None:
    history = settled()
    history.unmanaged = []
    assert messages(convergence, history) == ["front holds pin:5555, and 0 of them may be listed"]


def test_a_masked_code_may_be_any() -> None:
    history = settled("schlage-be469")
    history.unmanaged = [{"code": None}]
    assert messages(convergence, history) == []


def test_a_row_in_between_without_a_reason() -> None:
    history = settled()
    history.rows = [shown(status="setting", warnings=[])]
    assert messages(convergence, history) == [
        "front has a code that is setting, and nothing says why"
    ]


def test_a_row_in_between_with_a_reason() -> None:
    history = settled()
    history.rows = [shown(status="setting", warnings=[], errors=[{"error_code": "failed"}])]
    assert messages(convergence, history) == []


def test_a_code_of_ours_that_is_nobodys_any_more() -> None:
    history = settled()
    history.saves(gone=["front"])
    history.rows = []
    history.unmanaged = [{"code": "5555"}, {"code": "1234"}]
    assert messages(convergence, history) == [
        "front holds pin:1234 of the gateway's in slot 1, and no access code has it"
    ]


def test_a_frame_that_came_after_its_code_was_withdrawn() -> None:
    history = settled()
    history.clears(1)
    history.saves(history.row("1234", want=Want.ABSENT))
    history.at(1)
    history.stores(1, "1234")
    history.saves(gone=["front"])
    history.rows = []
    history.unmanaged = [{"code": "5555"}, {"code": "1234"}]
    assert messages(convergence, history) == []


def test_what_people_put_over_ours_is_not_seen_where_codes_are_masked() -> None:
    for profile, found in (("schlage-be469", False), ("deadbolt-30", True)):
        history = settled(profile)
        history.by_hand(1, "9999")
        history.memory = {1: Pin("9999"), 3: Pin("5555")}
        assert bool(messages(convergence, history)) is found


@pytest.mark.parametrize(
    ("profile", "last", "found"),
    [
        ("schlage-be469", "set_user_code", False),
        ("schlage-be469", "clear_user_code", True),
        ("deadbolt-30", "set_user_code", True),
    ],
)
def test_behind_a_mask_who_comes_into_a_slot_that_ours_was_sent_to_passes_for_ours(
    profile: str, last: str, found: bool
) -> None:
    history = History(profile)
    history.saves(history.row("1234"), group=history.group())
    history.asks("set_user_code", 1, "1234")
    history.asks(last, 1, "1234" if last == "set_user_code" else None)
    history.at(6)
    history.by_hand(1, "9999")
    history.memory = {1: Pin("9999")}
    history.rows = [shown(warnings=[])]
    assert bool(messages(convergence, history)) is found
