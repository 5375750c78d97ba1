"""Instants as the API writes them, and as integer microseconds.

Read is ISO 8601 with date, time of day and an offset from UTC, in its extended form
(`2026-01-01T15:00:00.000+01:00`, as in RFC 3339, seconds optional) or its basic one
(`20260101T150000+0100`). An instant without an offset is refused: a door code that is an hour off
lets a guest in early or not at all, and the gateway cannot know which clock the caller looked at.

The grammar is our own. `datetime.fromisoformat` takes any character between date and time, and
takes more with every Python release.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

US_PER_S: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)

_EXTENDED: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"([Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_BASIC: Final = re.compile(
    r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d\d(?:\d\d)?)?",
    re.ASCII,
)

# The wording of the API that callers' tests know.
UNPARSABLE: Final = "Must be parsable date string if defined"
NAIVE: Final = "Must say its offset from UTC: end it with Z or with an offset such as +01:00"


class BadTime(ValueError):
    """The text is not an instant. `str()` says why, as a problem's message, without the text."""


def time_from_text(text: str) -> int:
    """Microseconds since 1970-01-01T00:00:00Z; digits after the sixth are cut off.

    Raises `BadTime` when the text is no ISO 8601 instant between the years 1 and 9999 in UTC, or
    when it has no offset. A leap second (`:60`) is no instant here, as in POSIX time.
    """
    match = _EXTENDED.fullmatch(text) or _BASIC.fullmatch(text)
    if match is None:
        raise BadTime(UNPARSABLE)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    microsecond = int((fraction or "").ljust(6, "0")[:6])
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), microsecond,
            tzinfo=_zone(offset or "Z"),
        )  # fmt: skip
        at_us = (local.astimezone(UTC) - _EPOCH) // _US
    except (ValueError, OverflowError) as error:
        raise BadTime(UNPARSABLE) from error
    if offset is None:
        raise BadTime(NAIVE)
    return at_us


def _zone(offset: str) -> timezone:
    if offset in ("Z", "z"):
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError("an offset has at most 59 minutes")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if offset[0] == "-" else size)


def time_text(at_us: int) -> str:
    """`2026-01-01T00:00:00.000Z`: UTC, milliseconds, what lies below them cut off."""
    return f"{_utc(at_us).isoformat(timespec='milliseconds')}Z"


def exact_time_text(at_us: int) -> str:
    """As `time_text`, with all six digits: reading it gives `at_us` back."""
    return f"{_utc(at_us).isoformat(timespec='microseconds')}Z"


def _utc(at_us: int) -> datetime:
    return (_EPOCH + at_us * _US).replace(tzinfo=None)
