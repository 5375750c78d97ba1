"""How a lock answers: the outcome of a write, a report, a notice that this lock does send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.model.effects import Notified, Replied
from simulator.model.words import Outcome

if TYPE_CHECKING:
    from simulator.model.effects import Body
    from simulator.model.profile import Profile
    from simulator.model.words import Notice


def written(profile: Profile, *, ok: bool) -> Replied:
    """The answer to a write: SUCCESS or FAIL, and nothing from a lock that is not supervised."""
    if not profile.is_supervised:
        return Replied(Outcome.NONE, None)
    return Replied(Outcome.SUCCESS if ok else Outcome.FAIL, None)


def unsupported(profile: Profile) -> Replied:
    """The answer to a command that this lock does not have."""
    return Replied(Outcome.NO_SUPPORT if profile.is_supervised else Outcome.NONE, None)


def report(body: Body) -> Replied:
    """The answer to a read."""
    return Replied(Outcome.NONE, body)


def notices(
    profile: Profile, *told: Notice, slot: int | None = None, alarm: int | None = None
) -> tuple[Notified, ...]:
    """Those of `told` that this lock sends, in their order."""
    return tuple(
        Notified(notice, slot, alarm) for notice in told if notice in profile.notifications
    )
