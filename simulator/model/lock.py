"""One lock as a pure function: what happened and when, in; the next state and what came of it, out.

This module only dispatches: `HANDLERS` names who answers to an event, `TIMERS` who to the passing
of time. A timer that is due is dealt with before anything else, at the time it was due, so that it
makes no difference how late its `TimerFired` comes or whether another event comes first.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from simulator.model import (
    assigned,
    bolt,
    codes,
    events,
    keypad,
    lockout,
    power,
    readback,
    schedule,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.model.effects import Effect
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step

    Handler = Callable[[Profile, LockState, Any, int], Step]

RADIO_HANDLERS: Final[Mapping[type[Any], Handler]] = MappingProxyType(
    {
        events.SetCode: codes.set_code,
        events.ClearCode: codes.clear_code,
        events.ReadCode: readback.read_code,
        events.WalkCodes: readback.walk_codes,
        events.ReadChecksum: readback.read_checksum,
        events.ReadInfo: readback.read_info,
        events.ReadBattery: readback.read_battery,
        events.Ping: readback.ping,
        events.Operate: bolt.operate,
        events.ReadBolt: bolt.read_bolt,
        events.SetSchedule: schedule.set_schedule,
        events.ReadSchedule: schedule.read_schedule,
        events.AssignCode: assigned.assign_code,
        events.SetClock: schedule.set_clock,
        events.ReadClock: schedule.read_clock,
        events.SetKeypadMode: keypad.set_keypad_mode,
    }
)

LOCAL_HANDLERS: Final[Mapping[type[Any], Handler]] = MappingProxyType(
    {
        events.KeyPressed: keypad.key_pressed,
        events.ThumbTurned: bolt.thumb_turned,
        events.ProgrammedAtKeypad: codes.programmed_at_keypad,
        events.LengthSetAtKeypad: codes.length_set_at_keypad,
        events.MenuHeld: keypad.menu_held,
        events.KeypadSwitched: keypad.keypad_switched,
        events.Jammed: bolt.jammed,
        events.FactoryReset: power.factory_reset,
        events.PowerCut: power.power_cut,
        events.PowerRestored: power.power_restored,
        events.BatteryLevel: power.battery_level,
        events.Hung: power.hung,
        events.Restarted: power.restarted,
        events.ClockShifted: schedule.clock_shifted,
    }
)

# In the order in which they count when two are due at the same instant.
TIMERS: Final[tuple[tuple[Callable[[LockState], int | None], Callable[..., Step]], ...]] = (
    (lambda state: state.lockout_ends_us, lockout.end),
    (lambda state: state.entry_ends_us, keypad.forget_entry),
    (lambda state: state.relock_at_us, bolt.relock),
    (lambda state: state.restarts_at_us, power.start),
)


def step(profile: Profile, state: LockState, event: events.Event, now_us: int) -> Step:
    """The lock after `event`, and what came of it; the same arguments always give the same answer.

    `now_us` is the bench's clock in microseconds and never decreases between calls. Nothing that
    comes over the radio raises: a lock has no way to. A radio event that meets no power gives no
    effects at all, which is silence.
    """
    state, effects = _settle(profile, state, now_us)
    if isinstance(event, events.TimerFired):
        return state, effects
    handler = LOCAL_HANDLERS.get(type(event))
    if handler is None:
        if not state.is_alive:
            return state, effects
        handler = RADIO_HANDLERS[type(event)]
    state, more = handler(profile, state, event, now_us)
    return state, (*effects, *more)


def next_timer_us(state: LockState) -> int | None:
    """When the lock wants `TimerFired`, or None: a lock-out or entry ends, it locks, it starts."""
    return min((due for of, _ in TIMERS if (due := of(state)) is not None), default=None)


def _settle(profile: Profile, state: LockState, now_us: int) -> Step:
    """Deal with all that is due, oldest first; each timer is gone once it was dealt with."""
    effects: tuple[Effect, ...] = ()
    while (due_us := next_timer_us(state)) is not None and due_us <= now_us:
        handler = next(handler for of, handler in TIMERS if of(state) == due_us)
        state, more = handler(profile, state, due_us)
        effects = (*effects, *more)
    return state, effects
