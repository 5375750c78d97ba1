"""Offline codes: a lock and whoever knows its secret make the same PIN without a word.

Nothing is sent: the PIN itself carries its window, enciphered with the lock's secret, and the lock
deciphers what is typed. So both sides need one and the same function, and may not import each
other; that is why it stands here, among the neutral pieces. It is pure, and it is a model of such
codes, not the algorithm of any vendor.

The limits are those of igloohome's algoPIN in Seam's device guide
(igloohome-locks/creating-igloohome-offline-access-codes): hourly codes of 1 to 672 hours, three for
each start; daily ones of 29 to 367 days, three for each start; codes for one use, valid for 24
hours, five for each start; the first use within 24 hours of the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterator

US_PER_HOUR: Final = 3_600_000_000
# Whole hours of every time zone begin at a quarter of one of UTC's.
US_PER_QUARTER: Final = US_PER_HOUR // 4
HOURLY_HOURS_MAX: Final = 672
DAILY_DAYS: Final = range(29, 367 + 1)
ONE_TIME_HOURS: Final = 24
FIRST_USE_US: Final = 24 * US_PER_HOUR
VARIANTS: Final = 3
ONE_TIME_VARIANTS: Final = 5

# Ours: ten digits leave one guess in about 20,000 that is a window which could begin now.
DIGITS: Final = 10
_HALF: Final = 10 ** (DIGITS // 2)
_ROUNDS: Final = 6
_SECRET_BYTES_MAX: Final = 64  # of a key of BLAKE2b
_TOLD: Final = Struct(">qBBBI")

# A day has 23 or 25 hours where clocks are changed, so a number of days may be an hour off.
_LENGTHS: Final = frozenset(range(1, HOURLY_HOURS_MAX + 1)) | {
    24 * days + shift for days in DAILY_DAYS for shift in (-1, 0, 1)
}


@dataclass(frozen=True, slots=True)
class OfflineWindow:
    """When an offline code opens: in [starts, ends), or once in it."""

    starts_us: int
    ends_us: int
    is_one_time: bool = False


def variants(window: OfflineWindow) -> range:
    """The codes that there can be for one start: each number gives another PIN."""
    return range(ONE_TIME_VARIANTS if window.is_one_time else VARIANTS)


def problem_with(window: OfflineWindow) -> str | None:
    """Why no offline code can have this window, in words; None if one can."""
    length_us = window.ends_us - window.starts_us
    if window.starts_us % US_PER_QUARTER or length_us % US_PER_HOUR:
        return "an offline code begins and ends on the hour"
    hours = length_us // US_PER_HOUR
    if window.is_one_time:
        return None if hours == ONE_TIME_HOURS else "a code for one use is valid for 24 hours"
    if hours not in _LENGTHS:
        return "an offline code lasts from 1 to 672 hours, or from 29 to 367 whole days"
    return None


def derive(secret: Pin, window: OfflineWindow, variant: int) -> Pin:
    """The PIN of a window. Raises `ValueError` for a window or a variant that no code can have."""
    problem = problem_with(window)
    if problem is not None or variant not in variants(window):
        raise ValueError(problem or f"there is no variant {variant}")
    hours = (window.ends_us - window.starts_us) // US_PER_HOUR
    cipher = _Cipher(_keyed(secret), window.starts_us, variant, window.is_one_time)
    left, right = 0, hours
    for number in range(_ROUNDS):
        left, right = right, (left + cipher.round(number, right)) % _HALF
    return Pin(f"{left * _HALF + right:0{DIGITS}}")


def recognise(secret: Pin, typed: Pin, clock_us: int) -> OfflineWindow | None:
    """The window of a PIN that may be used for the first time now; None if it is no such PIN.

    `clock_us` is the lock's own clock. Only windows that began within the last 24 hours count.
    """
    digits = typed.reveal()
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    found = (_decipher(cipher, digits) for cipher in _ciphers(secret, clock_us))
    fitting = (window for window in found if window is not None and clock_us < window.ends_us)
    return next(fitting, None)


def _keyed(secret: Pin) -> blake2b:
    return blake2b(key=secret.reveal().encode()[:_SECRET_BYTES_MAX], digest_size=8)


@dataclass(frozen=True, slots=True)
class _Cipher:
    """The enciphering of one start and variant: a Feistel network over two halves of digits."""

    keyed: blake2b
    starts_us: int
    variant: int
    is_one_time: bool

    def round(self, number: int, half: int) -> int:
        hashed = self.keyed.copy()
        hashed.update(_TOLD.pack(self.starts_us, self.variant, self.is_one_time, number, half))
        return int.from_bytes(hashed.digest(), "big") % _HALF


def _ciphers(secret: Pin, clock_us: int) -> Iterator[_Cipher]:
    """Latest start first: a code that was just made is the likeliest."""
    keyed = _keyed(secret)
    latest_us = clock_us - clock_us % US_PER_QUARTER
    for starts_us in range(latest_us, clock_us - FIRST_USE_US, -US_PER_QUARTER):
        for is_one_time, count in ((False, VARIANTS), (True, ONE_TIME_VARIANTS)):
            for variant in range(count):
                yield _Cipher(keyed, starts_us, variant, is_one_time)


def _decipher(cipher: _Cipher, digits: str) -> OfflineWindow | None:
    left, right = divmod(int(digits), _HALF)
    for number in reversed(range(_ROUNDS)):
        left, right = (right - cipher.round(number, left)) % _HALF, left
    if left:
        return None
    ends_us = cipher.starts_us + right * US_PER_HOUR
    window = OfflineWindow(cipher.starts_us, ends_us, cipher.is_one_time)
    return window if problem_with(window) is None else None
