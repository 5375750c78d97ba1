"""When a code is valid, when it goes onto its lock, and who keeps its hours.

A lock with schedules keeps the hours itself: it gets them before it gets the code, so that the code
is never in it without them, and is loaded long before it starts. Any other lock gets the code just
in time and opens from then on. Hours are absolute instants: where clocks are changed in between,
they still begin and end when the caller said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.policy.commands import ReadSchedule, SetSchedule
from gateway.policy.records import CodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.policy.commands import ReadClock, SetClock
    from gateway.policy.records import CodeRecord

HOUR_US: Final = 3_600_000_000
# Seam, lifecycle of access codes: loaded 72 hours before `starts_at` where the provider schedules.
NATIVE_LEAD_US: Final = 72 * HOUR_US

# Ours: how often the clock of a lock that keeps hours is looked at, and what it may be off. A frame
# that is repeated after a wake-up beam is under way for about four seconds.
CLOCK_CHECK_US: Final = 6 * HOUR_US
CLOCK_TOLERANCE_US: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Hours:
    """A code opens in [not_before, not_after) by the lock's own clock; None is no limit."""

    not_before_us: int | None
    not_after_us: int | None


ALWAYS: Final = Hours(None, None)


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of a code on one lock. `is_native`: the lock keeps them; `load_at_us` None: now."""

    starts_at_us: int | None = None
    ends_at_us: int | None = None
    load_at_us: int | None = None
    is_native: bool = False
    kind: CodeKind = CodeKind.ONLINE
    is_one_time_use: bool = False

    def is_later(self, now_us: int) -> bool:
        """Whether the lock gets the code at another time than now."""
        return self.load_at_us is not None and self.load_at_us > now_us


def timing_of(
    starts_at_us: int | None,
    ends_at_us: int | None,
    now_us: int,
    *,
    is_native: bool,
    jit_lead_us: int,
) -> Timing:
    """The times of a code that is asked for at `now_us`; `is_native` counts for a window only."""
    if starts_at_us is None:
        return Timing()
    lead_us = NATIVE_LEAD_US if is_native else jit_lead_us
    return Timing(starts_at_us, ends_at_us, max(now_us, starts_at_us - lead_us), is_native)


def timing_of_row(code: CodeRecord) -> Timing:
    """The times of a code as they are."""
    return Timing(code.starts_at_us, code.ends_at_us, code.load_at_us, code.is_native)


def hours_of(code: CodeRecord, now_us: int) -> Hours:
    """The hours that a lock should keep for a code now.

    A start that has passed is left out: it limits nothing, and some locks take only starts that lie
    ahead (`start_date_in_future`).
    """
    if not code.is_native:
        return ALWAYS
    first_us = code.starts_at_us
    begun = first_us is not None and first_us <= now_us
    return Hours(None if begun else first_us, code.ends_at_us)


def serve(hours: Hours, code: CodeRecord, now_us: int) -> bool:
    """Whether a lock that keeps `hours` opens for the code when it should from now on."""
    wanted = hours_of(code, now_us)
    with_its_start = Hours(code.starts_at_us, code.ends_at_us)
    return hours == wanted or (
        code.is_native and wanted.not_before_us is None and hours == with_its_start
    )


def is_ahead(code: CodeRecord, now_us: int) -> bool:
    """Whether the lock itself keeps the code shut for now, because it has not begun."""
    return code.is_native and code.starts_at_us is not None and now_us < code.starts_at_us


def clock_is_off(lock_us: int, now_us: int) -> bool:
    """Whether a lock's clock is too far off to keep hours by."""
    return abs(lock_us - now_us) > CLOCK_TOLERANCE_US


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is known of the hours that a lock keeps, and of the clock that it keeps them by.

    `known` are hours that were read since they were last written. `stale` are slots that have hours
    of ours and no code of ours any more. `clock` is what is to be done about the clock now, and
    `clock_is_right` whether hours can be relied on.
    """

    known: Mapping[int, Hours]
    stale: tuple[int, ...] = ()
    clock: ReadClock | SetClock | None = None
    clock_is_right: bool = False


def hours_command(
    keeping: Keeping, slot: int, code: CodeRecord, now_us: int
) -> ReadSchedule | SetSchedule | None:
    """What to do next so that `slot` has the hours of `code`; None when it was read to have them.

    An acknowledged write proves nothing: hours count when they were read.
    """
    known = keeping.known.get(slot)
    if known is None:
        return ReadSchedule(slot)
    if serve(known, code, now_us):
        return None
    wanted = hours_of(code, now_us)
    return SetSchedule(slot, wanted.not_before_us, wanted.not_after_us)
