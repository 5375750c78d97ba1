"""A gateway, its locks, and all who get in their way: callers, people, radio, hosts, crashes.

After every step the oracle compares what is promised with what the locks witnessed; at the end of
every run the world heals, and what was promised must be what the locks hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.policy.pacing import Pacing, Security
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne
from tests.engine.plain_lock import PlainLock, Reach
from tests.properties.gateway_oracle import GatewayOracle

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("attic", "barn")
LOCKS = st.sampled_from(NAMES)
# The first places are slots with a code in them, the others slots without.
PLACES = st.integers(0, 5)
CODES = st.sampled_from(["1234", "2580", "4321", "7319", "9051"])
SOME_LOCKS = st.sampled_from([NAMES, NAMES, NAMES[::-1], NAMES[:1], NAMES[1:]])
BEHAVIORS = st.sampled_from(["throw", "create_random_code"])
REACHES = st.sampled_from([Reach.GOOD, *Reach])
MOODS = st.sampled_from(["good", "refuses", "pretends", "shortens", "errs"])
FLAGS = st.booleans()
KEYS = st.sampled_from([None, None, "guest 7", "guest 8"])
SELDOM = st.sampled_from([False, False, False, True])
SPANS_US = st.sampled_from(
    [SECOND_US, 5 * SECOND_US, 30 * SECOND_US, 2 * MINUTE_US, 20 * MINUTE_US, HOUR_US, 9 * HOUR_US]
)
# What happens before the next thing goes wrong: nothing, some commands, or time.
PAUSES = st.sampled_from([-1, -2, -4, -7, None, 0, 0, 0, SECOND_US, 30 * SECOND_US])
# From when on, and for how long.
WINDOWS = st.tuples(
    st.sampled_from([0, 30 * MINUTE_US, 3 * HOUR_US]),
    st.sampled_from([3 * SECOND_US, 20 * MINUTE_US, 2 * HOUR_US]),
)
CONCERNS = frozenset({"people", "radio", "moods", "hosts", "store", "resets"})
# Each run leaves some of these out, so that the others meet each other more often.
LEFT_OUT = st.frozensets(st.sampled_from(sorted(CONCERNS)), max_size=5)


def about(concern: str) -> Callable[[GatewayMachine], bool]:
    """The rules of this concern, in those runs that have it."""
    return lambda machine: concern not in machine.left_out


class GatewayMachine(RuleBasedStateMachine):
    """The gateway under test is `bench.core`."""

    @initialize(
        left_out=LEFT_OUT,
        masked=FLAGS,
        supervised=FLAGS,
        tells_writes=FLAGS,
        checksum=FLAGS,
        lacks=st.sampled_from([set(), set(), {2}]),
        programming=st.sampled_from(["sync", "async"]),
        hub=st.sampled_from(["", "", "shared"]),
        commands=st.sampled_from([1, 4]),
        security=st.sampled_from(Security),
        gap_us=st.sampled_from([0, 0, 2 * SECOND_US]),
    )
    def a_house(
        self,
        left_out: frozenset[str],
        masked: bool,
        supervised: bool,
        tells_writes: bool,
        checksum: bool,
        lacks: set[int],
        programming: str,
        hub: str,
        commands: int,
        security: Security,
        gap_us: int,
    ) -> None:
        self.left_out = left_out
        attic = PlainLock("attic", slots=3, supervised=supervised, has_checksum=checksum)
        barn = PlainLock("barn", slots=4, masked=masked, tells_writes=tells_writes)
        attic.lacks = set(lacks)
        attic.security = barn.security = security
        pacing = Pacing(commands, gap_us)
        self.bench = BenchOfOne(attic, barn, programming=programming, hub=hub, pacing=pacing)
        self.oracle = GatewayOracle(self.bench)
        self.bench.host_up()

    def pause(self, pause: int | None) -> None:
        """As many commands as it is below zero, or so much time."""
        if pause is None:
            return
        for _ in range(-pause):
            if self.bench.in_flight:
                self.bench.carry()
        if pause >= 0:
            self.oracle.pass_time(pause)

    # Callers.

    @rule(
        devices=SOME_LOCKS,
        code=st.none() | CODES,
        behavior=BEHAVIORS,
        sync=st.none() | FLAGS,
        attempt=st.sampled_from([True, True, False]),
        pause=PAUSES,
    )
    def somebody_asks_for_a_code(
        self,
        devices: tuple[str, ...],
        code: str | None,
        behavior: str,
        sync: bool | None,
        attempt: bool,
        pause: int | None,
    ) -> None:
        asked: dict[str, Any] = {
            "behavior_when_code_cannot_be_shared": behavior,
            "attempt_for_offline_device": attempt,
        }
        if code is not None:
            asked["code"] = code
        if sync is not None:
            asked["sync"] = sync
        self.oracle.ask(devices, asked)
        self.pause(pause)

    @rule(devices=SOME_LOCKS, behavior=BEHAVIORS, sync=FLAGS, window=WINDOWS, pause=PAUSES)
    def somebody_asks_for_a_stay(
        self,
        devices: tuple[str, ...],
        behavior: str,
        sync: bool,
        window: tuple[int, int],
        pause: int | None,
    ) -> None:
        asked = {
            "behavior_when_code_cannot_be_shared": behavior,
            "sync": sync,
            "starts_at": self.bench.at(window[0]),
            "ends_at": self.bench.at(window[0] + window[1]),
        }
        self.oracle.ask(devices, asked)
        self.pause(pause)

    @precondition(about("radio"))
    @rule(
        name=LOCKS,
        behavior=BEHAVIORS,
        reach=st.sampled_from(Reach),
        mood=MOODS,
        pauses=st.tuples(PAUSES, PAUSES),
    )
    def somebody_asks_for_a_code_and_a_lock_fails_under_way(
        self,
        name: str,
        behavior: str,
        reach: Reach,
        mood: str,
        pauses: tuple[int | None, int | None],
    ) -> None:
        self.oracle.ask(NAMES, {"behavior_when_code_cannot_be_shared": behavior, "sync": True})
        self.pause(pauses[0])
        self.bench.locks[name].reach = reach
        self.a_lock_has_its_moods(name, mood)
        self.pause(pauses[1])

    @rule(name=LOCKS, code=st.none() | CODES, key=KEYS, sync=FLAGS, allowed=SELDOM, pause=PAUSES)
    def somebody_asks_for_one_code(
        self,
        name: str,
        code: str | None,
        key: str | None,
        sync: bool,
        allowed: bool,
        pause: int | None,
    ) -> None:
        asked = {"code": code, "common_code_key": key, "sync": sync}
        asked["allow_external_modification"] = allowed
        self.oracle.ask_one(name, asked)
        self.pause(pause)

    @rule(
        place=st.integers(0, 20),
        code=st.none() | CODES,
        window=st.none() | st.just("ongoing") | WINDOWS,
        sync=FLAGS,
        pause=PAUSES,
    )
    def somebody_changes_a_code(
        self,
        place: int,
        code: str | None,
        window: tuple[int, int] | str | None,
        sync: bool,
        pause: int | None,
    ) -> None:
        wanted = self.oracle.wanted()
        if wanted:
            self.oracle.change(wanted[place % len(wanted)], code, window, sync=sync)
        self.pause(pause)

    @rule(place=st.integers(0, 20), pause=PAUSES)
    def somebody_deletes_a_code(self, place: int, pause: int | None) -> None:
        wanted = self.oracle.wanted()
        if wanted:
            self.oracle.delete(wanted[place % len(wanted)])
        self.pause(pause)

    # Time and the radio.

    @rule(by_us=SPANS_US)
    def time_passes(self, by_us: int) -> None:
        self.oracle.pass_time(by_us)

    @precondition(lambda self: self.bench.in_flight)
    @rule(name=LOCKS)
    def one_command_arrives(self, name: str) -> None:
        """Of one lock the oldest first, if there is any."""
        mine = (flight for flight in self.bench.in_flight if flight.device_id == name)
        self.bench.carry(next(mine, None))

    @precondition(lambda self: self.bench.late)
    @rule()
    def a_late_report_arrives(self) -> None:
        flight, report = self.bench.late.pop()
        self.bench.report(flight, report)

    @precondition(about("radio"))
    @rule(name=LOCKS, reach=REACHES, pause=PAUSES)
    def the_radio_changes(self, name: str, reach: Reach, pause: int | None) -> None:
        self.bench.locks[name].reach = reach
        self.pause(pause)

    @precondition(about("moods"))
    @rule(name=LOCKS, mood=MOODS)
    def a_lock_has_its_moods(self, name: str, mood: str) -> None:
        lock = self.bench.locks[name]
        lock.refuses = mood == "refuses"
        lock.pretends = mood == "pretends"
        lock.truncates_to = 3 if mood == "shortens" and not lock.masked else None
        # Where codes are masked nobody can tell a stray from somebody's own.
        lock.errs = 1 if mood == "errs" and not lock.masked else 0

    # People at the keypad.

    def slot(self, name: str, place: int) -> int:
        lock = self.bench.locks[name]
        has = set(range(1, lock.slots + 1)) - lock.lacks
        slots = [*sorted(lock.codes), *sorted(has - lock.codes.keys())]
        return slots[place % len(slots)]

    def visible(self, name: str, slot: int | None = None) -> bool:
        """On a masked lock only the time and the place of a change tell whose code is in a slot."""
        lock = self.bench.locks[name]
        at_rest = not any(flight.device_id == name for flight in self.bench.in_flight)
        # Where it wrote and has not read since that it is gone, anything is taken for its own.
        in_doubt = any(
            row.slot == slot and row.sends > 0 for row in self.bench.world.codes_of(name)
        )
        near = lock.reach is Reach.GOOD and name in self.bench.hosts_up and not self.oracle.held
        return not lock.masked or (at_rest and near and not in_doubt and slot not in lock.given)

    @precondition(about("people"))
    @rule(name=LOCKS, place=PLACES, digits=CODES, heard=FLAGS, pause=PAUSES)
    def a_person_programs_a_code(
        self, name: str, place: int, digits: str, heard: bool, pause: int | None
    ) -> None:
        lock, slot = self.bench.locks[name], self.slot(name, place)
        elsewhere = digits in (code for other, code in lock.codes.items() if other != slot)
        if not elsewhere and self.visible(name, slot):
            self.bench.program(name, slot, digits, heard=heard or lock.masked)
        self.pause(pause)

    @precondition(about("people"))
    @rule(name=LOCKS, place=PLACES, heard=FLAGS, pause=PAUSES)
    def a_person_frees_a_slot(self, name: str, place: int, heard: bool, pause: int | None) -> None:
        if self.visible(name):
            masked = self.bench.locks[name].masked
            self.bench.erase(name, self.slot(name, place), heard=heard or masked)
        self.pause(pause)

    @precondition(about("people"))
    @rule(name=LOCKS, place=PLACES, heard=FLAGS, pause=PAUSES)
    def a_person_disables_a_code(
        self, name: str, place: int, heard: bool, pause: int | None
    ) -> None:
        if not self.bench.locks[name].masked:
            self.bench.disable(name, self.slot(name, place), heard=heard)
        self.pause(pause)

    @precondition(about("resets"))
    @rule(name=LOCKS, seldom=SELDOM, pause=PAUSES)
    def somebody_resets_a_lock(self, name: str, seldom: bool, pause: int | None) -> None:
        if seldom and self.visible(name):
            self.bench.locks[name].reset(self.bench.now_us)
        self.pause(pause)

    # Hosts, the store, and the gateway's own end.

    def served_with(self, name: str) -> tuple[str, ...]:
        """The locks of one host: a hub is never split."""
        return NAMES if self.bench.hub else (name,)

    def end_flights(self, name: str, *, obeyed: bool) -> None:
        """Commands on their way: whether they still arrive is for nobody to know."""
        for flight in [one for one in self.bench.in_flight if one.device_id == name]:
            self.bench.in_flight.remove(flight)
            lock = self.bench.locks[name]
            if obeyed and lock.reach not in (Reach.SILENT, Reach.DEAF):
                lock.obey(flight.command, self.bench.now_us)

    @precondition(about("hosts"))
    @rule(name=LOCKS, obeyed=FLAGS, pause=PAUSES)
    def a_host_goes_away(self, name: str, obeyed: bool, pause: int | None) -> None:
        names = self.served_with(name)
        for one in names:
            self.end_flights(one, obeyed=obeyed)
        self.bench.host_down(*names)
        self.pause(pause)

    @precondition(about("hosts"))
    @rule(name=LOCKS, obeyed=FLAGS, pause=PAUSES)
    def a_host_comes_back(self, name: str, obeyed: bool, pause: int | None) -> None:
        names = self.served_with(name)
        for one in names:
            self.end_flights(one, obeyed=obeyed)
        self.bench.host_up(*names)
        self.pause(pause)

    @precondition(about("hosts"))
    @rule(name=LOCKS)
    def a_lock_is_registered_again(self, name: str) -> None:
        """It is told to be there once more, and what is on its way goes on."""
        if name in self.bench.hosts_up:
            self.bench.host_up(name)

    @precondition(about("store"))
    @rule(shelf=FLAGS, thought=FLAGS)
    def the_disk_or_the_thread_is_slow(self, shelf: bool, thought: bool) -> None:
        self.bench.hold(shelf=shelf, thought=thought)

    @precondition(lambda self: self.oracle.held)
    @rule(pause=PAUSES)
    def the_disk_and_the_thread_go_on(self, pause: int | None) -> None:
        self.bench.release()
        self.oracle.free_since_us = self.bench.now_us
        self.pause(pause)

    @precondition(about("store"))
    @rule(keep=st.integers(0, 3), obeyed=FLAGS, up=st.sampled_from([True, True, False]))
    def the_gateway_dies_and_starts_again(self, keep: int, obeyed: bool, up: bool) -> None:
        for name in NAMES:
            self.end_flights(name, obeyed=obeyed)
        self.oracle.crash(keep=keep, up=up)

    # What is always true.

    @invariant()
    def nobody_elses_slot_is_touched(self) -> None:
        assert self.bench.trespasses == []

    @invariant()
    def no_lock_is_given_one_code_twice(self) -> None:
        self.oracle.check_reserved()

    @invariant()
    def codes_of_one_key_are_equal(self) -> None:
        self.oracle.check_keys()

    @invariant()
    def every_call_is_answered_in_time(self) -> None:
        self.oracle.check_calls()

    @invariant()
    def what_is_listed_was_promised_and_set_means_it_was_there(self) -> None:
        self.oracle.check_listed()

    def teardown(self) -> None:
        if hasattr(self, "oracle"):
            self.bench.heal()
            self.oracle.pass_time(2 * DAY_US)
            self.oracle.check_healed()
            self.oracle.check_restarted()


GatewayMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=35, deadline=None)
test_a_gateway_keeps_its_promises_whatever_happens_around_it = GatewayMachine.TestCase
