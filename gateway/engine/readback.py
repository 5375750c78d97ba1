"""What the slot of one code shows after something was sent there, and what follows for its row.

Every change of a row's progress that counts (there, refused, gone) begins here: only reading proves
anything. A lock that takes a code and does not show it, or shows it after it was cleared, is asked
again, because one of the two is wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.assigned import learned, may_hold
from gateway.engine.rows import afresh
from gateway.engine.strangers import CONFLICT, is_ours, is_piece, old_pins_left
from gateway.policy.commands import SlotStatus
from gateway.policy.mirror import proves, read_slot
from gateway.policy.operations import is_wanted
from gateway.policy.records import CodeProblem, Progress, Want
from gateway.policy.retry import WRITES_UNTIL_REFUSED, backoff_us

if TYPE_CHECKING:
    from gateway.engine.book import Book, CodeRun
    from gateway.engine.parts import Listener, Parts
    from gateway.engine.rows import Rows
    from gateway.engine.strangers import Strangers
    from gateway.policy.commands import CodeBody
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import CodeRecord, Facts

REMOVALS_UNTIL_ERROR = 3


class ReadBack:
    """Brings the row of a code up to date with what its slot shows."""

    def __init__(self, parts: Parts, rows: Rows, strangers: Strangers, listener: Listener) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self._strangers = strangers
        self._listener = listener

    def shown(self, book: Book, body: CodeBody, code: CodeRecord) -> None:
        """The slot of a code was read. It counts only if the fate of the code was in doubt."""
        view = book.mirror.behind_mask(body.slot, read_slot(body))
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
                self.there(book, code, view)
            elif run.taken_in != body.slot or run.is_shown_twice(view):
                self._not_there(book, code, view)
            # Else the lock took it and does not show it: one of the two is wrong, so it is read
            # again.
        elif may_hold(view, code, ours=ours):
            self._still_there(book, code)
        elif not view.occupied and (run.taken_in == body.slot or self._needs_a_clear(book, code)):
            self._not_shown(book, code)
        elif not self._facts(book).masks or run.said_yes or run.is_shown_twice(view):
            # Somebody else's code may stand there now. Ours is not, and that one is not ours.
            self._rows.missed(code)
            self._strangers.slot_news(book, body.slot)
            self._world.save()
        # Else it is read again: behind a mask what is there after all would pass for a stranger's.

    def _needs_a_clear(self, book: Book, code: CodeRecord) -> bool:
        """Whether it is not known if a lock took a code, which could not be known there again."""
        run = book.run_of(code.access_code_id)
        return self._facts(book).masks and code.sends > 0 and not run.acknowledged

    def _facts(self, book: Book) -> Facts:
        return self._world.devices[book.device_id].facts

    def _assigned(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        """The lock's own side chose a PIN: what stands there is the code, if it can be read."""
        code = learned(code, view, self._parts.now_us())
        if view.pin is not None:
            self.there(book, code, view)
            return
        # It opens the door, and nobody can tell with which digits.
        self._world.put_code(replace(code, progress=Progress.THERE, attempts=0, retry_at_us=None))
        self._listener.code_unread(code)

    def there(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        """Its slot proves that a lock holds a code."""
        run = book.run_of(code.access_code_id)
        run.misses, run.contradiction, run.taken_in = 0, None, code.slot
        book.mirror.detours.pop(code.slot or 0, None)
        code = replace(code, progress=Progress.THERE, attempts=0, retry_at_us=None)
        if view.pin is not None:
            code = replace(self._rows.followed(code), old_pins=())
        self._world.put_code(code)
        if any(problem.error_code == CONFLICT for problem in code.errors):
            self._rows.reopen(code.device_id)  # what somebody had put in its place is not there now
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
        was, code = code, replace(code, old_pins=old_pins_left(view, code))
        is_refused = run.refused_by_supervision or run.misses >= WRITES_UNTIL_REFUSED
        if is_refused and run.taken_in == code.slot and not view.occupied:
            self._not_shown(book, code)
            return
        is_anothers = _is_somebody_elses(view, code)
        # There, but disabled, or the code before it: ours to clear.
        kept = code.slot if is_ours(view, code, ours=True) else None
        if is_anothers and not run.refused_by_supervision:
            self._rows.remnants.left(was)
        elif is_refused and run.is_cleared:
            self._rows.remnants.left_slot(was)
        elif kept is None:
            self._rows.remnants.left_slot(replace(was, pin=None))  # only those before it were there
        if is_refused:
            self._rows.remnants.unseen(code, run.unfound)  # also after a restart
            run.misses = 0
            self._world.put_code(replace(code, progress=Progress.REFUSED, slot=kept))
            # Why is not for the lock to say: look at all of it, then judge.
            book.wants_walk = True
            book.suspects.add(code.access_code_id)
        else:
            slot = None if is_anothers else code.slot
            retry_at_us = self._pause(code) if lost else None
            # Nothing of it is in an empty slot or in its next one. Before another write that is
            # looked at again, because somebody may fill it in between.
            sends = code.sends if slot is not None and view.occupied else 0
            self._world.put_code(
                replace(
                    code,
                    progress=Progress.OPEN,
                    slot=slot,
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
