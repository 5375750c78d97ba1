"""A code with times is loaded as soon as it is asked for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

from gateway.engine import times
from gateway.policy.schedule import timing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.policy.schedule import Timing


def _at_once(starts_at_us: int | None, ends_at_us: int | None, now_us: int, **how: Any) -> Timing:
    timing = timing_of(starts_at_us, ends_at_us, now_us, **how)
    return timing if starts_at_us is None else replace(timing, load_at_us=now_us)


@contextmanager
def planted() -> Iterator[None]:
    """It opens the door long before its guest may come."""
    with mock.patch.object(times, "timing_of", _at_once):
        yield
