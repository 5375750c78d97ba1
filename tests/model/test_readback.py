"""What a hub sees when it reads: masked, padded, empty, and the checksum over the truth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from latchbench.pin import Pin
from simulator.model.effects import (
    BatteryReport,
    ChecksumReport,
    ClockReport,
    CodeReport,
    InfoReport,
    Replied,
    WalkReport,
)
from simulator.model.events import (
    BatteryLevel,
    FactoryReset,
    KeypadSwitched,
    LengthSetAtKeypad,
    Ping,
    ReadBattery,
    ReadChecksum,
    ReadClock,
    ReadCode,
    ReadInfo,
    SetClock,
    SetCode,
    SetKeypadMode,
    SetSchedule,
    WalkCodes,
)
from simulator.model.memory import Slot
from simulator.model.readback import checksum, crc16
from simulator.model.state import factory_memory
from simulator.model.words import (
    KeypadMode,
    Outcome,
    ReadbackStyle,
    SlotStatus,
    SupervisionSupport,
)
from tests.model.builders import SECOND_US, Lock, a_profile


@pytest.mark.parametrize(
    ("style", "held", "empty"),
    [
        (ReadbackStyle.PLAIN, "048271", ""),
        (ReadbackStyle.MASKED_FIXED10, "**********", "0000"),
        (ReadbackStyle.MASKED_SAME_LENGTH, "******", ""),
        (ReadbackStyle.SUFFIX_LFCR, "048271\n\r", ""),
        (ReadbackStyle.ZERO_PADDED, "048271\0\0\0\0", ""),
        (ReadbackStyle.EMPTY_AS_0000, "048271", "0000"),
        (ReadbackStyle.STATUS_ONLY, "", ""),
    ],
)
def test_each_style_shows_a_code_and_an_empty_slot_in_its_own_way(
    style: ReadbackStyle, held: str, empty: str
) -> None:
    lock = Lock(a_profile(readback_style=style), {1: "048271"})
    assert lock.read(ReadCode(1)) == CodeReport(1, SlotStatus.ENABLED, Pin(held))
    assert lock.read(ReadCode(2)) == CodeReport(2, SlotStatus.AVAILABLE, Pin(empty))


def test_version_1_shows_an_empty_slot_as_four_nul_bytes() -> None:
    lock = Lock(a_profile("kwikset-914"))
    assert lock.read(ReadCode(2)) == CodeReport(2, SlotStatus.AVAILABLE, Pin("\0\0\0\0"))


@pytest.mark.parametrize("slot", [0, 31, 65_535, 7])
def test_what_is_no_slot_reads_as_not_available(slot: int) -> None:
    lock = Lock(a_profile(reserved_slots=frozenset({7})))
    assert lock.read(ReadCode(slot)) == CodeReport(slot, SlotStatus.NOT_AVAILABLE, Pin(""))


def test_a_disabled_code_is_read_with_its_status() -> None:
    lock = Lock()
    lock.do(SetCode(4, Pin("4827"), SlotStatus.DISABLED))
    assert lock.read(ReadCode(4)) == CodeReport(4, SlotStatus.DISABLED, Pin("4827"))


def test_a_walk_has_what_reading_slot_by_slot_has_less_the_available_ones() -> None:
    lock = Lock(a_profile(reserved_slots=frozenset({7, 30})), {12: "7913", 3: "4827"})
    walk = lock.read(WalkCodes())
    assert isinstance(walk, WalkReport)
    assert walk.slots_max == 30
    one_by_one = [lock.read(ReadCode(slot)) for slot in range(1, 31)]
    assert list(walk.codes) == [
        report
        for report in one_by_one
        if isinstance(report, CodeReport) and report.status is not SlotStatus.AVAILABLE
    ]
    assert [report.slot for report in walk.codes] == [3, 7, 12, 30]


def test_reading_never_changes_anything() -> None:
    lock = Lock(codes={1: "4827"})
    before = lock.state
    for event in (ReadCode(1), WalkCodes(), ReadChecksum(), ReadInfo(), ReadBattery(), Ping()):
        lock.do(event)
    assert lock.state == before


def crc_by_division(data: bytes) -> int:
    """The checksum's definition: the remainder of a polynomial division, bit by bit."""
    bits = [(byte >> place) & 1 for byte in data for place in range(7, -1, -1)] + [0] * 16
    start = [(0x1D0F >> place) & 1 for place in range(15, -1, -1)]
    # Another start value than 0 is the same as adding it to the first bits of the message.
    for place, bit in enumerate(start):
        bits[place] ^= bit
    divisor = [1, *((0x1021 >> place) & 1 for place in range(15, -1, -1))]
    for place in range(len(bits) - 16):
        if bits[place]:
            for offset, bit in enumerate(divisor):
                bits[place + offset] ^= bit
    return int("".join(map(str, bits[-16:])), 2)


def test_the_crc_is_the_remainder_of_a_division() -> None:
    for length in range(2, 40):
        data = bytes((7 * place + length) % 256 for place in range(length))
        assert crc16(data) == crc_by_division(data)


def test_the_crc_of_the_specifications_own_example_is_0xeaad() -> None:
    assert crc16(bytes.fromhex("000104393237370003013838343733")) == 0xEAAD


def test_the_checksum_covers_number_status_and_code_of_each_slot() -> None:
    lock = Lock(codes={3: "88473", 1: "9277"})
    data = bytes.fromhex("0001 01 39323737 0003 01 3838343733")
    assert lock.read(ReadChecksum()) == ChecksumReport(crc16(data))
    lock.do(SetCode(1, Pin("9277"), SlotStatus.DISABLED))
    data = bytes.fromhex("0001 02 39323737 0003 01 3838343733")
    assert lock.read(ReadChecksum()) == ChecksumReport(crc16(data))


def test_the_checksum_of_the_specifications_own_example_is_0xeaad() -> None:
    profile = a_profile()
    # Slot 1 has the status "passage", which these locks read but do not store.
    slots = {1: Slot(Pin("9277"), SlotStatus.PASSAGE), 3: Slot(Pin("88473"))}
    memory = factory_memory(profile, 1)
    assert checksum(memory) == 0
    assert checksum(replace(memory, slots=slots)) == 0xEAAD


def test_a_masking_lock_has_the_checksum_of_what_it_really_holds() -> None:
    plain, masked = (
        Lock(a_profile(readback_style=style), {1: "4827"})
        for style in (ReadbackStyle.PLAIN, ReadbackStyle.MASKED_FIXED10)
    )
    assert plain.read(ReadChecksum()) == masked.read(ReadChecksum())


@pytest.mark.parametrize(
    ("supervision", "outcome"),
    [(SupervisionSupport.OK, Outcome.NO_SUPPORT), (SupervisionSupport.NONE, Outcome.NONE)],
)
def test_a_command_that_a_lock_has_not_is_acknowledged_and_nothing_more(
    supervision: SupervisionSupport, outcome: Outcome
) -> None:
    lock = Lock(a_profile("kwikset-914", supervision=supervision))
    before = lock.state
    missing = (
        ReadChecksum(),
        SetKeypadMode(KeypadMode.NORMAL),
        SetSchedule(1, 1, 2),
        SetClock(5),
        ReadClock(),
    )
    for event in missing:
        assert lock.do(event) == (Replied(outcome, None),)
    assert lock.state == before


def test_a_lock_says_what_it_is_and_how_it_is_set_now() -> None:
    lock = Lock(a_profile("schlage-be469"))
    lock.do(LengthSetAtKeypad(6))
    lock.do(FactoryReset())
    assert lock.read(ReadInfo()) == InfoReport(
        slots_max=30,
        code_length=4,
        incarnation=2,
        user_code_version=1,
        is_supervised=False,
        has_checksum=False,
        has_schedules=False,
        keypad_mode=KeypadMode.NORMAL,
    )
    lock.do(LengthSetAtKeypad(6))
    lock.do(KeypadSwitched(KeypadMode.VACATION))
    info = lock.read(ReadInfo())
    assert isinstance(info, InfoReport)
    assert (info.code_length, info.keypad_mode) == (6, KeypadMode.VACATION)
    lock.do(KeypadSwitched(KeypadMode.LOCKED_OUT))
    info = lock.read(ReadInfo())
    assert isinstance(info, InfoReport)
    assert info.keypad_mode is KeypadMode.LOCKED_OUT


@pytest.mark.parametrize(("percent", "level"), [(100, 100), (20, 20), (6, 6), (5, 255), (1, 255)])
def test_a_critical_battery_reports_the_warning_that_is_no_level(percent: int, level: int) -> None:
    lock = Lock()
    lock.do(BatteryLevel(percent))
    assert lock.read(ReadBattery()) == BatteryReport(level)


def test_a_lock_with_schedules_has_a_clock_of_its_own() -> None:
    lock = Lock(a_profile("nuki"))
    assert lock.read(ReadClock()) == ClockReport(lock.now_us)
    assert lock.outcome(SetClock(-3 * SECOND_US)) is Outcome.SUCCESS
    assert lock.read(ReadClock()) == ClockReport(lock.now_us - 3 * SECOND_US)


def test_no_report_shows_digits_when_it_is_printed() -> None:
    lock = Lock(codes={1: "483719"})
    asked = (ReadCode(1), WalkCodes(), SetCode(2, Pin("483719")))
    texts = [repr(lock.do(event)) for event in asked]
    assert not any("483719" in text for text in [*texts, repr(lock.state), repr(lock.profile)])
