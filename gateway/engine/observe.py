"""What was read from a lock: which memory it has, how it is made, all of its slots or one of them.

What the slot of a code shows that was in doubt is the business of `gateway.engine.readback`, what
people have done to a slot that of `gateway.engine.strangers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.readback import ReadBack
from gateway.engine.rows import afresh
from gateway.engine.strangers import Strangers
from gateway.policy.commands import ChecksumBody, CodeBody, InfoBody, SlotStatus, WalkBody
from gateway.policy.mirror import proves, read_slot
from gateway.policy.operations import is_due, is_wanted
from gateway.policy.records import Progress, Want
from gateway.policy.retry import RESYNC_FIRST_US, next_resync_interval_us

if TYPE_CHECKING:
    from gateway.engine.book import Book
    from gateway.engine.parts import Listener, Parts
    from gateway.engine.rows import Rows
    from gateway.policy.records import CodeRecord

# What this module reads; hours and clocks are `gateway.engine.hours`' business.
SlotsBody = CodeBody | WalkBody | ChecksumBody | InfoBody

# What a code can be long at all; a lock that reports another length is not believed.
_LENGTHS = range(1, 21)


class Observer:
    """Brings the world up to date with what a lock showed."""

    def __init__(self, parts: Parts, rows: Rows, listener: Listener) -> None:
        self._parts = parts
        self._world = parts.world
        self._listener = listener
        self._rows = rows
        self._strangers = Strangers(parts, rows)
        self.read_back = ReadBack(parts, rows, self._strangers, listener)

    # What a report carries.

    def incarnation(self, book: Book, incarnation: int | None) -> None:
        """Another memory than before: another lock, or the same one after a reset.

        What was there is gone with the old memory. What is in doubt stays in doubt: the command may
        have gone into the new one.
        """
        device = self._world.devices[book.device_id]
        if incarnation is None or incarnation == device.incarnation:
            return
        known_before = device.incarnation is not None
        self._world.put_device(replace(device, incarnation=incarnation))
        if not known_before:
            return
        self._parts.trace("gateway.lock.new_incarnation", lock=device.name)
        book.mirror.forget()
        book.has_info = False
        book.forget_hours()
        book.our_hours.clear()
        book.refused_pins.clear()
        book.to_clear.clear()
        for record in list(self._world.unmanaged.get(book.device_id, {}).values()):
            self._world.drop_unmanaged(record)
        for code in self._world.codes_of(book.device_id):
            if code.slot is not None and code.progress is not Progress.DOUBT:
                self._lost_with_its_memory(code)
        self._rows.remnants.forget(book.device_id)
        self._rows.reopen(book.device_id)
        self._world.save()

    def _lost_with_its_memory(self, code: CodeRecord) -> None:
        if code.want is Want.ABSENT:
            self._rows.gone(code)
        elif not is_due(code, self._parts.now_us()):
            self._rows.withdrawn(code)
        else:
            self._world.put_code(afresh(code))

    def body(self, book: Book, body: SlotsBody, code: CodeRecord | None) -> None:
        """What a lock answered; `code` is the row that the question was about, if one."""
        if isinstance(body, InfoBody):
            self._info(book, body)
        elif isinstance(body, WalkBody):
            self._walk(book, body)
        elif isinstance(body, ChecksumBody):
            self._checksum(book, body)
        elif code is not None and code.access_code_id in self._world.codes:
            self.read_back.shown(book, body, code)
        else:
            self._read_slot(book, body)

    def _info(self, book: Book, body: InfoBody) -> None:
        device = self._world.devices[book.device_id]
        book.has_info = True
        book.supports_checksum = body.checksum
        book.supports_schedules = body.schedules
        if not body.schedules:
            self._rows.load_just_in_time(book.device_id)
        slots = body.slots or device.facts.slots
        length = body.code_length if body.code_length in _LENGTHS else None
        if (device.slots, device.code_length) != (slots, length):
            book.codes_version += 1
            self._world.put_device(replace(device, slots=slots, code_length=length))
            self._world.save()

    def _walk(self, book: Book, body: WalkBody) -> None:
        news = book.mirror.saw_all(body.codes)
        book.wants_walk = False
        book.wants_slots.clear()
        changed = False
        # With the slots of codes that were there before the last restart and may have gone since.
        for slot in sorted({*news, *self._world.unmanaged.get(book.device_id, {})}):
            changed = self._strangers.slot_news(book, slot) or changed
        for code in self._world.codes_of(book.device_id):
            changed = self._strangers.missing(book, code) or changed
        for code in self._world.codes_of(book.device_id):
            changed = self._come_late(book, code) or changed
        changed = self._strangers.strays.settle(book) or changed
        self._resynced(book, unchanged=not changed)
        suspects, book.suspects = book.suspects, set()
        for access_code_id in sorted(suspects):
            suspect = self._world.codes.get(access_code_id)
            if suspect is not None and suspect.progress is Progress.REFUSED:
                self._listener.code_refused(suspect)
        if changed:
            self._world.save()

    def _come_late(self, book: Book, code: CodeRecord) -> bool:
        """Whether a code that was read as missing stands where it was sent after all.

        That reading showed the past. Else it would be written again, or counted as refused.
        """
        sent = [(one.slot, one.pin) for one in book.run_of(code.access_code_id).unfound]
        waits = code.progress in (Progress.OPEN, Progress.DOUBT, Progress.REFUSED)
        for slot, pin in sent if waits and is_wanted(code, self._parts.now_us()) else ():
            view = (
                book.mirror.view(slot) if slot is not None and code.slot in (None, slot) else None
            )
            if (
                view is not None
                and pin == code.pin
                and view.pin == pin
                and proves(view, pin, ours=True)
            ):
                self.read_back.there(book, replace(code, slot=slot), view)
                return True
        return False

    def _checksum(self, book: Book, body: ChecksumBody) -> None:
        same = body.checksum == book.mirror.checksum()
        if same:
            self._resynced(book, unchanged=True)
        else:
            self._parts.trace(
                "gateway.drift.suspected", lock=self._world.devices[book.device_id].name
            )
            book.resync_due = False
            book.wants_walk = True

    def _resynced(self, book: Book, *, unchanged: bool) -> None:
        """A look at the whole lock ended; the next one comes later if nothing had changed."""
        self._rows.remnants.expire(book.device_id)
        was_due, book.resync_due = book.resync_due, False
        if was_due:
            book.hours.clear()  # no checksum covers them
        if unchanged and was_due:
            book.resync_interval_us = next_resync_interval_us(book.resync_interval_us)
        else:
            book.resync_interval_us = RESYNC_FIRST_US
        book.resync_at_us = self._parts.now_us() + book.resync_interval_us

    # One slot.

    def _read_slot(self, book: Book, body: CodeBody) -> None:
        """A look at one slot because the lock said that something happened there."""
        if body.slot in book.wants_slots:
            book.wants_slots.remove(body.slot)
        if body.status is SlotStatus.NO_SUCH_SLOT:
            book.mirror.missing.add(body.slot)
        changed = book.mirror.saw(body.slot, read_slot(body))
        if changed:
            self._strangers.slot_news(book, body.slot)
        for code in self._world.codes_of(book.device_id):
            if code.slot == body.slot:
                changed = self._strangers.missing(book, code) or changed
                if book.mirror.is_occupied(body.slot):
                    book.to_clear.discard(code.access_code_id)  # to be read as what it is now
        if changed:
            self._world.save()
