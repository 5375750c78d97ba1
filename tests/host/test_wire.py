"""The device plane's messages and the host's values, each way, and what fits into no frame."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchbench.pin import Pin
from protos.device.v1 import lock_host_pb2 as pb
from simulator.host.messages import (
    KINDS,
    AssignCodeIn,
    Command,
    CommandId,
    Hello,
    LockInfo,
    Malformed,
    Notification,
    Rejection,
    Report,
    SetClockTo,
)
from simulator.host.wire import command_from_wire, message_to_wire, messages_in, report_to_wire
from simulator.model import effects, events
from simulator.model.words import Bolt, KeypadMode, Outcome, SlotStatus
from simulator.radio.words import TransmitOutcome

OK = TransmitOutcome.OK
PIN = "0482"


@pytest.mark.parametrize(
    ("action", "read"),
    [
        ({"set_user_code": {"slot": 3, "code": PIN}}, events.SetCode(3, Pin(PIN))),
        (
            {"set_user_code": {"slot": 3, "code": PIN, "status": pb.USER_STATUS_DISABLED}},
            events.SetCode(3, Pin(PIN), SlotStatus.DISABLED),
        ),
        (
            {"set_user_code": {"slot": 3, "status": pb.USER_STATUS_AVAILABLE}},
            events.SetCode(3, None, SlotStatus.AVAILABLE),
        ),
        ({"clear_user_code": {"slot": 0}}, events.ClearCode(0)),
        ({"get_user_code": {"slot": 65535}}, events.ReadCode(65535)),
        ({"walk_user_codes": {}}, events.WalkCodes()),
        ({"get_checksum": {}}, events.ReadChecksum()),
        ({"get_lock_info": {}}, events.ReadInfo()),
        ({"ping": {}}, events.Ping()),
        ({"get_battery": {}}, events.ReadBattery()),
        ({"operate_bolt": {"locked": True}}, events.Operate(locked=True)),
        ({"get_bolt": {}}, events.ReadBolt()),
        ({"set_schedule": {"slot": 3}}, events.SetSchedule(3, None, None)),
        (
            {"set_schedule": {"slot": 3, "not_before_us": 0, "not_after_us": 9}},
            events.SetSchedule(3, 0, 9),
        ),
        ({"set_clock": {"clock_us": 5}}, SetClockTo(5)),
        ({"get_clock": {}}, events.ReadClock()),
        ({"get_schedule": {"slot": 3}}, events.ReadSchedule(3)),
        ({"assign_user_code": {"slot": 3}}, AssignCodeIn(3)),
        (
            {"set_keypad_mode": {"mode": pb.KEYPAD_MODE_VACATION}},
            events.SetKeypadMode(KeypadMode.VACATION),
        ),
    ],
)
def test_every_action_is_read(action: dict[str, Any], read: Any) -> None:
    message = pb.Command(lock_id="id", epoch=0, sequence=7, supervised=True, **action)
    again = pb.Command.FromString(message.SerializeToString())
    command = command_from_wire(again)
    assert command == Command("id", read, CommandId(0, 7), supervised=True)
    assert isinstance(command, Command)
    assert command.kind is KINDS[type(read)]
    assert command.kind.value == next(iter(action))


def test_without_an_id_a_command_is_a_foreign_controllers() -> None:
    assert command_from_wire(pb.Command(lock_id="id", ping={})) == Command("id", events.Ping())


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (pb.Command(), "no action"),
        (pb.Command(epoch=1, ping={}), "goes with"),
        (pb.Command(sequence=1, ping={}), "goes with"),
        (pb.Command(get_user_code={"slot": 65536}), "slot"),
        (pb.Command(clear_user_code={"slot": 65536}), "slot"),
        (pb.Command(set_user_code={"slot": 65536, "code": PIN}), "slot"),
        (pb.Command(set_schedule={"slot": 65536}), "slot"),
        (pb.Command(set_user_code={"slot": 1, "code": "0482048204820482"}), "15 ASCII"),
        (pb.Command(set_user_code={"slot": 1, "code": "٠٤٨٢"}), "ASCII"),
        (pb.Command(set_user_code={"status": pb.USER_STATUS_NOT_AVAILABLE}), "status"),
        (pb.Command(set_user_code={"status": 99}), "status"),
        (pb.Command(set_keypad_mode={}), "mode"),
        (pb.Command(set_keypad_mode={"mode": pb.KEYPAD_MODE_LOCKED_OUT}), "mode"),
        (pb.Command(set_clock={"clock_us": -1}), "time"),
        (pb.Command(set_clock={"clock_us": 2**62}), "time"),
        (pb.Command(set_schedule={"slot": 1, "not_after_us": -1}), "time"),
    ],
)
def test_what_cannot_be_put_into_a_frame_is_malformed(message: pb.Command, why: str) -> None:
    read = command_from_wire(message)
    assert isinstance(read, Malformed)
    assert why in read.why
    assert "0482" not in read.why


def test_a_malformed_command_keeps_its_id() -> None:
    read = command_from_wire(pb.Command(lock_id="id", epoch=1, sequence=2))
    assert (read.lock_id, read.id) == ("id", CommandId(1, 2))


@given(st.binary(max_size=200))
def test_no_bytes_that_are_a_frame_break_the_reader(data: bytes) -> None:
    try:
        frame = pb.CommandFrame.FromString(data)
    except Exception:  # noqa: BLE001 - protobuf's own refusal, whatever its type
        return
    messages = messages_in(frame)
    assert len(messages) == len(frame.commands) + frame.HasField("hello")


def test_a_greeting_comes_before_the_commands_of_its_frame() -> None:
    frame = pb.CommandFrame(
        hello=pb.Hello(gateway="g", epoch=3, session=4), commands=[pb.Command(ping={})]
    )
    first, second = messages_in(frame)
    assert first == Hello("g", 3, 4)
    assert isinstance(second, Command)


BODIES: list[tuple[Any, str, dict[str, Any]]] = [
    (
        effects.CodeReport(3, SlotStatus.ENABLED, Pin("48\n\r")),
        "code",
        {"slot": 3, "status": pb.USER_STATUS_ENABLED, "code_raw": b"48\n\r"},
    ),
    (
        effects.CodeReport(99, SlotStatus.NOT_AVAILABLE, Pin("")),
        "code",
        {"slot": 99, "status": pb.USER_STATUS_NOT_AVAILABLE},
    ),
    (effects.WalkReport(30, ()), "walk", {}),
    (
        effects.WalkReport(30, (effects.CodeReport(1, SlotStatus.DISABLED, Pin("\xff*")),)),
        "walk",
        {"codes": [{"slot": 1, "status": pb.USER_STATUS_DISABLED, "code_raw": b"\xff*"}]},
    ),
    (effects.ChecksumReport(0), "checksum", {}),
    (effects.ChecksumReport(65535), "checksum", {"checksum": 65535}),
    (effects.BatteryReport(0), "battery", {}),
    (effects.BatteryReport(255), "battery", {"level": 255}),
    (effects.BoltReport(Bolt.LOCKED), "bolt", {"mode": pb.BoltReport.MODE_SECURED}),
    (effects.BoltReport(Bolt.UNKNOWN), "bolt", {"mode": pb.BoltReport.MODE_UNKNOWN}),
    (effects.ClockReport(0), "clock", {}),
    (effects.ClockReport(-7), "clock", {"clock_us": -7}),
    (
        LockInfo(
            effects.InfoReport(30, 4, 9, 2, True, False, True, KeypadMode.LOCKED_OUT),
            has_admin_code=True,
        ),
        "info",
        {
            "slots": 30,
            "code_length": 4,
            "user_code_version": 2,
            "supports_supervision": True,
            "supports_schedules": True,
            "has_admin_code": True,
            "keypad_mode": pb.KEYPAD_MODE_LOCKED_OUT,
        },
    ),
]


@pytest.mark.parametrize(("body", "word", "fields"), BODIES)
def test_every_body_is_written_even_when_it_is_all_zeros(
    body: Any, word: str, fields: dict[str, Any]
) -> None:
    message = report_to_wire(Report("id", None, transmit=OK, body=body))
    again = pb.Report.FromString(message.SerializeToString())
    assert again.WhichOneof("body") == word
    whole: dict[str, Any] = {word: fields}
    assert again == pb.Report(
        lock_id="id",
        transmit=pb.TRANSMIT_OUTCOME_OK,
        supervision=pb.SUPERVISION_OUTCOME_NONE,
        **whole,
    )


def test_a_lock_without_a_length_setting_reports_none() -> None:
    info = effects.InfoReport(30, None, 9, 2, True, False, True, KeypadMode.NORMAL)
    message = report_to_wire(Report("id", None, transmit=OK, body=LockInfo(info, False)))
    assert not message.info.HasField("code_length")


@pytest.mark.parametrize("outcome", TransmitOutcome)
@pytest.mark.parametrize("supervision", Outcome)
def test_both_outcomes_keep_their_names(outcome: TransmitOutcome, supervision: Outcome) -> None:
    message = report_to_wire(
        Report("id", CommandId(1, 0), None, outcome, supervision, attempts=3, incarnation=0)
    )
    transmit = pb.TransmitOutcome.Name(message.transmit)
    said = pb.SupervisionOutcome.Name(message.supervision)
    assert transmit == f"TRANSMIT_OUTCOME_{outcome.name}"
    assert said == f"SUPERVISION_OUTCOME_{supervision.name}"
    assert (message.epoch, message.sequence, message.attempts) == (1, 0, 3)
    assert message.HasField("sequence")
    assert message.HasField("incarnation")
    assert message.WhichOneof("body") is None


@pytest.mark.parametrize("rejection", Rejection)
def test_a_rejection_says_nothing_of_the_air(rejection: Rejection) -> None:
    message = report_to_wire(Report("id", None, rejection))
    assert pb.Rejection.Name(message.rejection) == f"REJECTION_{rejection.name}"
    assert message == pb.Report(lock_id="id", rejection=message.rejection)


def test_a_notification_is_written_with_or_without_a_slot() -> None:
    message = message_to_wire(Notification("id", 4, 14, None, 77)).notification
    assert message == pb.Notification(lock_id="id", number=4, type=6, event=14, incarnation=77)
    message = message_to_wire(Notification("id", 4, 14, 0, 77)).notification
    assert message.HasField("slot")


def test_a_report_goes_into_a_frame_as_one() -> None:
    message = message_to_wire(Report("id", None, transmit=OK))
    assert message.WhichOneof("kind") == "report"
