"""Durations as people write them (`500ms 10s 5m 2h 3d`), as integer microseconds.

One number and one unit, so that a duration has one spelling and can be found with a search. What is
nearly a duration is refused with the spelling that was probably meant.
"""

from __future__ import annotations

import re
from typing import Final

from simulator.scenario.problems import shown

UNITS_US: Final = {
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
# A century: longer is a slip, and the clock's calendar must not run out.
DURATION_US_MAX: Final = 36_525 * UNITS_US["d"]

_EXACT: Final = re.compile(r"([0-9]{1,15})(ms|s|m|h|d)")
_LOOSE_PART: Final = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,6})?)\s*([a-zµ]+)")
_LOOSE_UNITS_US: Final = {
    word: unit_us
    for words, unit_us in (
        ("ms msec msecs millis millisecond milliseconds", 1_000),
        ("s sec secs second seconds", 1_000_000),
        ("m min mins minute minutes", 60_000_000),
        ("h hr hrs hour hours", 3_600_000_000),
        ("d day days", 86_400_000_000),
        ("w week weeks", 7 * 86_400_000_000),
    )
    for word in words.split()
}


class NotADuration(ValueError):
    """The text is no duration; the message says so in words for the person who wrote it."""


def parse_duration(value: object) -> int:
    """Microseconds of `500ms`, `10s`, `5m`, `2h` or `3d`. Raises `NotADuration`."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotADuration("must be a duration such as 10s or 3d")
    if not isinstance(value, str):
        raise NotADuration("a duration needs a unit: ms, s, m, h or d, as in 10s")
    exact = _EXACT.fullmatch(value)
    if exact is None:
        meant = _loosely(value)
        hint = f"; did you mean '{format_duration(meant)}'?" if meant is not None else ""
        hint = hint or ": write it as 500ms, 10s or 3d"
        raise NotADuration(f"{shown(value)} is not a duration{hint}")
    duration_us = int(exact[1]) * UNITS_US[exact[2]]
    if duration_us > DURATION_US_MAX:
        raise NotADuration("is longer than a hundred years")
    return duration_us


def format_duration(duration_us: int) -> str:
    """The shortest spelling that `parse_duration` reads back as the same number.

    `duration_us` is not negative and a whole number of milliseconds; raises `ValueError` if not.
    """
    if duration_us < 0 or duration_us % UNITS_US["ms"]:
        raise ValueError(f"{duration_us} µs has no spelling as a duration")
    if duration_us == 0:
        return "0s"
    unit = next(u for u in reversed(UNITS_US) if duration_us % UNITS_US[u] == 0)
    return f"{duration_us // UNITS_US[unit]}{unit}"


def _loosely(text: str) -> int | None:
    """What `text` means to a person (`3 days`, `1h30m`, `1.5 h`), or None."""
    rest = text.strip().lower()
    total_us = 0
    while rest:
        part = _LOOSE_PART.match(rest)
        if part is None or part[2] not in _LOOSE_UNITS_US:
            return None
        unit_us = _LOOSE_UNITS_US[part[2]]
        whole, _, fraction = part[1].replace(",", ".").partition(".")
        total_us += int(whole) * unit_us + (int(fraction or 0) * unit_us) // 10 ** len(fraction)
        rest = rest[part.end() :].strip()
    in_range = 0 < total_us <= DURATION_US_MAX and total_us % UNITS_US["ms"] == 0
    return total_us if in_range else None
