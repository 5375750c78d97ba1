"""A lock as a plain dict: what it obeys, what it pretends, and what a person did to it by hand.

It shares no code with the simulated locks. It is also a witness: it notes when each code was last
in it, which slots a person took, and what of all that the gateway was shown.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.policy.commands import (
    Body,
    ChecksumBody,
    ClearCode,
    CodeBody,
    Command,
    InfoBody,
    ReadChecksum,
    ReadCode,
    ReadInfo,
    Report,
    SetCode,
    SlotStatus,
    Supervision,
    Transmit,
    Walk,
    WalkBody,
)
from gateway.policy.pacing import Security

MASK = b"*" * 10


class Reach(StrEnum):
    """What becomes of a command on its way, and of the lock's word on its way back."""

    GOOD = "good"
    SILENT = "silent"  # nothing is heard, and nobody acknowledges
    UNACKNOWLEDGED = "unacknowledged"  # obeyed, but no acknowledgement arrives
    DEAF = "deaf"  # it speaks, and hears nothing
    UNSENT = "unsent"  # its hub sends nothing, and hears nothing
    HUNG = "hung"  # the host takes the command and never reports its end


@dataclass(slots=True)
class PlainLock:
    """One lock. `codes` is what opens the door; everything else is how it behaves.

    `truncates_to` digits are kept of each code. A lock that `pretends` says that it stored or
    cleared a code and did not. `lacks` are slots that it counts but does not have. One that `errs`
    stores so many slots further on than it was told, after the last one in the first; it does so
    with the next `errs_times` codes, or with all. One with `allows_twins` lets two slots have one
    code. In its next `stale_reads` looks it shows what it held before its last change. The next
    `lost_codes` do not reach it. One that `mumbles` stores codes, and is not heard to do so.
    `security` is what a hub's database says of it.
    """

    name: str
    slots: int = 5
    codes: dict[int, str] = field(default_factory=dict)
    masked: bool = False
    supervised: bool = True
    reach: Reach = Reach.GOOD
    incarnation: int = 1
    code_length: int | None = None
    has_checksum: bool = False
    security: Security = Security.NONE
    tells_writes: bool = False
    refuses: bool = False
    pretends: bool = False
    truncates_to: int | None = None
    errs: int = 0
    errs_times: int | None = None
    allows_twins: bool = False
    stale_reads: int = 0
    lost_codes: int = 0
    mumbles: bool = False
    lacks: set[int] = field(default_factory=set)
    disabled: set[int] = field(default_factory=set)
    notice_number: int = 0
    # What it witnessed.
    log: list[Command] = field(default_factory=list)
    codes_before: dict[int, str] = field(default_factory=dict)
    last_held_us: dict[str, int] = field(default_factory=dict)
    by_hand: dict[int, str] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    written: set[int] = field(default_factory=set)
    given: dict[int, str] = field(default_factory=dict)
    shown: dict[int, str | None] = field(default_factory=dict)
    shown_at_us: int = 0
    has_erred: bool = False
    refused: set[str] = field(default_factory=set)

    # What the radio asks.

    def obey(self, command: Command, now_us: int) -> Report:
        """Do what is asked, or not, and say how it went."""
        self.log.append(command)
        done, body = True, None
        if isinstance(command, SetCode):
            slot = self.stores_in(command.slot)
            done = self._set(slot, command.pin.reveal(), now_us)
            self.has_erred |= done and slot != command.slot
            if self.errs_times:
                self.errs_times -= 1
        elif isinstance(command, ClearCode):
            self._clear(command.slot, now_us)
        else:
            body = self._read(command)
        said = Supervision.SUCCESS if done else Supervision.FAIL
        return Report(
            Transmit.OK,
            supervision=said if self.supervised else Supervision.NONE,
            incarnation=self.incarnation,
            body=body,
        )

    def stores_in(self, slot: int) -> int:
        """Where a code goes that is meant for `slot`."""
        errs = 0 if self.errs_times == 0 else self.errs
        return (slot - 1 + errs) % self.slots + 1

    def _set(self, slot: int, digits: str, now_us: int) -> bool:
        if self.pretends:
            self.refused.add(digits)
            return True
        kept = digits[: self.truncates_to]
        twins = (place for place, code in self.codes.items() if code == kept and place != slot)
        elsewhere = not self.allows_twins and any(twins)
        missing = slot in self.lacks or not 1 <= slot <= self.slots
        if self.refuses or elsewhere or missing or kept != digits:
            self.refused.add(digits)
        if self.refuses or elsewhere or missing:
            return False
        self.codes_before = dict(self.codes)
        self._forget(slot, now_us)
        self.codes[slot] = kept
        self.given[slot] = kept
        self.written.add(slot)
        return True

    def _clear(self, slot: int, now_us: int) -> None:
        if not self.pretends:
            self.codes_before = dict(self.codes)
            self._forget(slot, now_us)
            self.written.discard(slot)

    def _forget(self, slot: int, now_us: int) -> None:
        """Whatever stands in a slot goes."""
        if slot in self.codes and slot not in self.disabled:
            self.last_held_us[self.codes[slot]] = now_us
        self.codes.pop(slot, None)
        self.by_hand.pop(slot, None)
        self.given.pop(slot, None)
        self.shown.pop(slot, None)
        self.taken.pop(slot, None)
        self.disabled.discard(slot)

    def _read(self, command: Command) -> Body | None:
        if isinstance(command, ReadInfo):
            return InfoBody(self.slots, self.code_length, self.supervised, self.has_checksum)
        if isinstance(command, ReadCode | Walk) and self.stale_reads:
            self.stale_reads -= 1
            codes, self.codes = self.codes, self.codes_before
            body = self._look(command)
            self.codes = codes
            return body
        if isinstance(command, ReadCode | Walk):
            return self._look(command)
        if isinstance(command, ReadChecksum):
            return ChecksumBody(self._checksum())
        return None

    def _look(self, command: ReadCode | Walk) -> Body:
        if isinstance(command, ReadCode):
            return self._slot(command.slot)
        return WalkBody(tuple(self._slot(slot) for slot in sorted({*self.codes, *self.lacks})))

    def _checksum(self) -> int:
        """User Code CC v2: CRC-16/CCITT from 0x1D0F over slot, status and code; 0 when empty."""
        parts = [
            slot.to_bytes(2, "big") + bytes([2 if slot in self.disabled else 1]) + code.encode()
            for slot, code in sorted(self.codes.items())
        ]
        return binascii.crc_hqx(b"".join(parts), 0x1D0F) if parts else 0

    def _slot(self, slot: int) -> CodeBody:
        if slot in self.lacks:
            return CodeBody(slot, SlotStatus.NO_SUCH_SLOT, b"")
        if slot not in self.codes:
            return CodeBody(slot, SlotStatus.AVAILABLE, b"0000" if self.masked else b"")
        status = SlotStatus.DISABLED if slot in self.disabled else SlotStatus.ENABLED
        return CodeBody(slot, status, MASK if self.masked else self.codes[slot].encode())

    # What a person does at the keypad.

    def program(self, slot: int, digits: str, now_us: int) -> None:
        """A person puts a code into a slot, whatever stood there.

        A slot that the gateway wrote last is still its own: it may set its code again.
        """
        self._forget(slot, now_us)
        self.codes[slot] = digits
        self.by_hand[slot] = digits
        if slot not in self.written:
            self.taken[slot] = len(self.log)

    def erase(self, slot: int, now_us: int) -> None:
        """A person frees a slot."""
        self._forget(slot, now_us)

    def disable(self, slot: int, now_us: int) -> None:
        """A person disables the code in a slot: it stays, and opens nothing."""
        if slot in self.codes and slot not in self.disabled:
            self.last_held_us[self.codes[slot]] = now_us
            self.disabled.add(slot)

    def reset(self, now_us: int) -> None:
        """Factory reset: nothing is in it, and it says that its memory is another one."""
        for slot in list(self.codes):
            self._forget(slot, now_us)
        self.written.clear()
        self.incarnation += 1

    def heal(self) -> None:
        """From now on it hears, obeys and tells the truth."""
        self.reach = Reach.GOOD
        self.refuses = self.pretends = False
        self.truncates_to = None
        self.errs = 0

    # What it witnessed.

    def show(self, body: Body | None, now_us: int) -> None:
        """The gateway was given this answer: it has been shown what stands there."""
        if isinstance(body, WalkBody):
            self.shown, self.shown_at_us = dict(self.codes), now_us
        elif isinstance(body, CodeBody):
            self.shown[body.slot], self.shown_at_us = self.codes.get(body.slot), now_us

    def is_trespass(self, slot: int) -> bool:
        """Whether a person's code stands where a command is just sent to.

        Nobody can help it when the person came after the reading that the command relies on.
        """
        if slot not in self.taken:
            return False
        came_last = self.taken[slot] == len(self.log)
        return not (came_last and self.log and self.log[-1] == ReadCode(slot))

    def held_since(self, digits: str, since_us: int, now_us: int) -> bool:
        """Whether a code opened this door at some instant from `since_us` on."""
        opens = any(
            code == digits and slot not in self.disabled for slot, code in self.codes.items()
        )
        return (now_us if opens else self.last_held_us.get(digits, -1)) >= since_us

    def commands(self, *kinds: type[Command]) -> list[Command]:
        """What it obeyed of these kinds, in order."""
        return [command for command in self.log if isinstance(command, kinds)]
