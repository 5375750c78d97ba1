"""A lock that keeps hours by a clock of its own, or chooses its own PINs, as plain dicts."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.policy.commands import (
    AssignCode,
    ClockBody,
    Command,
    InfoBody,
    ReadClock,
    ReadInfo,
    ReadSchedule,
    Report,
    ScheduleBody,
    SetClock,
    SetCode,
    SetSchedule,
    Supervision,
    Transmit,
)
from tests.engine.plain_lock import PlainLock

Hours = tuple[int | None, int | None]


@dataclass(slots=True)
class ScheduledLock(PlainLock):
    """`hours` by slot, `fast_us` is how far its clock is off, `bare` the codes without hours.

    One that `loses_hours` says that it took some and did not. `assigns` are the PINs that it
    chooses from, if it does.
    """

    hours: dict[int, Hours] = field(default_factory=dict)
    fast_us: int = 0
    keeps_hours: bool = True
    loses_hours: bool = False
    refuses_hours: bool = False
    stuck_clock: bool = False
    assigns: list[str] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)

    def obey(self, command: Command, now_us: int) -> Report:
        """As any lock, and about hours."""
        body: ScheduleBody | ClockBody | InfoBody | None = None
        done = True
        match command:
            case SetSchedule(slot, first_us, last_us):
                done = not self.refuses_hours
                if done and not self.loses_hours:
                    self.hours[slot] = (first_us, last_us)
            case ReadSchedule(slot):
                body = ScheduleBody(slot, *self.hours.get(slot, (None, None)))
            case SetClock(clock_us):
                self.fast_us = self.fast_us if self.stuck_clock else clock_us - now_us
            case ReadClock():
                body = ClockBody(now_us + self.fast_us)
            case ReadInfo():
                body = InfoBody(self.slots, None, self.supervised, False, self.keeps_hours)
            case AssignCode(slot):
                if slot not in self.codes:
                    self.codes[slot] = self.assigns.pop(0) if self.assigns else "0000"
                self.given[slot] = self.codes[slot]
                self.written.add(slot)
            case _:
                report = PlainLock.obey(self, command, now_us)
                if isinstance(command, SetCode) and command.slot not in self.hours:
                    self.bare.append(command.slot)
                return report
        self.log.append(command)
        said = Supervision.SUCCESS if done else Supervision.FAIL
        outcome = Supervision.NONE if body is not None else said
        return Report(Transmit.OK, outcome, incarnation=self.incarnation, body=body)

    def _clear(self, slot: int, now_us: int) -> None:
        PlainLock._clear(self, slot, now_us)
        self.hours.pop(slot, None)

    def opens(self, digits: str, now_us: int) -> bool:
        """Whether somebody who types the code gets in now, by the lock's own clock."""
        lock_us = now_us + self.fast_us
        for slot, code in self.codes.items():
            first_us, last_us = self.hours.get(slot, (None, None))
            begun = first_us is None or first_us <= lock_us
            if code == digits and begun and (last_us is None or lock_us < last_us):
                return True
        return False
