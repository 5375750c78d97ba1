"""What people do to a lock without the gateway, as far as reading shows it.

A slot that is not ours is noted as an unmanaged code. A code of ours that somebody changed or
removed is put back, or, where its caller allowed such changes, taken as it is now.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.engine.rows import afresh
from gateway.engine.strays import Strays, is_late
from gateway.policy.mirror import EMPTY, holds, holds_any, is_cut_short, proves
from gateway.policy.operations import INACTIVE, is_inactive, is_wanted
from gateway.policy.records import CodeProblem, CodeWarning, EventRecord, Progress, UnmanagedRecord

if TYPE_CHECKING:
    from gateway.engine.book import Book
    from gateway.engine.parts import Parts
    from gateway.engine.rows import Rows
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import CodeRecord
    from latchbench.pin import Pin

CONFLICT = "conflicting_external_modification"
IN_EFFECT = "external_modification_in_effect"


class Strangers:
    """Compares what is on a lock with what the gateway put there."""

    def __init__(self, parts: Parts, rows: Rows) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows
        self.strays = Strays(parts, rows)

    def slot_news(self, book: Book, slot: int) -> bool:
        """Note a slot that changed and is not ours; returns whether anything was to note."""
        codes = self._world.codes_of(book.device_id)
        for code in codes:
            if is_late(code, slot, book):
                self._world.put_code(
                    replace(code, progress=Progress.DOUBT, sends=1, retry_at_us=None)
                )
                return True
        claim = self.strays.claim(book, slot)
        if claim is not None:
            self.overwritten(book, slot)
            if claim.left is not None:
                self.slot_news(book, claim.left)  # whoever's code stands there now
            return True
        # A slot that is only kept for a code of ours is still whoever's code stands in it.
        if any(code.slot == slot and code.sends > 0 for code in codes):
            return False
        view = book.mirror.view(slot) or EMPTY
        known = self._world.unmanaged.get(book.device_id, {}).get(slot)
        if known is not None and view.occupied and _is_no_news(view, known, book.told_of.get(slot)):
            return False
        self.overwritten(book, slot)
        if view.occupied:
            record = UnmanagedRecord(
                self._parts.new_id(), book.device_id, slot, view.pin, self._parts.now_us()
            )
            self._world.put_unmanaged(record)
            self._unmanaged_event("access_code.unmanaged.created", record)
        return known is not None or view.occupied

    def overwritten(self, book: Book, slot: int) -> None:
        """The code that was not ours is gone from a slot, if there was one."""
        known = self._world.unmanaged.get(book.device_id, {}).get(slot)
        if known is not None:
            self._world.drop_unmanaged(known)
            self._unmanaged_event("access_code.unmanaged.removed", known)
            self._rows.reopen(book.device_id)

    def _unmanaged_event(self, event_type: str, record: UnmanagedRecord) -> None:
        self._parts.trace(
            f"gateway.{event_type.removeprefix('access_code.')}",
            lock=self._world.devices[record.device_id].name,
            slot=record.slot,
            pin=record.pin,
        )
        self._world.note(
            EventRecord(
                event_id=self._parts.new_id(),
                event_type=event_type,
                occurred_at_us=self._parts.now_us(),
                device_id=record.device_id,
                access_code_id=record.access_code_id,
            )
        )

    def missing(self, book: Book, code: CodeRecord) -> bool:
        """A code of ours that was there and is not: somebody changed or removed it."""
        current = self._world.codes.get(code.access_code_id)
        if current is None:
            return False
        code = current
        if code.progress is Progress.REFUSED:
            return self._freed(book, code)
        if code.progress is not Progress.THERE or code.slot is None or code.pin is None:
            return False
        view = book.mirror.view(code.slot) or EMPTY
        if not is_wanted(code, self._parts.now_us()):
            if is_ours(view, code, ours=True):
                book.run_of(code.access_code_id).contradiction = None
                return False  # there, or only disabled: still to be cleared
            if not self._is_certain(book, code, view):
                return False
            self._rows.missed(code)
            self.slot_news(book, code.slot)  # it may have somebody else's code now
            return True
        if proves(view, code.pin, ours=True):
            book.run_of(code.access_code_id).contradiction = None
            return self._active_again(code)
        if is_inactive(code) and holds(view, code.pin, ours=True):
            return False
        if not self._is_certain(book, code, view):
            return False
        self._changed(book, code, view)
        return True

    def _is_certain(self, book: Book, code: CodeRecord, view: SlotView) -> bool:
        """Whether a slot was read twice to have lost a code of ours; if not, it is read again."""
        if book.run_of(code.access_code_id).is_shown_twice(view):
            book.run_of(code.access_code_id).contradiction = None
            return True
        if code.slot is not None and code.slot not in book.wants_slots:
            book.wants_slots.append(code.slot)
        return False

    def _freed(self, book: Book, code: CodeRecord) -> bool:
        """Whether what a refused code kept on its lock, disabled or older, was removed there."""
        if code.slot is None or code.pin is None:
            return False
        view = book.mirror.view(code.slot) or EMPTY
        if is_ours(view, code, ours=True) or not self._is_certain(book, code, view):
            return False
        self._world.put_code(replace(code, slot=None, sends=0, old_pins=()))
        self._rows.reopen(book.device_id)
        self.slot_news(book, code.slot)  # it may have somebody else's code now
        return True

    def _active_again(self, code: CodeRecord) -> bool:
        if not is_inactive(code):
            return False
        self._world.put_code(replace(code, errors=_without(code, INACTIVE), warnings=()))
        return True

    def _changed(self, book: Book, code: CodeRecord, view: SlotView) -> None:
        kind = "modified" if view.occupied else "removed"
        self._parts.trace(
            "gateway.code.changed_at_lock",
            lock=self._rows.name(code),
            slot=code.slot,
            change=kind,
            allowed=code.external_modification_allowed,
        )
        if not code.external_modification_allowed or self._is_anothers(book, code, view):
            code = self._put_back(code, kind, view)
        elif view.occupied:
            code = self._adopt(code, view)
        else:
            code = self._adopt_removal(code)
        external = "modified_external_to_seam" if view.occupied else "deleted_external_to_seam"
        self._world.put_code(code)
        self._rows.event(f"access_code.{external}", code)

    def _is_anothers(self, book: Book, code: CodeRecord, view: SlotView) -> bool:
        """Whether it has the digits of another code of ours, which cannot be two."""
        is_others = any(
            view.pin in (other.pin, *other.old_pins)
            for other in self._world.codes_of(code.device_id)
            if other.access_code_id != code.access_code_id
        )
        if view.pin is None or code.slot is None:
            return False
        return is_others or self._rows.remnants.back_in(book, code.slot, view) is not None

    def _put_back(self, code: CodeRecord, kind: str, view: SlotView) -> CodeRecord:
        problem = CodeProblem(
            error_code=CONFLICT,
            message=f"The code was {kind} at the lock; it is being set again.",
            created_at_us=self._parts.now_us(),
            change_type=kind,
            modified_fields=_fields(code, view),
        )
        return replace(
            code,
            # Where the provider chose it nobody can put it back: the slot is read, or asked again.
            pin=None if self._rows.provider_chooses(code) else code.pin,
            progress=Progress.OPEN,
            errors=(*_without(code, CONFLICT), problem),
            was_set=False,
            was_scheduled=False,
            old_pins=old_pins_left(view, code),
        )

    def _adopt(self, code: CodeRecord, view: SlotView) -> CodeRecord:
        """The code is what somebody made it. With other digits it leaves its key."""
        now_us = self._parts.now_us()
        inactive = CodeProblem(INACTIVE, "The code was disabled at the lock.", now_us)
        pin = view.pin or code.pin
        return replace(
            code,
            pin=pin,
            common_code_key=code.common_code_key if pin == code.pin else None,
            old_pins=(),
            mutations=(),
            errors=(*_without(code, INACTIVE), *(() if view.enabled else (inactive,))),
            warnings=(self._in_effect("modified", _fields(code, view)),),
        )

    def _adopt_removal(self, code: CodeRecord) -> CodeRecord:
        """It is not set again. The row stays until it is deleted, or changed and so set anew."""
        self._rows.remnants.left(code)
        warning = self._in_effect("removed", ())
        code = replace(afresh(code), was_set=False, was_scheduled=False)
        return replace(code, errors=(), warnings=(warning,), mutations=())

    def _in_effect(self, kind: str, fields: tuple[str, ...]) -> CodeWarning:
        message = f"The code was {kind} at the lock, and stays as it is there."
        return CodeWarning(IN_EFFECT, message, self._parts.now_us(), kind, fields)


def _is_no_news(view: SlotView, known: UnmanagedRecord, told_us: int | None) -> bool:
    """Whether a slot shows somebody's code as it is known. `told_us`: when its lock told of it.

    A mask over digits that were read before says nothing new of them, unless the lock did.
    """
    if view.pin is not None or known.pin is None:
        return view.pin == known.pin
    return told_us is None or told_us <= known.first_seen_at_us


def is_ours(view: SlotView, code: CodeRecord, *, ours: bool) -> bool:
    """Whether a slot holds the code or one that it replaces, enabled or not."""
    return holds_any(view, _pins(code), ours=ours)


def is_piece(view: SlotView, code: CodeRecord) -> bool:
    """Whether a slot holds a piece of the code, or of one that it replaces."""
    return any(is_cut_short(view, pin) for pin in _pins(code))


def _pins(code: CodeRecord) -> list[Pin]:
    return [pin for pin in (code.pin, *code.old_pins) if pin is not None]


def old_pins_left(view: SlotView, code: CodeRecord) -> tuple[Pin, ...]:
    """Which of the codes before this one may still stand in its slot, now that it was read."""
    if view.occupied and view.pin is None:
        return code.old_pins
    return tuple(pin for pin in code.old_pins if pin == view.pin)


def _without(code: CodeRecord, error_code: str) -> tuple[CodeProblem, ...]:
    return tuple(problem for problem in code.errors if problem.error_code != error_code)


def _fields(code: CodeRecord, view: SlotView) -> tuple[str, ...]:
    """What differs in an occupied slot, by name: the digits themselves are told to nobody."""
    if not view.occupied:
        return ()
    other_code = () if view.pin in (None, code.pin) else ("code",)
    return other_code if view.enabled else (*other_code, "enabled")
