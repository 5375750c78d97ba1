"""Codes of ours that turn up in a slot that they were not sent to.

A lock may put a code into another slot than it was told, over whatever stands there, and say that
all is well. Then the slot that was asked for does not hold it, and the code opens the door from a
place that no row names. So each code that is sent is remembered until somebody has seen what became
of it. While one is not accounted for, a slot that shows its digits is ours, whatever was believed
of that slot: the row is there from then on, read there and cleared there.

Only what can have been sent there counts. A lock that said no stored nothing; one that was read as
a whole after it had said yes has nothing of it anywhere; and a code that was read in some slot
before the write was there before. Digits that a lock masks prove nothing, so there a stray stays
somebody else's.

Where one code is found twice, the second copy gets a row of its own: one of a call that was called
off, which nobody sees, and which goes the way of everything that is not wanted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gateway.engine.book import Sent
from gateway.engine.rows import afresh
from gateway.policy.mirror import is_cut_short
from gateway.policy.operations import is_wanted
from gateway.policy.records import (
    CodeKind,
    CodeRecord,
    GroupRecord,
    GroupState,
    Progress,
    Want,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book
    from gateway.engine.parts import Parts
    from gateway.engine.rows import Rows
    from gateway.policy.mirror import SlotView
    from gateway.policy.records import UnmanagedRecord
    from latchbench.pin import Pin


class Claim(NamedTuple):
    """That a slot is ours. `left` is the slot where its row was until now, if it has moved."""

    left: int | None


class Strays:
    """Knows codes of ours by their digits, wherever they are."""

    def __init__(self, parts: Parts, rows: Rows) -> None:
        self._parts = parts
        self._world = parts.world
        self._rows = rows

    def claim(self, book: Book, slot: int) -> Claim | None:
        """Give what stands in a slot back to its row, if it can be shown to be a stray of ours.

        The row is in doubt then: the slot is read once more before anything is said of it.
        """
        view = book.mirror.view(slot)
        if view is None or self._belongs_there(book, slot, view):
            return None
        code, sent = next(self._senders(book, slot, view), (None, None))
        if code is None or sent is None:
            return self._back(book, slot, view)
        name = self._world.devices[book.device_id].name
        self._parts.trace(
            "gateway.code.astray", lock=name, slot=slot, sent_to=sent.slot, pin=view.pin or sent.pin
        )
        run = book.run_of(code.access_code_id)
        if sent.slot not in (None, slot) and run.acknowledged:
            book.mirror.went_astray(sent.slot, slot, surely=run.said_yes)
        self._make_way(book, slot)
        own = book.mirror.view(code.slot) if code.slot is not None else None
        is_there = own is not None and own.occupied and own.pin in (None, code.pin)
        shown = view.pin or sent.pin
        if is_there or shown != code.pin:
            run.unfound.remove(sent)
            self._add_copy(book.device_id, slot, shown)
            return Claim(left=None)
        if own is not None and code.slot is not None and own.pin in code.old_pins:
            self._add_copy(book.device_id, code.slot, own.pin)
        sends = max(code.sends, 1)
        self._world.put_code(replace(code, slot=slot, sends=sends, progress=Progress.DOUBT))
        book.suspects.discard(code.access_code_id)
        return Claim(left=code.slot)

    def _back(self, book: Book, slot: int, view: SlotView) -> Claim | None:
        """The same for what was believed gone. It is its row's again, if that one has no other."""
        known = self._world.unmanaged.get(book.device_id, {}).get(slot)
        remnant = self._rows.remnants.back_in(book, slot, view)
        if remnant is None or not _was_without(known, view, remnant.sent_at_us):
            return None
        if any(
            code.slot == slot and code.progress is Progress.THERE
            for code in self._world.codes_of(book.device_id)
        ):
            return None  # which was verified there, and is read again before it is missed
        self._parts.trace(
            "gateway.code.back",
            lock=self._world.devices[book.device_id].name,
            slot=slot,
            pin=remnant.pin,
        )
        self._world.drop_remnant(remnant)
        self._make_way(book, slot)
        rows = [code for code in self._world.codes_of(book.device_id) if code.pin == remnant.pin]
        homeless = len(rows) == 1 and rows[0].slot in (None, slot)
        if not homeless or rows[0].kind is not CodeKind.ONLINE:
            self._add_copy(book.device_id, slot, remnant.pin)
            return Claim(left=None)
        kept = tuple(warning for warning in rows[0].warnings if warning.change_type != "removed")
        self._world.put_code(
            replace(rows[0], slot=slot, sends=1, progress=Progress.DOUBT, warnings=kept)
        )
        book.suspects.discard(rows[0].access_code_id)
        book.run_of(rows[0].access_code_id).forget_word()  # that was about another slot
        return Claim(left=None)

    def _belongs_there(self, book: Book, slot: int, view: SlotView) -> bool:
        return any(
            code.slot == slot
            and code.sends > 0
            and (view.pin is None or view.pin in (code.pin, *code.old_pins))
            for code in self._world.codes_of(book.device_id)
        )

    def _senders(self, book: Book, slot: int, view: SlotView) -> Iterator[tuple[CodeRecord, Sent]]:
        """Rows of which a code was sent that may be what a slot shows: the whole of it first."""
        known = self._world.unmanaged.get(book.device_id, {}).get(slot)
        sent_since = [
            (code, sent)
            for code in self._world.codes_of(book.device_id)
            for sent in book.run_of(code.access_code_id).unfound
            if code.slot != slot and _was_without(known, view, sent.at_us)
        ]
        yield from (item for item in sent_since if item[1].pin == view.pin)
        yield from (item for item in sent_since if is_cut_short(view, item[1].pin))
        if view.pin is None:
            is_shown = self._rows.remnants.is_shown
            yield from (item for item in sent_since if is_shown(book, slot, view, *item))

    def _make_way(self, book: Book, slot: int) -> None:
        """Whatever of ours stood in a slot has been overwritten by another code of ours."""
        for code in self._world.codes_of(book.device_id):
            waits = code.progress in (Progress.OPEN, Progress.DOUBT)
            if code.slot != slot or not (
                code.progress is Progress.THERE or (waits and code.sends > 0)
            ):
                continue
            book.to_clear.discard(code.access_code_id)
            self._parts.trace(
                "gateway.code.overwritten", lock=self._rows.name(code), slot=slot, pin=code.pin
            )
            self._rows.remnants.left_slot(code)  # perhaps that look showed the past
            if is_wanted(code, self._parts.now_us()):
                self._world.put_code(replace(afresh(code), was_set=False, was_scheduled=False))
            else:
                self._rows.missed(replace(code, slot=None))

    def _add_copy(self, device_id: str, slot: int, pin: Pin | None) -> None:
        """A row for a code that nobody asked for in this slot, to be taken out."""
        now_us = self._parts.now_us()
        group = GroupRecord(
            group_id=self._parts.new_id(),
            state=GroupState.ABORTED,
            behavior="throw",
            created_at_us=now_us,
            common_code_key=None,
        )
        copy = CodeRecord(
            access_code_id=self._parts.new_id(),
            group_id=group.group_id,
            device_id=device_id,
            position=0,
            name=None,
            device_name=self._world.devices[device_id].name,
            pin=pin,
            common_code_key=None,
            want=Want.ABSENT,
            progress=Progress.DOUBT,
            created_at_us=now_us,
            slot=slot,
            sends=1,
        )
        self._world.put_group(group)
        self._world.put_code(copy)

    def settle(self, book: Book) -> bool:
        """All of a lock was read, and what is ours was claimed: nothing else of it is there.

        Only what nobody acknowledged may still come, while its row goes on trying. Returns whether
        a row has changed.
        """
        changed = False
        for code in self._world.codes_of(book.device_id):
            if code.progress is Progress.DOUBT:
                continue  # its own slot is read next, which says more than a walk
            run = book.run_of(code.access_code_id)
            is_open = code.progress is Progress.OPEN
            wanted = is_wanted(code, self._parts.now_us())
            if is_open and not wanted and (run.unfound or code.want is Want.ABSENT):
                self._unseen(code, kept=[])
                self._rows.not_there(code)
                changed = True
            elif wanted and not run.acknowledged and is_open:
                self._unseen(code, kept=run.unfound[-1:])
            else:
                masked = [sent for sent in run.unfound if self._may_be_masked(book, sent)]
                self._unseen(code, kept=masked)
        return changed

    def _unseen(self, code: CodeRecord, kept: list[Sent]) -> None:
        """What was sent for a row and is not `kept` is not looked for any more."""
        run = self._world.books[code.device_id].run_of(code.access_code_id)
        self._rows.remnants.unseen(code, [sent for sent in run.unfound if sent not in kept])
        run.unfound = kept

    def _may_be_masked(self, book: Book, sent: Sent) -> bool:
        """Whether something appeared since a code was sent that does not show its digits yet."""
        return any(
            known.pin is None and known.first_seen_at_us >= sent.at_us
            for known in self._world.unmanaged.get(book.device_id, {}).values()
        )


def _was_without(known: UnmanagedRecord | None, view: SlotView, sent_at_us: int) -> bool:
    """Whether a slot did not hold what it shows when that was sent, as far as anybody has read it.

    What was there and read as a mask, perhaps did; what appeared as a mask since, did not.
    """
    if known is None:
        return True
    if known.pin is None:
        return known.first_seen_at_us >= sent_at_us
    return known.pin != view.pin


def recall(book: Book, code: CodeRecord, now_us: int) -> None:
    """After a restart: what may have been sent for a row, and that nobody has seen since."""
    if code.sends > 0:
        book.run_of(code.access_code_id).taken_in = code.slot
    if (code.was_set or code.was_scheduled) and not code.old_pins:
        return  # it was read in its slot, and nothing but a clear was sent since
    looked_for = code.attempts > 0 or code.want is Want.ABSENT
    if code.progress is Progress.DOUBT or (code.progress is Progress.OPEN and looked_for):
        pins = [pin for pin in (*code.old_pins, code.pin) if pin is not None]
        book.run_of(code.access_code_id).unfound = [Sent(pin, None, now_us) for pin in pins]


def is_late(code: CodeRecord, slot: int, book: Book) -> bool:
    """Whether a slot that is kept for a code holds it now, although it was read as empty before.

    Somewhere the frame was held up until the hub had given it up, or that look showed the past.
    """
    view = book.mirror.view(slot)
    was_taken = book.run_of(code.access_code_id).taken_in == slot
    if code.slot != slot or code.sends or code.pin is None or not (code.attempts or was_taken):
        return False
    if code.progress is not Progress.OPEN or view is None or not view.occupied:
        return False
    if view.pin is None:
        return was_taken
    return view.pin == code.pin or is_cut_short(view, code.pin)
