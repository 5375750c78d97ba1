"""Messages of the device plane and the host's own values, one function each way.

What a hub could not put into a frame is `Malformed`; everything else, sense or nonsense, is the
lock's to judge.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from protos.device.v1 import lock_host_pb2 as pb
from simulator.host.messages import (
    AssignCodeIn,
    Command,
    CommandId,
    Hello,
    LockInfo,
    Malformed,
    Rejection,
    Report,
    SetClockTo,
)
from simulator.model import effects, events
from simulator.model.words import Bolt, KeypadMode, Outcome, SlotStatus
from simulator.radio.words import TransmitOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.host.messages import Action, Incoming, Outgoing, ReportBody

# User Code CC version 2: a slot has 16 bits, the length of a code 4 (Extended User Code Set).
SLOT_MAX: Final = 0xFFFF
CODE_CHARACTERS_MAX: Final = 0x0F
# Time Parameters CC: the year is written with four digits.
CLOCK_MAX_US: Final = 253_402_300_800 * 1_000_000

_STATUSES_TAKEN: Final = MappingProxyType(
    {
        pb.USER_STATUS_UNSPECIFIED: SlotStatus.ENABLED,
        pb.USER_STATUS_AVAILABLE: SlotStatus.AVAILABLE,
        pb.USER_STATUS_ENABLED: SlotStatus.ENABLED,
        pb.USER_STATUS_DISABLED: SlotStatus.DISABLED,
    }
)
_STATUSES_SHOWN: Final = MappingProxyType(
    {
        SlotStatus.AVAILABLE: pb.USER_STATUS_AVAILABLE,
        SlotStatus.ENABLED: pb.USER_STATUS_ENABLED,
        SlotStatus.DISABLED: pb.USER_STATUS_DISABLED,
        SlotStatus.NOT_AVAILABLE: pb.USER_STATUS_NOT_AVAILABLE,
    }
)
_MODES_TAKEN: Final = MappingProxyType(
    {
        pb.KEYPAD_MODE_NORMAL: KeypadMode.NORMAL,
        pb.KEYPAD_MODE_VACATION: KeypadMode.VACATION,
        pb.KEYPAD_MODE_PRIVACY: KeypadMode.PRIVACY,
    }
)
_MODES_SHOWN: Final = MappingProxyType(
    {
        KeypadMode.NORMAL: pb.KEYPAD_MODE_NORMAL,
        KeypadMode.VACATION: pb.KEYPAD_MODE_VACATION,
        KeypadMode.PRIVACY: pb.KEYPAD_MODE_PRIVACY,
        KeypadMode.LOCKED_OUT: pb.KEYPAD_MODE_LOCKED_OUT,
    }
)
_TRANSMIT: Final = MappingProxyType(
    {
        TransmitOutcome.OK: pb.TRANSMIT_OUTCOME_OK,
        TransmitOutcome.NO_ACK: pb.TRANSMIT_OUTCOME_NO_ACK,
        TransmitOutcome.FAIL: pb.TRANSMIT_OUTCOME_FAIL,
        TransmitOutcome.NOT_IDLE: pb.TRANSMIT_OUTCOME_NOT_IDLE,
        TransmitOutcome.NO_ROUTE: pb.TRANSMIT_OUTCOME_NO_ROUTE,
    }
)
_SUPERVISION: Final = MappingProxyType(
    {
        Outcome.NONE: pb.SUPERVISION_OUTCOME_NONE,
        Outcome.SUCCESS: pb.SUPERVISION_OUTCOME_SUCCESS,
        Outcome.WORKING: pb.SUPERVISION_OUTCOME_WORKING,
        Outcome.FAIL: pb.SUPERVISION_OUTCOME_FAIL,
        Outcome.NO_SUPPORT: pb.SUPERVISION_OUTCOME_NO_SUPPORT,
    }
)
_REJECTIONS: Final = MappingProxyType(
    {
        Rejection.STALE_EPOCH: pb.REJECTION_STALE_EPOCH,
        Rejection.STALE_SEQUENCE: pb.REJECTION_STALE_SEQUENCE,
        Rejection.UNKNOWN_LOCK: pb.REJECTION_UNKNOWN_LOCK,
        Rejection.MALFORMED: pb.REJECTION_MALFORMED,
    }
)
_BOLTS: Final = MappingProxyType(
    {
        Bolt.LOCKED: pb.BoltReport.MODE_SECURED,
        Bolt.UNLOCKED: pb.BoltReport.MODE_UNSECURED,
        Bolt.UNKNOWN: pb.BoltReport.MODE_UNKNOWN,
    }
)

assert set(_TRANSMIT) == set(TransmitOutcome)
assert set(_SUPERVISION) == set(Outcome)
assert set(_REJECTIONS) == set(Rejection)
assert set(_MODES_SHOWN) == set(KeypadMode)
assert set(_BOLTS) == set(Bolt)


class _Unframeable(ValueError):
    """What cannot be put into a frame; the message repeats no value."""


# From a gateway.


def messages_in(frame: pb.CommandFrame) -> list[Incoming]:
    """The messages of a frame in their order, a greeting first."""
    messages: list[Incoming] = []
    if frame.HasField("hello"):
        hello = frame.hello
        messages.append(Hello(hello.gateway, hello.epoch, hello.session))
    messages.extend(command_from_wire(command) for command in frame.commands)
    return messages


def command_from_wire(message: pb.Command) -> Command | Malformed:
    """A command, or why no hub could send it."""
    has_epoch, has_sequence = message.HasField("epoch"), message.HasField("sequence")
    command_id = None
    if has_epoch and has_sequence:
        command_id = CommandId(message.epoch, message.sequence)
    if has_epoch != has_sequence:
        return Malformed(message.lock_id, command_id, "an epoch goes with a sequence")
    word = message.WhichOneof("action")
    if word is None:
        return Malformed(message.lock_id, command_id, "there is no action")
    try:
        action = _ACTIONS[word](getattr(message, word))
    except _Unframeable as error:
        return Malformed(message.lock_id, command_id, str(error))
    return Command(message.lock_id, action, command_id, message.supervised)


def _set_user_code(message: pb.SetUserCode) -> Action:
    if message.status not in _STATUSES_TAKEN:
        raise _Unframeable("the status is none that a slot can be given")
    if len(message.code) > CODE_CHARACTERS_MAX or not message.code.isascii():
        raise _Unframeable(f"a code has at most {CODE_CHARACTERS_MAX} ASCII characters")
    pin = Pin(message.code) if message.code else None
    return events.SetCode(_slot(message.slot), pin, _STATUSES_TAKEN[message.status])


def _set_schedule(message: pb.SetSchedule) -> Action:
    return events.SetSchedule(
        _slot(message.slot),
        _instant(message.not_before_us) if message.HasField("not_before_us") else None,
        _instant(message.not_after_us) if message.HasField("not_after_us") else None,
    )


def _set_keypad_mode(message: pb.SetKeypadMode) -> Action:
    if message.mode not in _MODES_TAKEN:
        raise _Unframeable("the mode is none that a keypad can be given")
    return events.SetKeypadMode(_MODES_TAKEN[message.mode])


def _slot(slot: int) -> int:
    if slot > SLOT_MAX:
        raise _Unframeable(f"a slot is 0 to {SLOT_MAX}")
    return slot


def _instant(at_us: int) -> int:
    if not 0 <= at_us < CLOCK_MAX_US:
        raise _Unframeable("a time is from 1970 to 9999")
    return at_us


_ACTIONS: Final[Mapping[str, Callable[[Any], Action]]] = MappingProxyType(
    {
        "set_user_code": _set_user_code,
        "clear_user_code": lambda message: events.ClearCode(_slot(message.slot)),
        "get_user_code": lambda message: events.ReadCode(_slot(message.slot)),
        "walk_user_codes": lambda _: events.WalkCodes(),
        "get_checksum": lambda _: events.ReadChecksum(),
        "get_lock_info": lambda _: events.ReadInfo(),
        "ping": lambda _: events.Ping(),
        "get_battery": lambda _: events.ReadBattery(),
        "operate_bolt": lambda message: events.Operate(message.locked),
        "get_bolt": lambda _: events.ReadBolt(),
        "set_schedule": _set_schedule,
        "set_clock": lambda message: SetClockTo(_instant(message.clock_us)),
        "get_clock": lambda _: events.ReadClock(),
        "set_keypad_mode": _set_keypad_mode,
        "get_schedule": lambda message: events.ReadSchedule(_slot(message.slot)),
        "assign_user_code": lambda message: AssignCodeIn(_slot(message.slot)),
    }
)

assert set(_ACTIONS) == {
    field.name for field in pb.Command.DESCRIPTOR.oneofs_by_name["action"].fields
}


# To a gateway.


def message_to_wire(message: Outgoing) -> pb.ReportFrame.Message:
    """A report or a notification as it goes into a frame."""
    if isinstance(message, Report):
        return pb.ReportFrame.Message(report=report_to_wire(message))
    notification = pb.Notification(
        lock_id=message.lock_id,
        number=message.number,
        type=message.kind,
        event=message.event,
        slot=message.slot,
        incarnation=message.incarnation,
    )
    return pb.ReportFrame.Message(notification=notification)


def report_to_wire(report: Report) -> pb.Report:
    """A report as its message."""
    message = pb.Report(lock_id=report.lock_id)
    if report.id is not None:
        message.epoch, message.sequence = report.id.epoch, report.id.sequence
    if report.rejection is not None:
        message.rejection = _REJECTIONS[report.rejection]
        return message
    if report.transmit is not None:
        message.transmit = _TRANSMIT[report.transmit]
    message.supervision = _SUPERVISION[report.supervision]
    message.attempts = report.attempts
    if report.incarnation is not None:
        message.incarnation = report.incarnation
    _put_body(message, report.body)
    return message


def _put_body(message: pb.Report, body: ReportBody) -> None:
    match body:
        case effects.CodeReport():
            message.code.CopyFrom(_code_to_wire(body))
        case effects.WalkReport(_, codes):
            message.walk.SetInParent()
            message.walk.codes.extend(_code_to_wire(code) for code in codes)
        case effects.ChecksumReport(checksum):
            message.checksum.checksum = checksum
            message.checksum.SetInParent()
        case effects.BatteryReport(level):
            message.battery.level = level
            message.battery.SetInParent()
        case effects.BoltReport(bolt):
            message.bolt.mode = _BOLTS[bolt]
        case effects.ClockReport(lock_us):
            message.clock.clock_us = lock_us
            message.clock.SetInParent()
        case effects.ScheduleReport(slot, first_us, last_us):
            told = pb.ScheduleReport(slot=slot, not_before_us=first_us, not_after_us=last_us)
            message.schedule.CopyFrom(told)
        case LockInfo(info, has_admin_code):
            message.info.CopyFrom(_info_to_wire(info, has_admin_code=has_admin_code))


def _code_to_wire(report: effects.CodeReport) -> pb.CodeReport:
    # A lock's text is bytes to a hub; every character of it is one.
    raw = report.raw.reveal().encode("latin-1")
    return pb.CodeReport(slot=report.slot, status=_STATUSES_SHOWN[report.status], code_raw=raw)


def _info_to_wire(info: effects.InfoReport, *, has_admin_code: bool) -> pb.InfoReport:
    return pb.InfoReport(
        slots=info.slots_max,
        code_length=info.code_length,
        user_code_version=info.user_code_version,
        supports_supervision=info.is_supervised,
        supports_checksum=info.has_checksum,
        supports_schedules=info.has_schedules,
        has_admin_code=has_admin_code,
        keypad_mode=_MODES_SHOWN[info.keypad_mode],
    )
