"""What all faults have in common: where they bite, when they fire, how they are used up."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator.radio.journey import Arrival, FiredFault
from simulator.radio.words import ANY_KIND, CommandKind, Treatment

if TYPE_CHECKING:
    from random import Random

Change = Callable[[tuple[Arrival, ...]], tuple[Arrival, ...]]
"""What a fault makes of a frame: arrivals in order of time; the same ones if it cannot bite."""


@enum.unique
class Point(enum.Enum):
    """The place on a frame's way where a fault bites; a command meets them in this order."""

    OUT = "in the air to the lock"
    LOCK = "at the lock"
    BACK = "in the air to the hub"
    NEWS = "in the air to the hub, unasked"


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table of faults. `befalls`: the kinds of command that it can bite."""

    name: str
    point: Point
    meaning: str
    change: Change
    befalls: frozenset[CommandKind] = ANY_KIND


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that waits. Either `left` counts its firings down, or `probability` decides each.

    `kind`: the only command that it waits for; None: any that it can befall.
    """

    fault: Fault
    kind: CommandKind | None
    left: int | None
    probability: float | None

    def waits_for(self, point: Point, kind: CommandKind | None) -> bool:
        """Whether it may bite a frame of this kind at this point; kind None: a notification."""
        if self.fault.point is not point or self.kind not in (None, kind):
            return False
        return kind is None or kind in self.fault.befalls

    def decides_to_fire(self, rng: Random) -> bool:
        """Takes one number from `rng` if it has a probability, none if it counts."""
        return self.probability is None or rng.random() < self.probability


def strike(
    faults: tuple[Armed, ...],
    point: Point,
    kind: CommandKind | None,
    arrivals: tuple[Arrival, ...],
    rng: Random,
) -> tuple[tuple[Armed, ...], tuple[Arrival, ...], tuple[FiredFault, ...]]:
    """Let the faults bite at one point, oldest first: those still armed, the arrivals, what fired.

    A fault that would change nothing does not fire and is not counted: a frame that nobody would
    have heard cannot be lost once more, and the second liar adds nothing to the first.
    """
    still_armed: list[Armed] = []
    fired: list[FiredFault] = []
    for armed in faults:
        changed = armed.fault.change(arrivals) if armed.waits_for(point, kind) else arrivals
        if changed == arrivals or not armed.decides_to_fire(rng):
            still_armed.append(armed)
            continue
        arrivals = changed
        left = None if armed.left is None else armed.left - 1
        fired.append(FiredFault(armed.fault.name, left))
        if left != 0:
            still_armed.append(replace(armed, left=left))
    return tuple(still_armed), arrivals, tuple(fired)


def lose(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    """Nothing arrives. A `Change`."""
    return arrivals[:0]


# How much later the second of two copies comes. A tunable: long enough for the first to be dealt
# with, and as short as a repetition over another route.
ECHO_US: Final = 5_000


def echo(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    """Everything arrives, and the last of it once more, a little later. A `Change`."""
    if not arrivals:
        return arrivals
    return (*arrivals, replace(arrivals[-1], at_us=arrivals[-1].at_us + ECHO_US))


def treat_as(arrivals: tuple[Arrival, ...], treatment: Treatment) -> tuple[Arrival, ...]:
    """Everything arrives, to be treated so, unless an older fault has decided otherwise."""
    return tuple(
        replace(arrival, treatment=treatment) if arrival.treatment is Treatment.NORMAL else arrival
        for arrival in arrivals
    )
