"""Hours that the lock keeps by itself, and the clock it keeps them by.

The lock's clock is the bench's plus an offset that a hub can set and that can shift. A lock without
schedules has neither command.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.model import says
from simulator.model.effects import (
    ClockReport,
    ScheduleRefused,
    ScheduleReport,
    ScheduleStored,
)
from simulator.model.memory import Window, read_only
from simulator.model.rules import slot_refusal
from simulator.model.words import Constraint, Refusal, Schedules

if TYPE_CHECKING:
    from simulator.model.events import (
        ClockShifted,
        ReadClock,
        ReadSchedule,
        SetClock,
        SetSchedule,
    )
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step


def set_schedule(profile: Profile, state: LockState, event: SetSchedule, now_us: int) -> Step:
    """Give a slot hours, other hours, or none."""
    if profile.schedules is Schedules.NONE:
        return state, (says.unsupported(profile),)
    lock_us = now_us + state.memory.clock_offset_us
    why = slot_refusal(profile, event.slot) or _window_refusal(profile, event, lock_us)
    if why is not None:
        return state, (ScheduleRefused(event.slot, why), says.written(profile, ok=False))
    windows = {slot: held for slot, held in state.memory.windows.items() if slot != event.slot}
    if event.not_before_us is not None or event.not_after_us is not None:
        windows[event.slot] = Window(event.not_before_us, event.not_after_us)
    memory = replace(state.memory, windows=read_only(windows.items()))
    stored = ScheduleStored(event.slot, event.not_before_us, event.not_after_us)
    return replace(state, memory=memory), (stored, says.written(profile, ok=True))


def read_schedule(profile: Profile, state: LockState, event: ReadSchedule, now_us: int) -> Step:
    """The hours of a slot as they are kept, whether it holds a code or not."""
    if profile.schedules is Schedules.NONE:
        return state, (says.unsupported(profile),)
    window = state.memory.windows.get(event.slot, Window(None, None))
    report = ScheduleReport(event.slot, window.not_before_us, window.not_after_us)
    return state, (says.report(report),)


def set_clock(profile: Profile, state: LockState, event: SetClock, now_us: int) -> Step:
    """Set the lock's clock."""
    if profile.schedules is Schedules.NONE:
        return state, (says.unsupported(profile),)
    memory = replace(state.memory, clock_offset_us=event.offset_us)
    return replace(state, memory=memory), (says.written(profile, ok=True),)


def read_clock(profile: Profile, state: LockState, event: ReadClock, now_us: int) -> Step:
    """What time the lock thinks it is."""
    if profile.schedules is Schedules.NONE:
        return state, (says.unsupported(profile),)
    return state, (says.report(ClockReport(now_us + state.memory.clock_offset_us)),)


def clock_shifted(profile: Profile, state: LockState, event: ClockShifted, now_us: int) -> Step:
    """The clock jumps; nobody is told."""
    offset_us = state.memory.clock_offset_us + event.by_us
    return replace(state, memory=replace(state.memory, clock_offset_us=offset_us)), ()


def _window_refusal(profile: Profile, event: SetSchedule, lock_us: int) -> Refusal | None:
    first, last = event.not_before_us, event.not_after_us
    if first is not None and last is not None and first >= last:
        return Refusal.WINDOW_EMPTY
    in_future = first is None or first > lock_us
    if profile.has_rule(Constraint.START_DATE_IN_FUTURE) and not in_future:
        return Refusal.WINDOW_HAS_BEGUN
    return None
