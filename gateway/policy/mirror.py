"""The gateway's picture of one lock's slots: what was read, and what that proves.

A lock's read-back is not the code. Some mask it, pad it or withhold it, so a slot is *empty*,
*known* (the digits were read) or *unreadable* (something is there). An unreadable slot is neither
free nor equal to anything: it is never taken for a match, except where the gateway itself wrote to
a slot that it had read as empty, since only its own write can have filled it in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.policy.commands import CodeBody, SlotStatus
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterable


class Knowledge(StrEnum):
    """How much of a lock was read: nothing, some slots, all of them."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot as last read. `pin` is None when the slot is empty or does not show its digits.

    A disabled code (`enabled` is False) is in the lock and opens nothing.
    """

    occupied: bool
    pin: Pin | None = None
    enabled: bool = True


EMPTY = SlotView(occupied=False)


@dataclass(frozen=True, slots=True)
class Detour:
    """Where a code was found that was meant for another slot, and whether that is how it goes."""

    to: int
    is_sure: bool


def read_slot(body: CodeBody) -> SlotView:
    """What a read-back proves, whatever style the lock has.

    Line ends and NUL padding are stripped, a free slot is empty even where it reads `0000`, and
    text that is not all digits (masks, tags) is something unreadable.
    """
    if body.status in (SlotStatus.AVAILABLE, SlotStatus.NO_SUCH_SLOT):
        return EMPTY
    enabled = body.status is SlotStatus.ENABLED
    text = body.raw.rstrip(b"\x00").rstrip(b"\r\n").rstrip(b"\x00")
    if text and all(0x30 <= byte <= 0x39 for byte in text):
        return SlotView(occupied=True, pin=Pin(text.decode("ascii")), enabled=enabled)
    return SlotView(occupied=True, enabled=enabled)


@dataclass(slots=True)
class Mirror:
    """The slots of one lock as last read. Mutable: it is a picture, not a record."""

    knowledge: Knowledge = Knowledge.NONE
    slots: dict[int, SlotView] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    """Slots that the lock says it does not have."""
    detours: dict[int, Detour] = field(default_factory=dict)
    """Slots of which a code went into another one."""
    unsure: set[int] = field(default_factory=set)
    """Slots that something has happened to, or may have, since they were read."""

    def forget(self) -> None:
        """Nothing is known any more: another lock, or one that was reset."""
        self.knowledge = Knowledge.NONE
        self.slots.clear()
        self.missing.clear()
        self.detours.clear()
        self.unsure.clear()

    def behind_mask(self, slot: int, view: SlotView) -> SlotView:
        """What a look shows of a slot: the digits that were read there, if it hides them only now.

        Some locks show their digits one time and mask them the next.
        """
        known = self.slots.get(slot)
        if not view.occupied or view.pin is not None or known is None or slot in self.unsure:
            return view
        return replace(view, pin=known.pin)

    def saw(self, slot: int, view: SlotView) -> bool:
        """Note one slot; returns whether that is news."""
        before = self.view(slot)
        self.slots[slot] = view
        self.unsure.discard(slot)
        if self.knowledge is Knowledge.NONE:
            self.knowledge = Knowledge.PARTIAL
        return before != view

    def saw_all(self, bodies: Iterable[CodeBody]) -> tuple[int, ...]:
        """Note a walk; returns the slots whose content is news, in order."""
        told = list(bodies)
        self.missing |= {body.slot for body in told if body.status is SlotStatus.NO_SUCH_SLOT}
        fresh = {body.slot: read_slot(body) for body in told}
        fresh = {slot: view for slot, view in fresh.items() if view.occupied}
        before = {slot: view for slot, view in self.slots.items() if view.occupied}
        self.slots = dict(fresh)
        self.unsure.clear()
        self.knowledge = Knowledge.FULL
        return tuple(
            sorted(
                slot
                for slot in fresh.keys() | before.keys()
                if fresh.get(slot, EMPTY) != before.get(slot, EMPTY)
            )
        )

    def view(self, slot: int) -> SlotView | None:
        """What is known of a slot; None when it was never read."""
        known = self.slots.get(slot)
        if known is None and self.knowledge is Knowledge.FULL:
            return EMPTY
        return known

    def is_occupied(self, slot: int) -> bool:
        """Whether a slot is known to hold something."""
        view = self.view(slot)
        return view is not None and view.occupied

    def holder(self, pin: Pin | None, but: int | None) -> int | None:
        """The first slot that was read to hold `pin`, whoever's it is, leaving one slot out."""
        if pin is None:
            return None
        holders = (slot for slot, view in self.slots.items() if view.pin == pin and slot != but)
        return min(holders, default=None)

    def went_astray(self, slot: int, to: int, *, surely: bool) -> None:
        """A code for one slot is found in another: `surely` if the lock said that it stored it."""
        before = self.detours.get(slot)
        self.detours[slot] = Detour(to, surely or before is not None)

    def leads_astray(self, slot: int) -> bool:
        """Whether a code for this slot may go, as one did before, over what stands in another."""
        return slot in self.detours and self.is_occupied(self.detours[slot].to)

    def is_usable(self, slot: int) -> bool:
        """Whether a slot that the lock has is free, as far as it was read, and keeps what it gets.

        One that led astray once on an uncertain word is given another chance.
        """
        if slot in self.missing or self.is_occupied(slot):
            return False
        return not (self.leads_astray(slot) and self.detours[slot].is_sure)

    def occupied(self) -> tuple[int, ...]:
        """The slots that are known to hold something, in order."""
        return tuple(sorted(slot for slot, view in self.slots.items() if view.occupied))

    def checksum(self) -> int | None:
        """What the lock's own checksum must be if it holds what was read; None when unknown.

        CRC-16/CCITT (polynomial 0x1021, start 0x1D0F) over slot, status and code of every occupied
        slot in order; 0 when none is. Z-Wave User Code CC v2, User Code Checksum Report.
        """
        if self.knowledge is not Knowledge.FULL:
            return None
        data = bytearray()
        for slot in self.occupied():
            view = self.slots[slot]
            if view.pin is None:
                return None
            data += slot.to_bytes(2, "big") + bytes([1 if view.enabled else 2])
            data += view.pin.reveal().encode("ascii")
        return _crc16(bytes(data)) if data else 0

    def lowest_free(self, slots_max: int, taken: frozenset[int]) -> int | None:
        """The first slot that was read as empty and is not in `taken`; None when there is none.

        One that leads astray comes last, or not at all: what stands where it leads would be lost.
        """
        free = [
            slot
            for slot in range(1, slots_max + 1)
            if slot not in taken and self.view(slot) is not None and self.is_usable(slot)
        ]
        return min(free, key=lambda slot: (self.leads_astray(slot), slot), default=None)


def _crc16(data: bytes) -> int:
    crc = 0x1D0F
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def holds(view: SlotView, pin: Pin, *, ours: bool) -> bool:
    """Whether a slot holds `pin`, enabled or not, as far as its read-back can tell.

    `ours`: the slot was read as empty before our own write to it, so that what does not show its
    digits there is taken for what we wrote.
    """
    if view.pin is not None:
        return view.pin == pin
    return view.occupied and ours


def proves(view: SlotView, pin: Pin, *, ours: bool) -> bool:
    """Whether a read-back shows that `pin` is in the slot and opens the door."""
    return view.enabled and holds(view, pin, ours=ours)


def holds_any(view: SlotView, pins: Iterable[Pin], *, ours: bool) -> bool:
    """Whether a slot holds one of these, as `holds`."""
    return any(holds(view, pin, ours=ours) for pin in pins)


def is_cut_short(view: SlotView, pin: Pin) -> bool:
    """Whether a slot holds a piece of `pin`: what a lock leaves that stores fewer digits than sent.

    Nobody else's code looks like that by chance, so it is ours to clear.
    """
    if view.pin is None or len(view.pin) >= len(pin):
        return False
    piece, whole = view.pin.reveal(), pin.reveal()
    return whole.startswith(piece) or whole.endswith(piece)
