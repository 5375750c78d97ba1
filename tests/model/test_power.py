"""Power: what a cut forgets, what an empty battery stops, what a reset leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from latchbench.pin import Pin
from simulator.model import events
from simulator.model.effects import KeypadAnswer, Notified
from simulator.model.events import (
    BatteryLevel,
    FactoryReset,
    Hung,
    Jammed,
    KeypadSwitched,
    KeyPressed,
    MenuHeld,
    Operate,
    Ping,
    PowerCut,
    PowerRestored,
    Restarted,
    SetCode,
    ThumbTurned,
)
from simulator.model.lock import next_timer_us
from simulator.model.memory import Slot, Window
from simulator.model.profile import InvalidProfile, Lockout
from simulator.model.state import (
    MemoryMismatch,
    boot,
    check_invariants,
    fresh,
    keypad_of,
    power_of,
)
from simulator.model.words import (
    Bolt,
    Constraint,
    DuplicatePolicy,
    Feedback,
    Keypad,
    KeypadMode,
    Notice,
    Power,
    Schedules,
)
from tests.model.builders import SECOND_US, Lock, a_profile, notices

if TYPE_CHECKING:
    from simulator.model.profile import Profile

RADIO: list[events.RadioEvent] = [
    events.SetCode(1, Pin("4827")),
    events.ClearCode(0),
    events.ReadCode(1),
    events.WalkCodes(),
    events.ReadChecksum(),
    events.ReadInfo(),
    events.ReadBattery(),
    events.Ping(),
    events.Operate(locked=False),
    events.ReadBolt(),
    events.SetSchedule(1, 1, 2),
    events.SetClock(1),
    events.ReadClock(),
    events.ReadSchedule(1),
    events.AssignCode(1, 7),
    events.SetKeypadMode(KeypadMode.NORMAL),
]


@pytest.mark.parametrize("cut", [PowerCut(), BatteryLevel(0)])
@pytest.mark.parametrize("event", RADIO)
def test_without_power_a_lock_is_silent(
    event: events.RadioEvent, cut: PowerCut | BatteryLevel
) -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(cut)
    before = lock.state
    assert lock.do(event) == ()
    assert lock.state == before


@pytest.mark.parametrize("event", RADIO)
@pytest.mark.parametrize("profile", ["deadbolt-30", "schlage-be469", "nuki"])
def test_with_power_every_radio_event_has_exactly_one_reply(
    event: events.RadioEvent, profile: str
) -> None:
    Lock(a_profile(profile)).ask(event)


def test_a_power_cut_forgets_the_entry_the_menu_and_the_timers_but_no_code() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(ThumbTurned(locked=False))
    lock.type("48", enter=False)
    memory = lock.state.memory
    lock.do(PowerCut())
    assert next_timer_us(lock.state) is None
    assert lock.state.memory == memory
    assert lock.do(KeyPressed("2")) == (KeypadAnswer(Feedback.IGNORED, None),)
    assert lock.do(PowerRestored()) == (Notified(Notice.POWER_APPLIED, None),)
    assert lock.state.memory == memory
    assert lock.type("27")[0] == KeypadAnswer(Feedback.REJECTED, None)
    assert lock.try_code("4827") == (Feedback.OPENED, 1)


def test_cutting_or_restoring_twice_changes_nothing() -> None:
    lock = Lock()
    assert lock.do(PowerRestored()) == ()
    lock.do(PowerCut())
    before = lock.state
    assert lock.do(PowerCut()) == ()
    assert lock.state == before


def test_a_cut_ends_the_menu_and_keeps_the_mode() -> None:
    lock = Lock()
    lock.do(KeypadSwitched(KeypadMode.VACATION))
    lock.do(MenuHeld(is_open=True))
    lock.do(PowerCut())
    lock.do(PowerRestored())
    assert keypad_of(lock.state) is Keypad.VACATION


def test_a_battery_warns_when_it_gets_worse_and_only_then() -> None:
    lock = Lock()
    told = {}
    for percent in (80, 21, 20, 12, 5, 3, 10, 4, 90):
        told[percent] = notices(lock.do(BatteryLevel(percent)))
    assert {percent: n for percent, n in told.items() if n} == {
        20: [(Notice.BATTERY_LOW, None)],
        5: [(Notice.BATTERY_CRITICAL, None)],
        4: [(Notice.BATTERY_CRITICAL, None)],
    }


@pytest.mark.parametrize(
    ("percent", "power"),
    [
        (100, Power.GOOD),
        (21, Power.GOOD),
        (20, Power.LOW),
        (6, Power.LOW),
        (5, Power.CRITICAL),
        (1, Power.CRITICAL),
        (0, Power.DEPLETED),
    ],
)
def test_the_power_has_a_word_for_every_level(percent: int, power: Power) -> None:
    lock = Lock()
    lock.do(BatteryLevel(percent))
    assert power_of(lock.profile, lock.state) is power
    lock.do(PowerCut())
    assert power_of(lock.profile, lock.state) is Power.OFF


def test_new_batteries_start_a_lock_that_ran_empty() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(ThumbTurned(locked=False))
    lock.do(BatteryLevel(0))
    assert lock.do(Ping()) == ()
    assert notices(lock.do(BatteryLevel(100))) == [(Notice.POWER_APPLIED, None)]
    assert next_timer_us(lock.state) == lock.now_us + 30 * SECOND_US
    assert lock.try_code("4827")[0] is Feedback.OPENED


def test_empty_batteries_that_are_put_in_start_nothing() -> None:
    lock = Lock()
    lock.do(PowerCut())
    assert lock.do(BatteryLevel(0)) == ()
    assert lock.do(PowerRestored()) == ()
    assert lock.do(Ping()) == ()
    assert power_of(lock.profile, lock.state) is Power.DEPLETED


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_battery_level_is_a_percentage(percent: int) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        BatteryLevel(percent)


def test_a_reset_keeps_what_is_physical() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(Operate(locked=False))
    lock.do(Jammed(jammed=True))
    lock.do(BatteryLevel(50))
    lock.do(KeypadSwitched(KeypadMode.VACATION))
    lock.do(FactoryReset())
    memory = lock.state.memory
    assert (memory.bolt, memory.is_obstructed, memory.battery_percent) == (Bolt.UNLOCKED, True, 50)
    assert (memory.incarnation, memory.keypad_mode) == (2, KeypadMode.NORMAL)
    assert lock.codes == {}


def test_a_lock_without_power_cannot_be_reset() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(PowerCut())
    assert lock.do(FactoryReset()) == (KeypadAnswer(Feedback.IGNORED, None),)
    assert lock.codes == {1: "4827"}


def test_a_lock_that_boots_has_all_that_it_remembers() -> None:
    lock = Lock(codes={1: "4827", 9: "7913"})
    lock.do(ThumbTurned(locked=False))
    state = boot(lock.profile, lock.state.memory, lock.now_us)
    check_invariants(state, lock.profile)
    assert state == lock.state


def test_a_new_lock_is_locked_and_waits_for_nothing() -> None:
    state = fresh(a_profile(), 7)
    assert (state.memory.bolt, state.memory.incarnation) == (Bolt.LOCKED, 7)
    assert next_timer_us(state) is None


def test_a_factory_code_that_the_lock_itself_refuses_is_no_profile() -> None:
    profile = a_profile(factory_codes=((1, Pin("1234")), (31, Pin("5678"))))
    with pytest.raises(InvalidProfile, match="slot 31: slot_out_of_range"):
        fresh(profile, 1)


def test_a_lock_does_not_boot_with_the_memory_of_another_model() -> None:
    lock = Lock(codes={1: "482713", 30: "79134"})
    with pytest.raises(MemoryMismatch) as caught:
        boot(a_profile("schlage-be469", slots_max=10), lock.state.memory, 0)
    assert caught.value.problems == (
        "slot 30 cannot hold a code",
        "the code length setting does not fit",
    )


def test_what_a_cut_interrupts_is_not_done_later() -> None:
    lock = Lock(codes={1: "4827"})
    lock.do(PowerCut())
    lock.do(SetCode(2, Pin("7913")))
    lock.do(PowerRestored())
    assert lock.codes == {1: "4827"}


NATIVE = a_profile(schedules=Schedules.NATIVE)
COUNTING = a_profile(lockout=Lockout(3, None, SECOND_US, (SECOND_US,)))


@pytest.mark.parametrize(
    ("profile", "changes", "problem"),
    [
        (a_profile(), {"slots": {31: Slot(Pin("4827"))}}, "slot 31 cannot hold a code"),
        (
            a_profile("schlage-be469"),
            {"slots": {1: Slot(Pin("48271"))}},
            "slot 1 holds a code of a length that the lock does not take",
        ),
        (
            a_profile("nuki"),
            {"slots": {1: Slot(Pin("123456"))}},
            "slot 1 holds a code that breaks a rule of the lock",
        ),
        (
            a_profile("kwikset-914"),
            {"slots": {1: Slot(Pin("1357")), 2: Slot(Pin("2468"))}},
            "two codes are one to the keypad",
        ),
        (
            a_profile(matches_prefix=True, admin_code=Pin("482713")),
            {"slots": {1: Slot(Pin("4827"))}},
            "two codes are one to the keypad",
        ),
        (
            a_profile(constraints=frozenset({Constraint.UNIQUE_FIRST_FOUR_DIGITS})),
            {"slots": {1: Slot(Pin("4827")), 2: Slot(Pin("48271"))}},
            "two codes begin with the same four digits",
        ),
        (a_profile(), {"windows": {1: Window(1, 2)}}, "slot 1 cannot have hours"),
        (NATIVE, {"windows": {31: Window(1, 2)}}, "slot 31 cannot have hours"),
        (NATIVE, {"windows": {1: Window(2, 2)}}, "slot 1 has hours that are none"),
        (NATIVE, {"windows": {1: Window(None, None)}}, "slot 1 has hours that are none"),
        (a_profile(), {"code_length": 4}, "the code length setting does not fit"),
        (
            a_profile("nuki"),
            {"keypad_mode": KeypadMode.VACATION},
            "the keypad has no mode vacation",
        ),
        (
            a_profile(lockout=None),
            {"wrong_at_us": (1,)},
            "wrong codes are counted by a lock that does not count them",
        ),
        (COUNTING, {"wrong_at_us": (1, 2, 3)}, "as many wrong codes as start a lock-out, and none"),
        (COUNTING, {"wrong_at_us": (2, 1)}, "wrong codes out of order"),
        (COUNTING, {"lockouts": 3}, "more lock-outs than are told apart"),
        (COUNTING, {"is_locked_out": True}, "locked out, and never was"),
    ],
)
def test_a_memory_that_such_a_lock_cannot_have_is_refused_at_boot(
    profile: Profile, changes: dict[str, Any], problem: str
) -> None:
    memory = replace(fresh(profile, 1).memory, **changes)
    with pytest.raises(MemoryMismatch) as caught:
        boot(profile, memory, 0)
    assert caught.value.problems == (problem,)


def test_a_lock_that_accepts_duplicates_may_have_them_in_memory() -> None:
    profile = a_profile(duplicate_policy=DuplicatePolicy.ACCEPT)
    slots = {1: Slot(Pin("4827")), 2: Slot(Pin("4827"))}
    memory = replace(fresh(profile, 1).memory, slots=slots)
    assert boot(profile, memory, 0).memory == memory


# Hanging and starting


@pytest.mark.parametrize("event", [Hung(), Restarted(3 * SECOND_US)])
def test_a_lock_that_hangs_or_starts_does_nothing_at_all(event: events.Event) -> None:
    lock = Lock(a_profile(relock_after_us=SECOND_US))
    lock.do(SetCode(1, Pin("4827")))
    lock.do(ThumbTurned(locked=False))
    lock.do(event)
    check_invariants(lock.state, lock.profile)
    for asked in RADIO:
        assert lock.do(asked) == ()
    assert lock.do(KeyPressed("1")) == (KeypadAnswer(Feedback.IGNORED, None),)
    lock.do(ThumbTurned(locked=True))
    assert lock.state.memory.bolt is Bolt.LOCKED
    assert 1 in lock.state.memory.slots


def test_a_restart_ends_by_itself_and_says_so() -> None:
    lock = Lock(a_profile())
    lock.do(Restarted(3 * SECOND_US))
    assert power_of(lock.profile, lock.state) is Power.REBOOTING
    assert next_timer_us(lock.state) == lock.now_us + 3 * SECOND_US
    lock.wait(3 * SECOND_US)
    told = lock.do(Ping())
    assert notices(told) == [(Notice.POWER_APPLIED, None)]
    assert power_of(lock.profile, lock.state) is Power.GOOD
    assert next_timer_us(lock.state) is None


def test_a_hang_ends_with_the_power_and_with_nothing_else() -> None:
    lock = Lock(a_profile())
    lock.do(Hung())
    for event in (PowerRestored(), BatteryLevel(50), FactoryReset()):
        lock.do(event)
        assert lock.state.is_hung
    assert lock.state.memory.battery_percent == 50
    lock.do(PowerCut())
    assert not lock.state.is_hung
    assert notices(lock.do(PowerRestored())) == [(Notice.POWER_APPLIED, None)]


def test_an_empty_battery_ends_a_hang_and_a_restart_too() -> None:
    for event in (Hung(), Restarted(SECOND_US)):
        lock = Lock(a_profile())
        lock.do(event)
        lock.do(BatteryLevel(0))
        assert power_of(lock.profile, lock.state) is Power.DEPLETED
        assert next_timer_us(lock.state) is None
        lock.do(BatteryLevel(90))
        assert lock.state.is_alive


def test_a_lock_without_power_neither_hangs_nor_starts() -> None:
    lock = Lock(a_profile())
    lock.do(PowerCut())
    before = lock.state
    lock.do(Hung())
    lock.do(Restarted(SECOND_US))
    assert lock.state == before
