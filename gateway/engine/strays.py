"""Codes of ours that turn up in a slot that they were not sent to.

A lock may put a code into another slot than it was told, and say that all is well. Then the slot
that was asked for reads as empty, and the code opens the door from a place that no row names. So a
write that was acknowledged and is not found is looked for in the whole lock before anything else is
done about it. What is found is the row's from then on: it is read there, and cleared there.

A slot is claimed only if it holds exactly the digits of a code that was sent to this lock and has
not been found yet, and if it was read without those digits before. Digits that a lock masks prove
nothing, so there a stray stays somebody else's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.policy.records import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.engine.book import Book
    from gateway.engine.parts import Parts
    from gateway.policy.records import CodeRecord, UnmanagedRecord


def claim(parts: Parts, book: Book) -> tuple[int, ...]:
    """Give the strays of a lock that was read as a whole back to their rows; the slots found.

    The rows are in doubt then: the slot is read once more before anything is said of it.
    """
    world = parts.world
    found: list[int] = []
    for code in _unfound(parts, book):
        slot = _where(parts, book, code)
        if slot is None:
            continue
        parts.trace(
            "gateway.code.astray",
            lock=world.devices[book.device_id].name,
            slot=slot,
            sent_to=code.slot,
            pin=code.pin,
        )
        sends = max(code.sends, 1)
        world.put_code(replace(code, slot=slot, sends=sends, progress=Progress.DOUBT))
        book.suspects.discard(code.access_code_id)
        found.append(slot)
    book.astray.clear()
    return tuple(found)


def is_late(code: CodeRecord, slot: int, book: Book) -> bool:
    """Whether a slot that is kept for a code holds it now, although it was read as empty before.

    Somewhere the frame was held up until the hub had given it up.
    """
    view = book.mirror.view(slot)
    if code.slot != slot or code.sends or not code.attempts or code.pin is None:
        return False
    return code.progress is Progress.OPEN and view is not None and view.pin == code.pin


def _unfound(parts: Parts, book: Book) -> Iterator[CodeRecord]:
    """Rows of which a write went to the lock and nobody has seen what became of it."""
    for code in parts.world.codes_of(book.device_id):
        if code.pin is None or code.progress in (Progress.THERE, Progress.GONE):
            continue
        in_doubt = code.progress is Progress.DOUBT and code.sends > 0
        tried = code.progress is Progress.OPEN and code.attempts > 0
        if in_doubt or tried or code.access_code_id in book.astray:
            yield code


def _where(parts: Parts, book: Book, code: CodeRecord) -> int | None:
    """The slot that holds a code which is not where it should be, if one can be proved to."""
    world = parts.world
    own = book.mirror.view(code.slot) if code.slot is not None else None
    if own is not None and own.occupied and own.pin in (None, code.pin):
        return None
    taken = {
        other.slot
        for other in world.codes_of(book.device_id)
        if other.slot is not None and (other.sends > 0 or other.progress is Progress.THERE)
    }
    known = world.unmanaged.get(book.device_id, {})
    for slot in book.mirror.occupied():
        view = book.mirror.view(slot)
        if slot in taken or view is None or view.pin != code.pin:
            continue
        if _was_without(known.get(slot), code):
            return slot
    return None


def _was_without(known: UnmanagedRecord | None, code: CodeRecord) -> bool:
    """Whether a slot was read before, and did not hold the digits of `code` then."""
    return known is None or known.pin not in (None, code.pin)
