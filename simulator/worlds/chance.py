"""How often and how long, by chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from simulator.worlds.plan import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

T = TypeVar("T")


def instants(dice: Random, hours: float, per_hour: float) -> Iterator[int]:
    """Instants in milliseconds, in order, as independent events come (exponential gaps)."""
    at_ms = 0.0
    while per_hour > 0:
        at_ms += dice.expovariate(per_hour / HOUR_MS)
        if at_ms >= hours * HOUR_MS:
            return
        yield int(at_ms)


def span_ms(dice: Random, least_ms: int, most_ms: int) -> int:
    """A span of which every magnitude is as likely: most of what matters happens soon."""
    return round(math.exp(dice.uniform(math.log(least_ms), math.log(most_ms))))


def one_of(dice: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, by weight."""
    return dice.choices(list(weights), list(weights.values()))[0]
