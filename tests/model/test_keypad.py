"""The keypad: who gets in, who is told to go away, and when nobody is heard."""

from __future__ import annotations

import pytest

from latchbench.pin import Pin
from simulator.model.effects import BoltMoved, KeypadAnswer, Notified
from simulator.model.events import (
    ENTER,
    ClockShifted,
    Jammed,
    KeypadSwitched,
    KeyPressed,
    MenuHeld,
    SetCode,
    SetKeypadMode,
    SetSchedule,
    TimerFired,
)
from simulator.model.keypad import VERDICTS, Standing
from simulator.model.lock import next_timer_us
from simulator.model.state import keypad_of
from simulator.model.words import (
    Bolt,
    DuplicatePolicy,
    Feedback,
    Keypad,
    KeypadMode,
    Mover,
    Notice,
    Outcome,
    Schedules,
    SlotStatus,
)
from tests.model.builders import SECOND_US, Lock, a_profile, notices

FEEDBACK = {
    # keypad condition: feedback for an enabled, an admin, a too early, a disabled, an unknown code
    Keypad.CLEAR: ["opened", "menu", "outside_schedule", "disabled", "rejected"],
    Keypad.VACATION: ["disabled", "menu", "disabled", "disabled", "rejected"],
    Keypad.PRIVACY: ["ignored"] * 5,
    Keypad.BUSY: ["ignored"] * 5,
    Keypad.LOCKED_OUT: ["locked_out"] * 5,
}
TYPED = ["4827", "98765", "1357", "2468", "5555"]
BRING_ABOUT: dict[Keypad, KeypadSwitched | MenuHeld] = {
    Keypad.VACATION: KeypadSwitched(KeypadMode.VACATION),
    Keypad.PRIVACY: KeypadSwitched(KeypadMode.PRIVACY),
    Keypad.BUSY: MenuHeld(is_open=True),
    Keypad.LOCKED_OUT: KeypadSwitched(KeypadMode.LOCKED_OUT),
}


def a_lock_with_everybody() -> Lock:
    profile = a_profile(admin_code=Pin("98765"), schedules=Schedules.NATIVE)
    lock = Lock(profile, {1: "4827", 2: "1357"})
    lock.do(SetSchedule(2, lock.now_us + SECOND_US, None))
    lock.do(SetCode(3, Pin("2468"), SlotStatus.DISABLED))
    return lock


@pytest.mark.parametrize("keypad", list(Keypad))
@pytest.mark.parametrize("who", range(5))
def test_every_code_gets_the_answer_of_its_standing_in_every_condition(
    keypad: Keypad, who: int
) -> None:
    lock = a_lock_with_everybody()
    if keypad in BRING_ABOUT:
        lock.do(BRING_ABOUT[keypad])
    assert keypad_of(lock.state) is keypad
    feedback, _ = lock.try_code(TYPED[who])
    assert feedback == FEEDBACK[keypad][who]
    assert (lock.state.memory.bolt is Bolt.UNLOCKED) == (feedback is Feedback.OPENED)


def test_the_table_has_a_row_for_all_that_can_be_typed_at_a_keypad_that_listens() -> None:
    listening = {Keypad.CLEAR, Keypad.VACATION}
    assert set(VERDICTS) == {(keypad, who) for keypad in listening for who in Standing}


def test_a_code_that_opens_names_its_slot_at_the_door_and_to_the_hub() -> None:
    lock = Lock(codes={5: "4827"})
    assert lock.type("4827") == (
        KeypadAnswer(Feedback.OPENED, 5),
        BoltMoved(Bolt.UNLOCKED, Mover.KEYPAD),
        Notified(Notice.KEYPAD_UNLOCK, 5),
    )
    assert lock.type("4827") == (
        KeypadAnswer(Feedback.OPENED, 5),
        Notified(Notice.KEYPAD_UNLOCK, 5),
    )


def test_a_known_code_that_may_not_open_is_told_with_its_slot_and_counts_as_no_wrong_one() -> None:
    lock = a_lock_with_everybody()
    assert notices(lock.type("1357")) == [(Notice.OUTSIDE_SCHEDULE, 2)]
    assert notices(lock.type("2468")) == [(Notice.CODE_DISABLED, 3)]
    assert notices(lock.type("98765")) == []
    assert lock.state.memory.wrong_at_us == ()


def test_hours_hold_from_their_first_instant_to_before_their_last_by_the_locks_clock() -> None:
    lock = Lock(a_profile("nuki", relock_after_us=None), {1: "482713"})
    start, end = lock.now_us + 10, lock.now_us + 20
    lock.do(SetSchedule(1, start, end))
    tried = {}
    for now_us in (start - 1, start, end - 1, end):
        lock.now_us = now_us
        tried[now_us - start] = lock.try_code("482713")[0]
    assert tried == {
        -1: Feedback.OUTSIDE_SCHEDULE,
        0: Feedback.OPENED,
        9: Feedback.OPENED,
        10: Feedback.OUTSIDE_SCHEDULE,
    }
    # The clock goes wrong, and the door opens a moment too long.
    lock.do(ClockShifted(-1))
    assert lock.try_code("482713")[0] is Feedback.OPENED


def test_a_key_that_the_keypad_has_not_cannot_be_pressed() -> None:
    lock = Lock(a_profile("ttlock-1-6"), {1: "1234"})
    for key in "0789":
        assert lock.do(KeyPressed(key)) == (KeypadAnswer(Feedback.IGNORED, None),)
    assert len(lock.state.entry) == 0
    # 1-7-2-9-3-4 is 1234 on a keypad without 7 and 9.
    assert lock.try_code("172934") == (Feedback.OPENED, 1)


def test_five_buttons_open_with_every_way_to_read_them() -> None:
    lock = Lock(a_profile("kwikset-914"), {4: "1357"})
    for digits in ("1357", "2468", "1458"):
        assert lock.try_code(digits) == (Feedback.OPENED, 4)
    assert lock.try_code("1359")[0] is Feedback.REJECTED


def test_the_feedback_of_a_single_digit_is_that_more_are_waited_for() -> None:
    lock = Lock(codes={1: "4827"})
    assert lock.type("4827", enter=False) == (KeypadAnswer(Feedback.INCOMPLETE, None),)
    assert lock.state.memory.bolt is Bolt.LOCKED


def test_enter_alone_is_ignored() -> None:
    assert Lock().do(KeyPressed(ENTER)) == (KeypadAnswer(Feedback.IGNORED, None),)


def test_without_an_enter_key_the_door_opens_at_the_last_digit() -> None:
    lock = Lock(a_profile(matches_prefix=True), {1: "4827", 2: "482913"})
    assert lock.do(KeyPressed(ENTER)) == (KeypadAnswer(Feedback.IGNORED, None),)
    effects = lock.type("4827", enter=False)
    assert effects[0] == KeypadAnswer(Feedback.OPENED, 1)
    effects = lock.type("482913", enter=False)
    assert effects[0] == KeypadAnswer(Feedback.OPENED, 2)


def test_without_an_enter_key_an_entry_is_wrong_once_it_is_as_long_as_the_longest_code() -> None:
    profile = a_profile(matches_prefix=True, code_lengths=(4, 5), admin_code=Pin("987654"))
    lock = Lock(profile, {1: "4827"})
    assert lock.type("11111", enter=False) == (KeypadAnswer(Feedback.INCOMPLETE, None),)
    assert lock.type("1", enter=False)[0] == KeypadAnswer(Feedback.REJECTED, None)
    assert lock.type("987654", enter=False)[0] == KeypadAnswer(Feedback.MENU, None)


def test_an_entry_longer_than_any_code_is_wrong_at_once() -> None:
    lock = Lock()
    assert lock.type("1" * 10, enter=False) == (KeypadAnswer(Feedback.INCOMPLETE, None),)
    effects = lock.do(KeyPressed("1"))
    assert effects == (KeypadAnswer(Feedback.REJECTED, None), Notified(Notice.CODE_TOO_LONG, None))
    assert len(lock.state.entry) == 0
    assert len(lock.state.memory.wrong_at_us) == 1


def test_an_unfinished_entry_is_forgotten_and_counts_as_no_wrong_code() -> None:
    lock = Lock(codes={1: "4827"})
    lock.type("48", enter=False)
    lock.wait(lock.profile.entry_timeout_us - 1)
    lock.type("2", enter=False)
    due_us = lock.now_us + lock.profile.entry_timeout_us
    assert next_timer_us(lock.state) == due_us
    assert lock.do(TimerFired(), due_us) == (KeypadAnswer(Feedback.TIMED_OUT, None),)
    assert lock.try_code("7")[0] is Feedback.REJECTED
    assert len(lock.state.memory.wrong_at_us) == 1


def test_a_code_may_be_right_and_the_bolt_stuck() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(Jammed(jammed=True))
    assert lock.type("4827") == (
        KeypadAnswer(Feedback.JAMMED, 1),
        BoltMoved(Bolt.UNKNOWN, Mover.KEYPAD),
        Notified(Notice.JAMMED, None),
    )


def test_of_two_equal_codes_the_one_that_opens_counts() -> None:
    lock = Lock(a_profile(duplicate_policy=DuplicatePolicy.ACCEPT))
    lock.do(SetCode(1, Pin("4827"), SlotStatus.DISABLED))
    lock.do(SetCode(2, Pin("4827")))
    lock.do(SetCode(3, Pin("4827")))
    assert lock.try_code("4827") == (Feedback.OPENED, 2)


def test_a_lock_without_a_keypad_ignores_what_happens_at_one() -> None:
    lock = Lock(a_profile(has_keypad=False), {1: "4827"})
    before = lock.state
    ignored = (KeypadAnswer(Feedback.IGNORED, None),)
    for event in (
        KeyPressed("4"),
        KeypadSwitched(KeypadMode.VACATION),
        MenuHeld(is_open=True),
    ):
        assert lock.do(event) == ignored
    assert lock.state == before


def test_the_menu_is_told_when_it_opens_and_drops_what_was_typed() -> None:
    lock = Lock()
    lock.type("48", enter=False)
    assert lock.do(MenuHeld(is_open=True)) == (
        KeypadAnswer(Feedback.MENU, None),
        Notified(Notice.KEYPAD_BUSY, None),
    )
    assert lock.do(MenuHeld(is_open=True)) == (KeypadAnswer(Feedback.MENU, None),)
    assert lock.do(MenuHeld(is_open=False)) == (KeypadAnswer(Feedback.DONE, None),)
    assert keypad_of(lock.state) is Keypad.CLEAR


def test_the_hub_sets_the_mode_where_the_lock_has_it() -> None:
    lock = Lock(a_profile(keypad_modes=frozenset({KeypadMode.NORMAL, KeypadMode.VACATION})))
    lock.type("48", enter=False)
    assert lock.outcome(SetKeypadMode(KeypadMode.VACATION)) is Outcome.SUCCESS
    assert keypad_of(lock.state) is Keypad.VACATION
    assert len(lock.state.entry) == 0
    for mode in (KeypadMode.PRIVACY, KeypadMode.LOCKED_OUT):
        assert lock.outcome(SetKeypadMode(mode)) is Outcome.FAIL
    assert keypad_of(lock.state) is Keypad.VACATION


def test_a_person_sets_the_mode_even_in_privacy_but_only_to_one_that_the_lock_has() -> None:
    lock = Lock(a_profile(keypad_modes=frozenset({KeypadMode.NORMAL, KeypadMode.PRIVACY})))
    done = (KeypadAnswer(Feedback.DONE, None),)
    assert lock.do(KeypadSwitched(KeypadMode.PRIVACY)) == done
    assert lock.do(KeypadSwitched(KeypadMode.VACATION)) == (KeypadAnswer(Feedback.REJECTED, None),)
    assert lock.do(KeypadSwitched(KeypadMode.NORMAL)) == done
    assert keypad_of(lock.state) is Keypad.CLEAR


@pytest.mark.parametrize("text", ["", "12", "x", "Enter", "٤"])
def test_a_key_is_a_digit_or_enter(text: str) -> None:
    with pytest.raises(ValueError, match="a key is one digit"):
        KeyPressed(text)
