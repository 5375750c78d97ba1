"""Messages of the control plane and the host's own values."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from protos.bench.v1 import bench_pb2 as pb
from simulator.control import acts
from simulator.control.errors import BadAct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.control.truth import LockTruth


def act_from_wire(request: pb.ActRequest) -> acts.Act:
    """What is to be done. Raises `BadAct` for a request without an action."""
    word = request.WhichOneof("action")
    if word is None:
        raise BadAct("there is no action in the request")
    return _ACTS[word](getattr(request, word))


def _program_at_keypad(message: pb.ProgramAtKeypad) -> acts.Act:
    pin = Pin(message.code) if message.HasField("code") else None
    return acts.ProgramAtKeypad(message.slot, pin)


def _arm_fault(message: pb.ArmFault) -> acts.Act:
    return acts.ArmFault(
        fault=message.fault,
        command=message.command or None,
        times=message.times if message.HasField("times") else None,
        probability=message.probability if message.HasField("probability") else None,
    )


def _set_radio(message: pb.SetRadio) -> acts.Act:
    return acts.SetRadio(
        state=message.state,
        loss=message.loss if message.HasField("loss") else None,
        latency_us=message.latency_us if message.HasField("latency_us") else None,
    )


_ACTS: Final[Mapping[str, Callable[[Any], acts.Act]]] = MappingProxyType(
    {
        "press_keys": lambda message: acts.PressKeys(Pin(message.keys)),
        "turn_thumb": lambda message: acts.TurnThumb(message.locked),
        "program_at_keypad": _program_at_keypad,
        "set_radio": _set_radio,
        "set_power": lambda message: acts.SetPower(message.action),
        "arm_fault": _arm_fault,
        "clear_faults": lambda message: acts.ClearFaults(message.fault or None),
        "factory_reset": lambda _: acts.FactoryReset(),
        "set_battery": lambda message: acts.SetBattery(message.percent),
        "set_jammed": lambda message: acts.SetJammed(message.jammed),
        "fill_slots": lambda message: acts.FillSlots(message.used),
        "shift_clock": lambda message: acts.ShiftClock(message.by_us),
        "set_keypad": lambda message: acts.SetKeypad(message.state),
    }
)

assert set(_ACTS) == {
    field.name for field in pb.ActRequest.DESCRIPTOR.oneofs_by_name["action"].fields
}


def outcome_to_wire(outcome: acts.Outcome) -> pb.ActResponse:
    """What a person at the lock saw."""
    return pb.ActResponse(
        feedback="" if outcome.feedback is None else outcome.feedback.value,
        opened=outcome.opened,
        slot=outcome.slot,
        locked_out=outcome.locked_out,
    )


def truth_to_wire(truth: LockTruth) -> pb.LockTruth:
    """A lock as it really is."""
    return pb.LockTruth(
        lock=truth.lock,
        profile=truth.profile,
        slots=[
            pb.TrueSlot(slot=number, code=slot.pin.reveal(), status=slot.status.value)
            for number, slot in truth.slots.items()
        ],
        slots_max=truth.slots_max,
        incarnation=truth.incarnation,
        radio=truth.radio.value,
        power=truth.power.value,
        keypad=truth.keypad.value,
        bolt=truth.bolt.value,
        faults_armed=truth.faults_armed,
        nvm_path=str(truth.nvm_path),
        nvm_generation=truth.nvm_generation,
        battery=truth.battery_percent,
        mechanics=truth.mechanics.value,
        frozen=truth.is_frozen,
    )
