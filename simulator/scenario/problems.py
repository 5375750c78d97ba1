"""What is wrong with a scenario file, said to the person who wrote it.

Two shapes of the same thing. A `Finding` says where in the document (`("steps", 2, "advance")`)
and is what checks produce; a `Problem` says which line and column of which file and is what people
read. All problems of a file are collected and shown together, sorted by place.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final, Literal

from latchbench.pin import MASK

Where = tuple[str | int, ...]
Severity = Literal["error", "warning"]

# A word that looks like a PIN is not repeated in a message: people test with the codes of their
# real doors. Four digits is the shortest code of User Code CC, "User Code Set".
_PIN_DIGITS_MIN: Final = 4
# What people write between and around the digits of a PIN: the keypad's keys, groups, `${...}`.
_AROUND_DIGITS: Final = frozenset("#* -._,${}")
_SHOWN_CHARACTERS_MAX: Final = 48
_LISTED_MAX: Final = 24
# Beside a suggestion, more words than these hide it.
_LISTED_BESIDE_MAX: Final = 8
# Comparing one word with a thousand takes about 10 ms, and a file can hold many wrong words.
_COMPARED_MAX: Final = 1_000
_COMPARED_CHARACTERS_MAX: Final = 64
# So many comparisons take about a second. Whoever has more wrong words does not read the hints.
_COMPARISONS_MAX: Final = 30_000
# More are not read by anybody at once, and a hostile file could have a hundred thousand.
PROBLEMS_SHOWN_MAX: Final = 100

# What people say elsewhere, and what it is called here.
_CALLED_HERE: Final[Mapping[str, tuple[str, ...]]] = {
    "offline": ("dead", "device_offline"),
    "unreachable": ("dead", "device_unresponsive"),
    "online": ("awake",),
    "wait": ("advance",),
    "sleep": ("advance", "asleep"),
}

_comparisons_left: ContextVar[list[int] | None] = ContextVar("comparisons_left", default=None)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem at one place; lines and columns count from 1. Ordered by place."""

    path: str
    line: int
    col: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.col}: {self.severity}: {self.message}"

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be used because of it."""
        return self.severity == "error"

    def as_github(self) -> str:
        """The same as a workflow command, which GitHub shows beside the line."""
        place = {"file": self.path, "line": str(self.line), "col": str(self.col)}
        return workflow_command(self.severity, place, self.message)


class ScenarioInvalid(Exception):
    """A file that cannot be used. `problems` has what was found, warnings too, by place.

    Of hundreds of problems it has the first, and how many more there are.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(worst(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at a place in the document.

    `on_key` points at the key instead of at its value, `severity` is as in `Problem`.
    """

    at: Where
    message: str
    on_key: bool = False
    severity: Severity = "error"

    def under(self, base: Where) -> Finding:
        """The same finding, seen from a document in which this one sits at `base`."""
        return Finding((*base, *self.at), self.message, self.on_key, self.severity)


class Trouble(ValueError):
    """Findings on their way up from the check that made them to the reader that places them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))

    @classmethod
    def here(cls, message: str, *, on_key: bool = False) -> Trouble:
        """One finding at the value that is being read, or at its key."""
        return cls((Finding((), message, on_key),))

    def under(self, base: Where) -> tuple[Finding, ...]:
        """The findings, seen from a document in which this one sits at `base`."""
        return tuple(finding.under(base) for finding in self.findings)


def worst(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by place, no more than people read; how many more there are is the last one."""
    by_place = sorted(problems)
    shown, rest = by_place[:PROBLEMS_SHOWN_MAX], by_place[PROBLEMS_SHOWN_MAX:]
    if rest:
        more = f"{len(rest)} more problems are not shown: they are told when those above are mended"
        severity: Severity = "error" if any(problem.is_error for problem in rest) else "warning"
        shown.append(replace(rest[0], message=more, severity=severity))
    return shown


@contextmanager
def bounded_hints() -> Iterator[None]:
    """Within it only so many words are looked for, whatever the file: see `nearest`."""
    token = _comparisons_left.set([_COMPARISONS_MAX])
    try:
        yield
    finally:
        _comparisons_left.reset(token)


class Gathering:
    """Collects the findings of many small checks, so that one bad item does not hide the next."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, at: Where, message: str, *, on_key: bool = False) -> None:
        """Notes an error."""
        self.findings.append(Finding(at, message, on_key))

    def warn(self, at: Where, message: str, *, on_key: bool = False) -> None:
        """Notes something that is allowed and probably not meant."""
        self.findings.append(Finding(at, message, on_key, "warning"))

    def take(self, trouble: Trouble, base: Where = ()) -> None:
        """Notes all findings of `trouble`, which was read at `base`."""
        self.findings.extend(trouble.under(base))

    def settle(self) -> None:
        """Raises `Trouble` if anything was noted."""
        if self.findings:
            raise Trouble(self.findings)


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant by `word`, if one is near.

    None also when enough words were compared (`bounded_hints`).
    """
    left = _comparisons_left.get()
    if len(word) > _COMPARED_CHARACTERS_MAX or (left is not None and left[0] <= 0):
        return None
    for called in _CALLED_HERE.get(word.lower(), ()):
        if called in known:
            return called
    by_lower: dict[str, str] = {}
    for candidate in itertools.islice(known, _COMPARED_MAX):
        by_lower.setdefault(candidate.lower(), candidate)
    if left is not None:
        left[0] -= len(by_lower)
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return by_lower[near[0]]
    # `behaviour` for `behavior_when_code_cannot_be_shared`: the start of a long word.
    starts = {lower[: len(word)]: candidate for lower, candidate in by_lower.items()}
    near = difflib.get_close_matches(word.lower(), starts, n=1, cutoff=0.8)
    if near:
        return starts[near[0]]
    # `code` for `error_code`: a part of a word.
    parts = (candidate for candidate in by_lower.values() if word in candidate.split("_"))
    return next(parts, None)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`; did you mean 'x'?`, or nothing when no known word is near. Starts where a clause ends."""
    near = nearest(word, known)
    return "" if near is None or may_be_pin(near) else f"; did you mean '{near}'?"


def suggest(word: str, known: Collection[str], title: str = "one of") -> str:
    """What was probably meant by `word`, and what there is: all of it when it is little."""
    meant = did_you_mean(word, known)
    return meant if meant and len(known) > _LISTED_BESIDE_MAX else meant + listed(title, known)


def listed(title: str, known: Collection[str]) -> str:
    """`  (one of: a, b)` with `one of` as the title, and a bound on how much is listed."""
    more = f", and {len(known) - _LISTED_MAX} more" if len(known) > _LISTED_MAX else ""
    few = itertools.islice(known, _LISTED_MAX)
    words = ", ".join(MASK if may_be_pin(word) else word for word in few)
    return f"  ({title}: {words}{more})" if known else ""


def may_be_pin(text: str) -> bool:
    """Whether `text` is four digits or more and nothing else, but for what stands around digits."""
    digits = sum(character.isdigit() for character in text)
    around = sum(character in _AROUND_DIGITS for character in text)
    return digits >= _PIN_DIGITS_MIN and digits + around == len(text)


def shown(text: str) -> str:
    """`text` in quotes, for a message: cut if long, masked if it may be a PIN, on one line."""
    if may_be_pin(text):
        return f"'{MASK}'"
    cut = text if len(text) <= _SHOWN_CHARACTERS_MAX else text[: _SHOWN_CHARACTERS_MAX - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut) + "'"


def kind_of(value: object) -> str:
    """What a value is, in words of the file and not of Python."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    return "a value that is known only while the scenario runs"


def workflow_command(severity: Severity, place: Mapping[str, str], message: str) -> str:
    """One line that GitHub shows at this place; `message` may have several."""
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{severity} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
