"""One lock at work: its model, its radio, its memory file and its timers, without a thread or task.

A command goes to the radio, arrives at the lock, and ends at the hub, each at an instant of the
clock. At the arrival everything that the lock did is written to its memory file before anything is
said about it, so that a kill at any moment leaves a command done and known, or not done.

When a command goes to the radio is its hub's to say (`simulator.host.hub`), which may have other
locks. What the hub does not take is a failed transmission.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from simulator.host.conditions import conditions
from simulator.host.errand import LockErrand
from simulator.host.ids import REJECTIONS, Seen, Verdict, judge
from simulator.host.lock_start import start
from simulator.host.messages import AssignCodeIn, LockInfo, Notification, Report, SetClockTo
from simulator.host.nvm import Record, nvm_path
from simulator.host.story import Story
from simulator.host.treatments import Deed, Scene, changed_codes, treat
from simulator.model.effects import InfoReport, Notified, Replied, reply_of
from simulator.model.events import ProgrammedAtKeypad, SetCode, TimerFired
from simulator.model.lock import next_timer_us, step
from simulator.model.words import Outcome
from simulator.radio import link as radio
from simulator.radio.words import TransmitOutcome, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.clock import Timer
    from latchbench.pin import Pin
    from simulator.host.hub import Hub
    from simulator.host.messages import Command, CommandId, ReportBody
    from simulator.host.settings import LockSettings
    from simulator.host.world import Reply, World
    from simulator.model.effects import Effect
    from simulator.model.events import Event
    from simulator.model.state import LockState
    from simulator.radio.journey import Arrival, Journey
    from simulator.radio.link import Link, Return

# By how much a frame comes after the one that overtook it. A tunable: right behind it.
OVERTAKEN_BY_US: Final = 1_000
# Bits of chance for a PIN that the lock's own side chooses: more than there are codes.
ASSIGNED_BITS: Final = 64


class LockRunner:
    """Runs one lock. Everything is called from one thread, at the time of the world's clock.

    Raises `NvmError` and `CannotStart` when made, and `NvmUnwritable` from every call that changes
    the lock.
    """

    def __init__(self, settings: LockSettings, world: World, hub: Hub) -> None:
        self.settings = settings
        self.hub = hub
        self.story = Story(world.tracer, settings.name)
        self.nvm = world.open_nvm(nvm_path(world.nvm_dir, settings.name))
        begun = start(settings, self.nvm, world.seed, world.clock.now_us())
        self.state: LockState = begun.state
        self.link: Link = begun.link
        self._seen: Seen | None = begun.seen
        self._last: Report | None = None
        self._world = world
        # A lock that comes back does not live through the same chances again.
        life = "" if begun.is_new else f"/{world.clock.now_us()}"
        self._rng = Random(self.chance + life)
        self._open: list[LockErrand] = []
        self._overtaken: list[Command] = []
        self._before = begun.before
        self._said = 0
        self._timer: Timer | None = None
        self._persist()
        self._arm()
        if begun.is_new:
            for slot, pin in settings.codes.items():
                self.story.emit("lock.code.stored", slot=slot, pin=pin)
            if begun.filled:
                self.story.emit("lock.filled", slots=begun.filled)

    @property
    def name(self) -> str:
        """The lock's name, which orders it among the others at one instant."""
        return self.settings.name

    @property
    def chance(self) -> str:
        """The seed of everything random about this lock, whatever host it is in."""
        return f"{self._world.seed}/{self.name}"

    # Commands of a hub.

    def command(self, command: Command, reply: Reply) -> None:
        """Carry a command to the lock; `reply` is called once, now or later, with its end."""
        if command.id is not None:
            verdict = judge(self._seen, command.id)
            if verdict in REJECTIONS:
                report = Report(self.settings.lock_id, command.id, REJECTIONS[verdict])
                self.story.rejected(command, report)
                reply(report)
                return
            if verdict is Verdict.AGAIN and self._answered_before(command.id, reply):
                return
            self._take(command.id)
        needs_nonce = self.link.needs_nonce
        errand = LockErrand(self.name, command, [reply], self._send, self._not_sent, needs_nonce)
        self._world.work.count += 1
        self._open.append(errand)
        self.hub.carry(errand)

    def _answered_before(self, command_id: CommandId, reply: Reply) -> bool:
        """Whether the command is under way, or its end is known."""
        for errand in self._open:
            if errand.command.id == command_id:
                errand.replies.append(reply)
                return True
        if self._last is not None and self._last.id == command_id:
            reply(self._last)
            return True
        if self._seen is not None and self._seen.answer is not None:
            reply(self._seen.answer.as_report(self.settings.lock_id, command_id))
            return True
        return False

    def _take(self, command_id: CommandId) -> None:
        """A gateway that took over is known from now on, even if this host dies before the end."""
        is_new_epoch = self._seen is None or command_id.epoch > self._seen.id.epoch
        self._seen = Seen(command_id)
        if is_new_epoch:
            self._persist()

    def _not_sent(self, errand: LockErrand) -> None:
        self._end(errand, self._report_of(errand.command, TransmitOutcome.FAIL, 0))

    def _send(self, errand: LockErrand) -> int:
        """Put a command into the air, now; until when the hub itself is heard because of it."""
        now_us = self._world.clock.now_us()
        kind = errand.command.kind
        self.link, journey = radio.send(self.link, kind, now_us, self._world.timing, self._rng)
        self.story.fired(journey.fired)
        if journey.is_overtaken:
            self._overtaken.append(errand.command)
        if not journey.arrivals:
            self._return(errand, radio.unheard(journey), None)
        for place, arrival in enumerate(journey.arrivals):
            self._world.work.count += place > 0
            quiet_until_us = journey.quiet_until_us
            if self._overtaken:  # what this frame brings along may be told of before its report
                soonest_us = arrival.at_us + self._world.timing.latency_min_us
                quiet_until_us = min(quiet_until_us, soonest_us)
            self._at(
                arrival.at_us,
                partial(self._arrived, errand, journey, arrival, is_first=place == 0),
                quiet_until_us=quiet_until_us,
            )
        return journey.speaks_until_us

    def _arrived(
        self, errand: LockErrand, journey: Journey, arrival: Arrival, *, is_first: bool
    ) -> None:
        now_us = self._world.clock.now_us()
        self._world.work.count -= not is_first
        if not radio.arrives(self.link, journey, now_us):
            if is_first:
                self._return(errand, radio.unheard(journey), None)
            return
        deed = self._act(errand.command, arrival.treatment)
        if not is_first or errand.is_over:
            self._took_place(deed.effects, _pin_of(errand.command))
            return
        if deed.is_silent:
            self.link, end = radio.unanswered(self.link, journey, now_us)
        else:
            self.link, end = radio.answer(self.link, journey, now_us, self._rng)
        # Before the memory is written, so that the answer is in the same write as the deed.
        self._return(errand, end, reply_of(deed.effects))
        self._took_place(deed.effects, _pin_of(errand.command))
        self.story.fired(end.fired)
        self._bring_overtaken()

    def _bring_overtaken(self) -> None:
        """What was overtaken by a frame that has just been heard comes right behind it."""
        overtaken, self._overtaken = self._overtaken, []
        for place, command in enumerate(overtaken, start=1):
            due_us = self._world.clock.now_us() + place * OVERTAKEN_BY_US
            quiet_until_us = due_us + self._world.timing.latency_min_us
            self._world.work.count += 1
            self._at(due_us, partial(self._arrived_late, command), quiet_until_us=quiet_until_us)

    def _arrived_late(self, command: Command) -> None:
        """A frame that its hub has given up: the lock obeys, and nobody waits for an answer."""
        self._world.work.count -= 1
        if radio.hears(self.link):
            deed = self._act(command, Treatment.OVERTAKEN)
            self._took_place(deed.effects, _pin_of(command))

    def _act(self, command: Command, treatment: Treatment) -> Deed:
        """What the lock does with a frame that it hears, liars included."""
        now_us = self._world.clock.now_us()
        action = command.action
        event: Event
        if isinstance(action, SetClockTo):
            event = action.arriving(now_us)
        elif isinstance(action, AssignCodeIn):
            event = action.arriving(self._rng.getrandbits(ASSIGNED_BITS))
        else:
            event = action
        scene = Scene(self.settings.profile, self.state, event, self._before, now_us)
        if radio.understands(self.link):
            deed = treat(treatment, scene)
        else:
            self.story.emit("lock.not_understood", command=command.kind.value)
            deed = Deed(*scene.goes_on())
        if deed.torn is not None:
            self.story.emit("lock.write.torn")
            self.nvm.tear(replace(self._record(), memory=deed.torn))
        self._become(deed.state)
        return deed

    def _become(self, state: LockState) -> None:
        old, new = self.state.memory.slots, state.memory.slots
        if old is not new:
            self._before = changed_codes(old, new) or self._before
        self.state = state

    def _return(self, errand: LockErrand, end: Return, reply: Replied | None) -> None:
        """The end is known, and will be at the hub at `end.at_us`."""
        report = self._report_of(errand.command, end.outcome, end.attempts)
        if end.carries_reply and reply is not None:
            report = replace(
                report,
                supervision=reply.outcome if errand.command.supervised else Outcome.NONE,
                incarnation=self.state.memory.incarnation,
                body=self._body(reply),
            )
        if self._seen is not None:
            self._seen = self._seen.ended(report)
        self._at(end.at_us, partial(self._returned, errand, report))

    def _returned(self, errand: LockErrand, report: Report) -> None:
        if errand.is_over:
            return  # the hub went down meanwhile
        if report.incarnation is not None and self.hub.loses_answer(errand):
            self.story.emit("lock.answer.lost", command=errand.command.kind.value, why="nonce")
            report = self._report_of(errand.command, TransmitOutcome.OK, report.attempts)
        self._end(errand, report)
        self.hub.ended(errand)

    def _end(self, errand: LockErrand, report: Report) -> None:
        errand.is_over = True
        self._open.remove(errand)
        self._world.work.count -= 1
        if self._seen is not None and report.id == self._seen.id:
            self._seen, self._last = self._seen.ended(report), report
        self._persist()
        unusual = conditions(self.settings.profile, self.state, self.link)
        self.story.reported(errand.command, report, unusual)
        for reply in errand.replies:
            reply(report)

    def _report_of(self, command: Command, outcome: TransmitOutcome, attempts: int) -> Report:
        return Report(self.settings.lock_id, command.id, transmit=outcome, attempts=attempts)

    def _body(self, reply: Replied) -> ReportBody:
        if isinstance(reply.body, InfoReport):
            return LockInfo(reply.body, self.settings.profile.admin_code is not None)
        return reply.body

    # What happens at the lock.

    def do(self, event: Event) -> tuple[Effect, ...]:
        """Something happens at the lock now, by hand or by time. What came of it."""
        now_us = self._world.clock.now_us()
        pin = event.pin if isinstance(event, ProgrammedAtKeypad) else None
        state, effects = step(self.settings.profile, self.state, event, now_us)
        self._become(state)
        self._took_place(effects, pin)
        return effects

    def change_link(self, link: Link) -> None:
        """The world around the lock is another one: its radio, or the faults that wait."""
        self.link = link
        self._persist()

    def _took_place(self, effects: tuple[Effect, ...], pin: Pin | None) -> None:
        """Write first, then let the radio and the trace have what came of it."""
        if self.link.powered != self.state.is_alive:
            self.link = replace(self.link, powered=self.state.is_alive)
        self._persist()
        self._arm()
        self.story.happened(effects, pin)
        for effect in effects:
            if isinstance(effect, Notified):
                self._notify(effect)

    def _notify(self, notified: Notified) -> None:
        notification = Notification(
            lock_id=self.settings.lock_id,
            number=self._said + 1,
            event=notified.event,
            slot=notified.slot,
            incarnation=self.state.memory.incarnation,
            kind=notified.kind,
        )
        from_us = self.hub.hears_from_us(self.name, self._world.clock.now_us())
        self.link, arrivals_us, fired = radio.notify(
            self.link, from_us, self._world.timing, self._rng
        )
        self.story.fired(fired)
        if fired and not arrivals_us:
            return  # never said, so it takes no number; what is lost in the air does
        self._said += 1
        self.story.emit(
            "lock.notified",
            event=notified.notice,
            slot=notified.slot,
            lost=True if not arrivals_us else None,
        )
        for at_us in arrivals_us:
            self._world.work.count += 1
            self._at(at_us, partial(self._told, notification))

    def _told(self, notification: Notification) -> None:
        self._world.work.count -= 1
        if self.hub.is_up:
            self._world.tell(notification)
        else:
            self.story.emit("lock.unheard", event=notification.event, slot=notification.slot)

    # Memory and time.

    def _persist(self) -> None:
        self.nvm.save(self._record())

    def _record(self) -> Record:
        return Record(
            lock=self.settings.name,
            profile=self.settings.profile_name,
            memory=self.state.memory,
            radio=self.link.state,
            loss=self.link.loss,
            latency_us=self.link.latency_us,
            faults=self.link.faults,
            is_powered=self.state.is_powered,
            is_hung=self.state.is_hung,
            restarts_at_us=self.state.restarts_at_us,
            before=self._before,
            seen=self._seen,
        )

    def _arm(self) -> None:
        """One timer for whatever the lock wants next."""
        due_us = next_timer_us(self.state)
        if self._timer is not None:
            if self._timer.live and self._timer.due_us == due_us:
                return
            self._timer.cancel()
            self._timer = None
        if due_us is not None:
            # What a lock says because of the time is at the hub no sooner than any other frame.
            quiet_until_us = due_us + self._world.timing.latency_min_us
            self._timer = self._at(due_us, self._time_passed, quiet_until_us=quiet_until_us)

    def _time_passed(self) -> None:
        self.do(TimerFired())

    def _at(
        self, due_us: int, action: Callable[[], None], *, quiet_until_us: int | None = None
    ) -> Timer:
        return self._world.clock.call_at(
            due_us, action, order=self.settings.name, quiet_until_us=quiet_until_us
        )


def _pin_of(command: Command) -> Pin | None:
    return command.action.pin if isinstance(command.action, SetCode) else None
