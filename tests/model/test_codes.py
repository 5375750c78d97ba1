"""Slots: what a lock stores, what it drops, and how little it says about it."""

from __future__ import annotations

import pytest

from latchbench.pin import Pin
from simulator.model.effects import (
    CodeCleared,
    CodeRefused,
    CodeStored,
    Effect,
    KeypadAnswer,
    Notified,
    Replied,
)
from simulator.model.events import (
    ClearCode,
    FactoryReset,
    ProgrammedAtKeypad,
    SetCode,
    SetSchedule,
)
from simulator.model.words import (
    Constraint,
    DuplicatePolicy,
    Feedback,
    Notice,
    Outcome,
    Refusal,
    Schedules,
    SlotStatus,
    SupervisionSupport,
)
from tests.model.builders import Lock, a_profile, notices, refusal

SILENT_WRITES = [
    # slot, digits, status, why
    (31, "4827", SlotStatus.ENABLED, Refusal.SLOT_OUT_OF_RANGE),
    (0, "4827", SlotStatus.ENABLED, Refusal.SLOT_OUT_OF_RANGE),
    (-1, "4827", SlotStatus.ENABLED, Refusal.SLOT_OUT_OF_RANGE),
    (7, "4827", SlotStatus.ENABLED, Refusal.SLOT_RESERVED),
    (3, "482", SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, "48271234567", SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, "48a7", SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, "٤٨٢٧", SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, "482 ", SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, None, SlotStatus.ENABLED, Refusal.NOT_A_CODE),
    (3, "482712345", SlotStatus.ENABLED, Refusal.LENGTH_NOT_SUPPORTED),
    (3, "4827", SlotStatus.MESSAGING, Refusal.STATUS_NOT_SUPPORTED),
    (3, "4827", SlotStatus.PASSAGE, Refusal.STATUS_NOT_SUPPORTED),
    (3, "4827", SlotStatus.NOT_AVAILABLE, Refusal.STATUS_NOT_SUPPORTED),
    (3, "1111", SlotStatus.ENABLED, Refusal.DIGITS_NOT_SUPPORTED),
    (3, "5555", SlotStatus.ENABLED, Refusal.DIGITS_NOT_SUPPORTED),
    (3, "7913", SlotStatus.ENABLED, Refusal.PIN_IN_USE),
    (3, "98989898", SlotStatus.ENABLED, Refusal.PIN_IN_USE),
]


@pytest.mark.parametrize("supervision", list(SupervisionSupport))
@pytest.mark.parametrize(("slot", "digits", "status", "why"), SILENT_WRITES)
def test_a_bad_write_changes_nothing_and_its_reason_never_leaves_the_lock(
    slot: int,
    digits: str | None,
    status: SlotStatus,
    why: Refusal,
    supervision: SupervisionSupport,
) -> None:
    lock = Lock(
        a_profile(
            supervision=supervision,
            reserved_slots=frozenset({7}),
            constraints=frozenset({Constraint.NO_ALL_SAME_DIGITS}),
            admin_code=Pin("98989898"),
        ),
        {3: "2580", 4: "7913"},
    )
    before = lock.state
    effects = lock.do(SetCode(slot, None if digits is None else Pin(digits), status))
    assert lock.state == before
    supervised = supervision is SupervisionSupport.OK
    refused = refusal(effects)
    assert refused is not None
    assert (refused.slot, refused.why) == (slot, why)
    assert effects[1:] == (Replied(Outcome.FAIL if supervised else Outcome.NONE, None),)


def test_a_refusal_names_the_rule_and_whose_code_is_in_the_way() -> None:
    profile = a_profile(constraints=frozenset({Constraint.NO_ZEROS}), admin_code=Pin("99887766"))
    lock = Lock(profile, {5: "2468"})

    def refused(digits: str) -> CodeRefused | None:
        return refusal(lock.do(SetCode(1, Pin(digits))))

    assert refused("2068") == CodeRefused(1, Refusal.DIGITS_NOT_SUPPORTED, rule=Constraint.NO_ZEROS)
    assert refused("2468") == CodeRefused(1, Refusal.PIN_IN_USE, holder=5)
    assert refused("99887766") == CodeRefused(1, Refusal.PIN_IN_USE, holder=0)
    assert refused("2469") is None


def test_leading_zeros_count() -> None:
    lock = Lock(codes={1: "0123", 2: "00123", 3: "0000"})
    assert lock.codes == {1: "0123", 2: "00123", 3: "0000"}


def test_the_same_code_is_accepted_again_in_the_same_slot() -> None:
    lock = Lock(codes={3: "4827"})
    before = lock.state
    effects = lock.do(SetCode(3, Pin("4827")))
    assert lock.state == before
    assert effects == (
        CodeStored(3, Pin("4827"), SlotStatus.ENABLED),
        Replied(Outcome.SUCCESS, None),
        Notified(Notice.CODE_ADDED, 3),
    )


def test_a_slot_takes_another_code_without_being_cleared_first() -> None:
    lock = Lock(codes={3: "4827"})
    assert lock.outcome(SetCode(3, Pin("1379"))) is Outcome.SUCCESS
    assert lock.codes == {3: "1379"}


def test_a_full_lock_ignores_a_new_code_because_there_is_no_slot_for_it() -> None:
    lock = Lock(a_profile(slots_max=2), {1: "1111", 2: "2222"})
    assert lock.outcome(SetCode(3, Pin("3333"))) is Outcome.FAIL
    assert lock.codes == {1: "1111", 2: "2222"}


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (DuplicatePolicy.SILENT, []),
        (DuplicatePolicy.NOTIFY, [(Notice.DUPLICATE_CODE, None, None)]),
        (DuplicatePolicy.NOTIFY_WITH_SLOT, [(Notice.DUPLICATE_CODE, 9, None)]),
        (DuplicatePolicy.ALARM, [(Notice.DUPLICATE_CODE, 4, 113)]),
    ],
)
def test_a_duplicate_is_told_as_the_model_does(
    policy: DuplicatePolicy, told: list[tuple[Notice, int | None, int | None]]
) -> None:
    lock = Lock(a_profile(duplicate_policy=policy), {4: "7913"})
    effects = lock.do(SetCode(9, Pin("7913")))
    assert lock.codes == {4: "7913"}
    assert [(e.notice, e.slot, e.alarm) for e in effects if isinstance(e, Notified)] == told


def test_the_alarm_about_the_admin_code_names_slot_0() -> None:
    profile = a_profile(duplicate_policy=DuplicatePolicy.ALARM, admin_code=Pin("4827"))
    effects = Lock(profile).do(SetCode(9, Pin("4827")))
    assert notices(effects) == [(Notice.DUPLICATE_CODE, 0)]


def test_a_lock_that_does_not_send_event_15_tells_nobody_of_a_duplicate() -> None:
    profile = a_profile(duplicate_policy=DuplicatePolicy.NOTIFY, notifications=frozenset())
    assert notices(Lock(profile, {4: "7913"}).do(SetCode(9, Pin("7913")))) == []


def test_only_a_duplicate_gives_the_duplicate_notice() -> None:
    lock = Lock(a_profile(duplicate_policy=DuplicatePolicy.NOTIFY))
    assert notices(lock.do(SetCode(9, Pin("123")))) == []


def test_a_lock_that_accepts_duplicates_stores_them_all_even_the_admins() -> None:
    profile = a_profile(duplicate_policy=DuplicatePolicy.ACCEPT, admin_code=Pin("7913"))
    assert Lock(profile, {1: "7913", 2: "7913"}).codes == {1: "7913", 2: "7913"}


def test_a_disabled_code_is_in_use_all_the_same() -> None:
    lock = Lock()
    assert lock.outcome(SetCode(1, Pin("7913"), SlotStatus.DISABLED)) is Outcome.SUCCESS
    assert lock.outcome(SetCode(2, Pin("7913"))) is Outcome.FAIL


@pytest.mark.parametrize(
    ("held", "wanted", "why"),
    [
        ("1357", "2468", Refusal.KEYPAD_COLLISION),
        ("1357", "1457", Refusal.KEYPAD_COLLISION),
        ("9090", "0099", Refusal.KEYPAD_COLLISION),
        ("1357", "13579", None),
        ("1357", "3157", None),
    ],
)
def test_five_buttons_make_codes_one_that_press_the_same(
    held: str, wanted: str, why: Refusal | None
) -> None:
    lock = Lock(a_profile("kwikset-914"), {1: held})
    refused = refusal(lock.do(SetCode(2, Pin(wanted))))
    assert (refused and refused.why) == why


@pytest.mark.parametrize(
    ("held", "wanted", "why"),
    [
        ("1357", "13579", Refusal.KEYPAD_COLLISION),
        ("13579", "1357", Refusal.KEYPAD_COLLISION),
        ("1357", "1357", Refusal.PIN_IN_USE),
        ("1357", "1358", None),
        ("13579", "1358", None),
    ],
)
def test_without_an_enter_key_no_code_begins_another(
    held: str, wanted: str, why: Refusal | None
) -> None:
    lock = Lock(a_profile(matches_prefix=True), {1: held})
    refused = refusal(lock.do(SetCode(2, Pin(wanted))))
    assert (refused and refused.why) == why


@pytest.mark.parametrize("policy", [DuplicatePolicy.SILENT, DuplicatePolicy.ACCEPT])
def test_the_first_four_digits_are_unique_whatever_the_length_and_the_duplicate_policy(
    policy: DuplicatePolicy,
) -> None:
    profile = a_profile(
        constraints=frozenset({Constraint.UNIQUE_FIRST_FOUR_DIGITS}),
        duplicate_policy=policy,
        admin_code=Pin("582066"),
    )
    lock = Lock(profile, {1: "1357"})
    rule = Constraint.UNIQUE_FIRST_FOUR_DIGITS
    for digits, holder in (("135799", 1), ("5820", 0)):
        refused = refusal(lock.do(SetCode(2, Pin(digits))))
        assert refused == CodeRefused(2, Refusal.FIRST_FOUR_IN_USE, rule=rule, holder=holder)
    assert refusal(lock.do(SetCode(2, Pin("1135")))) == CodeRefused(
        2, Refusal.DIGITS_NOT_SUPPORTED, rule=rule
    )
    assert lock.outcome(SetCode(1, Pin("13579"))) is Outcome.SUCCESS


def test_a_provider_that_chooses_takes_no_code_by_radio_but_has_its_own() -> None:
    rule = Constraint.CANNOT_SPECIFY_PIN_CODE
    lock = Lock(a_profile(constraints=frozenset({rule})))
    refused = refusal(lock.do(SetCode(1, Pin("4827"))))
    assert refused == CodeRefused(1, Refusal.PROVIDER_CHOOSES_PIN)
    lock.do(ProgrammedAtKeypad(1, Pin("4827")))
    assert lock.codes == {1: "4827"}


def test_only_pins_of_the_existing_set_are_taken_where_there_is_one() -> None:
    rule = Constraint.PIN_CODE_MATCHES_EXISTING_SET
    profile = a_profile(constraints=frozenset({rule}), existing_pins=frozenset({Pin("4827")}))
    lock = Lock(profile)
    assert refusal(lock.do(SetCode(1, Pin("4828")))) == CodeRefused(1, Refusal.NOT_IN_EXISTING_SET)
    assert lock.outcome(SetCode(1, Pin("4827"))) is Outcome.SUCCESS


def test_clearing_a_slot_twice_succeeds_twice_and_is_told_once() -> None:
    lock = Lock(codes={3: "4827", 4: "7913"})
    assert lock.do(ClearCode(3)) == (
        CodeCleared(3),
        Replied(Outcome.SUCCESS, None),
        Notified(Notice.CODE_DELETED, 3),
    )
    assert lock.do(ClearCode(3)) == (Replied(Outcome.SUCCESS, None),)
    assert lock.codes == {4: "7913"}


def test_setting_a_slot_available_clears_it_whatever_code_comes_with_it() -> None:
    lock = Lock(codes={3: "4827"})
    assert lock.outcome(SetCode(3, Pin("9999"), SlotStatus.AVAILABLE)) is Outcome.SUCCESS
    assert lock.codes == {}


def test_clearing_slot_0_clears_all_and_is_told_once() -> None:
    lock = Lock(codes={3: "4827", 4: "7913"})
    everything: tuple[Effect, ...] = (
        CodeCleared(3),
        CodeCleared(4),
        Replied(Outcome.SUCCESS, None),
        Notified(Notice.ALL_CODES_DELETED, None),
    )
    assert lock.do(ClearCode(0)) == everything
    assert lock.do(ClearCode(0)) == (Replied(Outcome.SUCCESS, None),)


@pytest.mark.parametrize(
    ("slot", "why"), [(31, Refusal.SLOT_OUT_OF_RANGE), (7, Refusal.SLOT_RESERVED)]
)
def test_clearing_what_is_no_slot_is_ignored(slot: int, why: Refusal) -> None:
    lock = Lock(a_profile(reserved_slots=frozenset({7})))
    assert lock.do(ClearCode(slot)) == (CodeRefused(slot, why), Replied(Outcome.FAIL, None))


def test_hours_go_with_the_slot_even_if_it_is_empty() -> None:
    lock = Lock(a_profile(schedules=Schedules.NATIVE))
    lock.do(SetSchedule(3, 5, 9))
    lock.do(SetSchedule(4, 5, 9))
    lock.do(ClearCode(3))
    assert list(lock.state.memory.windows) == [4]
    lock.do(ClearCode(0))
    assert not lock.state.memory.windows


def test_a_reset_lock_is_another_lock_with_the_codes_of_the_factory() -> None:
    profile = a_profile(factory_codes=((1, Pin("1234")), (2, Pin("5678"))))
    lock = Lock(profile, {2: "4827", 3: "7913"})
    assert lock.codes == {1: "1234", 2: "4827", 3: "7913"}
    effects = lock.do(FactoryReset())
    assert effects == (
        CodeCleared(1),
        CodeCleared(2),
        CodeCleared(3),
        CodeStored(1, Pin("1234"), SlotStatus.ENABLED),
        CodeStored(2, Pin("5678"), SlotStatus.ENABLED),
        KeypadAnswer(Feedback.DONE, None),
    )
    assert lock.codes == {1: "1234", 2: "5678"}
    assert lock.state.memory.incarnation == 2
