"""Small makers for tests of the radio; what a test does not name does not matter to it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from simulator.radio.link import Link, Return, answer, arrives, send, unheard
from simulator.radio.timing import FAST, Timing
from simulator.radio.words import CommandKind, RadioState

if TYPE_CHECKING:
    from simulator.radio.link import Journey

NOW_US = 7_000_000


def a_link(state: RadioState = RadioState.AWAKE, *, powered: bool = True) -> Link:
    return Link(state, powered=powered)


def sent(
    link: Link,
    kind: CommandKind = CommandKind.SET_USER_CODE,
    now_us: int = NOW_US,
    timing: Timing = FAST,
    seed: int = 1,
) -> tuple[Link, Journey]:
    return send(link, kind, now_us, timing, Random(seed))


def travelled(
    link: Link,
    kind: CommandKind = CommandKind.SET_USER_CODE,
    now_us: int = NOW_US,
    timing: Timing = FAST,
    rng: Random | None = None,
) -> tuple[Link, Journey, Return]:
    """One command from its start to its end, as a host carries it."""
    rng = rng or Random(1)
    link, journey = send(link, kind, now_us, timing, rng)
    for arrival in journey.arrivals:
        if arrives(link, journey, arrival.at_us):
            link, end = answer(link, journey, arrival.at_us, rng)
            return link, journey, end
    return link, journey, unheard(journey)
