"""What must hold in every world, whatever happens in it. One file for each promise.

Checkers know nothing of the plan's making: they read what was told and what is in the locks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.worlds.checkers.convergence import convergence
from simulator.worlds.checkers.hands_off import hands_off
from simulator.worlds.checkers.honest_status import honest_status
from simulator.worlds.checkers.throw_atomicity import throw_atomicity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.worlds.seen import Seen, Violation

CHECKERS: Final[tuple[Callable[[Seen], Iterator[Violation]], ...]] = (
    throw_atomicity,
    honest_status,
    hands_off,
    convergence,
)
