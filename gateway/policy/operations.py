"""What to do next on one lock: a pure choice from what is wanted and what was read.

One command at a time goes to a lock, and the order below is the order of safety: learn before
judging, end doubts before making new ones, clear before set (a full lock can then take a new code),
and look around only when nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.policy.commands import (
    AssignCode,
    ClearCode,
    Command,
    Ping,
    ReadChecksum,
    ReadCode,
    ReadInfo,
    SetCode,
    SetSchedule,
    Walk,
)
from gateway.policy.mirror import Knowledge, Mirror
from gateway.policy.records import CodeKind, CodeRecord, Progress, Want
from gateway.policy.schedule import Keeping, hours_command, is_ahead

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class LockNeeds:
    """What the engine knows of one lock when it asks for the next operation.

    `held` are codes whose latest change is not durable yet: nothing may be sent for them.
    `to_clear` are those in doubt whose slots are to be cleared before anything else: the lock
    stored a piece of them, or took them and does not show them.
    `just_read` is the slot that was read at this very instant: only into such a slot does a code go
    for the first time, because somebody at the keypad may have been there unheard. Until it
    `may_write` again, a lock that was just written to is only read. `keeping` is None for a lock
    that keeps no hours; one whose provider chooses the PINs is asked for one.
    """

    mirror: Mirror
    slots_max: int
    reserved_slots: frozenset[int]
    has_info: bool
    supports_checksum: bool
    believed_dead: bool = False
    wants_walk: bool = False
    wants_ping: bool = False
    wants_slots: tuple[int, ...] = ()
    resync_due: bool = False
    held: frozenset[str] = frozenset()
    to_clear: frozenset[str] = frozenset()
    just_read: int | None = None
    may_write: bool = True
    keeping: Keeping | None = None
    provider_chooses: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One command, and the access code it is for (None: for the picture of the lock)."""

    command: Command
    access_code_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """A code that is due needs a slot first: this one, to be made durable before it is written."""

    access_code_id: str
    slot: int


@dataclass(frozen=True, slots=True)
class GiveUpSlot:
    """Somebody else's code stands in the slot that was kept for this one: it needs another."""

    access_code_id: str


@dataclass(frozen=True, slots=True)
class InUse:
    """Another slot of the lock was just read to hold the digits of a code that is due."""

    access_code_id: str


@dataclass(frozen=True, slots=True)
class NoSpace:
    """A code that is due finds no free slot."""

    access_code_id: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing now."""


Next = Operation | TakeSlot | GiveUpSlot | InUse | NoSpace | Nothing


def is_due(code: CodeRecord, now_us: int) -> bool:
    """Whether a code should be on its lock by now."""
    return not is_left_out(code) and (code.load_at_us is None or code.load_at_us <= now_us)


def is_wanted(code: CodeRecord, now_us: int) -> bool:
    """Whether a code should be on its lock now: wanted, and due."""
    return code.want is Want.PRESENT and is_due(code, now_us)


def is_in_the_way(code: CodeRecord, now_us: int) -> bool:
    """Whether a code is due that was to be cleared: nobody knows which of its codes is there."""
    told = code.was_set or code.was_scheduled or code.pin is None or code.slot is None
    return is_wanted(code, now_us) and code.progress is Progress.THERE and not told


def is_left_out(code: CodeRecord) -> bool:
    """Whether somebody removed a code at its lock who was allowed to: it is not set again."""
    return any(warning.change_type == "removed" for warning in code.warnings)


def is_inactive(code: CodeRecord) -> bool:
    """Whether a code was disabled at its lock by somebody who was allowed to: it is left so."""
    return any(problem.error_code == INACTIVE for problem in code.errors)


INACTIVE = "access_code_inactive"


def is_hidden(code: CodeRecord) -> bool:
    """Whether a row was deleted although its lock goes on taking the code, to its end."""
    kept = code.want is Want.ABSENT and code.progress is not Progress.GONE
    return code.kind is CodeKind.OFFLINE and kept


def is_spare(code: CodeRecord) -> bool:
    """Whether a row is a backup code that nobody has pulled: it has no end, and no guest."""
    return code.kind is CodeKind.BACKUP and not code.is_time_bound


def next_operation(needs: LockNeeds, codes: Sequence[CodeRecord], now_us: int) -> Next:
    """The next thing to do. `codes` are all rows of this lock, in the order they were made.

    A lock that is believed dead is only pinged: nobody knows what became of it, and when it is back
    it is read before it is written.
    """
    if needs.believed_dead:
        return Operation(Ping())
    if not needs.has_info:
        return Operation(ReadInfo())
    if needs.mirror.knowledge is not Knowledge.FULL:
        return Operation(Walk())
    ready = [
        code
        for code in codes
        if code.access_code_id not in needs.held
        and (code.retry_at_us is None or code.retry_at_us <= now_us)
    ]
    if needs.wants_walk:
        # Something went unheard: the slots, or the whole memory, may be other people's by now.
        return _end_doubt(ready, needs.to_clear) or Operation(Walk())
    writable = ready if needs.may_write else []
    found = (
        _clear_first(needs, writable)
        or _end_doubt(ready, needs.to_clear)
        or _clear(needs, writable, now_us)
    )
    if found is not None:
        return found
    if needs.wants_slots:
        return Operation(ReadCode(needs.wants_slots[0]))
    kept = _keep_hours(needs.keeping, writable, now_us)
    if kept is not None:
        return kept
    found_set = _set(needs, writable, codes, now_us)
    if found_set is not None:
        return found_set
    if needs.wants_ping:
        return Operation(Ping())
    if needs.resync_due:
        return Operation(_resync(needs))
    return Nothing()


def _clear_first(needs: LockNeeds, ready: Sequence[CodeRecord]) -> Operation | None:
    for code in ready:
        if code.access_code_id not in needs.to_clear or code.slot in needs.wants_slots:
            continue  # it may be somebody else's by now
        if code.slot is not None:
            return Operation(ClearCode(code.slot), code.access_code_id)
    return None


def _end_doubt(ready: Sequence[CodeRecord], but: frozenset[str] = frozenset()) -> Operation | None:
    for code in ready:
        if code.access_code_id in but:
            continue
        if code.progress is Progress.DOUBT and code.slot is not None:
            return Operation(ReadCode(code.slot), code.access_code_id)
    return None


def _clear(needs: LockNeeds, ready: Sequence[CodeRecord], now_us: int) -> Operation | None:
    """The first code to take out, unless its slot changed and is to be read: it may not be ours."""
    for code in ready:
        if is_wanted(code, now_us) or code.progress is not Progress.THERE:
            continue
        if code.slot is not None and code.slot not in needs.wants_slots:
            return Operation(ClearCode(code.slot), code.access_code_id)
    return None


def _keep_hours(
    keeping: Keeping | None, ready: Sequence[CodeRecord], now_us: int
) -> Operation | None:
    """The clock first, then hours that nobody needs, then the hours of codes that are there."""
    if keeping is None:
        return None
    if keeping.clock is not None:
        return Operation(keeping.clock)
    if keeping.stale:
        return Operation(SetSchedule(keeping.stale[0], None, None))
    for code in ready:
        if code.progress is not Progress.THERE or code.want is not Want.PRESENT:
            continue
        if code.slot is not None and (code.is_native or code.slot in keeping.known):
            command = hours_command(keeping, code.slot, code, now_us)
            if command is not None:
                return Operation(command, code.access_code_id)
    return None


def _set(
    needs: LockNeeds, ready: Sequence[CodeRecord], codes: Sequence[CodeRecord], now_us: int
) -> Next | None:
    """The first code that is due; a lock without space still gets its other work done."""
    no_space: NoSpace | None = None
    for code in ready:
        if code.want is not Want.PRESENT or code.progress is not Progress.OPEN:
            continue
        if code.kind is CodeKind.OFFLINE:
            continue
        if not is_due(code, now_us) or (code.pin is None and not needs.provider_chooses):
            continue
        if code.is_native and needs.keeping is not None and not needs.keeping.clock_is_right:
            continue  # until its clock is right, hours would shut out or let in at a wrong time
        in_use = _is_in_use(needs, code)
        if in_use is not None:
            return in_use
        if code.slot is not None:
            return _write(needs, code, code.slot, now_us)
        slot = free_slot(needs.mirror, needs.slots_max, needs.reserved_slots, codes)
        if slot is not None:
            return TakeSlot(code.access_code_id, slot)
        if no_space is None and not any(p.error_code == NO_SPACE for p in code.errors):
            no_space = NoSpace(code.access_code_id)
    return no_space


def _is_in_use(needs: LockNeeds, code: CodeRecord) -> Operation | InUse | None:
    """Whether another slot has the digits of a code. It is read once more before that is said."""
    holder = None if needs.provider_chooses else needs.mirror.holder(code.pin, code.slot)
    if holder is None:
        return None
    read = needs.just_read == holder
    return InUse(code.access_code_id) if read else Operation(ReadCode(holder))


def _write(needs: LockNeeds, code: CodeRecord, slot: int, now_us: int) -> Next:
    """What is next for a code that has its slot: its hours are there before it is."""
    if code.sends == 0 and not needs.mirror.is_usable(slot):
        return GiveUpSlot(code.access_code_id)
    if needs.keeping is not None:
        command = hours_command(needs.keeping, slot, code, now_us)
        if command is not None:
            return Operation(command, code.access_code_id)
    if code.sends == 0 and needs.just_read != slot:
        return Operation(ReadCode(slot))
    if needs.provider_chooses or code.pin is None:
        return Operation(AssignCode(slot), code.access_code_id)
    return Operation(SetCode(slot, code.pin), code.access_code_id)


NO_SPACE = "no_space_for_access_code_on_device"
# How many backup codes a lock keeps. Ours: Seam's documents give no number.
POOL_SIZE = 3


def free_slot(
    mirror: Mirror, slots_max: int, reserved: frozenset[int], codes: Sequence[CodeRecord]
) -> int | None:
    """The lowest slot that was read as empty and that no code of ours holds."""
    taken = reserved | {code.slot for code in codes if code.slot is not None}
    return mirror.lowest_free(slots_max, taken)


def free_slots(
    mirror: Mirror,
    slots_max: int,
    reserved: frozenset[int],
    codes: Sequence[CodeRecord],
    now_us: int,
) -> int:
    """How many codes the lock still takes, counting rows that have not chosen their slot yet.

    An unread slot counts as free: it may be, and a lock that turns out to be full says so.
    """
    held = {code.slot for code in codes if code.slot is not None}
    free = 0
    for slot in range(1, slots_max + 1):
        if slot not in reserved and slot not in held and mirror.is_usable(slot):
            free += 1
    waiting = sum(
        1
        for code in codes
        if code.slot is None
        and code.kind is not CodeKind.OFFLINE
        and code.want is Want.PRESENT
        and code.progress is Progress.OPEN
        and is_due(code, now_us)
    )
    return free - waiting


def _resync(needs: LockNeeds) -> Command:
    if needs.supports_checksum and needs.mirror.checksum() is not None:
        return ReadChecksum()
    return Walk()


def next_wake_us(codes: Sequence[CodeRecord], now_us: int) -> int | None:
    """When time alone next gives a code of this lock something to do; None: never."""
    times = []
    for code in codes:
        if code.retry_at_us is not None and code.retry_at_us > now_us:
            times.append(code.retry_at_us)
        waits = code.want is Want.PRESENT and code.progress is Progress.OPEN
        if waits and code.load_at_us is not None and code.load_at_us > now_us:
            times.append(code.load_at_us)
        if code.want is Want.PRESENT and code.starts_at_us is not None and is_ahead(code, now_us):
            times.append(code.starts_at_us)
        ends_at_us = code.ends_at_us if code.want is Want.PRESENT or is_hidden(code) else None
        if ends_at_us is not None and ends_at_us > now_us:
            times.append(ends_at_us)
    return min(times, default=None)
