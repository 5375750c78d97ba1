"""Which locks a scenario means: a name, a list, a pattern such as `door-*`, or `{profile: x}`.

A selector that fits no lock is always an error. An expectation about nothing passes, and that is
how a misspelt name stays unnoticed for years.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from simulator.scenario.problems import Gathering, Trouble, kind_of, shown, suggest

# As many as one `create_multiple` call takes.
LOCKS_MAX: Final = 10_000
LOCK_NAME_CHARACTERS_MAX: Final = 64
# One list may name every lock, and some of them again to see that refused.
SELECTED_MAX: Final = 2 * LOCKS_MAX
# Each is held against every lock.
PATTERNS_MAX: Final = 100

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_RANGE: Final = re.compile(r"\{([0-9]{1,6})\.\.([0-9]{1,6})\}")
_PATTERN_CHARACTERS: Final = frozenset("*?[")
# These words mean something where lock names are keys of an expectation.
_RESERVED: Final = frozenset({"when", "gateway", "bench"})


@dataclass(frozen=True, slots=True)
class Roster:
    """The locks that can be named at one place, in the order of the file, each with its profile.

    A profile is None where it is not known. `profiles` are all profile names that the file can use;
    `hubs` are the declared ones, None if they cannot be read.
    `whole` says which locks these are, for messages. When the locks themselves cannot be read the
    roster is not `complete`, and a name that it lacks is no finding.
    """

    profile_of: Mapping[str, str | None]
    profiles: tuple[str, ...] = ()
    whole: str = "this scenario"
    complete: bool = True
    hubs: tuple[str, ...] | None = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every lock, in order."""
        return tuple(self.profile_of)

    def only(self, names: Iterable[str], whole: str) -> Roster:
        """The roster of some of these locks, in the order given."""
        return replace(self, profile_of={n: self.profile_of.get(n) for n in names}, whole=whole)


def expand_names(pattern: str) -> tuple[str, ...]:
    """The lock names that a key under `locks:` declares: `door-{01..60}` is sixty of them.

    Leading zeros of the first number set the width. Raises `Trouble`.
    """
    pieces = _RANGE.split(pattern)
    ranges = list(zip(pieces[1::3], pieces[2::3], strict=True))
    count = 1
    for low, high in ranges:
        if int(low) > int(high):
            raise Trouble.here(f"the range {{{low}..{high}}} runs backwards")
        count *= int(high) - int(low) + 1
    if count > LOCKS_MAX:
        raise Trouble.here(f"{count} locks are too many; the most is {LOCKS_MAX}")
    fixed = pieces[0::3]
    numbers = itertools.product(*(_numbers(low, high) for low, high in ranges))
    names = tuple(_weave(fixed, combination) for combination in numbers)
    for name in (names[0], names[-1]):
        if not _NAME.fullmatch(name) or len(name) > LOCK_NAME_CHARACTERS_MAX:
            raise Trouble.here(
                f"{shown(pattern)} is not a name for a lock: letters, digits, - and _, "
                f"a letter first, at most {LOCK_NAME_CHARACTERS_MAX}"
            )
        if name in _RESERVED:
            raise Trouble.here(f"'{name}' cannot be the name of a lock: it has another meaning")
    return names


def select(selector: object, roster: Roster) -> tuple[str, ...]:
    """The locks that `selector` means, each once, in the order in which they are named.

    Raises `Trouble` with a finding for each name that is wrong.
    """
    return tuple(dict.fromkeys(select_each(selector, roster)))


def _nothing(item: object) -> bool:
    del item
    return False


def select_each(
    selector: object, roster: Roster, *, as_it_is: Callable[[object], bool] = _nothing
) -> tuple[str, ...]:
    """As `select`, but a lock that is named twice by its own name is there twice.

    `device_ids` needs that: a request with a device twice is one that a scenario may want to send.
    What `as_it_is` says yes to is no lock of the roster and is passed through.
    """
    if not isinstance(selector, list):
        return (str(selector),) if as_it_is(selector) else _select_one(selector, roster)
    _bound_patterns(selector)
    gathering = Gathering()
    found: list[str] = []
    seen: set[str] = set()
    looked_at = 0
    for index, one in enumerate(selector):
        if as_it_is(one):
            found.append(str(one))
            continue
        try:
            names = _select_one(one, roster)
        except Trouble as trouble:
            gathering.take(trouble, (index,))
            continue
        exact = isinstance(one, str) and not is_pattern(one)
        found.extend(name for name in names if exact or name not in seen)
        seen.update(names)
        looked_at += len(names)
        if max(len(found), looked_at) > SELECTED_MAX:
            raise Trouble.here(f"this list names more than {SELECTED_MAX} locks")
    gathering.settle()
    return tuple(found)


def assign(keys: Iterable[str], roster: Roster) -> dict[str, str]:
    """Which key speaks of which lock, by lock name.

    A key is a name or a pattern. A lock belongs to its own name if that is there, else to the first
    pattern that fits; so `"*"` means all that are not named. Raises `Trouble`; a pattern that is
    left without a lock is an error too.
    """
    keys = list(keys)
    _bound_patterns(keys)
    gathering = Gathering()
    owner: dict[str, str] = {}
    patterns: list[str] = []
    for key in keys:
        if is_pattern(key):
            patterns.append(key)
            continue
        try:
            _select_one(key, roster)
        except Trouble as trouble:
            gathering.findings.extend(replace(f, on_key=True) for f in trouble.under((key,)))
            continue
        owner[key] = key
    for pattern in patterns:
        fitting = [name for name in roster.names if fnmatchcase(name, pattern)]
        left = [name for name in fitting if name not in owner]
        if not left and roster.complete:
            why = "every lock that it fits has another entry" if fitting else "it fits no lock"
            gathering.add((pattern,), f"{shown(pattern)} is about nothing: {why}", on_key=True)
        owner.update(dict.fromkeys(left, pattern))
    gathering.settle()
    return {name: owner[name] for name in roster.names if name in owner}


def _bound_patterns(selectors: Iterable[object]) -> None:
    patterns = sum(not isinstance(one, str) or is_pattern(one) for one in selectors)
    if patterns > PATTERNS_MAX:
        raise Trouble.here(f"{patterns} patterns are too many; the most is {PATTERNS_MAX}")


def is_pattern(text: str) -> bool:
    """Whether `text` stands for all names that fit it."""
    return not _PATTERN_CHARACTERS.isdisjoint(text)


def _select_one(selector: object, roster: Roster) -> tuple[str, ...]:
    if isinstance(selector, Mapping):
        return _of_profile(selector, roster)
    if not isinstance(selector, str):
        raise Trouble.here(f"must be the name of a lock, not {kind_of(selector)}")
    if is_pattern(selector):
        fitting = tuple(name for name in roster.names if fnmatchcase(name, selector))
        if not fitting and roster.complete:
            raise Trouble.here(f"{shown(selector)} fits no lock of {roster.whole}")
        return fitting
    if selector not in roster.profile_of:
        if not roster.complete:
            return ()
        hint = suggest(selector, roster.names)
        raise Trouble.here(f"no lock of {roster.whole} is named {shown(selector)}{hint}")
    return (selector,)


def _of_profile(selector: Mapping[str, object], roster: Roster) -> tuple[str, ...]:
    profile = selector.get("profile")
    if set(selector) != {"profile"} or not isinstance(profile, str):
        raise Trouble.here("a map that selects locks is written {profile: name}")
    fitting = tuple(name for name, own in roster.profile_of.items() if own == profile)
    if not fitting and roster.complete and None not in roster.profile_of.values():
        known = (*roster.profiles, *(own for own in roster.profile_of.values() if own))
        hint = "" if profile in known else suggest(profile, known)
        raise Trouble.here(f"no lock of {roster.whole} has the profile {shown(profile)}{hint}")
    return fitting


def _numbers(low: str, high: str) -> Iterator[str]:
    return (str(number).zfill(len(low)) for number in range(int(low), int(high) + 1))


def _weave(fixed: list[str], numbers: tuple[str, ...]) -> str:
    pairs = itertools.zip_longest(fixed, numbers, fillvalue="")
    return "".join(itertools.chain.from_iterable(pairs))
