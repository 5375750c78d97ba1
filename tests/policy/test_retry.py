from __future__ import annotations

from gateway.policy.retry import (
    BACKOFF_MAX_US,
    RESYNC_FIRST_US,
    RESYNC_MAX_US,
    backoff_us,
    next_resync_interval_us,
)


def test_back_off_doubles_up_to_a_minute() -> None:
    waits = [backoff_us(failures, lambda bound: 0) for failures in range(1, 9)]
    assert waits == [1_000_000 * 2**n for n in range(6)] + [BACKOFF_MAX_US, BACKOFF_MAX_US]


def test_jitter_adds_at_most_a_fifth() -> None:
    assert backoff_us(1, lambda bound: bound - 1) == 1_200_000
    assert backoff_us(10_000, lambda bound: bound - 1) == 72_000_000


def test_a_clean_lock_is_left_alone_for_longer_and_longer() -> None:
    intervals = [RESYNC_FIRST_US]
    for _ in range(4):
        intervals.append(next_resync_interval_us(intervals[-1]))
    hour = 3_600_000_000
    assert intervals == [2 * hour, *[RESYNC_MAX_US] * 4]
