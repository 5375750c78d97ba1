"""What of a lock outlives its power: the non-volatile memory, and where its parts stand.

A host writes it to a file as plain JSON values and reads it back with the same two functions; the
file's framing (banks, checksums, generations) is the host's. The digits are in it in the clear,
as they are in a real lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from latchbench.pin import Pin
from simulator.model.limits import BATTERY_PERCENT_MAX, SLOT_FIRST
from simulator.model.words import STORED_STATUSES, Bolt, KeypadMode, SlotStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)

MEMORY_VERSION: Final = 1
# A lock-out is kept as `is_locked_out`, beside the mode that it returns to.
MODES_KEPT: Final = frozenset(set(KeypadMode) - {KeypadMode.LOCKED_OUT})


class MemoryFormatError(ValueError):
    """What was read is not a lock's memory. The message names the place, never any digits."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A code that a lock holds, and whether it opens."""

    pin: Pin
    status: SlotStatus = SlotStatus.ENABLED


@dataclass(frozen=True, slots=True)
class Window:
    """A code opens only in [not_before, not_after) by the lock's own clock; None is no limit."""

    not_before_us: int | None
    not_after_us: int | None

    def contains(self, lock_us: int) -> bool:
        """Whether `lock_us` on the lock's clock lies inside."""
        return (self.not_before_us is None or self.not_before_us <= lock_us) and (
            self.not_after_us is None or lock_us < self.not_after_us
        )


@dataclass(frozen=True, slots=True)
class Redeemed:
    """An offline code that was used, and when it ends by the lock's own clock."""

    pin: Pin
    ends_us: int
    is_one_time: bool


@dataclass(frozen=True, slots=True)
class Offline:
    """What a lock derives offline codes from, and those that were used, oldest first."""

    secret: Pin
    redeemed: tuple[Redeemed, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is still true of a lock whose process has gone."""

    incarnation: int
    """Counts factory resets: a lock that was reset is another lock to whoever knew it."""
    slots: Mapping[int, Slot]
    """Slots that hold a code, by number; read only."""
    windows: Mapping[int, Window]
    """Hours of a slot, by number, whether it holds a code yet or not; read only."""
    code_length: int | None
    """The length setting of a lock whose codes all have one length."""
    keypad_mode: KeypadMode
    """As it was set: normal, vacation or privacy."""
    wrong_at_us: tuple[int, ...]
    """When the wrong codes were entered that still count, oldest first."""
    lockouts: int
    """Lock-outs since a code was last accepted, as far as the escalation counts."""
    is_locked_out: bool
    bolt: Bolt
    is_obstructed: bool
    """Something is in the bolt's way."""
    battery_percent: int
    clock_offset_us: int
    """The lock's own clock minus the bench's."""
    offline: Offline | None = None
    """None for a lock that has no secret to derive codes from."""


def read_only(entries: Iterable[tuple[int, Value]]) -> Mapping[int, Value]:
    """A mapping in ascending order that nobody can change."""
    return MappingProxyType(dict(sorted(entries, key=lambda entry: entry[0])))


def memory_to_plain(memory: Memory) -> dict[str, Any]:
    """`memory` as JSON values, complete and with the digits revealed; files alone may have it."""
    return {
        "version": MEMORY_VERSION,
        "incarnation": memory.incarnation,
        "slots": [
            {"slot": number, "digits": slot.pin.reveal(), "status": slot.status.value}
            for number, slot in memory.slots.items()
        ],
        "windows": [
            {
                "slot": number,
                "not_before_us": window.not_before_us,
                "not_after_us": window.not_after_us,
            }
            for number, window in memory.windows.items()
        ],
        "code_length": memory.code_length,
        "keypad_mode": memory.keypad_mode.value,
        "wrong_at_us": list(memory.wrong_at_us),
        "lockouts": memory.lockouts,
        "is_locked_out": memory.is_locked_out,
        "bolt": memory.bolt.value,
        "is_obstructed": memory.is_obstructed,
        "battery_percent": memory.battery_percent,
        "clock_offset_us": memory.clock_offset_us,
        **_offline_to_plain(memory.offline),
    }


def _offline_to_plain(offline: Offline | None) -> dict[str, Any]:
    """One more field, for the locks that have any use for it."""
    if offline is None:
        return {}
    redeemed = [
        {"digits": used.pin.reveal(), "ends_us": used.ends_us, "is_one_time": used.is_one_time}
        for used in offline.redeemed
    ]
    return {"offline": {"secret": offline.secret.reveal(), "redeemed": redeemed}}


def memory_from_plain(plain: object) -> Memory:
    """The memory that `memory_to_plain` wrote. Raises `MemoryFormatError` for anything else."""
    values = _Values(plain, "memory")
    if values.number("version") != MEMORY_VERSION:
        raise MemoryFormatError(
            f"memory.version is not {MEMORY_VERSION}, the one that is read here"
        )
    memory = Memory(
        incarnation=values.number("incarnation", least=0),
        slots=_by_slot(values.entries("slots"), _slot_from),
        windows=_by_slot(values.entries("windows"), _window_from),
        code_length=values.optional("code_length"),
        keypad_mode=values.word("keypad_mode", KeypadMode, MODES_KEPT),
        wrong_at_us=values.numbers("wrong_at_us"),
        lockouts=values.number("lockouts", least=0),
        is_locked_out=values.flag("is_locked_out"),
        bolt=values.word("bolt", Bolt, frozenset(Bolt)),
        is_obstructed=values.flag("is_obstructed"),
        battery_percent=values.number("battery_percent", least=0, most=BATTERY_PERCENT_MAX),
        clock_offset_us=values.number("clock_offset_us"),
        offline=_offline_from(values.section("offline")),
    )
    values.finish()
    return memory


def _slot_from(values: _Values) -> Slot:
    digits = values.text("digits")
    if not (digits.isascii() and digits.isdigit()):
        raise MemoryFormatError(f"{values.path}.digits are not digits")
    return Slot(Pin(digits), values.word("status", SlotStatus, STORED_STATUSES))


def _offline_from(values: _Values | None) -> Offline | None:
    if values is None:
        return None
    secret = Pin(values.text("secret"))
    redeemed = []
    for used in values.entries("redeemed"):
        pin = Pin(used.text("digits"))
        redeemed.append(Redeemed(pin, used.number("ends_us"), used.flag("is_one_time")))
        used.finish()
    values.finish()
    return Offline(secret, tuple(redeemed))


def _window_from(values: _Values) -> Window:
    return Window(values.optional("not_before_us"), values.optional("not_after_us"))


def _by_slot(entries: list[_Values], read: Callable[[_Values], Value]) -> Mapping[int, Value]:
    by_slot: dict[int, Value] = {}
    for values in entries:
        number = values.number("slot", least=SLOT_FIRST)
        if number in by_slot:
            raise MemoryFormatError(f"{values.path}.slot is there twice")
        by_slot[number] = read(values)
        values.finish()
    return read_only(by_slot.items())


class _Values:
    """Takes the values of one JSON object, once each, and knows where it stands."""

    def __init__(self, plain: object, path: str) -> None:
        if not isinstance(plain, dict):
            raise MemoryFormatError(f"{path} is not a mapping")
        self.path = path
        self._left = dict(plain)

    def finish(self) -> None:
        """Raises `MemoryFormatError` if something is left that nobody asked for."""
        if self._left:
            raise MemoryFormatError(f"{self.path} has unknown fields: {len(self._left)}")

    def number(self, name: str, *, least: int | None = None, most: int | None = None) -> int:
        return self._number(self._take(name), f"{self.path}.{name}", least, most)

    def optional(self, name: str) -> int | None:
        value = self._take(name)
        return None if value is None else self._number(value, f"{self.path}.{name}")

    def numbers(self, name: str) -> tuple[int, ...]:
        path = f"{self.path}.{name}"
        return tuple(
            self._number(value, f"{path}[{place}]") for place, value in enumerate(self._list(name))
        )

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise MemoryFormatError(f"{self.path}.{name} is not true or false")
        return value

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise MemoryFormatError(f"{self.path}.{name} is not text")
        return value

    def word(self, name: str, words: type[Word], allowed: frozenset[Word]) -> Word:
        value = self.text(name)
        for word in words:
            if word == value and word in allowed:
                return word
        raise MemoryFormatError(f"{self.path}.{name} is not one of {sorted(allowed)}")

    def entries(self, name: str) -> list[_Values]:
        path = f"{self.path}.{name}"
        return [_Values(value, f"{path}[{place}]") for place, value in enumerate(self._list(name))]

    def section(self, name: str) -> _Values | None:
        """A mapping inside, which may be left out."""
        return _Values(self._take(name), f"{self.path}.{name}") if name in self._left else None

    def _list(self, name: str) -> list[object]:
        value = self._take(name)
        if not isinstance(value, list):
            raise MemoryFormatError(f"{self.path}.{name} is not a list")
        return value

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise MemoryFormatError(f"{self.path}.{name} is missing")
        return self._left.pop(name)

    @staticmethod
    def _number(value: object, path: str, least: int | None = None, most: int | None = None) -> int:
        # JSON's true is an int to Python.
        if not isinstance(value, int) or isinstance(value, bool):
            raise MemoryFormatError(f"{path} is not a whole number")
        if (least is not None and value < least) or (most is not None and value > most):
            raise MemoryFormatError(f"{path} is out of range")
        return value
