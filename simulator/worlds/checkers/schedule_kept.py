"""A code with times is not in a lock before it may be, nor after its end.

- Nothing is sent for it earlier than one hour before its start; 72 hours where the lock keeps the
  hours itself.
- To a lock that keeps hours a code is only sent when these hours were read there, since they were
  last written: it opens from the start to the end by the lock's own clock, whoever is out of reach.
- From its end on it is unwanted: at once where the gateway runs, and soon after it has come back.
  Nothing is sent for it then.
- Where the lock is within reach, it holds the code no longer than `SOON_US` after its end, nor
  while its time was moved to later; where it has shown the past, until it is read as a whole.

Not promised: that a code leaves a lock that cannot be reached, or one that masks its codes and has
shown the past twice since the code came; a lock without hours of its own
opens for the hour before the start. Spare codes have no times. That a lock's own clock is right is
read four times a day, and whoever sets it wrong in between shifts the hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.policy.records import CodeKind, GroupState, Want
from simulator.worlds.checkers.reading import Reading, follow
from simulator.worlds.seen import Asked, Loaded, Note, Told, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord
    from simulator.worlds.checkers.reading import Place
    from simulator.worlds.seen import Hours, Seen

NAME: Final = "schedule_kept"
HOUR_US: Final = 3_600_000_000
LEAD_US: Final = HOUR_US
NATIVE_LEAD_US: Final = 72 * HOUR_US
AT_ONCE_US: Final = 1_000_000
AFTER_A_START_US: Final = 120_000_000


def schedule_kept(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    hours: dict[Place, Hours | None] = {}
    told: set[str] = set()
    moved: dict[tuple[str, int], int] = {}
    listed: dict[str, int] = {}
    up_since_us = 0
    for one, reading in follow(seen):
        if isinstance(one, Note):
            for message in _judged(one, reading, hours):
                yield Violation(NAME, one.at_us, message)
            if isinstance(one.fact, Loaded):
                up_since_us = one.at_us
        gateway_us = reading.calm.gateway_since_us()
        if gateway_us is None:
            continue
        up_us = max(up_since_us, gateway_us)
        for key, message in (*_overdue(reading, up_us, listed), *_overstaying(reading, moved)):
            if key not in told:
                told.add(key)
                yield Violation(NAME, one.at_us, message)


def _judged(note: Note, reading: Reading, hours: dict[Place, Hours | None]) -> Iterator[str]:
    match note.fact:
        case Told(hours=(slot, read)) as heard:
            hours[heard.lock, slot] = read
        case Asked(word="set_schedule" | "clear_user_code", slot=int(slot)) as asked:
            hours[asked.lock, slot] = None
        case Asked(word="set_user_code", slot=int(slot)) as asked:
            for row in reading.owners(asked.lock, slot):
                if row.pin == asked.pin and row.ends_at_us is not None:
                    kept = hours.get((asked.lock, slot))
                    yield from _sent(row, asked.lock, note.at_us, kept)


def _sent(row: CodeRecord, lock: str, now_us: int, hours: Hours | None) -> Iterator[str]:
    if row.ends_at_us is None or row.starts_at_us is None:
        return
    if now_us >= row.ends_at_us:
        yield f"{lock} is sent a code after its end"
    if now_us < row.starts_at_us - (NATIVE_LEAD_US if row.is_native else LEAD_US):
        yield f"{lock} is sent a code long before its start"
    if row.is_native:
        if hours is None:
            yield f"{lock} is sent a code whose hours were not read there"
            return
        first_us, last_us = hours
        begun = first_us is None and row.starts_at_us <= now_us
        if last_us != row.ends_at_us or not (begun or first_us == row.starts_at_us):
            yield f"{lock} is sent a code, and keeps other hours for it"


def _overdue(reading: Reading, up_us: int, listed: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Codes that have ended and are still wanted.

    `listed` is when a group was first seen to be committed: what ended before that ends then.
    """
    for row in reading.rows.values():
        group = reading.groups.get(row.group_id)
        if row.ends_at_us is None or row.want is Want.ABSENT or group is None:
            continue
        if group.state is not GroupState.COMMITTED:
            continue
        listed_us = listed.setdefault(group.group_id, reading.now_us)
        late_us = AT_ONCE_US if up_us < row.ends_at_us else AFTER_A_START_US
        if reading.now_us > max(row.ends_at_us, up_us, listed_us) + late_us:
            yield (
                f"overdue {row.access_code_id}",
                f"{reading.lock(row)}: a code is wanted after its end",
            )


def _overstaying(reading: Reading, moved: dict[tuple[str, int], int]) -> Iterator[tuple[str, str]]:
    """Codes that a lock within reach holds outside of their time.

    `moved` is when the start of a code was first seen to be where it is, by its row and its start.
    """
    for (lock, slot), held in reading.held.items():
        if held.row is None or held.astray or held.row.kind is not CodeKind.ONLINE:
            continue
        if reading.is_hidden(lock, held):
            continue
        row = reading.rows.get(held.row.access_code_id, held.row)
        calm_us = reading.calm.since_us(lock)
        if row.ends_at_us is None or row.starts_at_us is None or calm_us is None:
            continue
        lead_us = NATIVE_LEAD_US if row.is_native else LEAD_US
        key = f"held {row.access_code_id}"
        soon_us = reading.soon_us(lock, held)
        if reading.now_us > max(row.ends_at_us, calm_us, held.at_us) + soon_us:
            yield key, f"{lock} holds {held.token} in slot {slot} long after its end"
        moved_us = moved.setdefault((row.access_code_id, row.starts_at_us), reading.now_us)
        if max(calm_us, moved_us) + soon_us < reading.now_us < row.starts_at_us - lead_us:
            yield key, f"{lock} holds {held.token} in slot {slot} long before its start"
