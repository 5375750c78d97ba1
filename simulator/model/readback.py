"""What a hub sees when it reads: slots in the lock's own style, the checksum, the lock itself."""

from __future__ import annotations

from binascii import crc_hqx
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin
from simulator.model import says
from simulator.model.effects import (
    BatteryReport,
    ChecksumReport,
    CodeReport,
    InfoReport,
    WalkReport,
)
from simulator.model.limits import (
    BATTERY_WARNING,
    CHECKSUM_EMPTY,
    CHECKSUM_START,
    CODE_DIGITS_MAX,
    EMPTY_AS_DIGITS,
    EMPTY_V1,
    MASK_FIXED_DIGITS,
)
from simulator.model.rules import slot_refusal
from simulator.model.words import (
    SLOT_STATUS_BYTES,
    KeypadMode,
    ReadbackStyle,
    Schedules,
    SlotStatus,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.model.events import (
        Ping,
        ReadBattery,
        ReadChecksum,
        ReadCode,
        ReadInfo,
        WalkCodes,
    )
    from simulator.model.memory import Memory
    from simulator.model.profile import Profile
    from simulator.model.state import LockState, Step

HELD: Final[Mapping[ReadbackStyle, Callable[[str], str]]] = MappingProxyType(
    {
        ReadbackStyle.PLAIN: lambda digits: digits,
        ReadbackStyle.MASKED_FIXED10: lambda _: "*" * MASK_FIXED_DIGITS,
        ReadbackStyle.MASKED_SAME_LENGTH: lambda digits: "*" * len(digits),
        ReadbackStyle.SUFFIX_LFCR: lambda digits: digits + "\n\r",
        ReadbackStyle.ZERO_PADDED: lambda digits: digits.ljust(CODE_DIGITS_MAX, "\0"),
        ReadbackStyle.EMPTY_AS_0000: lambda digits: digits,
        ReadbackStyle.STATUS_ONLY: lambda _: "",
    }
)

# These show an empty slot as if it held 0000, which is also a code that people use.
EMPTY_IS_DIGITS: Final = frozenset({ReadbackStyle.MASKED_FIXED10, ReadbackStyle.EMPTY_AS_0000})

assert set(HELD) == set(ReadbackStyle)


def read_code(profile: Profile, state: LockState, event: ReadCode, now_us: int) -> Step:
    """One slot; a slot that is none has the status 0xFE (User Code CC:0063.01.02.12.001)."""
    return state, (says.report(code_report(profile, state.memory, event.slot)),)


def walk_codes(profile: Profile, state: LockState, event: WalkCodes, now_us: int) -> Step:
    """All slots that hold a code, and those that never can, ascending."""
    numbers = sorted({*state.memory.slots, *profile.reserved_slots})
    codes = tuple(code_report(profile, state.memory, number) for number in numbers)
    return state, (says.report(WalkReport(profile.slots_max, codes)),)


def read_checksum(profile: Profile, state: LockState, event: ReadChecksum, now_us: int) -> Step:
    """The checksum over all codes; a lock without one acknowledges and stays silent."""
    if not profile.checksum:
        return state, (says.unsupported(profile),)
    return state, (says.report(ChecksumReport(checksum(state.memory))),)


def read_info(profile: Profile, state: LockState, event: ReadInfo, now_us: int) -> Step:
    """What the lock says of itself, as it is set now."""
    memory = state.memory
    info = InfoReport(
        slots_max=profile.slots_max,
        code_length=memory.code_length,
        incarnation=memory.incarnation,
        user_code_version=profile.user_code_version,
        is_supervised=profile.is_supervised,
        has_checksum=profile.checksum,
        has_schedules=profile.schedules is Schedules.NATIVE,
        keypad_mode=KeypadMode.LOCKED_OUT if memory.is_locked_out else memory.keypad_mode,
    )
    return state, (says.report(info),)


def read_battery(profile: Profile, state: LockState, event: ReadBattery, now_us: int) -> Step:
    """The level, or the warning that is no level when it is critical (Yale: "too low")."""
    percent = state.memory.battery_percent
    level = BATTERY_WARNING if percent <= profile.battery_critical_percent else percent
    return state, (says.report(BatteryReport(level)),)


def ping(profile: Profile, state: LockState, event: Ping, now_us: int) -> Step:
    """Acknowledged: the lock is there."""
    return state, (says.report(None),)


def code_report(profile: Profile, memory: Memory, slot: int) -> CodeReport:
    """Slot `slot` as this lock shows it."""
    if slot_refusal(profile, slot) is not None:
        return CodeReport(slot, SlotStatus.NOT_AVAILABLE, Pin(""))
    held = memory.slots.get(slot)
    if held is None:
        return CodeReport(slot, SlotStatus.AVAILABLE, Pin(_empty(profile)))
    return CodeReport(slot, held.status, Pin(HELD[profile.readback_style](held.pin.reveal())))


def _empty(profile: Profile) -> str:
    if profile.readback_style in EMPTY_IS_DIGITS:
        return EMPTY_AS_DIGITS
    # User Code CC:0063.01.01.11.009: NUL bytes in version 1; version 2 has no code field then.
    return EMPTY_V1 if profile.user_code_version == 1 else ""


def checksum(memory: Memory) -> int:
    """CRC over number, status and code of each slot that holds one, ascending.

    User Code CC:0063.02.12.11.001 to .006: 16 bits of identifier, 8 of status, the ASCII code; the
    admin code is left out, and nothing set is 0.
    """
    if not memory.slots:
        return CHECKSUM_EMPTY
    data = b"".join(
        number.to_bytes(2, "big")
        + SLOT_STATUS_BYTES[held.status].to_bytes(1, "big")
        + held.pin.reveal().encode("ascii")
        for number, held in sorted(memory.slots.items())
    )
    return crc16(data)


def crc16(data: bytes) -> int:
    """CRC-16 with the CCITT polynomial, 0x1021, and the start value of Z-Wave."""
    return crc_hqx(data, CHECKSUM_START)
