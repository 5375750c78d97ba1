"""What was read from a lock, and what follows for the rows that concern it.

Reading is the only thing that proves anything, so every change of a row's progress that counts
(there, refused, gone) is made here. A code that somebody changed at the lock is OPEN again and
is written again; a slot that is not ours is noted as an unmanaged code and never touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.assigned import learned, may_hold
from gateway.engine.rows import afresh
from gateway.engine.strangers import Strangers, is_ours, is_piece, old_pins_left
from gateway.policy.commands import ChecksumBody, CodeBody, InfoBody, SlotStatus, WalkBody
from gateway.policy.mirror import proves, read_slot
from gateway.policy.operations import is_due, is_wanted
from gateway.policy.records import (
    CodeProblem,
    Progress,
    Want,
)
from gateway.policy.retry import (
    RESYNC_FIRST_US,
    WRITES_UNTIL_REFUSED,
    backoff_us,
    next_resync_interval_us,
)

if TYPE_CHECKING:
    from gateway.engine.book import Book, CodeRun
    from gateway.engine.parts import Listener, Parts
    from gateway.engine.rows import Rows
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import CodeRecord

# What this module reads; hours and clocks are `gateway.engine.hours`' business.
SlotsBody = CodeBody | WalkBody | ChecksumBody | InfoBody

REMOVALS_UNTIL_ERROR = 3
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
            self._read_back(book, body, code)
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
                self._there(book, replace(code, slot=slot), view)
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

    def _read_back(self, book: Book, body: CodeBody, code: CodeRecord) -> None:
        """The slot of a code whose fate was in doubt."""
        view = read_slot(body)
        book.mirror.saw(body.slot, view)
        if body.status is SlotStatus.NO_SUCH_SLOT:
            book.mirror.missing.add(body.slot)
        if body.slot in book.wants_slots:
            book.wants_slots.remove(body.slot)
        if code.progress is not Progress.DOUBT:
            return
        ours = code.sends > 0
        run = book.run_of(code.access_code_id)
        if ours and view.occupied:
            run.found(view)
        if ours and is_piece(view, code):
            self._parts.trace("gateway.code.cut_short", lock=self._name(code), slot=code.slot)
            book.to_clear.add(code.access_code_id)
            self._world.put_code(replace(code, retry_at_us=self._pause(code)))
            return
        if is_wanted(code, self._parts.now_us()):
            if self._rows.provider_chooses(code) and ours and view.occupied:
                self._assigned(book, code, view)
            elif _is_shown(code, view, run):
                self._there(book, code, view)
            elif run.taken_in != body.slot or run.is_shown_twice(view):
                self._not_there(book, code, view)
            # Else the lock took it and does not show it: one of the two is wrong, so it is read
            # again.
        elif may_hold(view, code, ours=ours):
            self._still_there(book, code)
        elif not view.occupied and (run.taken_in == body.slot or self._needs_a_clear(book, code)):
            self._not_shown(book, code)
        elif not self._masks(book) or run.said_yes or run.is_shown_twice(view):
            # Somebody else's code may stand there now. Ours is not, and that one is not ours.
            self._rows.missed(code)
            self._strangers.slot_news(book, body.slot)
            self._world.save()
        # Else it is read again: behind a mask what is there after all would pass for a stranger's.

    def _needs_a_clear(self, book: Book, code: CodeRecord) -> bool:
        """Whether it is not known if a lock took a code, which could not be known there again."""
        run = book.run_of(code.access_code_id)
        return self._masks(book) and code.sends > 0 and not run.acknowledged

    def _masks(self, book: Book) -> bool:
        """Whether a lock never shows digits."""
        return self._world.devices[book.device_id].facts.readback_style.startswith("masked")

    def _assigned(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        """The lock's own side chose a PIN: what stands there is the code, if it can be read."""
        code = learned(code, view, self._parts.now_us())
        if view.pin is not None:
            self._there(book, code, view)
            return
        # It opens the door, and nobody can tell with which digits.
        self._world.put_code(replace(code, progress=Progress.THERE, attempts=0, retry_at_us=None))
        self._listener.code_unread(code)

    def _there(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        run = book.run_of(code.access_code_id)
        run.misses, run.contradiction, run.taken_in = 0, None, code.slot
        book.mirror.detours.pop(code.slot or 0, None)
        code = replace(code, progress=Progress.THERE, attempts=0, retry_at_us=None)
        if view.pin is not None:
            code = replace(self._rows.followed(code), old_pins=())
        self._world.put_code(code)
        self._parts.trace(
            "gateway.code.verified", lock=self._name(code), slot=code.slot, pin=code.pin
        )
        self._listener.code_there(code)

    def _not_there(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        run = book.run_of(code.access_code_id)
        run.contradiction = None
        # A frame without acknowledgement says nothing of what the lock thinks of the code.
        lost = code.sends > 0 and not run.acknowledged
        run.misses += 0 if lost else 1
        if run.unfound and not lost:
            # It may have gone into another slot: before anything else, look at all of them.
            book.wants_walk = True
        self._parts.trace(
            "gateway.code.not_there",
            lock=self._name(code),
            slot=code.slot,
            times=run.misses,
            refused=run.refused_by_supervision,
        )
        if code.slot in book.mirror.missing:
            # No word about the code: the lock has no such slot. It gets another one.
            run.misses = 0
            self._world.put_code(afresh(code))
            return
        code = replace(code, old_pins=old_pins_left(view, code))
        is_refused = run.refused_by_supervision or run.misses >= WRITES_UNTIL_REFUSED
        if is_refused and run.taken_in == code.slot and not view.occupied:
            self._not_shown(book, code)
            return
        is_anothers = _is_somebody_elses(view, code)
        if is_anothers and not run.refused_by_supervision:
            self._rows.remnants.left(code)
        if is_refused:
            run.misses = 0
            # There, but disabled, or the code before it: ours to clear.
            slot = code.slot if is_ours(view, code, ours=True) else None
            self._world.put_code(replace(code, progress=Progress.REFUSED, slot=slot))
            # Why is not for the lock to say: look at all of it, then judge.
            book.wants_walk = True
            book.suspects.add(code.access_code_id)
        else:
            kept = None if is_anothers else code.slot
            retry_at_us = self._pause(code) if lost else None
            # Nothing of it is in an empty slot or in its next one. Before another write that is
            # looked at again, because somebody may fill it in between.
            sends = code.sends if kept is not None and view.occupied else 0
            self._world.put_code(
                replace(
                    code,
                    progress=Progress.OPEN,
                    slot=kept,
                    sends=sends,
                    retry_at_us=retry_at_us,
                )
            )
        # A slot that was given up holds somebody else's code, and no walk will call that news.
        if code.slot is not None and self._strangers.slot_news(book, code.slot):
            self._world.save()

    def in_use(self, book: Book, code: CodeRecord) -> None:
        """Another slot holds the digits of a code that is to be set: the lock is not even asked."""
        view = book.mirror.view(code.slot) if code.slot is not None else None
        keeps = code.sends > 0 and view is not None and is_ours(view, code, ours=True)
        refused = replace(code, progress=Progress.REFUSED, slot=code.slot if keeps else None)
        self._world.put_code(refused)
        if code.slot is not None and not keeps:
            self._strangers.slot_news(book, code.slot)  # it may have somebody else's code now
        self._listener.code_refused(self._world.codes[code.access_code_id])
        self._world.save()

    def _not_shown(self, book: Book, code: CodeRecord) -> None:
        """A lock took a code and does not show it. It is cleared before it is believed not there.

        Some locks show for a while what they held before, and the code opens the door meanwhile.
        """
        self._parts.trace("gateway.code.not_shown", lock=self._name(code), slot=code.slot)
        book.to_clear.add(code.access_code_id)
        # Not again at once, if it has just said no to that.
        is_refused = book.run_of(code.access_code_id).refused_by_supervision
        self._world.put_code(replace(code, retry_at_us=self._pause(code) if is_refused else None))

    def _still_there(self, book: Book, code: CodeRecord) -> None:
        book.run_of(code.access_code_id).contradiction = None
        if code.want is Want.PRESENT:
            # Which of its codes that is does not matter now, and must not be taken for proof later.
            code = replace(code, was_set=False, was_scheduled=False)
        if code.attempts == 0:
            self._world.put_code(replace(code, progress=Progress.THERE))
            return
        code = replace(code, progress=Progress.THERE, retry_at_us=self._pause(code))
        told = any(problem.error_code == FAILED_TO_REMOVE.error_code for problem in code.errors)
        if code.attempts >= REMOVALS_UNTIL_ERROR and not told:
            problem = replace(FAILED_TO_REMOVE, created_at_us=self._parts.now_us())
            code = replace(code, errors=(*code.errors, problem))
            self._rows.event("access_code.failed_to_remove_from_device", code)
        self._world.put_code(code)
        self._world.save()

    def _pause(self, code: CodeRecord) -> int | None:
        """When to try a slot again: at once the second time, then later and later."""
        if code.attempts <= 1:
            return None
        return self._parts.now_us() + backoff_us(code.attempts, self._parts.below)

    def _name(self, code: CodeRecord) -> str:
        return self._world.devices[code.device_id].name


FAILED_TO_REMOVE = CodeProblem(
    error_code="failed_to_remove_from_device",
    message="The lock still holds the code after several attempts to clear it; trying on.",
    created_at_us=0,
)


def _is_shown(code: CodeRecord, view: SlotView, run: CodeRun) -> bool:
    """Whether a slot shows that the lock has taken a code that was sent there."""
    if code.pin is None or not proves(view, code.pin, ours=code.sends > 0):
        return False
    # Behind a mask either code may stand, unless the lock said that it took the new one.
    return not code.old_pins or view.pin is not None or run.is_taken_at_its_word


def _is_somebody_elses(view: SlotView, code: CodeRecord) -> bool:
    """Whether what stands where our code should be is not ours to overwrite."""
    return view.occupied and not is_ours(view, code, ours=True)
