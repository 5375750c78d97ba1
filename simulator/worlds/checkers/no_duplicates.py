"""The gateway puts no PIN on a lock twice.

When it sends a code to a slot, no other stored access code of that lock has the PIN or may still
have left it there, and no other slot was last read to hold it.

Not promised: what people do. Somebody may store the digits of a code of ours at the keypad, before
or after, and the gateway knows of it when it has read that slot. A lock that is told a PIN which
another of its slots has refuses it; that no lock has a PIN twice is the lock's own promise. And a
lock that puts codes into wrong slots again and again: the gateway takes what it finds there for
somebody else's in the end, and may try its own code once more (README, "Limits").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.worlds.checkers.reading import follow
from simulator.worlds.seen import Asked, Note, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.checkers.reading import Reading
    from simulator.worlds.seen import Seen

NAME: Final = "no_duplicates"


def no_duplicates(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    for one, reading in follow(seen):
        if isinstance(one, Note) and isinstance(one.fact, Asked) and one.fact.pin is not None:
            for message in _twice(one.fact, reading):
                yield Violation(NAME, one.at_us, message)


def _twice(asked: Asked, reading: Reading) -> Iterator[str]:
    if asked.pin is None:
        return
    what = f"{asked.lock} is sent {reading.token(asked.pin)} for slot {asked.slot}"
    own = {row.access_code_id for row in reading.owners(asked.lock, asked.slot)}
    for row in reading.rows.values():
        other = row.access_code_id not in own and reading.lock(row) == asked.lock
        if other and asked.pin in (row.pin, *row.old_pins):
            yield f"{what}, and another access code there has the same PIN"
    for slot, (look, _) in reading.picture(asked.lock).looks.items():
        held = reading.held.get((asked.lock, slot))
        is_stray = held is not None and held.astray
        if slot != asked.slot and look.pin == asked.pin and not is_stray:
            yield f"{what}, and slot {slot} was read to hold it"
