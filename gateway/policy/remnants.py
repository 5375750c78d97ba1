"""What was read as gone from a lock and may be there all the same, and when it is known again.

Some locks show what they held before their last change, some acknowledge and do nothing. So reading
alone does not prove that a code of ours is gone, and what left a lock is remembered for a while. If
a slot shows it again it is ours still, unless a person made it anew: then the lock has said so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.policy.mirror import SlotView
    from latchbench.pin import Pin

KEPT_US: Final = 7 * 24 * 3_600_000_000
KEPT_CLEARED_US: Final = 6 * 3_600_000_000
LATE_US: Final = 60_000_000
"""How long after it was sent a code may still arrive, and be told of by its lock."""


@dataclass(frozen=True, slots=True)
class RemnantRecord:
    """A code that was sent to `slot` (None: nobody knows which) and is believed gone.

    One that was read in its slot can only be there; another `may_be_anywhere`. Before
    `ours_until_us` the lock may tell of it as of a change; what it tells of later is somebody
    else's. It is remembered until `until_us`: for days, or for hours if it `is_cleared`, which is
    what its lock acknowledged.
    """

    remnant_id: str
    device_id: str
    pin: Pin
    slot: int | None
    sent_at_us: int
    ours_until_us: int
    until_us: int
    is_cleared: bool
    may_be_anywhere: bool


def joined(before: RemnantRecord, after: RemnantRecord) -> RemnantRecord:
    """What the same digits are that were believed gone from a lock twice: what either may be."""
    return replace(
        after,
        sent_at_us=min(before.sent_at_us, after.sent_at_us),
        until_us=max(before.until_us, after.until_us),
        is_cleared=before.is_cleared and after.is_cleared,
        may_be_anywhere=before.may_be_anywhere or after.may_be_anywhere,
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """What a lock has said by itself: when a slot changed, and since when nothing was lost."""

    changed_at_us: int | None
    all_since_us: int


def is_back(remnant: RemnantRecord, slot: int, view: SlotView, heard: Heard) -> bool:
    """Whether a slot that is nobody's shows a code that was believed gone.

    Who makes the very same code anew where it was, and is not heard of, is taken for it: a code
    that has ended and opens the door is worse. Behind a mask, where it is known by the slot that it
    was sent to, it counts only if nothing was lost of what the lock said since; one that was
    cleared there too is not known any more.
    """
    changed_us = heard.changed_at_us
    if not view.occupied or (changed_us is not None and changed_us >= remnant.ours_until_us):
        return False
    if view.pin is None:
        has_told_all = heard.all_since_us <= remnant.ours_until_us
        return slot == remnant.slot and has_told_all and not remnant.is_cleared
    return view.pin == remnant.pin and (slot == remnant.slot or remnant.may_be_anywhere)
