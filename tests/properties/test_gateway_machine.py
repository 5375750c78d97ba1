"""A gateway, its locks, and all who get in their way: callers, people, radio, hosts, crashes.

The oracle is two plain dicts: what the API promised, and what the locks themselves witnessed. At
the end of every run the world heals, and what was promised must be what the locks hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.policy.records import Status, Want
from tests.engine.bench_of_one import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BenchOfOne
from tests.engine.plain_lock import PlainLock, Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gateway.policy.records import AccessCodeView, CreateMultipleView
    from tests.engine.bench_of_one import Reply

NAMES = ("attic", "barn")
LOCKS = st.sampled_from(NAMES)
SLOTS = st.integers(1, 4)
CODES = st.sampled_from(["1234", "2580", "4321", "7319", "9051"])
SOME_LOCKS = st.sampled_from([NAMES, NAMES[::-1], NAMES[:1], NAMES[1:]])
BEHAVIORS = st.sampled_from(["throw", "create_random_code"])
REACHES = st.sampled_from([Reach.GOOD, *Reach])
FLAGS = st.booleans()
WAITS_US = st.sampled_from(
    [
        0,
        SECOND_US,
        5 * SECOND_US,
        30 * SECOND_US,
        2 * MINUTE_US,
        20 * MINUTE_US,
        HOUR_US,
        9 * HOUR_US,
    ]
)
# From when on, and for how long.
WINDOWS = st.none() | st.tuples(
    st.sampled_from([0, 30 * MINUTE_US, 3 * HOUR_US]),
    st.sampled_from([3 * SECOND_US, 20 * MINUTE_US, 2 * HOUR_US]),
)
# Each run leaves some of these out, so that the others meet each other more often.
CONCERNS = st.frozensets(
    st.sampled_from(["people", "radio", "refusals", "hosts", "store", "resets"])
)

# One try a minute for each row, of two commands; and what a call or a walk may cost at once.
COMMANDS_AT_ONCE = 150
COMMANDS_PER_ROW_AND_HOUR = 130


@dataclass(frozen=True, slots=True)
class Promise:
    """A row that a caller was told of."""

    device: str
    pin: str
    created_at_us: int
    ends_at_us: int | None


def about(concern: str) -> Callable[[GatewayMachine], bool]:
    """The rules of this concern, in those runs that have it."""
    return lambda machine: concern in machine.concerns


class GatewayMachine(RuleBasedStateMachine):
    """The gateway under test is `bench.core`; `promised` is what callers rely on."""

    @initialize(
        concerns=CONCERNS,
        masked=FLAGS,
        supervised=FLAGS,
        tells_writes=FLAGS,
        programming=st.sampled_from(["sync", "async"]),
    )
    def a_house(
        self,
        concerns: frozenset[str],
        masked: bool,
        supervised: bool,
        tells_writes: bool,
        programming: str,
    ) -> None:
        self.concerns = concerns
        self.promised: dict[str, Promise] = {}
        self.deleted: set[str] = set()
        self.deletions: dict[str, Reply[None]] = {}
        self.calls: list[Reply[CreateMultipleView]] = []
        self.unanswered_rows = 0
        self.free_since_us = 0
        attic = PlainLock("attic", slots=3, supervised=supervised, tells_writes=tells_writes)
        barn = PlainLock("barn", slots=4, masked=masked, tells_writes=tells_writes)
        self.bench = BenchOfOne(attic, barn, programming=programming)
        self.bench.host_up()

    @property
    def held(self) -> bool:
        return self.bench.shelf.held or self.bench.thought.held

    # Callers.

    @rule(
        devices=SOME_LOCKS,
        code=st.none() | CODES,
        behavior=BEHAVIORS,
        sync=st.none() | FLAGS,
        window=WINDOWS,
        attempt=st.sampled_from([True, True, False]),
    )
    def somebody_asks_for_a_code(
        self,
        devices: tuple[str, ...],
        code: str | None,
        behavior: str,
        sync: bool | None,
        window: tuple[int, int] | None,
        attempt: bool,
    ) -> None:
        asked: dict[str, Any] = {
            "behavior_when_code_cannot_be_shared": behavior,
            "attempt_for_offline_device": attempt,
        }
        if code is not None:
            asked["code"] = code
        if sync is not None:
            asked["sync"] = sync
        if window is not None:
            asked["starts_at"] = self.bench.at(window[0])
            asked["ends_at"] = self.bench.at(window[0] + window[1])
        self.calls.append(self.bench.create(*devices, **asked))

    @precondition(lambda self: set(self.promised) - self.deleted)
    @rule(place=st.integers(0, 20))
    def somebody_deletes_a_code(self, place: int) -> None:
        self.hear_answers()
        wanted = sorted(set(self.promised) - self.deleted - set(self.ended()))
        if wanted:
            code_id = wanted[place % len(wanted)]
            self.deletions[code_id] = self.bench.delete(code_id)
            self.deleted.add(code_id)

    def hear_answers(self) -> None:
        """What was answered since is promised from now on."""
        for call in [call for call in self.calls if call.answered]:
            self.calls.remove(call)
            if call.error is None:
                for view in call.value.access_codes:
                    self.promise(view)

    def promise(self, view: AccessCodeView) -> None:
        assert view.code is not None
        self.promised[view.access_code_id] = Promise(
            view.device_id, view.code.reveal(), view.created_at_us, view.ends_at_us
        )

    def ended(self) -> Iterator[str]:
        """Ids of rows whose window is over."""
        for code_id, promise in self.promised.items():
            if promise.ends_at_us is not None and promise.ends_at_us <= self.bench.now_us:
                yield code_id

    # Time and the radio.

    @rule(by_us=WAITS_US)
    def time_passes(self, by_us: int) -> None:
        before = dict(self.bench.sent)
        self.bench.advance(by_us)
        rows = max(1, *(len(self.bench.world.codes_of(name)) for name in NAMES))
        for name in NAMES:
            sent = self.bench.sent[name] - before[name]
            hours = by_us / HOUR_US
            assert sent <= COMMANDS_AT_ONCE + COMMANDS_PER_ROW_AND_HOUR * rows * hours

    @precondition(lambda self: self.bench.in_flight)
    @rule(place=st.integers(0, 3))
    def one_command_arrives(self, place: int) -> None:
        self.bench.carry(place % len(self.bench.in_flight))

    @precondition(lambda self: self.bench.late)
    @rule()
    def a_late_report_arrives(self) -> None:
        flight, report = self.bench.late.pop()
        self.bench.report(flight, report)

    @precondition(about("radio"))
    @rule(name=LOCKS, reach=REACHES)
    def the_radio_changes(self, name: str, reach: Reach) -> None:
        self.bench.locks[name].reach = reach

    @precondition(about("refusals"))
    @rule(name=LOCKS, refuses=FLAGS, pretends=FLAGS, shortens=FLAGS)
    def a_lock_has_its_moods(
        self, name: str, refuses: bool, pretends: bool, shortens: bool
    ) -> None:
        lock = self.bench.locks[name]
        lock.refuses = refuses
        lock.pretends = pretends and not refuses
        lock.truncates_to = 3 if shortens and not lock.masked else None

    # People at the keypad.

    def visible(self, name: str, slot: int | None = None) -> bool:
        """On a masked lock only the time and the place of a change tell whose code is in a slot."""
        lock = self.bench.locks[name]
        at_rest = not any(flight.device_id == name for flight in self.bench.in_flight)
        heard = lock.reach is Reach.GOOD and name in self.bench.hosts_up and not self.held
        return not lock.masked or (at_rest and heard and slot not in lock.given)

    @precondition(about("people"))
    @rule(name=LOCKS, slot=SLOTS, digits=CODES, heard=FLAGS)
    def a_person_programs_a_code(self, name: str, slot: int, digits: str, heard: bool) -> None:
        lock = self.bench.locks[name]
        elsewhere = digits in (code for place, code in lock.codes.items() if place != slot)
        if slot <= lock.slots and not elsewhere and self.visible(name, slot):
            self.bench.program(name, slot, digits, heard=heard or lock.masked)

    @precondition(about("people"))
    @rule(name=LOCKS, slot=SLOTS, heard=FLAGS)
    def a_person_frees_a_slot(self, name: str, slot: int, heard: bool) -> None:
        if self.visible(name):
            lock = self.bench.locks[name]
            self.bench.erase(name, slot, heard=heard or lock.masked)

    @precondition(about("resets"))
    @rule(name=LOCKS, seldom=st.integers(0, 3))
    def somebody_resets_a_lock(self, name: str, seldom: int) -> None:
        if not seldom and self.visible(name):
            self.bench.locks[name].reset(self.bench.now_us)

    # Hosts, the store, and the gateway's own end.

    @precondition(about("hosts"))
    @rule(name=LOCKS, obeyed=FLAGS)
    def a_host_goes_away(self, name: str, obeyed: bool) -> None:
        self.end_flights(name, obeyed=obeyed)
        self.bench.host_down(name)

    def end_flights(self, name: str, *, obeyed: bool) -> None:
        """Commands on their way: whether they still arrive is for nobody to know."""
        for flight in [one for one in self.bench.in_flight if one.device_id == name]:
            self.bench.in_flight.remove(flight)
            lock = self.bench.locks[name]
            if obeyed and lock.reach is not Reach.SILENT:
                lock.obey(flight.command, self.bench.now_us)

    @precondition(about("hosts"))
    @rule(name=LOCKS)
    def a_host_comes_back(self, name: str) -> None:
        self.end_flights(name, obeyed=True)
        self.bench.host_up(name)

    @precondition(about("store"))
    @rule(shelf=FLAGS, thought=FLAGS)
    def the_disk_or_the_thread_is_slow(self, shelf: bool, thought: bool) -> None:
        self.bench.hold(shelf=shelf, thought=thought)

    @precondition(lambda self: self.held)
    @rule()
    def the_disk_and_the_thread_go_on(self) -> None:
        self.bench.release()
        self.free_since_us = self.bench.now_us

    @precondition(about("store"))
    @rule(keep=st.integers(0, 3), obeyed=FLAGS, up=st.sampled_from([True, True, False]))
    def the_gateway_dies_and_starts_again(self, keep: int, obeyed: bool, up: bool) -> None:
        self.hear_answers()
        for name in NAMES:
            self.end_flights(name, obeyed=obeyed)
        self.unanswered_rows += len(NAMES) * len(self.calls)
        self.calls.clear()
        self.free_since_us = self.bench.now_us
        self.bench.restart(keep=keep, up=up)
        for code_id, reply in self.deletions.items():
            row = self.bench.shelf.codes.get(code_id)
            if reply.answered_at_us is None and row is not None and row.want is Want.PRESENT:
                self.deleted.discard(code_id)
        self.deletions.clear()

    # What is always true.

    @invariant()
    def nobody_elses_slot_is_touched(self) -> None:
        assert self.bench.trespasses == []

    @invariant()
    def no_lock_is_given_one_code_twice(self) -> None:
        seen = set()
        for row in self.bench.shelf.codes.values():
            if row.pin is not None:
                assert (row.device_id, row.pin) not in seen
                seen.add((row.device_id, row.pin))

    @invariant()
    def every_call_is_answered_in_time(self) -> None:
        self.hear_answers()
        assert self.held or all(reply.answered for reply in self.deletions.values())
        limit_us = self.bench.settings.sync_deadline_us
        for call in self.calls:
            due_us = max(call.asked_at_us, self.free_since_us) + limit_us
            assert self.held or self.bench.now_us <= due_us, "a call waits beyond its deadline"

    @precondition(lambda self: not self.held)
    @invariant()
    def what_is_listed_was_promised_and_set_means_it_was_there(self) -> None:
        ended = set(self.ended())
        for name in NAMES:
            views = {view.access_code_id: view for view in self.bench.listed(name)}
            for code_id in views.keys() - self.promised.keys():
                self.unanswered_rows -= 1
                assert self.unanswered_rows >= 0, "a row that nobody was told of"
                self.promise(views[code_id])
            for code_id, promise in self.promised.items():
                if promise.device == name and code_id not in {*views, *self.deleted, *ended}:
                    raise AssertionError("a row that was promised is not listed")
            for view in views.values():
                self.check_status(view)

    def check_status(self, view: AccessCodeView) -> None:
        promise = self.promised[view.access_code_id]
        lock = self.bench.locks[view.device_id]
        if view.status is Status.SET:
            held = lock.held_since(promise.pin, promise.created_at_us, self.bench.now_us)
            assert held, "called set, and its lock never held it"
        if view.access_code_id in self.deleted:
            assert view.status is Status.REMOVING

    # And when everything works again.

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.heal()
            self.bench.advance(2 * DAY_US)
            self.hear_answers()
            assert self.calls == []
            self.what_is_listed_was_promised_and_set_means_it_was_there()
            for name in NAMES:
                self.the_lock_holds_what_is_listed(self.bench.locks[name])
            assert self.bench.core.open_work() == 0

    def the_lock_holds_what_is_listed(self, lock: PlainLock) -> None:
        now_us = self.bench.now_us
        views = self.bench.listed(lock.name)
        ours = {view.code.reveal() for view in views if view.code and view.status is Status.SET}
        for slot, code in lock.codes.items():
            by_hand = lock.by_hand.get(slot) == code
            assert by_hand or code in ours, f"slot {slot} holds a code that nobody wants"
            assert not (slot in lock.taken and code in ours)
        for view in views:
            assert view.access_code_id not in self.deleted
            assert view.ends_at_us is None or view.ends_at_us > now_us
            assert view.code is not None
            self.is_set_or_says_why(lock, view, view.code.reveal())
        unmanaged = {
            r.slot for r in self.bench.shelf.unmanaged.values() if r.device_id == lock.name
        }
        theirs = {slot for slot, code in lock.codes.items() if code not in ours}
        assert unmanaged == theirs

    def is_set_or_says_why(self, lock: PlainLock, view: AccessCodeView, pin: str) -> None:
        problems = {problem.error_code for problem in view.errors}
        if view.status is Status.SET:
            assert list(lock.codes.values()).count(pin) == 1
            assert problems == set()
        elif view.status is Status.SETTING:
            full = len(lock.codes) >= lock.slots
            reasons = {
                "no_space_for_access_code_on_device": full,
                "duplicate_code_on_device": pin in lock.by_hand.values(),
                "failed_to_set_on_device": pin in lock.refused,
            }
            assert any(reasons.get(problem, False) for problem in problems), problems
        else:
            assert view.status is Status.UNSET


GatewayMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_a_gateway_keeps_its_promises_whatever_happens_around_it = GatewayMachine.TestCase
