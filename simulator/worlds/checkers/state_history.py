"""Groups and access codes move along allowed edges only.

Groups: pending, then committed or aborted, once. A committed group is never rolled back: a row of
it is only given up because a call asked for that, its time has ended, or it was a spare code. What
a gateway had decided it still knows after it was started again. Aborted from the beginning is only
a group of which no row was ever wanted: a second copy of a code, that a lock put where it should
not.

Access codes: wanted, then unwanted, then gone, never back. Events of one: `created` first and once,
`deleted` last and once, none of a row whose group is not committed. In lists a row that is
`removing` stays so until it is listed no more.

Not promised: how often a row is set, removed at its lock, and set again in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gateway.policy.records import CodeKind, GroupState, Want
from simulator.worlds.checkers.reading import Reading, follow, rows_told
from simulator.worlds.seen import Answered, Called, Loaded, Note, Stored, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.records import Changes, CodeRecord, GroupRecord
    from simulator.worlds.seen import Seen

NAME: Final = "state_history"
_EDGES: Final = {
    None: {GroupState.PENDING, GroupState.COMMITTED},
    GroupState.PENDING: {GroupState.PENDING, GroupState.COMMITTED, GroupState.ABORTED},
    GroupState.COMMITTED: {GroupState.COMMITTED},
    GroupState.ABORTED: {GroupState.ABORTED},
}
_CREATED: Final = "access_code.created"
_DELETED: Final = "access_code.deleted"
# Rows that a caller reads now, not as they were when they were made.
_LIVE: Final = ("/access_codes/list", "/access_codes/get")


@dataclass(slots=True)
class _Past:
    """What was before."""

    groups: dict[str, GroupRecord] = field(default_factory=dict)
    rows: dict[str, CodeRecord] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)  # ids that a call wanted gone or let go
    created: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    removing: set[str] = field(default_factory=set)


def state_history(seen: Seen) -> Iterator[Violation]:
    """See the module."""
    past = _Past()
    for one, reading in follow(seen):
        if not isinstance(one, Note):
            continue
        for message in _judged(one, reading, past):
            yield Violation(NAME, one.at_us, message)
        if isinstance(one.fact, Stored | Loaded):
            past.groups, past.rows = dict(reading.groups), dict(reading.rows)


def _judged(note: Note, reading: Reading, past: _Past) -> Iterator[str]:
    match note.fact:
        case Called(exchange):
            if exchange.path.endswith(("/delete", "/update")):
                past.ended.add(str(exchange.request.get("access_code_id")))
        case Answered(exchange) if exchange.path.endswith(_LIVE):
            yield from _statuses(note, past)
        case Loaded(groups):
            states = {group.group_id: group.state for group in groups}
            yield from _forgotten(states, past)
        case Stored(changes):
            yield from _groups(changes, past)
            yield from _rows(changes, note.at_us, past)
            yield from _events(changes, reading, past)


def _groups(changes: Changes, past: _Past) -> Iterator[str]:
    for group_id, group in changes.groups.items():
        before = past.groups.get(group_id)
        state = None if before is None else before.state
        is_copy = (
            before is None and group.state is GroupState.ABORTED and not _wants(changes, group)
        )
        if group.state not in _EDGES[state] and not is_copy:
            yield f"a group that was {state} became {group.state}"


def _wants(changes: Changes, group: GroupRecord) -> bool:
    rows = changes.codes.values()
    return any(row.group_id == group.group_id and row.want is Want.PRESENT for row in rows)


def _rows(changes: Changes, at_us: int, past: _Past) -> Iterator[str]:
    for code_id, row in changes.codes.items():
        before = past.rows.get(code_id)
        if code_id in past.dropped:
            yield "an access code that was gone is stored again"
        if before is None:
            continue
        if before.want is Want.ABSENT and row.want is Want.PRESENT:
            yield "an access code that was unwanted is wanted again"
        if before.want is Want.PRESENT and row.want is Want.ABSENT:
            yield from _given_up(before, at_us, past, changes)
    for code_id in changes.deleted_codes:
        before = past.rows.get(code_id)
        past.dropped.add(code_id)
        if before is not None and before.want is Want.PRESENT:
            yield from _given_up(before, at_us, past, changes)


def _given_up(row: CodeRecord, at_us: int, past: _Past, changes: Changes) -> Iterator[str]:
    group = changes.groups.get(row.group_id) or past.groups.get(row.group_id)
    if group is None or group.state is not GroupState.COMMITTED:
        return
    has_ended = row.ends_at_us is not None and row.ends_at_us <= at_us
    asked_for = row.access_code_id in past.ended
    if not (has_ended or asked_for or row.kind is CodeKind.BACKUP):
        yield "a row of a committed group is given up, and nobody asked for it"


def _events(changes: Changes, reading: Reading, past: _Past) -> Iterator[str]:
    for event in changes.events:
        code_id = event.access_code_id or ""
        row = reading.rows.get(code_id) or past.rows.get(code_id)
        if event.event_type.startswith("access_code.unmanaged") or row is None:
            continue
        what = event.event_type.removeprefix("access_code.")
        group = reading.groups.get(row.group_id) or past.groups.get(row.group_id)
        if group is not None and group.state is not GroupState.COMMITTED:
            yield f"{what} is told of a group that is {group.state}"
        if code_id in past.deleted:
            yield f"{what} is told after deleted"
        if event.event_type == _CREATED:
            if code_id in past.created:
                yield "created is told twice"
            past.created.add(code_id)
        elif code_id not in past.created and row.kind is not CodeKind.BACKUP:
            yield f"{what} is told before created"
        if event.event_type == _DELETED:
            past.deleted.add(code_id)


def _statuses(note: Note, past: _Past) -> Iterator[str]:
    for row in rows_told(note):
        code_id = row["access_code_id"]
        if row["status"] == "removing":
            past.removing.add(code_id)
        elif code_id in past.removing:
            yield f"a row that was removing is {row['status']}"


def _forgotten(states: dict[str, GroupState], past: _Past) -> Iterator[str]:
    for group_id, group in past.groups.items():
        state = states.get(group_id)
        wanted = any(
            row.group_id == group_id and row.want is Want.PRESENT for row in past.rows.values()
        )
        if group.state is GroupState.COMMITTED and state is not group.state and wanted:
            yield f"a group was committed, and after a start it is {state or 'not known'}"
