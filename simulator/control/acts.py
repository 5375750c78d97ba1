"""What only the bench can do to a lock: be its owner, its visitor, and the bad weather.

Each act is a value; `perform` does it at once, at the time of the host's clock, and says what a
person at the lock saw of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from simulator.control.errors import BadAct, NotPossible
from simulator.host.filling import CannotHold, to_fill
from simulator.model import events
from simulator.model.effects import KeypadAnswer
from simulator.model.state import keypad_of
from simulator.model.words import Feedback, Keypad
from simulator.radio import faults
from simulator.radio.errors import RadioError
from simulator.radio.words import BUILT, CommandKind, RadioState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from latchbench.pin import Pin
    from simulator.host.lock_runner import LockRunner
    from simulator.model.effects import Effect

ENTER_KEY: Final = "#"


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Type `keys`: digits, and `#` for the enter key; a keypad without one has none to press."""

    keys: Pin


@dataclass(frozen=True, slots=True)
class TurnThumb:
    """Turn the thumb-turn inside."""

    locked: bool


@dataclass(frozen=True, slots=True)
class ProgramAtKeypad:
    """Store a code with the master code, or empty the slot with None."""

    slot: int
    pin: Pin | None


@dataclass(frozen=True, slots=True)
class SetRadio:
    """Put the radio into a state, by its word."""

    state: str


@dataclass(frozen=True, slots=True)
class SetPower:
    """`cut`, `restore`, or `cycle`, which is both at one instant."""

    action: str


@dataclass(frozen=True, slots=True)
class ArmFault:
    """Let a fault wait for its next `times` chances, or for each with `probability`."""

    fault: str
    command: str | None
    times: int | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class ClearFaults:
    """Disarm the faults of one word, or all."""

    fault: str | None


@dataclass(frozen=True, slots=True)
class FactoryReset:
    """Hold the reset button."""


@dataclass(frozen=True, slots=True)
class SetBattery:
    """Put in batteries that hold `percent`."""

    percent: int


@dataclass(frozen=True, slots=True)
class SetJammed:
    """Put something in the bolt's way, or take it out."""

    jammed: bool


@dataclass(frozen=True, slots=True)
class FillSlots:
    """Program the lowest free slots at the keypad until `used` hold a code."""

    used: int


@dataclass(frozen=True, slots=True)
class ShiftClock:
    """The lock's own clock jumps."""

    by_us: int


Act = (
    PressKeys
    | TurnThumb
    | ProgramAtKeypad
    | SetRadio
    | SetPower
    | ArmFault
    | ClearFaults
    | FactoryReset
    | SetBattery
    | SetJammed
    | FillSlots
    | ShiftClock
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person at the lock saw: the last answer of the keypad, and whether the door opened."""

    feedback: Feedback | None = None
    slot: int | None = None
    opened: bool = False
    locked_out: bool = False


def perform(lock: LockRunner, act: Act) -> Outcome:
    """Do it now. Raises `BadAct` and `NotPossible`, with nothing changed."""
    effects = _PERFORMERS[type(act)](lock, act)
    answers = [effect for effect in effects if isinstance(effect, KeypadAnswer)]
    return Outcome(
        feedback=answers[-1].feedback if answers else None,
        slot=answers[-1].slot if answers else None,
        opened=any(answer.feedback is Feedback.OPENED for answer in answers),
        locked_out=keypad_of(lock.state) is Keypad.LOCKED_OUT,
    )


def _press_keys(lock: LockRunner, act: PressKeys) -> Iterable[Effect]:
    keys = act.keys.reveal()
    if not keys or not set(keys) <= set(events.KEYS) - {events.ENTER} | {ENTER_KEY}:
        raise BadAct(f"keys are digits and {ENTER_KEY}, one at least")
    has_enter = not lock.settings.profile.matches_prefix
    pressed = [events.ENTER if key == ENTER_KEY else key for key in keys]
    effects: list[Effect] = []
    for key in pressed:
        if key != events.ENTER or has_enter:
            effects.extend(lock.do(events.KeyPressed(key)))
    return effects


def _turn_thumb(lock: LockRunner, act: TurnThumb) -> Iterable[Effect]:
    return lock.do(events.ThumbTurned(act.locked))


def _program_at_keypad(lock: LockRunner, act: ProgramAtKeypad) -> Iterable[Effect]:
    return lock.do(events.ProgrammedAtKeypad(act.slot, act.pin))


def _set_radio(lock: LockRunner, act: SetRadio) -> Iterable[Effect]:
    states = {state.value: state for state in RadioState if state in BUILT}
    if act.state not in states:
        raise BadAct(f"radio {act.state!r} is none that is built: {', '.join(states)}")
    lock.change_link(replace(lock.link, state=states[act.state]))
    lock.story.emit("lock.radio", state=act.state)
    return ()


def _set_power(lock: LockRunner, act: SetPower) -> Iterable[Effect]:
    steps = _POWER_STEPS.get(act.action)
    if steps is None:
        raise BadAct(f"power action {act.action!r} is none of {', '.join(_POWER_STEPS)}")
    lock.story.emit("lock.power", action=act.action)
    return [effect for event in steps for effect in lock.do(event)]


def _arm_fault(lock: LockRunner, act: ArmFault) -> Iterable[Effect]:
    kinds = {kind.value: kind for kind in CommandKind}
    if act.command is not None and act.command not in kinds:
        raise BadAct(f"command {act.command!r} is none of {', '.join(kinds)}")
    kind = None if act.command is None else kinds[act.command]
    try:
        link = faults.arm(
            lock.link, act.fault, kind=kind, times=act.times, probability=act.probability
        )
    except RadioError as error:
        raise BadAct(str(error)) from None
    lock.change_link(link)
    lock.story.emit(
        "lock.fault.armed",
        fault=act.fault,
        command=act.command,
        times=act.times,
        probability=act.probability,
    )
    return ()


def _clear_faults(lock: LockRunner, act: ClearFaults) -> Iterable[Effect]:
    try:
        link = faults.clear(lock.link, act.fault)
    except RadioError as error:
        raise BadAct(str(error)) from None
    lock.change_link(link)
    lock.story.emit("lock.fault.cleared", fault=act.fault)
    return ()


def _factory_reset(lock: LockRunner, act: FactoryReset) -> Iterable[Effect]:
    lock.story.emit("lock.reset")
    return lock.do(events.FactoryReset())


def _set_battery(lock: LockRunner, act: SetBattery) -> Iterable[Effect]:
    try:
        event = events.BatteryLevel(act.percent)
    except ValueError as error:
        raise BadAct(str(error)) from None
    lock.story.emit("lock.battery", percent=act.percent)
    return lock.do(event)


def _set_jammed(lock: LockRunner, act: SetJammed) -> Iterable[Effect]:
    lock.story.emit("lock.jammed", jammed=act.jammed)
    return lock.do(events.Jammed(act.jammed))


def _fill_slots(lock: LockRunner, act: FillSlots) -> Iterable[Effect]:
    profile, memory = lock.settings.profile, lock.state.memory
    try:
        codes = to_fill(profile, memory, act.used, lock.chance)
    except CannotHold as error:
        raise NotPossible(f"lock {lock.name}: {error}") from None
    effects: list[Effect] = []
    for slot, pin in codes.items():
        seen = lock.do(events.ProgrammedAtKeypad(slot, pin))
        effects.extend(seen)
        if slot not in lock.state.memory.slots:
            answer = next(effect for effect in seen if isinstance(effect, KeypadAnswer))
            raise NotPossible(f"lock {lock.name}: its keypad does not listen: {answer.feedback}")
    return effects


def _shift_clock(lock: LockRunner, act: ShiftClock) -> Iterable[Effect]:
    lock.story.emit("lock.clock.shifted", by_us=act.by_us)
    return lock.do(events.ClockShifted(act.by_us))


_POWER_STEPS: Final[Mapping[str, tuple[events.Event, ...]]] = MappingProxyType(
    {
        "cut": (events.PowerCut(),),
        "restore": (events.PowerRestored(),),
        "cycle": (events.PowerCut(), events.PowerRestored()),
    }
)

_PERFORMERS: Final[Mapping[type[Any], Callable[[LockRunner, Any], Iterable[Effect]]]] = (
    MappingProxyType(
        {
            PressKeys: _press_keys,
            TurnThumb: _turn_thumb,
            ProgramAtKeypad: _program_at_keypad,
            SetRadio: _set_radio,
            SetPower: _set_power,
            ArmFault: _arm_fault,
            ClearFaults: _clear_faults,
            FactoryReset: _factory_reset,
            SetBattery: _set_battery,
            SetJammed: _set_jammed,
            FillSlots: _fill_slots,
            ShiftClock: _shift_clock,
        }
    )
)
