"""Which report answers which command."""

from __future__ import annotations

import pytest

from gateway.policy.commands import (
    AssignCode,
    Body,
    ChecksumBody,
    ClearCode,
    ClockBody,
    CodeBody,
    Command,
    InfoBody,
    Ping,
    ReadChecksum,
    ReadClock,
    ReadCode,
    ReadInfo,
    ReadSchedule,
    ScheduleBody,
    SetClock,
    SetCode,
    SetSchedule,
    SlotStatus,
    Walk,
    WalkBody,
    answers,
)
from latchbench.pin import Pin

READS: dict[Command, Body] = {
    ReadCode(3): CodeBody(3, SlotStatus.ENABLED, b"4821"),
    Walk(): WalkBody(()),
    ReadChecksum(): ChecksumBody(0),
    ReadInfo(): InfoBody(30, None, supervision=True, checksum=False),
    ReadSchedule(3): ScheduleBody(3, None, None),
    ReadClock(): ClockBody(0),
}
WRITES: tuple[Command, ...] = (
    SetCode(3, Pin("4821")), ClearCode(3), Ping(), SetSchedule(3, None, None), SetClock(0),
    AssignCode(3),
)  # fmt: skip


@pytest.mark.parametrize("command", READS, ids=lambda command: type(command).__name__)
def test_a_read_is_answered_by_its_own_body_alone(command: Command) -> None:
    answered = [asked for asked, body in READS.items() if answers(command, body)]
    assert answered == [command]
    assert not answers(command, None)


@pytest.mark.parametrize(
    ("command", "body"),
    [
        (ReadCode(3), CodeBody(4, SlotStatus.ENABLED, b"4821")),
        (ReadSchedule(3), ScheduleBody(4, None, None)),
    ],
)
def test_a_slot_is_not_answered_for_by_another(command: Command, body: Body) -> None:
    assert not answers(command, body)


@pytest.mark.parametrize("command", WRITES, ids=lambda command: type(command).__name__)
def test_a_write_is_answered_by_any_report(command: Command) -> None:
    assert answers(command, None)
    assert answers(command, ChecksumBody(0))


def test_what_a_slot_holds_is_not_shown() -> None:
    assert repr(CodeBody(3, SlotStatus.ENABLED, b"4821")) == "CodeBody(slot=3, status=enabled)"
