"""A code is told to be `set` only after a read-back, and with nothing to the contrary since.

Judged by what the gateway itself was told: the last look at the slot, after the last write to it,
shows an enabled code, with these digits or with digits that the lock does not show. The same holds
for the event `access_code.set_on_device`.

Not promised:
- That one look to the contrary is believed. Some locks show the past for a while, so it is read
  again; as long as nobody can, because the lock is out of reach, an answer says what was verified.
- That the lock holds it *now*: what people do at a lock unheard shows when it is next read.
- An answer that is given again, to a call that was recognised by its id, is the answer of then.
- On a lock that masks its codes a read-back proves that the slot, empty before, holds something.
- Offline codes are derived by lock and gateway alike; they are never in a slot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gateway.policy.records import CodeKind
from simulator.worlds.checkers.reading import Reading, follow, rows_told
from simulator.worlds.seen import NOTHING, Answered, Note, Stored, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.policy.records import CodeRecord
    from simulator.worlds.seen import Seen

NAME: Final = "honest_status"
ANSWER: Final = "an answer"
READ_AGAIN_US: Final = 60_000_000


def honest_status(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    given: list[Mapping[str, Any]] = []  # made by calls that create, so that no two can be equal
    for one, reading in follow(seen):
        if isinstance(one, Note):
            if isinstance(one.fact, Answered) and "create" in one.fact.exchange.path:
                if one.fact.exchange.reply in given:
                    continue
                given.append(one.fact.exchange.reply)
            for who, row in _told_set(one, reading):
                is_answer = who == ANSWER
                why = _unproved(row, reading)
                if why is not None and not (is_answer and _waits_for_a_look(row, reading)):
                    where = f"slot {row.slot} of {reading.lock(row)}"
                    yield Violation(NAME, one.at_us, f"{who} says set, and {where} {why}")


def _told_set(note: Note, reading: Reading) -> Iterator[tuple[str, CodeRecord]]:
    for told in rows_told(note):
        row = reading.rows.get(told["access_code_id"])
        if told["status"] == "set" and row is not None and row.kind is not CodeKind.OFFLINE:
            yield ANSWER, row
    if isinstance(note.fact, Stored):
        for event in note.fact.changes.events:
            row = reading.rows.get(event.access_code_id or "")
            if event.event_type == "access_code.set_on_device" and row is not None:
                yield "an event", row


def _waits_for_a_look(row: CodeRecord, reading: Reading) -> bool:
    """Whether a slot was read after it was written, and could not well be read again since."""
    lock, slot = reading.lock(row), row.slot
    _, read_us = (slot is not None and reading.picture(lock).look(slot)) or (NOTHING, -1)
    written = reading.writes.get((lock, slot)) if slot is not None else None
    if read_us < 0 or (written is not None and read_us < written[1]):
        return False
    calm_us = reading.calm.since_us(lock)
    return calm_us is None or read_us < calm_us >= reading.now_us - READ_AGAIN_US


def _unproved(row: CodeRecord, reading: Reading) -> str | None:
    if row.slot is None:
        return "does not exist"
    lock = reading.lock(row)
    look, read_us = reading.picture(lock).look(row.slot) or (NOTHING, -1)
    written = reading.writes.get((lock, row.slot))
    if read_us < 0:
        return "was never read"
    if written is not None and read_us < written[1]:
        return f"was not read since {written[0].word} was sent"
    if not look.occupied:
        return "was read as empty"
    if not look.enabled:
        return "was read as disabled"
    if look.pin not in (None, row.pin):
        return f"was read to hold {reading.token(look.pin)}"
    return None
