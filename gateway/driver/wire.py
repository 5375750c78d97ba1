"""Messages of the device plane and the gateway's own values, one function each way."""

from __future__ import annotations

from typing import Final

from gateway.policy.commands import (
    AssignCode,
    Body,
    ChecksumBody,
    ClearCode,
    ClockBody,
    CodeBody,
    Command,
    InfoBody,
    Notice,
    Ping,
    ReadChecksum,
    ReadClock,
    ReadCode,
    ReadInfo,
    ReadSchedule,
    Rejection,
    Report,
    ScheduleBody,
    SetClock,
    SetCode,
    SetSchedule,
    SlotStatus,
    Supervision,
    Transmit,
    Walk,
    WalkBody,
)
from protos.device.v1 import lock_host_pb2 as pb

_STATUS: Final = {
    pb.USER_STATUS_AVAILABLE: SlotStatus.AVAILABLE,
    pb.USER_STATUS_ENABLED: SlotStatus.ENABLED,
    pb.USER_STATUS_DISABLED: SlotStatus.DISABLED,
    pb.USER_STATUS_NOT_AVAILABLE: SlotStatus.NO_SUCH_SLOT,
}
_TRANSMIT: Final = {
    pb.TRANSMIT_OUTCOME_OK: Transmit.OK,
    pb.TRANSMIT_OUTCOME_NO_ACK: Transmit.NO_ACK,
    pb.TRANSMIT_OUTCOME_FAIL: Transmit.FAIL,
    pb.TRANSMIT_OUTCOME_NOT_IDLE: Transmit.FAIL,
    pb.TRANSMIT_OUTCOME_NO_ROUTE: Transmit.NO_ACK,
}
_SUPERVISION: Final = {
    pb.SUPERVISION_OUTCOME_UNSPECIFIED: Supervision.NONE,
    pb.SUPERVISION_OUTCOME_NONE: Supervision.NONE,
    pb.SUPERVISION_OUTCOME_SUCCESS: Supervision.SUCCESS,
    pb.SUPERVISION_OUTCOME_WORKING: Supervision.WORKING,
    pb.SUPERVISION_OUTCOME_FAIL: Supervision.FAIL,
    pb.SUPERVISION_OUTCOME_NO_SUPPORT: Supervision.NO_SUPPORT,
}
_REJECTION: Final = {
    pb.REJECTION_STALE_EPOCH: Rejection.STALE,
    pb.REJECTION_STALE_SEQUENCE: Rejection.STALE,
    pb.REJECTION_UNKNOWN_LOCK: Rejection.UNKNOWN_LOCK,
    pb.REJECTION_MALFORMED: Rejection.MALFORMED,
}

# The Notification type that tells of bolts, keypads and codes.
ACCESS_CONTROL: Final = 6


class MalformedMessage(ValueError):
    """A host said something that the contract does not allow."""


def command_to_wire(
    lock_id: str, epoch: int, sequence: int, command: Command, *, supervised: bool
) -> pb.Command:
    """A command with its id."""
    message = pb.Command(lock_id=lock_id, epoch=epoch, sequence=sequence, supervised=supervised)
    match command:
        case SetCode(slot, pin):
            message.set_user_code.slot = slot
            message.set_user_code.code = pin.reveal()
            message.set_user_code.status = pb.USER_STATUS_ENABLED
        case ClearCode(slot):
            message.clear_user_code.slot = slot
        case ReadCode(slot):
            message.get_user_code.slot = slot
        case Walk():
            message.walk_user_codes.SetInParent()
        case ReadChecksum():
            message.get_checksum.SetInParent()
        case ReadInfo():
            message.get_lock_info.SetInParent()
        case Ping():
            message.ping.SetInParent()
        case AssignCode(slot):
            message.assign_user_code.slot = slot
        case _:
            _hours_to_wire(message, command)
    return message


def _hours_to_wire(message: pb.Command, command: Command) -> None:
    """The commands about hours and the clock that they are kept by."""
    match command:
        case SetSchedule(slot, first_us, last_us):
            hours = pb.SetSchedule(slot=slot, not_before_us=first_us, not_after_us=last_us)
            message.set_schedule.CopyFrom(hours)
        case ReadSchedule(slot):
            message.get_schedule.slot = slot
        case SetClock(clock_us):
            message.set_clock.clock_us = clock_us
        case ReadClock():
            message.get_clock.SetInParent()


def report_from_wire(message: pb.Report) -> Report:
    """The end of a command. Raises `MalformedMessage` for one without an outcome."""
    rejection = _REJECTION.get(message.rejection)
    transmit = _TRANSMIT.get(message.transmit)
    if rejection is None and transmit is None:
        raise MalformedMessage("a report has neither a transmit outcome nor a rejection")
    return Report(
        transmit=transmit or Transmit.FAIL,
        supervision=_SUPERVISION.get(message.supervision, Supervision.NONE),
        rejection=rejection,
        incarnation=message.incarnation if message.HasField("incarnation") else None,
        body=_body_from_wire(message),
    )


def _body_from_wire(message: pb.Report) -> Body | None:
    match message.WhichOneof("body"):
        case "code":
            return _code_from_wire(message.code)
        case "walk":
            return WalkBody(tuple(_code_from_wire(code) for code in message.walk.codes))
        case "checksum":
            return ChecksumBody(message.checksum.checksum)
        case "info":
            info = message.info
            return InfoBody(
                slots=info.slots,
                code_length=info.code_length if info.HasField("code_length") else None,
                supervision=info.supports_supervision,
                checksum=info.supports_checksum,
                schedules=info.supports_schedules,
            )
        case "schedule":
            told = message.schedule
            return ScheduleBody(
                told.slot,
                told.not_before_us if told.HasField("not_before_us") else None,
                told.not_after_us if told.HasField("not_after_us") else None,
            )
        case "clock":
            return ClockBody(message.clock.clock_us)
        case _:
            return None


def _code_from_wire(message: pb.CodeReport) -> CodeBody:
    status = _STATUS.get(message.status)
    if status is None:
        raise MalformedMessage(f"slot {message.slot} was reported without a status")
    return CodeBody(message.slot, status, message.code_raw)


def notice_from_wire(message: pb.Notification) -> Notice:
    """What a lock said unasked. News that is not about access is a sign of life and no more."""
    about_access = message.type in (0, ACCESS_CONTROL)
    return Notice(
        number=message.number,
        event=message.event if about_access else 0,
        slot=message.slot if message.HasField("slot") else None,
        incarnation=message.incarnation if message.HasField("incarnation") else None,
    )
