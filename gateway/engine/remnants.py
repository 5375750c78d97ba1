"""Remembers codes that were read as gone, in case that a lock showed the past or hid them.

See `gateway.policy.remnants` for when one of them is known again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.engine.book import Sent
from gateway.policy.remnants import (
    KEPT_CLEARED_US,
    KEPT_US,
    LATE_US,
    Heard,
    RemnantRecord,
    is_back,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.engine.book import Book
    from gateway.engine.parts import Parts
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import CodeRecord


class Remnants:
    """What is believed gone from the locks, and is known again for a while."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._world = parts.world
        self._made = 0

    def left(self, code: CodeRecord) -> None:
        """A row says no more that its code is on its lock: it was not read there."""
        self.unseen(code, self._world.books[code.device_id].run_of(code.access_code_id).unfound)
        self.left_slot(code)

    def left_slot(self, code: CodeRecord) -> None:
        """A row says no more that its code is in its slot, and may look for it elsewhere."""
        run = self._world.books[code.device_id].run_of(code.access_code_id)
        if code.slot is not None and (code.sends > 0 or run.taken_in == code.slot):
            now_us = self._parts.now_us()
            for pin in (*code.old_pins, code.pin):
                if pin is not None:
                    sent = Sent(pin, code.slot, now_us)
                    remnant = self._remnant(
                        code, sent, now_us, is_cleared=run.is_cleared, may_be_anywhere=False
                    )
                    self._world.put_remnant(remnant)

    def unseen(self, code: CodeRecord, sent: Iterable[Sent]) -> None:
        """A walk has not shown what was sent for a row and what nobody has seen or refused.

        A twin most likely went where the other one was found, and is not remembered.
        What the lock acknowledged has arrived long ago, and whatever it tells of from now on is not
        of ours; what it did not may be on its way.
        """
        now_us = self._parts.now_us()
        has_arrived = self._world.books[code.device_id].run_of(code.access_code_id).acknowledged
        for one in sent:
            if one.is_twin:
                continue
            ours_until_us = now_us if has_arrived else max(now_us, one.at_us + LATE_US)
            self._world.put_remnant(self._remnant(code, one, ours_until_us))

    def is_shown(self, book: Book, slot: int, view: SlotView, code: CodeRecord, sent: Sent) -> bool:
        """Whether a slot that is nobody's shows what was sent for a row."""
        return is_back(
            self._remnant(code, sent, sent.at_us + LATE_US), slot, view, _heard(book, slot)
        )

    def _remnant(
        self,
        code: CodeRecord,
        sent: Sent,
        ours_until_us: int,
        *,
        is_cleared: bool = False,
        may_be_anywhere: bool = True,
    ) -> RemnantRecord:
        now_us = self._parts.now_us()
        self._made += 1
        return RemnantRecord(
            remnant_id=f"{code.access_code_id}:{now_us}:{self._made}",
            device_id=code.device_id,
            pin=sent.pin,
            slot=sent.slot,
            sent_at_us=sent.at_us,
            ours_until_us=ours_until_us,
            until_us=now_us + (KEPT_CLEARED_US if is_cleared else KEPT_US),
            is_cleared=is_cleared,
            may_be_anywhere=may_be_anywhere,
        )

    def back_in(self, book: Book, slot: int, view: SlotView) -> RemnantRecord | None:
        """What a slot that is nobody's shows of it."""
        self.expire(book.device_id)
        for remnant in self._world.remnants_of(book.device_id):
            if is_back(remnant, slot, view, _heard(book, slot)):
                return remnant
        return None

    def expire(self, device_id: str) -> None:
        """What was too long ago is forgotten, with whatever is written next."""
        now_us = self._parts.now_us()
        for remnant in list(self._world.remnants_of(device_id)):
            if remnant.until_us <= now_us:
                self._world.drop_remnant(remnant)

    def forget(self, device_id: str) -> None:
        """The lock has another memory."""
        for remnant in list(self._world.remnants_of(device_id)):
            self._world.drop_remnant(remnant)


def _heard(book: Book, slot: int) -> Heard:
    return Heard(book.told_of.get(slot), book.told_all_since_us)
