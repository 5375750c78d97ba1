"""When to try again: one table, and one back-off.

| what happened                         | what follows                                            |
| ------------------------------------- | ------------------------------------------------------- |
| refused by the lock                   | not repeated until something about the lock changes      |
| end unknown (no acknowledgement)      | read the slot first, then decide                        |
| read back, and it is not there        | written once more, then taken for a refusal             |
| sent, not acknowledged, not there     | written again after a pause: nothing was refused        |
| three silences in a row               | the lock is believed dead; tried on at growing intervals |
| a host cannot be reached three times  | its locks are believed dead until its stream is open    |
| any sign of life                      | tried at once                                           |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

BACKOFF_FIRST_US: Final = 1_000_000
BACKOFF_MAX_US: Final = 60_000_000
JITTER: Final = 0.2
SILENCES_UNTIL_DEAD: Final = 3
WRITES_UNTIL_REFUSED: Final = 2
RANDOM_CODES_MAX: Final = 3


def backoff_us(failures: int, draw: Callable[[int], int]) -> int:
    """How long to wait after `failures` in a row: doubling from 1 s, at most 60 s, plus up to 20 %.

    `draw(n)` gives a whole number below n.
    """
    doublings = min(max(failures - 1, 0), 16)
    base_us = min(BACKOFF_FIRST_US << doublings, BACKOFF_MAX_US)
    return base_us + draw(int(base_us * JITTER) + 1)


RESYNC_FIRST_US: Final = 2 * 3_600_000_000
RESYNC_GROWTH: Final = 3
RESYNC_MAX_US: Final = 6 * 3_600_000_000


def next_resync_interval_us(interval_us: int) -> int:
    """How long a lock that was found unchanged is left alone: 2 h, then 6 h."""
    return min(interval_us * RESYNC_GROWTH, RESYNC_MAX_US)
