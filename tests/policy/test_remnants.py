"""When a slot shows again what was believed gone from its lock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.policy.mirror import EMPTY, SlotView
from gateway.policy.remnants import Heard, RemnantRecord, is_back, joined
from latchbench.pin import Pin

OURS_UNTIL_US = 1_000
REMNANT = RemnantRecord(
    remnant_id="r",
    device_id="front",
    pin=Pin("1234"),
    slot=3,
    sent_at_us=OURS_UNTIL_US,
    ours_until_us=OURS_UNTIL_US,
    until_us=9_000,
    is_cleared=False,
    may_be_anywhere=False,
)
SILENT = Heard(changed_at_us=None, all_since_us=0)
SHOWN = SlotView(occupied=True, pin=Pin("1234"))
MASKED = SlotView(occupied=True)


def test_the_same_digits_are_ours_in_the_slot_that_they_were_in() -> None:
    assert is_back(REMNANT, 3, SHOWN, SILENT)
    assert not is_back(REMNANT, 8, SHOWN, SILENT)


def test_what_was_never_seen_after_it_was_sent_may_be_in_any_slot() -> None:
    assert is_back(replace(REMNANT, may_be_anywhere=True), 8, SHOWN, SILENT)


@pytest.mark.parametrize("view", [EMPTY, SlotView(occupied=True, pin=Pin("4321"))])
def test_nothing_and_other_digits_are_not(view: SlotView) -> None:
    assert not is_back(REMNANT, 3, view, SILENT)


def test_behind_a_mask_only_the_slot_tells() -> None:
    assert is_back(REMNANT, 3, MASKED, SILENT)
    assert not is_back(REMNANT, 4, MASKED, SILENT)


@pytest.mark.parametrize("view", [SHOWN, MASKED])
def test_what_the_lock_told_of_since_then_is_somebody_elses(view: SlotView) -> None:
    assert is_back(REMNANT, 3, view, Heard(OURS_UNTIL_US - 1, 0))
    assert not is_back(REMNANT, 3, view, Heard(OURS_UNTIL_US, 0))


def test_what_a_lock_said_that_it_cleared_is_known_by_its_digits_alone() -> None:
    cleared = replace(REMNANT, is_cleared=True)
    assert is_back(cleared, 3, SHOWN, Heard(None, OURS_UNTIL_US + 1))
    assert not is_back(cleared, 3, SHOWN, Heard(OURS_UNTIL_US, OURS_UNTIL_US + 1))
    assert not is_back(cleared, 3, MASKED, SILENT)


def test_behind_a_mask_nothing_that_the_lock_said_may_have_been_lost() -> None:
    assert is_back(REMNANT, 3, MASKED, Heard(None, OURS_UNTIL_US))
    assert not is_back(REMNANT, 3, MASKED, Heard(None, OURS_UNTIL_US + 1))
    assert is_back(REMNANT, 3, SHOWN, Heard(None, OURS_UNTIL_US + 1))


def test_what_was_believed_gone_twice_is_what_either_may_be() -> None:
    stray = replace(REMNANT, slot=8, sent_at_us=10, until_us=90_000, may_be_anywhere=True)
    cleared = replace(REMNANT, sent_at_us=20, ours_until_us=2_000, is_cleared=True)
    assert joined(stray, cleared) == replace(
        cleared, sent_at_us=10, until_us=90_000, is_cleared=False, may_be_anywhere=True
    )
    assert joined(cleared, cleared) == cleared
