"""The locks of a world: some kinds, some on one hub, some nearly full, some with codes already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.model.words import Schedules, SupervisionSupport
from simulator.profiles.loader import load
from simulator.worlds.traffic import CODES

if TYPE_CHECKING:
    from random import Random

    from simulator.worlds.plan import Ask, Plain

PROFILES: Final = {
    "deadbolt-30": 6,
    "kwikset-914": 2,
    "schlage-be469": 2,
    "ttlock-1-6": 2,
    "nuki": 2,
    "igloohome": 1,
}
# With fewer locks no hub has two and another lock beside it.
WHOLE_FLEET: Final = 3
# Kinds that take any code of four digits, and have so few slots that they can be full.
_SMALL: Final = {"deadbolt-30": 30, "kwikset-914": 30, "schlage-be469": 30}


@dataclass(frozen=True, slots=True)
class Fleet:
    """The locks by name with their profiles, and the hubs that some share.

    `hosts` are the locks that live and die together.
    """

    profiles: dict[str, str]
    hubs: dict[str, list[str]]
    sections: Plain

    @property
    def locks(self) -> list[str]:
        """All of them."""
        return list(self.profiles)

    @property
    def hosts(self) -> list[list[str]]:
        """The locks of each hub, and each other lock alone."""
        shared = {lock for locks in self.hubs.values() for lock in locks}
        alone = [[lock] for lock in self.locks if lock not in shared]
        return [*self.hubs.values(), *alone]

    def able_to(self, fault: str) -> list[str]:
        """The locks that can have a fault: not all keep hours, or report outcomes."""
        return [lock for lock in self.locks if _is_able(self.profiles[lock], fault)]


def _is_able(profile: str, fault: str) -> bool:
    lock = load(profile).lock
    if fault == "clock_drift":
        return lock.schedules is not Schedules.NONE
    if fault == "supervision_stuck":
        return lock.supervision is not SupervisionSupport.NONE
    return True


def make_fleet(ask: Ask) -> Fleet:
    """A fleet for a world."""
    dice = ask.dice("fleet")
    names = [f"door-{number}" for number in range(1, ask.locks + 1)]
    kinds = dice.choices(list(PROFILES), list(PROFILES.values()), k=len(names))
    profiles = dict(zip(names, kinds, strict=True))
    locks: Plain = {name: _lock(dice, profile) for name, profile in profiles.items()}
    hubs: dict[str, list[str]] = {}
    if len(names) >= WHOLE_FLEET and dice.random() < 0.6:
        hubs["attic"] = sorted(dice.sample(names, dice.randint(2, min(3, len(names) - 1))))
    sections: Plain = {"locks": locks}
    if hubs:
        sections["hubs"] = {name: {"locks": members} for name, members in hubs.items()}
    return Fleet(profiles, hubs, sections)


def _lock(dice: Random, profile: str) -> Plain:
    lock: Plain = {"profile": profile, "zone": "Europe/Berlin"}
    if profile not in _SMALL:
        return lock
    if dice.random() < 0.3:
        lock["codes"] = {dice.choice([2, 4, 7]): dice.choice(CODES[:2])}
    if dice.random() < 0.15:
        lock["fill_slots"] = _SMALL[profile] - dice.randint(0, 2)
    return lock
