"""What a lock does with a frame that it hears: what the model says, or what a fault makes of it.

Each `Treatment` is one function here; the lock's own rules stay those of the model. A function says
what became of the lock, what came of it, and whether the lock speaks about it at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.model import says
from simulator.model.effects import BoltMoved, Effect, Notified, Replied
from simulator.model.events import (
    ClearCode,
    ClockShifted,
    Hung,
    Operate,
    Restarted,
    SetCode,
    SetSchedule,
    TimerFired,
)
from simulator.model.lock import step
from simulator.model.memory import read_only
from simulator.model.rules import lengths_taken, slot_refusal
from simulator.model.words import Bolt, Mover, Outcome, ReadbackStyle
from simulator.radio.words import Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.model.events import Event
    from simulator.model.memory import Memory, Slot
    from simulator.model.profile import Profile
    from simulator.model.state import LockState

# Tunables. A restarted lock is away for "a few seconds"; no vendor says how many.
RESTART_US: Final = 3_000_000
# How far a clock falls behind each time: enough that somebody stands before a closed door.
DRIFT_US: Final = 600_000_000

Before = Mapping[int, "Slot | None"]
"""What the slots held that the last change of codes touched; None: nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A lock that hears something: who, what, and when."""

    profile: Profile
    state: LockState
    event: Event
    before: Before
    now_us: int

    def goes_on(self) -> tuple[LockState, tuple[Effect, ...]]:
        """The lock with nothing done but what its timers do."""
        return step(self.profile, self.state, TimerFired(), self.now_us)

    def goes_as(
        self, event: Event, *, profile: Profile | None = None
    ) -> tuple[LockState, tuple[Effect, ...]]:
        """The lock after another event, or with another nature."""
        return step(profile or self.profile, self.state, event, self.now_us)


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of it. `is_silent`: the radio sends nothing, not even an acknowledgement.

    `torn`: a memory whose writing was begun and never ended.
    """

    state: LockState
    effects: tuple[Effect, ...]
    is_silent: bool = False
    torn: Memory | None = None


def treat(treatment: Treatment, scene: Scene) -> Deed:
    """Let the lock deal with what it hears."""
    return _TREATMENTS[treatment](scene)


def changed_codes(old: Mapping[int, Slot], new: Mapping[int, Slot]) -> Before:
    """What those slots held before that hold something else now."""
    return {
        slot: old.get(slot)
        for slot in sorted(old.keys() | new.keys())
        if old.get(slot) != new.get(slot)
    }


def _normally(scene: Scene) -> Deed:
    return Deed(*scene.goes_as(scene.event))


def _skip_write(scene: Scene) -> Deed:
    state, effects = scene.goes_on()
    return Deed(state, (*effects, says.written(scene.profile, ok=True)))


def _refuse(scene: Scene) -> Deed:
    state, effects = scene.goes_on()
    return Deed(state, (*effects, says.written(scene.profile, ok=False)))


def _write_silently(scene: Scene) -> Deed:
    state, effects = scene.goes_as(scene.event)
    return Deed(state, _unsaid(effects), is_silent=True)


def _read_stale(scene: Scene) -> Deed:
    state, timed = scene.goes_on()
    memory = state.memory
    shown = {**memory.slots, **scene.before}
    slots = read_only((slot, held) for slot, held in shown.items() if held is not None)
    past = replace(state, memory=replace(memory, slots=slots))
    _, effects = step(scene.profile, past, scene.event, scene.now_us)
    return Deed(state, (*timed, *effects))


def _read_masked(scene: Scene) -> Deed:
    masking = replace(scene.profile, readback_style=ReadbackStyle.MASKED_SAME_LENGTH)
    return Deed(*scene.goes_as(scene.event, profile=masking))


def _use_other_slot(scene: Scene) -> Deed:
    event = scene.event
    if isinstance(event, SetCode | ClearCode | SetSchedule):
        event = replace(event, slot=_slot_after(scene.profile, event.slot))
    return Deed(*scene.goes_as(event))


def _slot_after(profile: Profile, slot: int) -> int:
    """The next slot that can hold a code, the first after the last; 0, all slots, stays 0."""
    if slot == 0:
        return slot
    usable = [n for n in range(1, profile.slots_max + 1) if slot_refusal(profile, n) is None]
    return next((n for n in usable if n > slot), usable[0])


def _cut_short(scene: Scene) -> Deed:
    event = scene.event
    if isinstance(event, SetCode) and event.pin is not None:
        shortest = min(lengths_taken(scene.profile, scene.state.memory))
        kept = shortest if len(event.pin) > shortest else len(event.pin) - 1
        event = replace(event, pin=type(event.pin)(event.pin.reveal()[:kept]))
    return Deed(*scene.goes_as(event))


def _stay_working(scene: Scene) -> Deed:
    state, effects = scene.goes_as(scene.event)
    ends = (Outcome.SUCCESS, Outcome.FAIL)
    stuck = tuple(
        replace(effect, outcome=Outcome.WORKING)
        if isinstance(effect, Replied) and effect.outcome in ends
        else effect
        for effect in effects
    )
    return Deed(state, stuck)


def _hang(scene: Scene) -> Deed:
    state, effects = scene.goes_as(Hung())
    return Deed(state, _unsaid(effects), is_silent=True)


def _restart(scene: Scene) -> Deed:
    state, effects = scene.goes_as(Restarted(RESTART_US))
    return Deed(state, _unsaid(effects), is_silent=True)


def _brown_out(scene: Scene) -> Deed:
    """The codes are as they were; a bolt on its way is where it got to."""
    state, timed = scene.goes_on()
    acted, _ = scene.goes_as(scene.event)
    moved: tuple[Effect, ...] = ()
    memory = state.memory
    if isinstance(scene.event, Operate) and acted.memory.bolt is not memory.bolt:
        memory = replace(memory, bolt=Bolt.UNKNOWN)
        moved = (BoltMoved(Bolt.UNKNOWN, Mover.RADIO),)
    torn = acted.memory if acted.memory.slots != memory.slots else None
    down, _ = step(
        scene.profile, replace(state, memory=memory), Restarted(RESTART_US), scene.now_us
    )
    return Deed(down, (*_unsaid(timed), *moved), is_silent=True, torn=torn)


def _lose_time(scene: Scene) -> Deed:
    late, effects = scene.goes_as(ClockShifted(-DRIFT_US))
    state, more = step(scene.profile, late, scene.event, scene.now_us)
    return Deed(state, (*effects, *more))


def _unsaid(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """What happened, without what the lock would say of it over the radio."""
    return tuple(effect for effect in effects if not isinstance(effect, Replied | Notified))


_TREATMENTS: Final[Mapping[Treatment, Callable[[Scene], Deed]]] = MappingProxyType(
    {
        Treatment.NORMAL: _normally,
        Treatment.SKIP_WRITE: _skip_write,
        Treatment.REFUSE: _refuse,
        Treatment.WRITE_SILENTLY: _write_silently,
        Treatment.READ_STALE: _read_stale,
        Treatment.READ_MASKED: _read_masked,
        Treatment.USE_OTHER_SLOT: _use_other_slot,
        Treatment.CUT_SHORT: _cut_short,
        Treatment.STAY_WORKING: _stay_working,
        Treatment.HANG: _hang,
        Treatment.RESTART: _restart,
        Treatment.BROWN_OUT: _brown_out,
        Treatment.LOSE_TIME: _lose_time,
        # By the time that it is heard there is nothing special about it any more.
        Treatment.OVERTAKEN: _normally,
    }
)

assert set(_TREATMENTS) == set(Treatment)
