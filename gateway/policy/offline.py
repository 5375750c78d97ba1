"""Offline codes as a caller asks for them: rounded to what a lock can make, in the lock's own zone.

Rounding only ever widens: the start moves down and the end up, so a guest is never shut out by it.
A day is the day of the place, which has 23 or 25 hours where clocks are changed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from latchbench.algopin import (
    FIRST_USE_US,
    HOURLY_HOURS_MAX,
    ONE_TIME_HOURS,
    US_PER_HOUR,
    OfflineWindow,
    derive,
    problem_with,
    variants,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import tzinfo

    from gateway.policy.records import CodeRecord
    from latchbench.pin import Pin

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)


class Rounding(StrEnum):
    """The unit that an offline code's times may be rounded to."""

    HOUR = "hour"
    DAY = "day"


ROUNDINGS: Final = {
    None: Rounding.HOUR,
    "1hour": Rounding.HOUR,
    "1h": Rounding.HOUR,
    "1day": Rounding.DAY,
    "1d": Rounding.DAY,
}


class NoSuchWindow(ValueError):
    """No offline code can have these times; `str()` says why, without the lock's name."""


def offline_window(
    starts_at_us: int, ends_at_us: int | None, rounding: Rounding, zone: tzinfo, now_us: int
) -> OfflineWindow:
    """The window of an offline code in `zone`; without an end it is one for a single use.

    Raises `NoSuchWindow`.
    """
    if ends_at_us is None:
        starts_us = _hour_down(starts_at_us, zone)
        ends_us = starts_us + ONE_TIME_HOURS * US_PER_HOUR
        window = OfflineWindow(starts_us, ends_us, is_one_time=True)
    elif rounding is Rounding.DAY:
        if not _same_clock_time(starts_at_us, ends_at_us, zone):
            raise NoSuchWindow("rounding to days needs the same time of day for start and end")
        window = OfflineWindow(_day_down(starts_at_us, zone), _day_up(ends_at_us, zone))
    else:
        window = OfflineWindow(_hour_down(starts_at_us, zone), _hour_up(ends_at_us, zone))
    _check(window, zone, now_us)
    return window


def _check(window: OfflineWindow, zone: tzinfo, now_us: int) -> None:
    problem = problem_with(window)
    if problem is not None:
        raise NoSuchWindow(problem)
    is_daily = window.ends_us - window.starts_us > HOURLY_HOURS_MAX * US_PER_HOUR
    if is_daily and not _same_clock_time(window.starts_us, window.ends_us, zone):
        raise NoSuchWindow("a code for more than 672 hours begins and ends at the same time of day")
    if window.starts_us + FIRST_USE_US <= now_us:
        raise NoSuchWindow("an offline code must be used within 24 hours of its start")


def _local(at_us: int, zone: tzinfo) -> datetime:
    return (_EPOCH + at_us * _US).astimezone(zone)


def _instant(local: datetime) -> int:
    return (local.astimezone(UTC) - _EPOCH) // _US


def _phase(at_us: int, zone: tzinfo) -> int:
    """Where the full hours of a zone lie between those of UTC; most zones have 0."""
    offset = _local(at_us, zone).utcoffset() or timedelta()
    return -(offset // _US) % US_PER_HOUR


def _hour_down(at_us: int, zone: tzinfo) -> int:
    phase_us = _phase(at_us, zone)
    return (at_us - phase_us) // US_PER_HOUR * US_PER_HOUR + phase_us


def _hour_up(at_us: int, zone: tzinfo) -> int:
    down_us = _hour_down(at_us, zone)
    return down_us if down_us == at_us else down_us + US_PER_HOUR


def _day_down(at_us: int, zone: tzinfo) -> int:
    return _instant(_midnight(_local(at_us, zone)))


def _day_up(at_us: int, zone: tzinfo) -> int:
    midnight = _midnight(_local(at_us, zone))
    if _instant(midnight) == at_us:
        return at_us
    return _instant(midnight + timedelta(days=1))


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _same_clock_time(one_us: int, other_us: int, zone: tzinfo) -> bool:
    return _local(one_us, zone).time() == _local(other_us, zone).time()


def next_pin(
    secret: Pin, window: OfflineWindow, codes: Iterable[CodeRecord], in_use: Collection[Pin]
) -> Pin | None:
    """The first PIN of a window that is not in use; None when all of its start are given out.

    `codes` are the offline codes of the lock: their numbers are counted for each start, whatever
    the length, as the lock's maker does.
    """
    given = {number for code in codes for number in _numbers(secret, code, window)}
    for number in variants(window):
        pin = derive(secret, window, number)
        if number not in given and pin not in in_use:
            return pin
    return None


def _numbers(secret: Pin, code: CodeRecord, window: OfflineWindow) -> list[int]:
    """Which number of the start of `window` a code has, if it is of that start and kind."""
    if code.starts_at_us is None or code.ends_at_us is None:
        return []
    other = OfflineWindow(code.starts_at_us, code.ends_at_us, code.is_one_time_use)
    alike = (other.starts_us, other.is_one_time) == (window.starts_us, window.is_one_time)
    if not alike or code.pin is None:
        return []
    return [number for number in variants(other) if derive(secret, other, number) == code.pin]
