"""Once nothing is wrong any more, locks hold what the API lists, and nothing else.

Some hours after the healing:
- Nothing is under way, and no row is in between without an entry that says why.
- What is listed as `set`, or as unmanaged, is in the lock. What is in the lock is listed.
- Nothing that the gateway wrote is left in a lock without an access code that it belongs to, not
  even among the unmanaged codes.

Not promised (README, "Limits"; docs/DECISIONS.md, 14 and "How a lock's word is taken"):
- A row with an error may be in its lock or not; one whose new code was refused keeps the old one
  there and says so, and on a lock that masks its codes nobody can see which of the two it holds.
- On a lock that masks its codes: what people put over one of ours is not seen, nor what they put
  into a slot that one of ours was sent to and may have reached late; nor is a code that the lock
  put into another slot, on top of another one of ours perhaps; nor is a code that the lock hid by
  showing the past twice.
- A frame that reaches its lock after its code was withdrawn shows up as an unmanaged code. So does
  a code that a lock put into a wrong slot, if it did so again and again.
- Spare codes lie in a lock and are in no list.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from gateway.policy.records import CodeKind, Want
from latchbench.pin import Pin
from latchbench.trace import TraceEvent
from simulator.worlds.checkers.reading import Reading, follow
from simulator.worlds.seen import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.worlds.checkers.reading import Held, Place
    from simulator.worlds.seen import LockEnd, Row, Seen

NAME: Final = "convergence"
_STRAYS: Final = "wrong_slot"


def convergence(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    if not seen.settled:
        yield Violation(NAME, seen.healed_us, "work is under way for ever")
    strays: Counter[str] = Counter()
    late: set[tuple[str, int]] = set()
    reading = Reading(seen)
    for one, reading in follow(seen):
        if not isinstance(one, TraceEvent):
            continue
        if one.kind == "lock.fault.fired" and one.fields["fault"] == _STRAYS:
            strays[one.source] += 1
        elif one.kind == "lock.code.stored":
            place = (one.source, int(one.fields["slot"]))
            (late.add if _was_withdrawn(reading.held[place], reading) else late.discard)(place)
    for name, lock in seen.locks.items():
        hides = reading.hides(name)
        for message in _differences(name, lock, reading, hides=hides):
            yield Violation(NAME, seen.healed_us, f"{name} {message}")
        for (of, slot), held in reading.held.items():
            is_lost = held.astray and (hides or strays[name] > 1)
            excused = is_lost or reading.is_hidden(name, held)
            if of == name and not excused and (of, slot) not in late and _is_orphan(held, reading):
                message = (
                    f"{name} holds {held.token} of the gateway's in slot {slot}, and no access"
                )
                yield Violation(NAME, seen.healed_us, f"{message} code has it")


def _was_withdrawn(held: Held, reading: Reading) -> bool:
    """Whether nobody wanted a code any more when its lock stored it."""
    if held.row is None:
        return False
    row = reading.rows.get(held.row.access_code_id)
    return row is None or row.want is Want.ABSENT


def _is_orphan(held: Held, reading: Reading) -> bool:
    if held.row is None:
        return False
    row = reading.rows.get(held.row.access_code_id)
    return row is None or row.slot is None


def _differences(name: str, lock: LockEnd, reading: Reading, *, hides: bool) -> Iterator[str]:
    for row in lock.rows:
        if row["status"] != "set" and not row["errors"] and not row["warnings"]:
            yield f"has a code that is {row['status']}, and nothing says why"
    token = reading.token
    listed = [row["code"] for row in lock.rows if row["status"] == "set"]
    listed += [row["code"] for row in lock.unmanaged]
    unread = sum(code is None for code in listed)  # a masked code of somebody's own
    told = Counter(token(Pin(code)) for code in listed if code is not None)
    held = Counter(token(pin) for pin in lock.memory.values())
    unseen = _put_over_ours(name, lock, reading) if hides else 0
    missing = list((told - held).elements())
    if len(missing) > unseen:
        for one in missing:
            yield f"does not hold {one}, and it is listed"
    unlisted = list((held - told - _may_be_there(name, lock.rows, reading)).elements())
    if len(unlisted) > unread + unseen:
        yield f"holds {', '.join(unlisted)}, and {unread} of them may be listed"


def _put_over_ours(name: str, lock: LockEnd, reading: Reading) -> int:
    """How many slots of ours hold what people, or the lock in the wrong place, put over it."""
    held = ((slot, reading.held.get((name, slot))) for slot in lock.memory)
    return sum(
        one is not None and (one.over or one.astray or _passes_for_ours(one, (name, slot), reading))
        for slot, one in held
    )


def _passes_for_ours(held: Held, place: Place, reading: Reading) -> bool:
    """Whether what people put into a slot can be what was sent there before, as far as is shown."""
    asked, asked_us = reading.writes.get(place, (None, 0))
    return asked is not None and asked.word != "clear_user_code" and asked_us < held.at_us


def _may_be_there(name: str, rows: Sequence[Row], reading: Reading) -> Counter[str]:
    """Codes that a lock may hold although no list has them as set."""
    doubtful = {row["access_code_id"] for row in rows if row["status"] != "set"}
    found: Counter[str] = Counter()
    for row in reading.rows.values():
        if reading.lock(row) != name or row.slot is None:
            continue
        is_spare = row.kind is CodeKind.BACKUP
        if row.pin is not None and (is_spare or row.access_code_id in doubtful):
            found[reading.token(row.pin)] += 1
        found.update(map(reading.token, row.old_pins))
    return found
