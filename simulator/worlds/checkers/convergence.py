"""Once nothing is wrong any more, locks hold what the API lists, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from latchbench.pin import Pin
from simulator.worlds.seen import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.worlds.seen import LockEnd, Seen

NAME: Final = "convergence"


def convergence(seen: Seen) -> Iterator[Violation]:
    """After the healing nothing is under way, and each lock agrees with what is said of it."""
    if not seen.settled:
        yield Violation(NAME, seen.healed_us, "work is under way for ever")
    for name, lock in seen.locks.items():
        for message in _differences(lock, seen):
            yield Violation(NAME, seen.healed_us, f"{name} {message}")


def _differences(lock: LockEnd, seen: Seen) -> Iterator[str]:
    for row in lock.rows:
        if row["status"] != "set" and not row["errors"]:
            yield f"has a code that is {row['status']}, and nothing says why"
    listed = [row["code"] for row in lock.rows if row["status"] == "set"]
    listed += [row["code"] for row in lock.unmanaged]
    unread = sum(code is None for code in listed)  # a masked code of somebody's own
    told = Counter(seen.token(Pin(code)) for code in listed if code is not None)
    held = Counter(seen.token(pin) for pin in lock.memory.values())
    for token in (told - held).elements():
        yield f"does not hold {token}, and it is listed"
    unlisted = list((held - told).elements())
    if len(unlisted) > unread:
        yield f"holds {', '.join(unlisted)}, and {unread} of them may be listed"
