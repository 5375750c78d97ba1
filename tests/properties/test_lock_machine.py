"""A lock and its oracle: people at the keypad, hubs on the radio, power cuts, passing time.

Every rule does one thing to both and compares what is answered; the invariants compare what is then
there, and read it back over the radio.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from latchbench.pin import Pin
from simulator.model import events as e
from simulator.model.effects import (
    ChecksumReport,
    CodeRefused,
    CodeReport,
    Effect,
    KeypadAnswer,
    Replied,
    WalkReport,
)
from simulator.model.lock import next_timer_us, step
from simulator.model.state import check_invariants, fresh, memory_from_plain, memory_to_plain
from simulator.model.words import (
    KeypadMode,
    Outcome,
    Schedules,
    SlotStatus,
)
from tests.properties.lock_kinds import KINDS, SECOND_US
from tests.properties.lock_oracle import LockOracle

if TYPE_CHECKING:
    from collections.abc import Callable

CODES = st.integers(0, 6)
SLOTS = st.sampled_from([1, 1, 2, 2, 4, 4, 3, 0, 5])
FLAGS = st.booleans()
MODES = st.sampled_from(sorted(KeypadMode))
INSTANTS = st.none() | st.integers(-2, 12)
STARTS = st.integers(1, 4)
WAITS = st.sampled_from([0, 0, 0, 1, 5, 10, 30])
# What undoes much happens in one of four of its turns only, so that something is there to undo.
SELDOM = st.integers(0, 3)


# Each run leaves some of these out, so that the others meet each other more often.
CONCERNS = st.frozensets(st.sampled_from(["bolt", "modes", "power"]))


def about(concern: str) -> Callable[[LockMachine], bool]:
    """The rules of this concern, in those runs that have it."""
    return lambda machine: concern in machine.concerns


class LockMachine(RuleBasedStateMachine):
    """The lock under test, `state`, and beside it all that everybody knows about it."""

    @initialize(kind=st.sampled_from(sorted(KINDS)), concerns=CONCERNS)
    def a_new_lock(self, kind: str, concerns: frozenset[str]) -> None:
        self.profile, codes = KINDS[kind]
        self.concerns = concerns
        self.pool = codes.split()
        self.state = fresh(self.profile, 1)
        self.known = LockOracle(self.profile, 10 * SECOND_US)

    def code(self, place: int) -> str:
        """A code that means something to this model of lock."""
        return self.pool[place % len(self.pool)]

    def do(self, event: e.Event) -> list[Effect]:
        self.state, effects = step(self.profile, self.state, event, self.known.now_us)
        check_invariants(self.state, self.profile)
        replies = [effect for effect in effects if isinstance(effect, Replied)]
        asked = isinstance(event, e.RadioEvent)
        assert len(replies) == (1 if asked and not self.known.dead() else 0)
        return list(effects)

    def write(self, event: e.RadioEvent, *, accepted: bool) -> None:
        """The outcome tells whether it was accepted, if the lock tells anything."""
        said = Outcome.SUCCESS if accepted else Outcome.FAIL
        effects = self.do(event)
        assert Replied(said if self.profile.is_supervised else Outcome.NONE, None) in effects
        if isinstance(event, e.SetCode):
            assert accepted == (not any(isinstance(x, CodeRefused) for x in effects))

    def read(self, event: e.RadioEvent) -> object:
        (reply,) = (x for x in self.do(event) if isinstance(x, Replied))
        return reply.body

    def answer(self, event: e.LocalEvent) -> tuple[str, int | None]:
        (answer,) = (x for x in self.do(event) if isinstance(x, KeypadAnswer))
        return answer.feedback.value, answer.slot

    # The hub

    def hub_hears(self) -> bool:
        return not self.known.dead()

    @precondition(hub_hears)
    @rule(writes=st.lists(st.tuples(SLOTS, CODES, SELDOM), min_size=1, max_size=4))
    def the_hub_sets_some_codes(self, writes: list[tuple[int, int, int]]) -> None:
        for slot, place, seldom in writes:
            digits, opens = self.code(place), seldom > 0
            status = SlotStatus.ENABLED if opens else SlotStatus.DISABLED
            accepted = self.known.is_set(slot, digits, opens=opens)
            self.write(e.SetCode(slot, Pin(digits), status), accepted=accepted)

    @precondition(hub_hears)
    @rule(slot=SLOTS, seldom=SELDOM)
    def the_hub_clears_a_slot(self, slot: int, seldom: int) -> None:
        if slot or not seldom:
            self.write(e.ClearCode(slot), accepted=self.known.is_cleared(slot))

    @precondition(lambda self: self.hub_hears() and self.profile.schedules is Schedules.NATIVE)
    @rule(slot=SLOTS, start=INSTANTS, end=INSTANTS)
    def the_hub_sets_hours(self, slot: int, start: int | None, end: int | None) -> None:
        now = self.known.now_us // SECOND_US
        first, last = (None if at is None else now + 5 * at for at in (start, end))
        self.hours_are_set(slot, first, last)

    def hours_are_set(self, slot: int, begin: int | None, end: int | None) -> None:
        first, last = (None if at is None else at * SECOND_US for at in (begin, end))
        accepted = self.known.gets_hours(slot, first, last)
        self.write(e.SetSchedule(slot, first, last), accepted=accepted)

    @precondition(about("bolt"))
    @precondition(hub_hears)
    @rule(locked=FLAGS)
    def the_hub_moves_the_bolt(self, locked: bool) -> None:
        arrived = self.known.moves("locked" if locked else "unlocked")
        self.write(e.Operate(locked), accepted=arrived)

    @precondition(about("modes"))
    @precondition(lambda self: self.hub_hears() and self.profile.user_code_version == 2)
    @rule(mode=MODES, seldom=SELDOM)
    def the_hub_sets_the_keypad_mode(self, mode: KeypadMode, seldom: int) -> None:
        if mode is KeypadMode.NORMAL or not seldom:
            self.write(e.SetKeypadMode(mode), accepted=self.known.is_put_in_mode(mode))

    @precondition(lambda self: self.known.dead())
    @rule(slot=SLOTS, place=CODES)
    def the_hub_asks_a_lock_without_power(self, slot: int, place: int) -> None:
        assert self.do(e.SetCode(slot, Pin(self.code(place)))) == []
        assert self.do(e.ClearCode(0)) == []

    # People

    @rule(slot=SLOTS, place=st.none() | CODES)
    def a_person_programs_a_code(self, slot: int, place: int | None) -> None:
        digits = None if place is None else self.code(place)
        event = e.ProgrammedAtKeypad(slot, None if digits is None else Pin(digits))
        assert self.answer(event)[0] == self.known.is_programmed(slot, digits)

    @precondition(lambda self: self.known.length is not None)
    @rule(length=st.integers(3, 6))
    def a_person_changes_the_length_of_all_codes(self, length: int) -> None:
        answer, _ = self.answer(e.LengthSetAtKeypad(length))
        assert answer == self.known.is_set_to_length(length)

    @precondition(about("modes"))
    @rule(seldom=SELDOM)
    def a_person_holds_the_menu(self, seldom: int) -> None:
        is_open = not seldom
        answer, _ = self.answer(e.MenuHeld(is_open))
        assert answer == self.known.is_held_in_menu(is_open=is_open)

    @precondition(about("modes"))
    @rule(mode=MODES, seldom=SELDOM)
    def a_person_switches_the_keypad(self, mode: KeypadMode, seldom: int) -> None:
        if mode is KeypadMode.NORMAL or not seldom:
            assert self.answer(e.KeypadSwitched(mode))[0] == self.known.is_switched(mode)

    @rule(key=st.sampled_from(e.KEYS))
    def a_person_presses_a_key(self, key: str) -> None:
        foreseen = self.known.hears(key)
        assert self.answer(e.KeyPressed(key)) == foreseen

    @rule(visits=st.lists(st.tuples(WAITS, st.integers(0, 12)), min_size=1, max_size=5))
    def people_come_and_type_codes(self, visits: list[tuple[int, int]]) -> None:
        """The code of a slot every other time, and any other code."""
        for seconds, place in visits:
            self.wait_until(self.known.now_us + seconds * SECOND_US)
            held = [self.known.codes[slot][0] for slot in sorted(self.known.codes)]
            self.types(held[place % len(held)] if held and place > 6 else self.code(place))

    def types(self, digits: str) -> None:
        for key in [*digits.replace("x", ""), e.ENTER]:
            self.a_person_presses_a_key(key)

    @precondition(
        lambda self: self.hub_hears() and self.known.codes and self.profile.schedules == "native"
    )
    @rule(place=CODES, start=STARTS, lasts=STARTS, is_last=FLAGS, is_early=FLAGS)
    def a_guest_comes_when_the_hours_begin_or_end(
        self, place: int, start: int, lasts: int, is_last: bool, is_early: bool
    ) -> None:
        slot = sorted(self.known.codes)[place % len(self.known.codes)]
        clock = (self.known.now_us + self.known.clock_us) // SECOND_US + 1
        self.hours_are_set(slot, clock + start, clock + start + lasts)
        edge_us = (clock + start + lasts * is_last) * SECOND_US
        self.wait_until(edge_us - self.known.clock_us - is_early)
        self.types(self.known.codes[slot][0])

    @precondition(about("bolt"))
    @rule(locked=FLAGS)
    def a_hand_turns_the_bolt(self, locked: bool) -> None:
        self.do(e.ThumbTurned(locked))
        self.known.moves("locked" if locked else "unlocked")

    @precondition(about("power"))
    @rule(seldom=SELDOM)
    def somebody_resets_the_lock(self, seldom: int) -> None:
        if not seldom:
            self.do(e.FactoryReset())
            self.known.is_reset()

    # The world

    @precondition(about("bolt"))
    @rule(seldom=SELDOM)
    def something_is_in_the_way(self, seldom: int) -> None:
        jam = not seldom
        self.do(e.Jammed(jam))
        self.known.jam = jam

    @precondition(about("power"))
    @rule(seldom=SELDOM)
    def the_power_is_cut(self, seldom: int) -> None:
        if not seldom:
            self.do(e.PowerCut())
            self.known.cut = True
            self.known.stops()

    @precondition(lambda self: self.known.cut)
    @rule()
    def the_power_is_restored(self) -> None:
        self.known.cut = False
        self.do(e.PowerRestored())
        self.known.starts()

    @precondition(about("power"))
    @rule(percent=st.sampled_from([90, 15, 3, 0]), seldom=SELDOM)
    def the_battery_holds(self, percent: int, seldom: int) -> None:
        percent = 50 if percent == 0 and seldom else percent
        self.do(e.BatteryLevel(percent))
        self.known.has_battery(percent)

    @rule(by=st.sampled_from([-10, -5, 5]))
    def the_clock_goes_wrong(self, by: int) -> None:
        self.do(e.ClockShifted(by * SECOND_US))
        self.known.clock_us += by * SECOND_US

    @rule(seconds=st.sampled_from([0, 1, 5, 5, 10, 20, 30, 60, 300]))
    def time_passes(self, seconds: int) -> None:
        self.wait_until(self.known.now_us + seconds * SECOND_US)

    def wait_until(self, until_us: int) -> None:
        while (due_us := next_timer_us(self.state)) is not None and due_us <= until_us:
            self.known.time_is(due_us)
            self.do(e.TimerFired())
            assert next_timer_us(self.state) != due_us, "a timer that never ends"
        self.known.time_is(until_us)

    @rule(seconds=st.sampled_from([5, 30, 90]))
    def time_passes_and_the_timers_are_late(self, seconds: int) -> None:
        self.known.time_is(self.known.now_us + seconds * SECOND_US)
        self.do(e.TimerFired())

    @rule()
    def the_process_is_replaced(self) -> None:
        """What a host writes to its file is the whole memory."""
        plain = json.loads(json.dumps(memory_to_plain(self.state.memory)))
        assert memory_from_plain(plain) == self.state.memory
        self.state = replace(self.state, memory=memory_from_plain(plain))

    # What is always true

    @invariant()
    def the_lock_is_as_everybody_knows_it(self) -> None:
        memory, known = self.state.memory, self.known
        held = {
            slot: (code.pin.reveal(), code.status is SlotStatus.ENABLED)
            for slot, code in memory.slots.items()
        }
        hours = {s: (w.not_before_us, w.not_after_us) for s, w in memory.windows.items()}
        assert (held, hours) == (known.codes, known.hours)
        assert memory.bolt.value == known.bolt
        assert memory.is_locked_out == (known.locked_out_until_us > 0)
        assert (memory.incarnation, memory.code_length) == (known.incarnation, known.length)
        assert memory.keypad_mode.value == known.mode
        assert next_timer_us(self.state) == known.next_us()

    @precondition(hub_hears)
    @invariant()
    def reading_shows_what_is_there(self) -> None:
        walk = self.read(e.WalkCodes())
        assert isinstance(walk, WalkReport)
        seen = {c.slot: c for c in walk.codes if c.status is not SlotStatus.NOT_AVAILABLE}
        assert {s: code.status is SlotStatus.ENABLED for s, code in seen.items()} == {
            s: opens for s, (_, opens) in self.known.codes.items()
        }
        for report in walk.codes:
            assert self.read(e.ReadCode(report.slot)) == report
        beyond = self.read(e.ReadCode(9))
        assert isinstance(beyond, CodeReport)
        assert beyond.status is SlotStatus.NOT_AVAILABLE
        if self.profile.checksum:
            assert self.read(e.ReadChecksum()) == ChecksumReport(self.known.checksum())


LockMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=80, deadline=None)
test_a_lock_does_what_everybody_around_it_expects = LockMachine.TestCase
