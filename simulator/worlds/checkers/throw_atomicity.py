"""A refused `throw` leaves nothing: not in the store, not in an answer, and soon not in a lock.

- The transaction that aborts a group wants every row of it absent. No moment lies between.
- Nothing of a group is shown before it is committed, nor after it was aborted.
- After the abort no code of the group is sent to any lock.
- A call that was answered with an error has no committed group.
- A group that was not decided when the gateway ended is aborted when it starts again, or at the
  latest when nothing is wrong any more: then no group is undecided.
- *Exposure*: what a lock had stored of the group before is cleared. The door opens for it until
  then, and nobody can undo an opened door; but the time is bounded: `SOON_US` after the lock came
  within reach and was left alone, or the next look at the whole lock where it has shown the past.

Not promised: that the code leaves a lock that never comes back; nor that a code is found which a
lock put into another slot than it was told, where it masks its codes or does it again and again;
nor on a lock that masks its codes and has shown the past twice since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.policy.records import GroupState, Want
from simulator.worlds.checkers.reading import Reading, follow, rows_told
from simulator.worlds.seen import Answered, Asked, Note, Stored, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.policy.records import CodeRecord
    from simulator.worlds.checkers.reading import Place
    from simulator.worlds.seen import Exchange, Seen

NAME: Final = "throw_atomicity"
_CREATES: Final = "create_multiple"


def throw_atomicity(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    aborted: set[str] = set()
    reading: Reading | None = None
    told: set[Place] = set()
    for one, reading in follow(seen):
        for place, since_us in _exposed(reading, aborted):
            calm_us = reading.calm.since_us(place[0])
            if calm_us is None or place in told:
                continue
            soon_us = reading.soon_us(place[0], reading.held[place])
            if one.at_us - max(calm_us, since_us) > soon_us:
                told.add(place)
                yield Violation(NAME, one.at_us, _still(place, reading))
        if isinstance(one, Note):
            for message in _judged(one, reading, aborted):
                yield Violation(NAME, one.at_us, message)
    if reading is not None:
        for group in reading.groups.values():
            if group.state is GroupState.PENDING:
                yield Violation(NAME, reading.now_us, "a group is undecided for ever")
        for place, _ in _exposed(reading, aborted):
            if place not in told:
                yield Violation(NAME, reading.now_us, _still(place, reading))


def _still(place: Place, reading: Reading) -> str:
    lock, slot = place
    return f"{lock} still holds {reading.held[place].token} of a refused call in slot {slot}"


def _exposed(reading: Reading, aborted: set[str]) -> Iterator[tuple[Place, int]]:
    for place, held in reading.held.items():
        is_known = not held.astray and not reading.is_hidden(place[0], held)
        if held.row is not None and held.row.group_id in aborted and is_known:
            yield place, held.at_us


def _judged(note: Note, reading: Reading, aborted: set[str]) -> Iterator[str]:
    for row in rows_told(note):
        group = reading.groups.get(row["latchbench"]["group_id"])
        known = row["access_code_id"] in reading.rows
        if known and (group is None or group.state is not GroupState.COMMITTED):
            yield "an answer shows an access code whose group is not committed"
    match note.fact:
        case Stored(changes):
            for group in changes.groups.values():
                if group.state is GroupState.ABORTED:
                    aborted.add(group.group_id)
                    yield from _half_aborted(group.group_id, reading)
            for event in changes.events:
                code = changes.codes.get(event.access_code_id or "")
                if code is not None and code.group_id in aborted:
                    yield f"{event.event_type} is told of a refused call"
        case Asked(word="set_user_code") as asked:
            owners = [row for row in reading.owners(asked.lock, asked.slot) if row.pin == asked.pin]
            if owners and all(_is_aborted(row, reading) for row in owners):
                yield f"a code of a refused call is sent to {asked.lock}"
        case Answered(exchange) if exchange.status >= 400 and _throws(exchange):
            yield from _committed_all_the_same(exchange, reading)


def _is_aborted(row: CodeRecord, reading: Reading) -> bool:
    group = reading.groups.get(row.group_id)
    return group is not None and group.state is GroupState.ABORTED


def _half_aborted(group_id: str, reading: Reading) -> Iterator[str]:
    for row in reading.rows.values():
        if row.group_id == group_id and row.want is not Want.ABSENT:
            yield f"a group is aborted, and its code on {reading.lock(row)} is still wanted"


def _throws(exchange: Exchange) -> bool:
    asked: Mapping[str, object] = exchange.request
    behavior = asked.get("behavior_when_code_cannot_be_shared", "throw")
    return exchange.path.endswith(_CREATES) and behavior == "throw"


def _committed_all_the_same(exchange: Exchange, reading: Reading) -> Iterator[str]:
    """A committed group over these devices, made meanwhile and of which nobody was told.

    Two calls over the same devices at once cannot be told apart: then nothing is said.
    """
    wanted = tuple(exchange.request.get("device_ids", ()))
    others = [
        other
        for other in reading.seen.exchanges
        if other is not exchange
        and tuple(other.request.get("device_ids", ())) == wanted
        and other.asked_us <= exchange.answered_us
        and (other.answered_us == 0 or other.answered_us >= exchange.asked_us)
    ]
    if others:
        return
    for group in reading.groups.values():
        rows = [row for row in reading.rows.values() if row.group_id == group.group_id]
        devices = tuple(row.device_id for row in sorted(rows, key=lambda row: row.position))
        meanwhile = exchange.asked_us <= group.created_at_us <= exchange.answered_us
        if group.state is GroupState.COMMITTED and meanwhile and devices == wanted:
            yield "a call was refused, and its group is committed"
