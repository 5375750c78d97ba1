"""What must hold in every world, whatever happens in it. One file for each promise.

Checkers know nothing of the plan's making: they read what was told and what is in the locks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.worlds.checkers.convergence import convergence
from simulator.worlds.checkers.hands_off import hands_off
from simulator.worlds.checkers.honest_status import honest_status
from simulator.worlds.checkers.no_duplicates import no_duplicates
from simulator.worlds.checkers.one_effect import one_effect
from simulator.worlds.checkers.same_pin import same_pin
from simulator.worlds.checkers.schedule_kept import schedule_kept
from simulator.worlds.checkers.secrecy import secrecy
from simulator.worlds.checkers.state_history import state_history
from simulator.worlds.checkers.throw_atomicity import throw_atomicity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.worlds.seen import Seen, Violation

CHECKERS: Final[tuple[Callable[[Seen], Iterator[Violation]], ...]] = (
    throw_atomicity,
    same_pin,
    one_effect,
    honest_status,
    hands_off,
    no_duplicates,
    state_history,
    schedule_kept,
    secrecy,
    convergence,
)
