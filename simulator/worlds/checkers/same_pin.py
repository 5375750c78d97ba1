"""Who shares a code has the same one, and a lock is only ever sent the code of its own row.

- When a group is committed, all its sharers (the rows with its key) carry one PIN; under `throw`
  all rows do, so none has a random one. With a code of the caller's own choice that is the code.
- Later too, all wanted rows of a key carry one PIN: who changes the code of one unlinks it.
- What an answer shows agrees: the devices in `shared` have one code, and under `throw` nobody is
  in `random`.
- A code that is sent to a slot is the stored code of an access code that has that slot.

Not promised: that a lock stores the digits that it was sent (some cut them short, or lie); that is
read back, and `honest_status` looks at it. A lock that chooses its PINs shares none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from gateway.policy.records import GroupState, Want
from simulator.worlds.checkers.reading import Reading, follow
from simulator.worlds.seen import Answered, Asked, Note, Stored, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import CodeRecord, GroupRecord
    from latchbench.pin import Pin
    from simulator.worlds.seen import Exchange, Seen

NAME: Final = "same_pin"


def same_pin(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    decided: set[str] = set()
    for one, reading in follow(seen):
        if isinstance(one, Note):
            for message in _judged(one, reading, decided):
                yield Violation(NAME, one.at_us, message)


def _judged(note: Note, reading: Reading, decided: set[str]) -> Iterator[str]:
    match note.fact:
        case Stored(changes):
            for group in changes.groups.values():
                if group.state is GroupState.COMMITTED and group.group_id not in decided:
                    decided.add(group.group_id)
                    yield from _of_group(group, reading)
            if changes.codes:
                yield from _of_keys(reading)
        case Answered(exchange) if exchange.status == 200 and "create_multiple" in exchange.path:
            yield from _of_answer(exchange)
        case Asked(word="set_user_code") as asked:
            owners = reading.owners(asked.lock, asked.slot)
            if owners and all(row.pin != asked.pin for row in owners):
                yield f"{asked.lock} is sent a code for slot {asked.slot} that is not its row's"


def _of_group(group: GroupRecord, reading: Reading) -> Iterator[str]:
    rows = [row for row in reading.rows.values() if row.group_id == group.group_id]
    throws = group.behavior == "throw"
    sharers = [
        row
        for row in rows
        if row.pin is not None and (throws or row.common_code_key == group.common_code_key)
    ]
    if group.common_code_key is None and not throws:
        return  # with a code of the caller's own, who shares shows in the answer alone
    if _differ(sharers):
        who = "a throw" if throws else "its sharers"
        yield f"a group is committed, and the rows of {who} have different codes"


def _of_keys(reading: Reading) -> Iterator[str]:
    keys: dict[str, list[CodeRecord]] = defaultdict(list)
    for row in reading.rows.values():
        group = reading.groups.get(row.group_id)
        listed = group is not None and group.state is GroupState.COMMITTED
        if row.common_code_key is not None and row.want is Want.PRESENT and listed:
            keys[row.common_code_key].append(row)
    for rows in keys.values():
        if _differ(rows):
            yield "access codes with the same common_code_key have different codes"


def _differ(rows: list[CodeRecord]) -> bool:
    pins: set[Pin | None] = {row.pin for row in rows}
    return len(pins) > 1


def _of_answer(exchange: Exchange) -> Iterator[str]:
    told: dict[str, Any] = exchange.reply.get("latchbench", {})
    code_of = {row["device_id"]: row["code"] for row in exchange.reply.get("access_codes", ())}
    shared = {code_of[device_id] for device_id in told.get("shared", ())}
    asked = exchange.request.get("code")
    if len(shared) > 1:
        yield "an answer says that devices share a code, and shows different ones"
    if asked is not None and shared - {asked}:
        yield "an answer says that devices share the code that was asked for, and shows another"
    behavior = exchange.request.get("behavior_when_code_cannot_be_shared", "throw")
    if behavior == "throw" and told.get("random"):
        yield "an answer to a throw says that a device has a code of its own"
