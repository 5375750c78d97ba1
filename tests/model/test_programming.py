"""Programming at the lock: the length of all codes, a person with the master code, the menu."""

from __future__ import annotations

import pytest

from latchbench.pin import Pin
from simulator.model.effects import (
    CodeCleared,
    CodeRefused,
    CodeStored,
    KeypadAnswer,
    Notified,
)
from simulator.model.events import (
    ClearCode,
    KeypadSwitched,
    LengthSetAtKeypad,
    MenuHeld,
    PowerCut,
    ProgrammedAtKeypad,
    SetCode,
)
from simulator.model.words import (
    DuplicatePolicy,
    Feedback,
    KeypadMode,
    Notice,
    Outcome,
    Refusal,
    SlotStatus,
)
from tests.model.builders import Lock, a_profile, refusal


def test_a_uniform_lock_drops_every_other_length() -> None:
    lock = Lock(a_profile("schlage-be469"))
    refused = refusal(lock.do(SetCode(1, Pin("48271"))))
    assert refused == CodeRefused(1, Refusal.LENGTH_NOT_SUPPORTED)
    assert lock.outcome(SetCode(1, Pin("4827"))) is Outcome.NONE
    assert lock.codes == {1: "4827"}


def test_another_length_for_all_codes_erases_them_all() -> None:
    lock = Lock(a_profile("schlage-be469"), {1: "4827", 2: "7913"})
    assert lock.do(LengthSetAtKeypad(6)) == (
        CodeCleared(1),
        CodeCleared(2),
        KeypadAnswer(Feedback.DONE, None),
        Notified(Notice.ALL_CODES_DELETED, None),
    )
    lock.do(SetCode(1, Pin("482713")))
    assert lock.codes == {1: "482713"}
    assert lock.do(LengthSetAtKeypad(6)) == (KeypadAnswer(Feedback.DONE, None),)
    assert lock.do(LengthSetAtKeypad(9)) == (KeypadAnswer(Feedback.REJECTED, None),)
    assert lock.codes == {1: "482713"}


def test_a_lock_without_such_a_setting_keeps_its_codes() -> None:
    lock = Lock(codes={1: "4827"})
    assert lock.do(LengthSetAtKeypad(6)) == (KeypadAnswer(Feedback.REJECTED, None),)
    assert lock.codes == {1: "4827"}


def test_a_person_at_the_keypad_is_under_the_same_rules_but_is_told_at_the_keypad_alone() -> None:
    lock = Lock(a_profile(duplicate_policy=DuplicatePolicy.NOTIFY), {1: "4827"})
    assert lock.do(ProgrammedAtKeypad(2, Pin("7913"))) == (
        CodeStored(2, Pin("7913"), SlotStatus.ENABLED),
        KeypadAnswer(Feedback.DONE, 2),
        Notified(Notice.CODE_ADDED, 2),
    )
    assert lock.do(ProgrammedAtKeypad(3, Pin("4827"))) == (
        CodeRefused(3, Refusal.PIN_IN_USE, holder=1),
        KeypadAnswer(Feedback.REJECTED, None),
    )
    assert lock.do(ProgrammedAtKeypad(1, None)) == (
        CodeCleared(1),
        KeypadAnswer(Feedback.DONE, 1),
        Notified(Notice.CODE_DELETED, 1),
    )
    assert lock.do(ProgrammedAtKeypad(31, None)) == (
        CodeRefused(31, Refusal.SLOT_OUT_OF_RANGE),
        KeypadAnswer(Feedback.REJECTED, None),
    )
    assert lock.codes == {2: "7913"}


@pytest.mark.parametrize(
    ("event", "feedback"),
    [
        (KeypadSwitched(KeypadMode.PRIVACY), Feedback.IGNORED),
        (KeypadSwitched(KeypadMode.LOCKED_OUT), Feedback.LOCKED_OUT),
        (PowerCut(), Feedback.IGNORED),
    ],
)
def test_a_keypad_that_does_not_listen_cannot_be_programmed(
    event: KeypadSwitched | PowerCut, feedback: Feedback
) -> None:
    lock = Lock()
    lock.do(event)
    asked = (ProgrammedAtKeypad(1, Pin("4827")), LengthSetAtKeypad(4), MenuHeld(is_open=True))
    for programming in asked:
        assert lock.do(programming) == (KeypadAnswer(feedback, None),)


def test_vacation_does_not_keep_a_person_with_the_master_code_from_programming() -> None:
    lock = Lock()
    lock.do(KeypadSwitched(KeypadMode.VACATION))
    lock.do(ProgrammedAtKeypad(1, Pin("4827")))
    assert lock.codes == {1: "4827"}


@pytest.mark.parametrize("write", [SetCode(1, Pin("4827")), ClearCode(2), ClearCode(0)])
@pytest.mark.parametrize("refuses", [True, False])
def test_writes_while_somebody_stands_in_the_menu_are_dropped_where_the_model_does(
    write: SetCode | ClearCode,
    refuses: bool,
) -> None:
    lock = Lock(a_profile(busy_refuses_writes=refuses), {2: "7913"})
    lock.do(MenuHeld(is_open=True))
    before = lock.state
    refused = refusal(lock.do(write))
    assert (refused == CodeRefused(write.slot, Refusal.KEYPAD_BUSY)) is refuses
    assert (lock.state == before) is refuses
    lock.do(MenuHeld(is_open=False))
    assert lock.outcome(write) is Outcome.SUCCESS
