"""The locks of a scenario: their names, their profiles, and whether their first codes fit.

A lock's own rules (`simulator.model.rules`) judge the codes that it starts with, so the reader and
the lock cannot disagree. The digits never come into a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from simulator import profiles
from simulator.model.memory import Slot, read_only
from simulator.model.rules import code_refusal, lengths_taken
from simulator.model.state import fresh
from simulator.model.words import (
    Constraint,
    DuplicatePolicy,
    KeypadMode,
    Notice,
    ReadbackStyle,
    Refusal,
    Schedules,
    SupervisionSupport,
)
from simulator.profiles import ProfileError, ProfileErrors, ProfileFile
from simulator.scenario.cases import Fleet, LockPlan
from simulator.scenario.problems import (
    Gathering,
    Trouble,
    Where,
    did_you_mean,
    kind_of,
    shown,
    suggest,
)
from simulator.scenario.selectors import LOCKS_MAX, Roster, expand_names

if TYPE_CHECKING:
    from simulator.scenario.schema import DerivedProfile, File, Lock

_REFUSALS: Final = {
    Refusal.SLOT_OUT_OF_RANGE: "the lock has no such slot",
    Refusal.SLOT_RESERVED: "the lock keeps this slot for itself",
    Refusal.NOT_A_CODE: "a code is 4 to 10 digits",
    Refusal.NOT_IN_EXISTING_SET: "the lock takes only the PINs of its existing_pins",
    Refusal.FIRST_FOUR_IN_USE: "another code of this lock starts with the same four digits",
    Refusal.PIN_IN_USE: "another slot of this lock, or its admin, has this code",
    Refusal.KEYPAD_COLLISION: "the keypad cannot tell this code from another one of this lock",
}
_HUB_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# A hub lives in one host process, which serves at most so many locks.
LOCKS_PER_HUB_MAX: Final = 1_024
# How `simulator.profiles` starts its message about a field that does not exist.
_UNKNOWN_FIELD: Final = "unknown field"
_PROFILE_WORDS: Final = tuple(
    word.value
    for words in (
        Constraint,
        DuplicatePolicy,
        KeypadMode,
        Notice,
        ReadbackStyle,
        Schedules,
        SupervisionSupport,
    )
    for word in words
)


@dataclass(frozen=True, slots=True)
class Declared:
    """The names that `locks:` declares: by name, the key that stands in the file."""

    key_of: Mapping[str, str]
    complete: bool = True


def declared_locks(raw: object, gathering: Gathering) -> Declared:
    """The lock names of a `locks:` section; those that can be read, if something is wrong."""
    if not isinstance(raw, Mapping):
        gathering.add((), f"must be a map from lock names to locks, not {kind_of(raw)}")
        return Declared({}, complete=False)
    complete = True
    key_of: dict[str, str] = {}
    for key in raw:
        if len(key_of) > LOCKS_MAX:
            break  # told below; a small file could name millions
        try:
            names = expand_names(key)
        except Trouble as trouble:
            gathering.add((key,), str(trouble), on_key=True)
            complete = False
            continue
        for name in names:
            if name in key_of:
                message = f"'{name}' is already declared by {shown(key_of[name])}"
                gathering.add((key,), message, on_key=True)
                break
            key_of[name] = key
    if not raw:
        gathering.add((), "declares no lock")
        complete = False
    if len(key_of) > LOCKS_MAX:
        gathering.add((), f"{len(key_of)} locks are too many; the most is {LOCKS_MAX}")
    return Declared(key_of, complete)


def roster_of(data: Mapping[str, object], declared: Declared) -> Roster:
    """Who can be named in the rest of the file. Takes the sections as they are, checked or not."""
    specs = data.get("locks")
    defaults = data.get("defaults")
    fallback = defaults.get("profile") if isinstance(defaults, Mapping) else None
    profile_of: dict[str, str | None] = {}
    for name, key in declared.key_of.items():
        spec = specs.get(key) if isinstance(specs, Mapping) else None
        own = spec.get("profile") if isinstance(spec, Mapping) else None
        chosen = own if own is not None else fallback
        is_known = isinstance(chosen, str) and "${" not in chosen
        profile_of[name] = chosen if is_known else None
    own_profiles = data.get("profiles")
    more = tuple(own_profiles) if isinstance(own_profiles, Mapping) else ()
    hubs = data.get("hubs", {})
    return Roster(
        profile_of,
        (*profiles.names(), *more),
        complete=declared.complete,
        hubs=tuple(hubs) if isinstance(hubs, Mapping) else None,
    )


def build_fleet(file: File, declared: Declared) -> Fleet:
    """The fleet of a file that is right key by key. Raises `Trouble` if things do not fit."""
    gathering = Gathering()
    shelf = _Shelf(file.profiles, gathering)
    hub_of = _hubs(file, declared, gathering)
    plans: dict[str, LockPlan] = {}
    by_key: dict[str, ProfileFile | None] = {}
    for key, spec in file.locks.items():
        by_key[key] = _profile_of(key, spec, file, shelf, gathering)
    for name, key in declared.key_of.items():
        profile, lock = by_key.get(key), file.locks.get(key)
        if profile is None or lock is None:
            continue
        plans[name] = LockPlan(
            name,
            profile,
            lock.radio,
            lock.power,
            dict(sorted(lock.codes.items())),
            lock.fill_slots,
            lock.zone,
            hub_of.get(name),
        )
    gathering.settle()
    hubs = {hub: tuple(n for n in plans if hub_of.get(n) == hub) for hub in file.hubs}
    return Fleet(
        file.name, file.seed, file.clock, file.timing, file.hosts, file.gateway, plans, hubs
    )


class _Shelf:
    """The profiles that a file can use: those of the product, and its own."""

    def __init__(self, own: Mapping[str, DerivedProfile], gathering: Gathering) -> None:
        self._own = own
        self._gathering = gathering
        self._made: dict[str, ProfileFile | None] = {}
        for name in own:
            if name in profiles.names():
                message = f"there is a profile '{name}' already: give yours another name"
                gathering.add(("profiles", name), message, on_key=True)
            self._make(name, ())

    @property
    def names(self) -> tuple[str, ...]:
        return (*self._own, *profiles.names())

    def find(self, name: str, at: Where) -> ProfileFile | None:
        """The profile, or None after noting why there is none."""
        if name in self._own:
            return self._made[name]
        if name in profiles.names():
            return profiles.load(name)
        self._gathering.add(at, f"no profile is named {shown(name)}{suggest(name, self.names)}")
        return None

    def _make(self, name: str, users: tuple[str, ...]) -> None:
        if name in self._made:
            return
        derived, at = self._own[name], ("profiles", name)
        if derived.extends in (*users, name):
            message = f"'{name}' extends '{derived.extends}', which extends it: a circle"
            self._gathering.add((*at, "extends"), message)
            self._made[name] = None
            return
        if derived.extends in self._own:
            self._make(derived.extends, (*users, name))
        base = self.find(derived.extends, (*at, "extends"))
        self._made[name] = base and self._derive(base, name, derived.overrides)

    def _derive(
        self, base: ProfileFile, name: str, overrides: Mapping[str, object]
    ) -> ProfileFile | None:
        plain = {key: _with_slot_numbers(value) for key, value in overrides.items()}
        try:
            return profiles.derive(base, name, plain)
        except ProfileErrors as errors:
            for error in errors.errors:
                self._add(("profiles", name), error, overrides)
            return None

    def _add(self, profile: Where, error: ProfileError, overrides: Mapping[str, object]) -> None:
        at, message = (*profile, *error.path), error.message
        is_unknown = message.startswith(_UNKNOWN_FIELD)
        value: object = overrides
        for part in error.path:
            if isinstance(value, Mapping):
                value = value.get(str(part))
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
        if is_unknown:
            rest = message.removeprefix(_UNKNOWN_FIELD)
            message = f"{_UNKNOWN_FIELD} {shown(str(error.path[-1]))}{rest}"
        elif isinstance(value, str):
            message += did_you_mean(value, _PROFILE_WORDS)
        self._gathering.add(at, message, on_key=is_unknown)


def _with_slot_numbers(value: object) -> object:
    """Keys are text here; a profile's maps from slots have numbers."""
    if not isinstance(value, Mapping):
        return value
    numbers = {int(key) if key.isdecimal() else key: inner for key, inner in value.items()}
    return {key: _with_slot_numbers(inner) for key, inner in numbers.items()}


def _profile_of(
    key: str, spec: Lock, file: File, shelf: _Shelf, gathering: Gathering
) -> ProfileFile | None:
    at: Where = ("locks", key)
    if spec.profile is not None:
        profile = shelf.find(spec.profile, (*at, "profile"))
    elif file.defaults.profile is not None:
        profile = shelf.find(file.defaults.profile, ("defaults", "profile"))
    else:
        message = "the lock has no profile: give it one, or set defaults: {profile: ...}"
        gathering.add(at, message, on_key=True)
        return None
    if profile is not None:
        _check_codes(at, spec, profile, gathering)
    return profile


def _check_codes(at: Where, spec: Lock, profile: ProfileFile, gathering: Gathering) -> None:
    """Whether a new lock of this profile takes these codes, one after the other."""
    lock = profile.lock
    memory = fresh(lock, 0).memory
    for slot, pin in spec.codes.items():
        refused = code_refusal(lock, memory, slot, pin)
        if refused is None:
            held = [*memory.slots.items(), (slot, Slot(pin))]
            memory = replace(memory, slots=read_only(dict(held).items()))
            continue
        message = _REFUSALS.get(refused.why, refused.why.value)
        if refused.why is Refusal.LENGTH_NOT_SUPPORTED:
            lengths = " or ".join(str(length) for length in lengths_taken(lock, memory))
            message = f"a code of {len(pin)} digits; {profile.name} takes {lengths}"
        elif refused.why is Refusal.DIGITS_NOT_SUPPORTED and refused.rule is not None:
            message = f"{profile.name} refuses this code: {refused.rule.value}"
        gathering.add((*at, "codes", str(slot)), message)
    room = lock.slots_max - len(lock.reserved_slots)
    if spec.fill_slots > room:
        message = f"{profile.name} has room for {room} codes, not for {spec.fill_slots}"
        gathering.add((*at, "fill_slots"), message)


def _hubs(file: File, declared: Declared, gathering: Gathering) -> dict[str, str]:
    """Which declared hub each lock hangs on; a lock without one has a hub of its own."""
    hub_of: dict[str, str] = {}
    for hub, spec in file.hubs.items():
        for name in spec.locks:
            if name in hub_of:
                message = f"'{name}' hangs on '{hub_of[name]}' already: a lock has one hub"
                gathering.add(("hubs", hub, "locks"), message)
            hub_of[name] = hub
    for name, key in declared.key_of.items():
        spec_of_lock, at = file.locks.get(key), ("locks", key, "hub")
        wanted = spec_of_lock.hub if spec_of_lock is not None else None
        if wanted is None:
            continue
        if wanted not in file.hubs:
            hint = suggest(wanted, file.hubs) or ": declare it under hubs"
            gathering.add(at, f"no hub is named {shown(wanted)}{hint}")
        elif hub_of.get(name, wanted) != wanted:
            gathering.add(at, f"'{name}' hangs on '{hub_of[name]}' already: a lock has one hub")
        else:
            hub_of[name] = wanted
    if declared.complete:
        _check_hubs(file, hub_of, gathering)
    return hub_of


def _check_hubs(file: File, hub_of: Mapping[str, str], gathering: Gathering) -> None:
    # A hub may be empty only because the lock that it should have is wrong.
    nothing_wrong = not gathering.findings
    shared = None
    for hub in file.hubs:
        count = sum(other == hub for other in hub_of.values())
        if not _HUB_NAME.fullmatch(hub):
            message = f"{shown(hub)} is not a name: letters, digits, '-' and '_', a letter first"
            gathering.add(("hubs", hub), message, on_key=True)
        if not count and nothing_wrong:
            gathering.add(("hubs", hub), "no lock hangs on this hub", on_key=True)
        if count > LOCKS_PER_HUB_MAX:
            message = f"{count} locks on one hub are too many; the most is {LOCKS_PER_HUB_MAX:,}"
            gathering.add(("hubs", hub), message, on_key=True)
        if count > 1 and shared is None:
            shared = hub
    if shared is not None and file.hosts == "per-lock":
        message = f"the locks of '{shared}' share one radio, and a radio lives in one host"
        gathering.add(("hosts",), f"{message}: say a number of hosts, or leave it out")
