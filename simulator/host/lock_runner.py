"""One lock at work: its model, its radio, its memory file and its timers, without a thread or task.

A command goes to the radio, arrives at the lock, and ends at the hub, each at an instant of the
clock. At the arrival everything that the lock did is written to its memory file before anything is
said about it, so that a kill at any moment leaves a command done and known, or not done.

The hub's radio carries one command of a lock at a time; a few more wait for it in the order in
which they came, and what comes on top of those is a failed transmission.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from simulator.host.ids import REJECTIONS, Seen, Verdict, judge
from simulator.host.lock_start import start
from simulator.host.messages import AssignCodeIn, LockInfo, Notification, Report, SetClockTo
from simulator.host.nvm import Nvm, Record, nvm_path
from simulator.host.story import Story
from simulator.model import says
from simulator.model.effects import InfoReport, Notified, Replied, reply_of
from simulator.model.events import ProgrammedAtKeypad, SetCode, TimerFired
from simulator.model.lock import next_timer_us, step
from simulator.model.words import ACCESS_CONTROL, Outcome
from simulator.radio import link as radio
from simulator.radio.words import TransmitOutcome, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.clock import Timer
    from latchbench.pin import Pin
    from simulator.host.messages import Command, CommandId, ReportBody
    from simulator.host.settings import LockSettings
    from simulator.host.world import Reply, World
    from simulator.model.effects import Effect
    from simulator.model.events import Event
    from simulator.model.state import LockState
    from simulator.radio.journey import Arrival, Journey
    from simulator.radio.link import Link, Return

# A controller queues a few frames and refuses the next at once (`ZW_SendData`: transmit queue
# overflow). How few is not published: a tunable.
HUB_HOLDS_MAX: Final = 4
# More than there are codes of ten digits.
ASSIGNED_BITS: Final = 64


@dataclass(slots=True)
class _Errand:
    """A command between its arrival at the hub and its report."""

    command: Command
    replies: list[Reply]


class LockRunner:
    """Runs one lock. Everything is called from one thread, at the time of the world's clock.

    Raises `NvmError` and `CannotStart` when made, and `NvmUnwritable` from every call that changes
    the lock.
    """

    def __init__(self, settings: LockSettings, world: World) -> None:
        self.settings = settings
        self.story = Story(world.tracer, settings.name)
        self.nvm = Nvm(nvm_path(world.nvm_dir, settings.name))
        begun = start(settings, self.nvm, world.seed, world.clock.now_us())
        self.state: LockState = begun.state
        self.link: Link = begun.link
        self._seen: Seen | None = begun.seen
        self._last: Report | None = None
        self._world = world
        self._rng = Random(self.chance)
        self._in_air: _Errand | None = None
        self._waiting: deque[_Errand] = deque()
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
        errand = _Errand(command, [reply])
        self._world.work.count += 1
        if len(self._waiting) + (self._in_air is not None) >= HUB_HOLDS_MAX:
            self._end(errand, self._report_of(command, TransmitOutcome.FAIL, 0))
            return
        self._waiting.append(errand)
        self._send_next()

    def _answered_before(self, command_id: CommandId, reply: Reply) -> bool:
        """Whether the command is under way, or its end is known."""
        for errand in (self._in_air, *self._waiting):
            if errand is not None and errand.command.id == command_id:
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

    def _send_next(self) -> None:
        if self._in_air is not None or not self._waiting:
            return
        errand = self._waiting.popleft()
        self._in_air = errand
        now_us = self._world.clock.now_us()
        kind = errand.command.kind
        self.link, journey = radio.send(self.link, kind, now_us, self._world.timing, self._rng)
        self.story.fired(journey.fired)
        if not journey.arrivals:
            self._return(errand, radio.unheard(self.link, journey), None)
        for place, arrival in enumerate(journey.arrivals):
            self._at(
                arrival.at_us,
                partial(self._arrived, errand, journey, arrival, is_first=place == 0),
                quiet_until_us=journey.quiet_until_us,
            )

    def _arrived(
        self, errand: _Errand, journey: Journey, arrival: Arrival, *, is_first: bool
    ) -> None:
        now_us = self._world.clock.now_us()
        if not radio.arrives(self.link, journey, now_us):
            if is_first:
                self._return(errand, radio.unheard(self.link, journey), None)
            return
        pin = errand.command.action.pin if isinstance(errand.command.action, SetCode) else None
        effects = self._act(errand.command, arrival.treatment)
        if not is_first:
            self._took_place(effects, pin)
            return
        self.link, end = radio.answer(self.link, journey, now_us, self._rng)
        # Before the memory is written, so that the answer is in the same write as the deed.
        self._return(errand, end, reply_of(effects))
        self._took_place(effects, pin)
        self.story.fired(end.fired)

    def _act(self, command: Command, treatment: Treatment) -> tuple[Effect, ...]:
        """What the lock does with a frame that it hears, liars included."""
        now_us = self._world.clock.now_us()
        profile, action = self.settings.profile, command.action
        event: Event
        if isinstance(action, SetClockTo):
            event = action.arriving(now_us)
        elif isinstance(action, AssignCodeIn):
            event = action.arriving(self._rng.getrandbits(ASSIGNED_BITS))
        else:
            event = action
        if treatment is Treatment.NORMAL:
            self.state, effects = step(profile, self.state, event, now_us)
            return effects
        self.state, effects = step(profile, self.state, TimerFired(), now_us)
        return (*effects, says.written(profile, ok=treatment is Treatment.SKIP_WRITE))

    def _return(self, errand: _Errand, end: Return, reply: Replied | None) -> None:
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

    def _returned(self, errand: _Errand, report: Report) -> None:
        self._in_air = None
        self._end(errand, report)
        self._send_next()

    def _end(self, errand: _Errand, report: Report) -> None:
        self._world.work.count -= 1
        if self._seen is not None and report.id == self._seen.id:
            self._seen, self._last = self._seen.ended(report), report
        self._persist()
        self.story.reported(errand.command, report)
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
        self.state, effects = step(self.settings.profile, self.state, event, now_us)
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
        # The device plane has room for the events of access control and no others.
        crosses = notified.kind == ACCESS_CONTROL
        if not crosses:
            self.story.emit("lock.noticed", event=notified.notice, slot=notified.slot)
            return
        self._said += 1
        notification = Notification(
            lock_id=self.settings.lock_id,
            number=self._said,
            event=notified.event,
            slot=notified.slot,
            incarnation=self.state.memory.incarnation,
        )
        now_us = self._world.clock.now_us()
        self.link, arrivals_us, fired = radio.notify(
            self.link, now_us, self._world.timing, self._rng
        )
        self.story.fired(fired)
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
        self._world.tell(notification)

    # Memory and time.

    def _persist(self) -> None:
        self.nvm.save(
            Record(
                lock=self.settings.name,
                profile=self.settings.profile_name,
                memory=self.state.memory,
                radio=self.link.state,
                is_powered=self.state.is_powered,
                faults=self.link.faults,
                seen=self._seen,
            )
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
