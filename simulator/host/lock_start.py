"""How a lock is when its host starts: as its memory file says or, without one, as new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from simulator.host.filling import CannotHold, to_fill, with_codes
from simulator.host.nvm import NvmDamaged, NvmOfAnother
from simulator.host.treatments import RESTART_US
from simulator.model.events import BatteryLevel, Hung, PowerCut, Restarted
from simulator.model.lock import step
from simulator.model.memory import Offline
from simulator.model.state import MemoryMismatch, boot, fresh, power_of
from simulator.model.words import Power, Security
from simulator.radio.link import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.host.ids import Seen
    from simulator.host.nvm import Nvm, Record
    from simulator.host.settings import LockSettings
    from simulator.model.memory import Slot
    from simulator.model.profile import Profile
    from simulator.model.state import LockState

# A lock that was never reset must not look like another that lost its file, so they are not all 1.
INCARNATION_BITS = 31


class CannotStart(ValueError):
    """A lock cannot be as its settings want it. The message names it, and repeats no PIN."""


@dataclass(frozen=True, slots=True)
class Start:
    """A lock that is about to run. `filled` counts the slots with codes of its own making.

    `before`: as in `Record`.
    """

    state: LockState
    link: Link
    seen: Seen | None
    is_new: bool
    filled: int = 0
    before: Mapping[int, Slot | None] = field(default_factory=dict)


def start(settings: LockSettings, nvm: Nvm, seed: int, now_us: int) -> Start:
    """The lock of these settings at `now_us`.

    Raises `NvmError` for a file that cannot be used, also for one whose memory a lock of this
    profile cannot have, and `CannotStart`.
    """
    record = nvm.load(settings.name)
    if record is not None:
        return _resumed(settings, nvm, record, now_us)
    try:
        return _new(settings, seed, now_us)
    except CannotHold as error:
        raise CannotStart(f"lock {settings.name}: {error}") from None


def _resumed(settings: LockSettings, nvm: Nvm, record: Record, now_us: int) -> Start:
    if record.profile != settings.profile_name:
        why = (
            f"is the memory of a lock of the profile {record.profile}, and lock {settings.name} "
            f"is to be a {settings.profile_name}: give it its old profile, or move the file away"
        )
        raise NvmOfAnother(nvm.path, why)
    try:
        state, link = as_recorded(settings.profile, record, now_us)
    except MemoryMismatch as error:
        why = f"a lock of the profile {settings.profile_name} cannot have this memory: {error}"
        raise NvmDamaged(nvm.path, why) from None
    return Start(state, link, record.seen, is_new=False, before=record.before)


def as_recorded(profile: Profile, record: Record, now_us: int) -> tuple[LockState, Link]:
    """The lock that its memory file tells of, at `now_us`, and its radio.

    Raises `MemoryMismatch` for a memory that a lock of this profile cannot have.
    """
    state = boot(profile, record.memory, now_us)
    if not record.is_powered:
        state, _ = step(profile, state, PowerCut(), now_us)
    elif record.is_hung:
        state, _ = step(profile, state, Hung(), now_us)
    elif record.restarts_at_us is not None:
        left_us = max(record.restarts_at_us - now_us, 0)
        state, _ = step(profile, state, Restarted(left_us), now_us)
    link = Link(
        record.radio,
        powered=state.is_alive,
        faults=record.faults,
        loss=record.loss,
        latency_us=record.latency_us,
        needs_nonce=_needs_nonce(profile),
    )
    return state, link


def _new(settings: LockSettings, seed: int, now_us: int) -> Start:
    stream = f"{seed}/{settings.name}"
    profile = settings.profile
    incarnation = 1 + Random(f"{stream}/{now_us}").getrandbits(INCARNATION_BITS)
    state = fresh(profile, incarnation)
    secret = settings.offline_secret
    offline = None if secret is None else Offline(secret)
    memory = with_codes(profile, replace(state.memory, offline=offline), settings.codes)
    fill = to_fill(profile, memory, settings.fill_slots, stream)
    state = boot(profile, with_codes(profile, memory, fill), now_us)
    state = _powered(settings, state, now_us)
    link = Link(settings.radio, powered=state.is_alive, needs_nonce=_needs_nonce(profile))
    return Start(state, link, None, is_new=True, filled=len(fill))


def _needs_nonce(profile: Profile) -> bool:
    return profile.security is Security.S0


def _powered(settings: LockSettings, state: LockState, now_us: int) -> LockState:
    """With batteries as full as the word says, or without any."""
    profile, power = settings.profile, settings.power
    if power is Power.OFF:
        return step(profile, state, PowerCut(), now_us)[0]
    if power is Power.REBOOTING:
        return step(profile, state, Restarted(RESTART_US), now_us)[0]
    percents = {
        Power.GOOD: state.memory.battery_percent,
        Power.LOW: profile.battery_low_percent,
        Power.CRITICAL: profile.battery_critical_percent,
        Power.DEPLETED: 0,
    }
    # Told to nobody: a battery that was low before anybody listened is no news.
    changed, _ = step(profile, state, BatteryLevel(percents[power]), now_us)
    if power_of(profile, changed) is not power:
        raise CannotStart(f"lock {settings.name}: this profile knows no power {power.value}")
    return changed
