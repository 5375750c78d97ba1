"""One gateway's engine in one thread: its clock, its radio, its store, and locks that are dicts.

Nothing happens between two calls of a test: what the gateway says to a lock waits `in_flight` until
the test lets it through (the ends of commands that a host took and did not report are `late`), and
time stands until the test moves it. An instant that never ends is an
`AssertionError` in words, not a test that hangs.
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING, Any, Final

from gateway.engine.core import Core
from gateway.engine.parts import Counters, Parts, Settings
from gateway.engine.world import World
from gateway.policy.commands import ClearCode, LockEvent, Notice, Report, SetCode, Transmit
from gateway.policy.pacing import Pacing
from gateway.policy.records import DeviceRecord, Facts, Progress
from gateway.policy.snapshot import Snapshot
from gateway.policy.times import exact_time_text
from latchbench.clock import Clock
from latchbench.trace import Masker, Tracer
from tests.engine.plain_lock import PlainLock, Reach
from tests.engine.reply import Flight, Reply
from tests.engine.shelf import Shelf, Thought

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.policy.answers import AttemptView, CreateView
    from gateway.policy.commands import Command
    from gateway.policy.records import AccessCodeView, CreateMultipleView, EventRecord

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
# 2030-06-01T14:00:00Z.
START_US: Final = 1_906_639_200 * SECOND_US

# No story of these tests needs a tenth of this within one instant.
TIMERS_AT_ONCE_MAX: Final = 500
COMMANDS_AT_ONCE_MAX: Final = 1_000
INSTANTS_MAX: Final = 20_000


# These locks are dicts, and no dict was ever hurried.
HASTE: Final = Pacing(code_gap_us=0)


class _Draw:
    def __init__(self, random: Random) -> None:
        self._random = random

    def below(self, n: int) -> int:
        return self._random.randrange(n)


class BenchOfOne:
    """A gateway with these locks, all registered under their own names; each has its own host.

    They share the `hub`, if one is named.
    """

    def __init__(
        self,
        *locks: PlainLock,
        programming: str = "sync",
        facts: Facts | None = None,
        seed: int = 1,
        hub: str = "",
        pacing: Pacing = HASTE,
    ) -> None:
        self.locks = {lock.name: lock for lock in locks}
        self.clock = Clock(START_US)
        self.shelf = Shelf()
        self.settings = Settings("workspace", programming=programming, pacing=pacing)
        self.hub = hub
        self.trespasses: list[str] = []
        self.sent = dict.fromkeys(self.locks, 0)
        self._facts = facts
        self._seed = seed
        self._boot()
        self._register()

    def _boot(self) -> None:
        self.in_flight: deque[Flight] = deque()
        self.late: list[tuple[Flight, Report]] = []
        self.hosts_up: set[str] = set()
        self.thought = Thought()
        self.published: list[EventRecord] = []
        self.world = World(self.shelf)
        self.world.published = self.published.extend
        self._seed += 1
        self.parts = Parts(
            clock=self.clock,
            random=Random(self._seed),
            world=self.world,
            tracer=Tracer(self.clock, Masker(b"bench of one"), keep_max=2_000),
            settings=self.settings,
            counters=Counters({}),
        )
        draws = (_Draw(Random(self._seed)), _Draw(Random(-self._seed)))
        self.core = Core(self.parts, self, self.thought, draws)

    def _register(self) -> None:
        records = [
            DeviceRecord(
                device_id=name,
                name=name,
                lock_id=name,
                hub=self.hub,
                host=name,
                host_address="",
                profile="plain",
                facts=self._facts
                or Facts(
                    slots=lock.slots,
                    code_lengths=(4,),
                    security=lock.security,
                    readback_style="masked_fixed10" if lock.masked else "plain",
                ),
            )
            for name, lock in self.locks.items()
        ]
        reply: Reply[None] = Reply(self.clock)
        self.enter(lambda: self.core.put_devices(records, reply.answer))

    # Entering the core.

    def enter(self, act: Callable[[], None]) -> None:
        """Let the core do one thing, then what its store and its thought make of it."""
        act()
        self.work()

    def work(self) -> None:
        """Let thought and store come to their ends, unless they are held."""
        for _ in range(100_000):
            if self.thought.waits():
                self.thought.next()
            elif self.shelf.waiting and not self.shelf.held:
                self.shelf.commit()
            else:
                return
        raise AssertionError("the gateway thinks and writes without end")

    def hold(self, *, shelf: bool = False, thought: bool = False) -> None:
        """From now on no commit ends, or no choice."""
        self.shelf.held |= shelf
        self.thought.held |= thought

    def release(self) -> None:
        """What was held goes on."""
        self.shelf.held = self.thought.held = False
        self.work()

    # Calls.

    def create(self, *devices: str, **parameters: Any) -> Reply[CreateMultipleView]:
        """`create_multiple` over these devices, by default over all."""
        body = {"device_ids": list(devices or self.locks), **parameters}
        reply: Reply[CreateMultipleView] = Reply(self.clock)
        self.enter(lambda: self.core.create_multiple(body, reply.answer))
        return reply

    def delete(self, access_code_id: str, **more: Any) -> Reply[AttemptView]:
        reply: Reply[AttemptView] = Reply(self.clock)
        query = {"access_code_id": access_code_id, **more}
        self.enter(lambda: self.core.delete(query, reply.answer))
        return reply

    def create_one(self, device: str, **parameters: Any) -> Reply[CreateView]:
        """`create` on one device."""
        reply: Reply[CreateView] = Reply(self.clock)
        body = {"device_id": device, **parameters}
        self.enter(lambda: self.core.create(body, reply.answer))
        return reply

    def update(self, access_code_id: str, **parameters: Any) -> Reply[AttemptView]:
        reply: Reply[AttemptView] = Reply(self.clock)
        body = {"access_code_id": access_code_id, **parameters}
        self.enter(lambda: self.core.updates.update(body, reply.answer))
        return reply

    def update_multiple(self, key: str | None, **parameters: Any) -> Reply[None]:
        reply: Reply[None] = Reply(self.clock)
        body = {"common_code_key": key, **parameters}
        self.enter(lambda: self.core.updates.update_multiple(body, reply.answer))
        return reply

    def attempt(self, action_attempt_id: str) -> AttemptView:
        """An action attempt as it is now."""
        reply: Reply[AttemptView] = Reply(self.clock)
        query = {"action_attempt_id": action_attempt_id}
        self.enter(lambda: self.core.lookups.get_attempt(query, reply.answer))
        return reply.value

    def get(self, access_code_id: str) -> Reply[AccessCodeView]:
        reply: Reply[AccessCodeView] = Reply(self.clock)
        query = {"access_code_id": access_code_id}
        self.enter(lambda: self.core.get(query, reply.answer))
        return reply

    def listed(self, device: str) -> list[AccessCodeView]:
        """The rows that a caller sees now."""
        reply: Reply[Any] = Reply(self.clock)
        query = {"device_id": device, "limit": 1_000}
        self.enter(lambda: self.core.list(query, reply.answer))
        return list(reply.value.items)

    def the_code(self, device: str) -> AccessCodeView:
        """The one row of a device."""
        (view,) = self.listed(device)
        return view

    def statuses(self, device: str) -> list[str]:
        return [view.status.value for view in self.listed(device)]

    def problems(self, device: str) -> list[str]:
        """The error codes of all rows of a device."""
        return [error.error_code for view in self.listed(device) for error in view.errors]

    def event_types(self) -> list[str]:
        return [event.event_type for event in self.published]

    def at(self, after_us: int) -> str:
        """An instant from now, as a caller writes it."""
        return exact_time_text(self.now_us + after_us)

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    # The radio.

    def send(self, device: DeviceRecord, sequence: int, command: Command) -> None:
        """See `gateway.engine.parts.Radio`."""
        lock = self.locks[device.device_id]
        assert device.device_id in self.hosts_up, f"{command} for a lock that nobody serves"
        self._judge(lock, command)
        self.sent[lock.name] += 1
        self.in_flight.append(Flight(device.device_id, sequence, command))

    def _judge(self, lock: PlainLock, command: Command) -> None:
        """Note what a gateway must never send, knowing what this one was shown."""
        if not isinstance(command, SetCode | ClearCode):
            return
        slot, kind = command.slot, type(command).__name__
        stands = lock.codes.get(slot)
        # Nobody can tell a person's code from ours where it has our digits, in our slot.
        same = any(
            row.slot == slot and row.pin is not None and row.pin.reveal() == stands
            for row in self.world.codes_of(lock.name)
        )
        if lock.is_trespass(slot) and not same:
            self.trespasses.append(f"{kind} for {lock.name} slot {slot}, which a person took")
        if not isinstance(command, SetCode):
            return
        pin = command.pin.reveal()
        since_us = max(row.created_at_us for row in self.world.codes_of(lock.name))
        for other, code in lock.codes.items():
            shown = lock.shown.get(other) == pin and lock.shown_at_us < since_us
            known = lock.given.get(other) == pin or (shown and not lock.masked)
            if other != slot and code == pin and known:
                self.trespasses.append(
                    f"{kind} for {lock.name} slot {slot} of a code that slot {other} holds"
                )

    def until_sent(self, kind: type[Command], name: str | None = None) -> Flight:
        """Carry what comes first, until a command of this kind is on its way (to this lock)."""
        for _ in range(COMMANDS_AT_ONCE_MAX):
            for flight in self.in_flight:
                if isinstance(flight.command, kind) and name in (None, flight.device_id):
                    return flight
            assert self.in_flight, f"no {kind.__name__} is sent"
            self.carry()
        raise AssertionError(f"other commands without end, and no {kind.__name__}")

    def carry(self, flight: Flight | None = None) -> Flight:
        """Bring one command to its lock, and the lock's word back; the oldest if not told which."""
        flight = flight or self.in_flight[0]
        self.in_flight.remove(flight)
        lock = self.locks[flight.device_id]
        report = heard = Report(Transmit.NO_ACK)
        lands_in = lock.stores_in(getattr(flight.command, "slot", 0))
        if lock.reach is Reach.UNSENT:
            report = Report(Transmit.FAIL)
        elif isinstance(flight.command, SetCode) and lock.lost_codes:
            lock.lost_codes -= 1
        elif lock.reach not in (Reach.SILENT, Reach.DEAF):
            heard = lock.obey(flight.command, self.now_us)
        mumbles = lock.mumbles and isinstance(flight.command, SetCode)
        if lock.reach is Reach.GOOD and not mumbles:
            report = heard
        if lock.reach is Reach.HUNG:
            self.late.append((flight, heard))
            self._give_up_on(flight)
            return flight
        if flight.device_id in self.hosts_up:
            lock.show(report.body, self.now_us)
        self.report(flight, report)
        kept = {row.slot for row in self.world.codes_of(lock.name)}
        lock.written -= {slot for slot in lock.written - kept if slot not in lock.codes}
        self._take_for_ours(lock)
        command = flight.command
        if isinstance(command, SetCode | ClearCode) and lock.tells_writes:
            is_set = isinstance(command, SetCode)
            event = LockEvent.CODE_ADDED if is_set else LockEvent.CODE_DELETED
            slot = lands_in if is_set else command.slot
            self.hear(lock.name, event, slot, heard=report.transmit is Transmit.OK)
        return flight

    def _take_for_ours(self, lock: PlainLock) -> None:
        """What was read where it was to be is the gateway's own, whoever put it there."""
        for row in self.world.codes_of(lock.name):
            if row.slot is None or row.pin is None or row.progress is not Progress.THERE:
                continue
            if lock.codes.get(row.slot) == row.pin.reveal():
                lock.written.add(row.slot)
                lock.taken.pop(row.slot, None)

    def report(self, flight: Flight, report: Report) -> None:
        """A command's end reaches the gateway."""
        if flight.device_id in self.hosts_up:
            self.enter(lambda: self.core.on_report(flight.device_id, flight.sequence, report))

    def _give_up_on(self, flight: Flight) -> None:
        """As the driver does: a host that reports nothing for long is told to be silent."""

        def silent() -> None:
            if any(late is flight for late, _ in self.late):
                self.core.host_silent([flight.device_id])

        self.clock.call_at(self.now_us + self.settings.host_silence_us, silent)

    def settle(self) -> None:
        """All that can happen at this instant."""
        self.work()
        timers = commands = 0
        while True:
            due_us = self.clock.next_timer_us()
            if self.in_flight:
                flight, commands = self.carry(), commands + 1
                assert commands < COMMANDS_AT_ONCE_MAX, f"a storm of {flight.command}"
            elif due_us is not None and due_us <= self.now_us:
                timers += 1
                assert timers < TIMERS_AT_ONCE_MAX, "time stands still: timers fire without end"
                self.enter(self.clock.fire_next)
            else:
                return

    def advance(self, by_us: int) -> None:
        """Let time pass, and all that it brings."""
        until_us = self.now_us + by_us
        self.settle()
        instants = 0
        while (due_us := self.clock.next_timer_us()) is not None and due_us <= until_us:
            instants += 1
            assert instants < INSTANTS_MAX, f"time crawls: {instants} instants"
            self.clock.move(due_us)
            self.settle()
        self.clock.move(until_us)

    # Links.

    def host_up(self, *names: str) -> None:
        """The streams to these locks' hosts open, by default all that are down."""
        for name in names or [name for name in self.locks if name not in self.hosts_up]:
            self.hosts_up.add(name)
            self.enter(lambda name=name: self.core.host_up(name))  # type: ignore[misc]

    def host_down(self, *names: str) -> None:
        """The streams to these locks' hosts end; what was on its way is lost."""
        for name in names or sorted(self.hosts_up):
            self.hosts_up.discard(name)
            self._lose_flights(name)
            self.enter(lambda name=name: self.core.host_down(name))  # type: ignore[misc]

    def _lose_flights(self, name: str) -> None:
        self.in_flight = deque(flight for flight in self.in_flight if flight.device_id != name)
        self.late = [(flight, end) for flight, end in self.late if flight.device_id != name]

    # People.

    def program(self, name: str, slot: int, digits: str, *, heard: bool = True) -> None:
        """A person puts a code into a lock by hand; the gateway hears of it, or not."""
        self.locks[name].program(slot, digits, self.now_us)
        self.hear(name, LockEvent.CODE_ADDED, slot, heard=heard)

    def erase(self, name: str, slot: int, *, heard: bool = True) -> None:
        """A person frees a slot by hand."""
        self.locks[name].erase(slot, self.now_us)
        self.hear(name, LockEvent.CODE_DELETED, slot, heard=heard)

    def disable(self, name: str, slot: int, *, heard: bool = True) -> None:
        """A person disables the code in a slot."""
        self.locks[name].disable(slot, self.now_us)
        self.hear(name, LockEvent.CODE_ADDED, slot, heard=heard)

    def hear(self, name: str, event: int, slot: int | None, *, heard: bool = True) -> None:
        """A lock says something unasked, as far as it is within reach."""
        lock = self.locks[name]
        lock.notice_number += 1
        if heard and lock.reach not in (Reach.SILENT, Reach.UNSENT) and name in self.hosts_up:
            notice = Notice(lock.notice_number, event, slot, lock.incarnation)
            self.enter(lambda: self.core.on_notice(name, notice))

    # The gateway dies, and another one starts from what is stored.

    def restart(self, *, keep: int = 0, up: bool = True) -> None:
        """Crash and start again; `keep` of the commits under way were written all the same."""
        self.shelf.crash(keep=keep)
        for lock in self.locks.values():
            lock.shown.clear()
        self.clock = Clock(self.now_us)
        self._boot()
        shelf = self.shelf
        self.enter(
            lambda: self.core.restore(
                Snapshot(
                    tuple(shelf.devices.values()),
                    tuple(shelf.groups.values()),
                    tuple(shelf.codes.values()),
                    tuple(shelf.unmanaged.values()),
                    tuple(shelf.attempts.values()),
                    tuple(shelf.answers.values()),
                    tuple(shelf.remnants.values()),
                )
            )
        )
        if up:
            self.host_up()

    def heal(self) -> None:
        """From now on everything works: locks, links, store and thought."""
        for lock in self.locks.values():
            lock.heal()
        self.release()
        self.host_up()


def a_bench(*locks: PlainLock | str, **options: Any) -> BenchOfOne:
    """A bench whose locks are served, read and at rest."""
    plain = [PlainLock(lock) if isinstance(lock, str) else lock for lock in locks]
    bench = BenchOfOne(*plain, **options)
    bench.host_up()
    bench.advance(SECOND_US)
    return bench
