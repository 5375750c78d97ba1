"""Power comes and goes; codes stay.

Without power, by a cut or by an empty battery, everything that is not memory is forgotten. What
then happens at the lock is a matter of mechanics alone. The same is true of a lock that hangs, and
of one that is starting.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.model import codes, says
from simulator.model.effects import CodeStored, KeypadAnswer
from simulator.model.memory import Offline
from simulator.model.state import boot, dark, factory_memory, power_of
from simulator.model.words import Feedback, Notice, Power

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.model.effects import Effect
    from simulator.model.events import (
        BatteryLevel,
        FactoryReset,
        Hung,
        PowerCut,
        PowerRestored,
        Restarted,
    )
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step

# Told when the battery gets worse and arrives here.
WARNINGS: Final[Mapping[Power, Notice]] = MappingProxyType(
    {Power.LOW: Notice.BATTERY_LOW, Power.CRITICAL: Notice.BATTERY_CRITICAL}
)


def power_cut(profile: Profile, state: LockState, event: PowerCut, now_us: int) -> Step:
    """Nothing works until power is restored; a second cut changes nothing."""
    return replace(dark(state), is_powered=False), ()


def power_restored(profile: Profile, state: LockState, event: PowerRestored, now_us: int) -> Step:
    """The lock starts with what it remembers, and says that it is back."""
    if state.is_powered:
        return state, ()
    return _started(profile, state, now_us)


def battery_level(profile: Profile, state: LockState, event: BatteryLevel, now_us: int) -> Step:
    """The level changes; 0 stops the lock and anything above starts it again."""
    was = power_of(profile, state)
    memory = replace(state.memory, battery_percent=event.percent)
    worse = event.percent < state.memory.battery_percent
    changed = replace(state, memory=memory)
    if not changed.has_power:
        return dark(changed), ()
    if not state.has_power:
        return _started(profile, changed, now_us)
    if not changed.is_alive:
        return changed, ()
    becomes = power_of(profile, changed)
    warned = worse and becomes is not was and becomes in WARNINGS
    return changed, says.notices(profile, WARNINGS[becomes]) if warned else ()


def hung(profile: Profile, state: LockState, event: Hung, now_us: int) -> Step:
    """Nothing works any more; without power nothing did."""
    return (replace(dark(state), is_hung=True) if state.has_power else state), ()


def restarted(profile: Profile, state: LockState, event: Restarted, now_us: int) -> Step:
    """What it had in hand is forgotten, and it is away for a while."""
    if not state.has_power:
        return state, ()
    return replace(dark(state), restarts_at_us=now_us + event.lasts_us), ()


def start(profile: Profile, state: LockState, due_us: int) -> Step:
    """The end of a restart: as after a battery change."""
    return _started(profile, state, due_us)


def factory_reset(profile: Profile, state: LockState, event: FactoryReset, now_us: int) -> Step:
    """All codes go, those of the factory come, and the lock is another one to whoever knew it.

    What is physical stays: bolt, obstruction, battery, and the secret that the maker put in; which
    offline codes were used is forgotten. Nothing of it goes over the radio that this
    hub would understand, because a lock that was reset has left its network.
    """
    if not state.is_alive:
        return state, (KeypadAnswer(Feedback.IGNORED, None),)
    _, cleared = codes.erased(state.memory)
    offline = state.memory.offline
    memory = replace(
        factory_memory(profile, state.memory.incarnation + 1),
        bolt=state.memory.bolt,
        is_obstructed=state.memory.is_obstructed,
        battery_percent=state.memory.battery_percent,
        offline=None if offline is None else Offline(offline.secret),
    )
    stored = tuple(CodeStored(slot, held.pin, held.status) for slot, held in memory.slots.items())
    return boot(profile, memory, now_us), (*cleared, *stored, KeypadAnswer(Feedback.DONE, None))


def _started(profile: Profile, state: LockState, now_us: int) -> Step:
    started = boot(profile, state.memory, now_us)
    told: tuple[Effect, ...] = ()
    if started.is_alive:
        told = says.notices(profile, Notice.POWER_APPLIED)
    return started, told
