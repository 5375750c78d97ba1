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
from simulator.model.words import Feedback, Keypad, KeypadMode, Schedules
from simulator.radio import faults
from simulator.radio.errors import RadioError
from simulator.radio.faults.clock_drift import CLOCK_DRIFT
from simulator.radio.faults.supervision_stuck import SUPERVISION_STUCK
from simulator.radio.link import DEGRADED_LOSS
from simulator.radio.words import CommandKind, HubState, RadioState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from latchbench.pin import Pin
    from simulator.host.hub import Hub
    from simulator.host.lock_runner import LockRunner
    from simulator.model.effects import Effect
    from simulator.model.profile import Profile

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
    """Put the radio into a state, by its word; `loss` and `latency_us` are for `degraded` alone."""

    state: str
    loss: float | None = None
    latency_us: int | None = None


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


@dataclass(frozen=True, slots=True)
class SetKeypad:
    """Bring the keypad into a condition, by its word, as a person who stands there can."""

    state: str


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
    | SetKeypad
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


def set_hub(hub: Hub, state: str) -> None:
    """Take the radio of a hub away, or give it back; either may be so already. Raises `BadAct`."""
    states = {word.value: word for word in HubState}
    if state not in states:
        raise BadAct(f"hub {state!r} is none of {', '.join(states)}")
    if hub.is_up and states[state] is HubState.DOWN:
        hub.go_down()
    elif not hub.is_up and states[state] is HubState.UP:
        hub.come_up()


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
    states = {state.value: state for state in RadioState}
    if act.state not in states:
        raise BadAct(f"radio {act.state!r} is none of {', '.join(states)}")
    is_degraded = act.state == RadioState.DEGRADED.value
    if not is_degraded and (act.loss is not None or act.latency_us is not None):
        raise BadAct(f"radio {act.state}: loss and latency are of a degraded radio")
    # Written so that a NaN, which no comparison holds for, is refused too.
    if act.loss is not None and not 0 <= act.loss <= 1:
        raise BadAct("radio loss must be 0 to 1")
    if act.latency_us is not None and act.latency_us < 0:
        raise BadAct("radio latency must not be below 0")
    lock.change_link(
        replace(
            lock.link,
            state=states[act.state],
            loss=DEGRADED_LOSS if act.loss is None else act.loss,
            latency_us=act.latency_us,
        )
    )
    lock.story.emit("lock.radio", state=act.state, loss=act.loss, latency_us=act.latency_us)
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
    lacks = _LACKS.get(act.fault)
    if lacks is not None and lacks[0](lock.settings.profile):
        raise NotPossible(f"lock {lock.name}: fault {act.fault}: {lacks[1]}")
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


def _set_keypad(lock: LockRunner, act: SetKeypad) -> Iterable[Effect]:
    if act.state not in _KEYPAD_STEPS:
        raise BadAct(f"keypad {act.state!r} is none of {', '.join(_KEYPAD_STEPS)}")
    wanted = Keypad(act.state)
    why = _keypad_cannot(lock, wanted)
    if why is not None:
        raise NotPossible(f"lock {lock.name}: keypad {act.state}: {why}")
    lock.story.emit("lock.keypad.brought", state=act.state)
    return [effect for event in _KEYPAD_STEPS[act.state] for effect in lock.do(event)]


def _keypad_cannot(lock: LockRunner, wanted: Keypad) -> str | None:
    """Why nobody at the lock can bring its keypad there now."""
    profile = lock.settings.profile
    if not profile.has_keypad or not lock.state.is_alive:
        return "there is no keypad that works"
    if keypad_of(lock.state) is Keypad.LOCKED_OUT and wanted is not Keypad.LOCKED_OUT:
        return "it is locked out, which nobody there can end"
    if wanted is Keypad.LOCKED_OUT and profile.lockout is None:
        return "the lock has no lock-out"
    modes = {Keypad.VACATION: KeypadMode.VACATION, Keypad.PRIVACY: KeypadMode.PRIVACY}
    if wanted in modes and modes[wanted] not in profile.keypad_modes:
        return "the lock has no such mode"
    return None


_NORMAL: Final = events.KeypadSwitched(KeypadMode.NORMAL)
_KEYPAD_STEPS: Final[Mapping[str, tuple[events.Event, ...]]] = MappingProxyType(
    {
        Keypad.CLEAR.value: (events.MenuHeld(is_open=False), _NORMAL),
        Keypad.BUSY.value: (_NORMAL, events.MenuHeld(is_open=True)),
        Keypad.VACATION.value: (
            events.MenuHeld(is_open=False),
            events.KeypadSwitched(KeypadMode.VACATION),
        ),
        Keypad.PRIVACY.value: (events.KeypadSwitched(KeypadMode.PRIVACY),),
        Keypad.LOCKED_OUT.value: (events.KeypadSwitched(KeypadMode.LOCKED_OUT),),
    }
)

assert set(_KEYPAD_STEPS) == {keypad.value for keypad in Keypad}

# Faults that need something of the lock: what shows that it is not there, and how that is said.
_LACKS: Final[Mapping[str, tuple[Callable[[Profile], bool], str]]] = MappingProxyType(
    {
        SUPERVISION_STUCK.name: (
            lambda profile: not profile.is_supervised,
            "the lock reports no outcome that could be stuck",
        ),
        CLOCK_DRIFT.name: (
            lambda profile: profile.schedules is Schedules.NONE,
            "the lock has no clock",
        ),
    }
)

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
            SetKeypad: _set_keypad,
        }
    )
)
