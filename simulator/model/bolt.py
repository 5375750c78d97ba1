"""The bolt: motor, thumb-turn, locking by itself, and what stops it.

A jam is nothing that a lock knows of until it tries to move. Moving to where the bolt is already
always works.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.model import says
from simulator.model.effects import BoltMoved, BoltReport
from simulator.model.words import Bolt, Mover, Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.model.effects import Effect
    from simulator.model.events import Jammed, Operate, ReadBolt, ThumbTurned
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step

ARRIVED: Final[Mapping[tuple[Mover, Bolt], Notice]] = MappingProxyType(
    {
        (Mover.MANUAL, Bolt.LOCKED): Notice.MANUAL_LOCK,
        (Mover.MANUAL, Bolt.UNLOCKED): Notice.MANUAL_UNLOCK,
        (Mover.RADIO, Bolt.LOCKED): Notice.RADIO_LOCK,
        (Mover.RADIO, Bolt.UNLOCKED): Notice.RADIO_UNLOCK,
        (Mover.KEYPAD, Bolt.UNLOCKED): Notice.KEYPAD_UNLOCK,
        (Mover.AUTO, Bolt.LOCKED): Notice.AUTO_LOCKED,
    }
)

# There is no number for "not fully unlocked": then the jam is all that is told.
STUCK: Final[Mapping[tuple[Mover, Bolt], tuple[Notice, ...]]] = MappingProxyType(
    {
        (Mover.MANUAL, Bolt.LOCKED): (Notice.MANUAL_NOT_FULLY_LOCKED, Notice.JAMMED),
        (Mover.MANUAL, Bolt.UNLOCKED): (Notice.JAMMED,),
        (Mover.RADIO, Bolt.LOCKED): (Notice.RADIO_NOT_FULLY_LOCKED, Notice.JAMMED),
        (Mover.RADIO, Bolt.UNLOCKED): (Notice.JAMMED,),
        (Mover.KEYPAD, Bolt.UNLOCKED): (Notice.JAMMED,),
        (Mover.AUTO, Bolt.LOCKED): (Notice.AUTO_NOT_FULLY_LOCKED, Notice.JAMMED),
    }
)

assert set(ARRIVED) == set(STUCK)


def operate(profile: Profile, state: LockState, event: Operate, now_us: int) -> Step:
    """By motor, for the hub. Works in every keypad mode."""
    target = target_of(locked=event.locked)
    state, effects = move(profile, state, target, Mover.RADIO, now_us)
    ok = state.memory.bolt is target
    return state, (*_truth(effects), says.written(profile, ok=ok), *_told(effects))


def thumb_turned(profile: Profile, state: LockState, event: ThumbTurned, now_us: int) -> Step:
    """By hand, which needs no power; without power nothing is told and nothing is timed."""
    target = target_of(locked=event.locked)
    return move(profile, state, target, Mover.MANUAL, now_us)


def relock(profile: Profile, state: LockState, due_us: int) -> Step:
    """The lock locks itself; once, so that a jam does not drain the battery."""
    return move(profile, state, Bolt.LOCKED, Mover.AUTO, due_us)


def read_bolt(profile: Profile, state: LockState, event: ReadBolt, now_us: int) -> Step:
    """Where the bolt is, 0xFE on its way (Door Lock CC version 4)."""
    return state, (says.report(BoltReport(state.memory.bolt)),)


def jammed(profile: Profile, state: LockState, event: Jammed, now_us: int) -> Step:
    """Something came in the way, or left it; the bolt stays where it is."""
    return replace(state, memory=replace(state.memory, is_obstructed=event.jammed)), ()


def target_of(*, locked: bool) -> Bolt:
    """The end that a command wants the bolt at."""
    return Bolt.LOCKED if locked else Bolt.UNLOCKED


def move(
    profile: Profile,
    state: LockState,
    target: Bolt,
    mover: Mover,
    now_us: int,
    slot: int | None = None,
) -> Step:
    """Move the bolt to `target`, or half way if something is in the way.

    Tells what the lock tells, `slot` being that of the code that did it; every unlocking starts
    the time to the next locking anew (Yale, Schlage: after any unlocking).
    """
    memory = state.memory
    stuck = memory.is_obstructed and memory.bolt is not target
    bolt = Bolt.UNKNOWN if stuck else target
    relocks = profile.relock_after_us is not None and bolt is Bolt.UNLOCKED and state.is_alive
    moved = replace(
        state,
        memory=replace(memory, bolt=bolt),
        relock_at_us=now_us + (profile.relock_after_us or 0) if relocks else None,
    )
    truth = () if bolt is memory.bolt else (BoltMoved(bolt, mover),)
    if not state.is_alive:
        return moved, truth
    if stuck:
        return moved, (*truth, *says.notices(profile, *STUCK[mover, target]))
    return moved, (*truth, *says.notices(profile, ARRIVED[mover, target], slot=slot))


def _truth(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return tuple(effect for effect in effects if isinstance(effect, BoltMoved))


def _told(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return tuple(effect for effect in effects if not isinstance(effect, BoltMoved))
