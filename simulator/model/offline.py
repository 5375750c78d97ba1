"""Offline codes at the keypad: PINs that the lock has never been told and takes all the same.

What the lock remembers of one is that it was used: a code for one use is spent then, any other
opens until its window ends. Until it is used nothing of it is in the lock, so nobody can take it
back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from latchbench.algopin import recognise
from simulator.model.effects import OfflineCodeUsed
from simulator.model.memory import Redeemed

if TYPE_CHECKING:
    from latchbench.pin import Pin
    from simulator.model.memory import Memory


def opens(memory: Memory, typed: Pin, lock_us: int) -> Redeemed | None:
    """What to remember of `typed` if it opens now, by the lock's own clock; None if it does not."""
    if memory.offline is None:
        return None
    for used in memory.offline.redeemed:
        if used.pin == typed and lock_us < used.ends_us:
            return None if used.is_one_time else used
    window = recognise(memory.offline.secret, typed, lock_us)
    return None if window is None else Redeemed(typed, window.ends_us, window.is_one_time)


def redeemed(memory: Memory, used: Redeemed, lock_us: int) -> tuple[Memory, OfflineCodeUsed]:
    """`memory` with a use in it; what has ended is forgotten."""
    assert memory.offline is not None, "only a lock with a secret takes offline codes"
    others = [
        other
        for other in memory.offline.redeemed
        if other.pin != used.pin and lock_us < other.ends_us
    ]
    offline = replace(memory.offline, redeemed=(*others, used))
    told = OfflineCodeUsed(used.pin, used.ends_us, used.is_one_time)
    return replace(memory, offline=offline), told
