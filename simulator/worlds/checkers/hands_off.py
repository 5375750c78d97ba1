"""Slots that the gateway did not write are never written or cleared by it.

Codes that people make at a lock stay until people remove them. Two things are looked at. Every
command that changes a slot is for an access code that is durable and that the slot is kept for. And
a code of somebody else's that the gateway has seen in a slot is not overwritten or cleared by it.

Not promised:
- A slot is read right before a code goes into it for the first time. Who stores a code at the
  keypad between the two loses it: nobody could have known.
- A code that somebody put over one of ours is seen only when it is read, and on a lock that masks
  its codes never. Until then the slot is ours, and is cleared or written as such.
- What somebody put over one of ours that its caller did not allow to be changed is put back
  (docs/DECISIONS.md, 14): written over, and never cleared.
- On a lock that masks its codes, who comes into a slot after a code of ours was sent there cannot
  be told from that code.
- Who makes the very digits of a code of ours at a lock, and is not heard of, has made that code.
- A lock that obeys in another slot than it was told (the fault `wrong_slot`), and one that shows
  the past when it is read (`stale_read`): it hides who has come since.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gateway.policy.commands import LockEvent
from simulator.worlds.checkers.reading import WRITES, Reading, follow
from simulator.worlds.seen import Asked, Note, Stored, Told, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from latchbench.pin import Pin
    from latchbench.trace import TraceEvent
    from simulator.worlds.checkers.reading import Held, Place
    from simulator.worlds.seen import Seen

NAME: Final = "hands_off"
# "Right before": what a read and a write that follows it may be apart.
JUST_US: Final = 5_000_000


def hands_off(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    held: dict[Place, Held] = {}
    heard = _Heard()
    for one, reading in follow(seen):
        if isinstance(one, Note):
            heard.hear(one, reading)
            if isinstance(one.fact, Asked):
                for message in _asked(one.fact, reading):
                    yield Violation(NAME, one.at_us, message)
        else:
            for message in _lost(one, reading, held, heard):
                yield Violation(NAME, one.at_us, message)
            held = dict(reading.held) if one.kind.startswith("lock.code") else held
            if one.kind == "lock.code.cleared":
                heard.sent_us.pop((one.source, int(one.fields["slot"])), None)


@dataclass(slots=True)
class _Heard:
    """When a code may last have been sent to a place, and when its lock last told of one there.

    A gateway that keeps a slot for a code writes that down before it sends it, and perhaps dies
    then: the next one cannot know whether it was sent.
    """

    sent_us: dict[Place, int] = field(default_factory=dict)
    told_us: dict[Place, int] = field(default_factory=dict)
    meant: set[tuple[str, Place]] = field(default_factory=set)

    def hear(self, note: Note, reading: Reading) -> None:
        match note.fact:
            case Stored(changes):
                for row in changes.codes.values():
                    if row.slot is not None:
                        self._mean(row.access_code_id, (reading.lock(row), row.slot), note.at_us)
            case Asked(word="set_user_code", slot=int(slot)) as asked:
                self.sent_us[asked.lock, slot] = note.at_us
            case Told(event=LockEvent.CODE_ADDED, slot=int(slot)) as told:
                self.told_us[told.lock, slot] = note.at_us

    def _mean(self, row: str, place: Place, at_us: int) -> None:
        if (row, place) not in self.meant:
            self.meant.add((row, place))
            self.sent_us[place] = at_us


def _asked(asked: Asked, reading: Reading) -> Iterator[str]:
    gives_hours = asked.word == "set_schedule" and asked.hours != (None, None)
    if asked.slot is None or not (asked.word in WRITES or gives_hours):
        return
    where = f"{asked.word} is sent to {asked.lock} for slot {asked.slot}"
    owners = reading.owners(asked.lock, asked.slot)
    if not owners:
        yield f"{where}, and no access code that is stored has that slot"
        return
    if asked.word == "set_schedule":
        return
    seen = reading.picture(asked.lock).look(asked.slot)
    if seen is None:
        yield f"{where}, and it was never read"
        return
    look, _ = seen
    ours = {pin for row in owners for pin in (row.pin, *row.old_pins) if pin is not None}
    is_ours = look.pin is None or any(_is_piece(look.pin, pin) for pin in ours)
    if is_ours or look.pin is None or any(row.pin is None for row in owners):
        return
    stranger = reading.held.get((asked.lock, asked.slot))
    is_none = stranger is not None and stranger.row is not None  # another one of ours, astray
    is_put_back = asked.word == "set_user_code" and stranger is not None and stranger.over
    if not is_none and not is_put_back:
        yield f"{where}, which was read to hold {reading.token(look.pin)} of somebody else's"


def _is_piece(piece: Pin, pin: Pin) -> bool:
    """Whether a lock can have cut one short to the other."""
    digits, whole = piece.reveal(), pin.reveal()
    return whole.startswith(digits) or whole.endswith(digits)


def _lost(
    event: TraceEvent, reading: Reading, held: dict[Place, Held], heard: _Heard
) -> Iterator[str]:
    """What people had made and a command destroyed, although it had been read before."""
    if event.kind not in ("lock.code.cleared", "lock.code.stored") or reading.is_by_hand(event):
        return
    place = (event.source, int(event.fields["slot"]))
    before, write = held.get(place), reading.writes.get(place)
    if before is None or before.row is not None or event.source in reading.strays:
        return
    if write is None:
        yield f"{place[0]} lost the code of somebody else's in slot {place[1]}, and it had no order"
        return
    asked, asked_us = write
    seen = reading.picture(place[0]).look(place[1])
    read_us = -1 if seen is None else seen[1]
    if before.over:
        return  # ours until it is read; what is done then is judged when it is sent
    ours = {reading.token(row.pin) for row in reading.owners(*place) if row.pin is not None}
    if before.token in ours and heard.told_us.get(place, -1) < before.at_us:
        return
    if read_us < asked_us - JUST_US and before.at_us < asked_us - JUST_US:
        yield (
            f"{place[0]} lost {before.token} of somebody else's in slot {place[1]} to {asked.word},"
            " and it was not read right before"
        )
    elif seen is not None and before.at_us < min(read_us, asked_us) - JUST_US:
        look, _ = seen
        passes_for_ours = look.pin is None and heard.sent_us.get(place, asked_us) < before.at_us
        if look.occupied and not passes_for_ours:
            yield f"{place[0]} lost {before.token} of somebody else's in slot {place[1]}"
