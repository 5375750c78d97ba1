"""What a value must be: `set`, `{in: [set, setting]}`, `{matches: "^[0-9]{6}$", not: "4827"}`.

Pure: a matcher is made once from plain data (by `shapes`), then asked as often as wanted what is
wrong with a value. A plain scalar means equal; a plain map means that these fields match and others
are not looked at; a plain list means the same length and each item in its place. A map of operators
means that all of them hold. A value that is not there fits `{absent: true}` and nothing else: an
expectation about a misspelt field must fail, also one with `not`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from latchbench.pin import Pin
from simulator.scenario.interpolate import MISSING, Late, Lookup, Missing, Reference
from simulator.scenario.problems import Where, kind_of, shown

# How a PIN is written into a message; the default masks it.
ShowPin = Callable[[Pin], str]

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which a value does not fit; `at` is the place inside the value."""

    at: Where
    message: str

    def __str__(self) -> str:
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.at)
        return f"{place.removeprefix('.')}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Asking:
    """What a matcher needs while it looks: saved values, and how PINs may be shown."""

    lookup: Lookup
    show: ShowPin


class Matcher:
    """What a value must be. `mismatches` yields nothing if `value` fits."""

    __slots__ = ()

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """Every way in which `value` (or MISSING) does not fit."""
        raise NotImplementedError

    def fits(self, value: object, asking: Asking) -> bool:
        """Whether there is no mismatch."""
        return next(self.mismatches(value, asking), None) is None


class Present(Matcher):
    """A matcher that no missing value fits."""

    __slots__ = ()

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        if isinstance(value, Missing):
            yield Mismatch((), "is not there")
        else:
            yield from self.judge(value, asking)

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """Every way in which a value that is there does not fit."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Equal(Present):
    """The same value: 4 and 4.0 are, true and 1 are not, a PIN equals its digits."""

    wanted: object

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        wanted = self.wanted.fill(asking.lookup) if isinstance(self.wanted, Late) else self.wanted
        if isinstance(wanted, Missing):
            yield Mismatch((), f"{self.wanted!r} has no value to compare with")
        elif not same(value, wanted):
            secret = isinstance(wanted, Pin) or isinstance(value, Pin)
            words = [_said(each, asking, secret=secret) for each in (wanted, value)]
            yield Mismatch((), f"wanted {words[0]}, got {words[1]}")


@dataclass(frozen=True, slots=True)
class OneOf(Present):
    """Equal to one of several."""

    wanted: tuple[Equal, ...]

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        if not any(one.fits(value, asking) for one in self.wanted):
            secret = isinstance(value, Pin) or any(isinstance(o.wanted, Pin) for o in self.wanted)
            words = ", ".join(_said(one.wanted, asking, secret=secret) for one in self.wanted)
            got = _said(value, asking, secret=secret)
            yield Mismatch((), f"wanted one of {words}, got {got}")


@dataclass(frozen=True, slots=True)
class Not(Matcher):
    """Does not fit the other. A value that is not there is still a mismatch, unless `absent`."""

    inner: Matcher

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        if isinstance(value, Missing) and not isinstance(self.inner, Absent):
            yield Mismatch((), "is not there")
        elif self.inner.fits(value, asking):
            yield Mismatch((), f"is {_said(value, asking)}, which it must not be")


@dataclass(frozen=True, slots=True)
class Matches(Present):
    """Text in which the pattern is found (anchor it with ^ and $)."""

    pattern: re.Pattern[str]

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        text = value.reveal() if isinstance(value, Pin) else value
        if not isinstance(text, str):
            yield Mismatch((), f"wanted text like {self.pattern.pattern}, got {kind_of(text)}")
        elif self.pattern.search(text) is None:
            got = _said(value, asking)
            yield Mismatch((), f"wanted text like {self.pattern.pattern}, got {got}")


@dataclass(frozen=True, slots=True)
class Between(Present):
    """A number in a range; an end that is None is open. `strict` leaves the ends out.

    `from_text` takes the digits of a text for a number: traces have texts only.
    """

    low: float | None
    high: float | None
    strict: bool = False
    from_text: bool = False

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        if self.from_text and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield Mismatch((), f"wanted a number, got {_said(value, asking)}")
            return
        over = self.low is None or value > self.low or (not self.strict and value == self.low)
        under = self.high is None or value < self.high or (not self.strict and value == self.high)
        if not (over and under):
            yield Mismatch((), f"wanted a number {self._words()}, got {value}")

    def _words(self) -> str:
        if self.low is None:
            return f"less than {self.high}"
        return f"greater than {self.low}" if self.high is None else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class AnyOf(Matcher):
    """Fits at least one."""

    inner: tuple[Matcher, ...]

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        complaints: list[str] = []
        for one in self.inner:
            found = list(one.mismatches(value, asking))
            if not found:
                return
            complaints.append("; ".join(str(mismatch) for mismatch in found))
        numbered = " | ".join(f"({n}) {text}" for n, text in enumerate(complaints, start=1))
        yield Mismatch((), f"fits none of {len(self.inner)}: {numbered}")


@dataclass(frozen=True, slots=True)
class AllOf(Matcher):
    """Fits every one."""

    inner: tuple[Matcher, ...]

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        for one in self.inner:
            yield from one.mismatches(value, asking)


@dataclass(frozen=True, slots=True)
class Absent(Matcher):
    """Is not there at all (null is there), or with `wanted` false: is there, whatever it is."""

    wanted: bool

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        if isinstance(value, Missing) == self.wanted:
            return
        got = f"should not be there, got {_said(value, asking)}" if self.wanted else "is not there"
        yield Mismatch((), got)


@dataclass(frozen=True, slots=True)
class SameAs(Present):
    """Equal to what an earlier step saved."""

    reference: Reference

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        other = asking.lookup(self.reference)
        if isinstance(other, Missing):
            yield Mismatch((), f"{self.reference} has no value to compare with")
        elif not same(value, other):
            secret = isinstance(other, Pin) or isinstance(value, Pin)
            words = [_said(each, asking, secret=secret) for each in (other, value)]
            yield Mismatch((), f"wanted the same as {self.reference}, {words[0]}, got {words[1]}")


@dataclass(frozen=True, slots=True)
class Secret(Matcher):
    """What a PIN must be: text is taken for digits, so that no mismatch shows it."""

    inner: Matcher

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        yield from self.inner.mismatches(Pin(value) if isinstance(value, str) else value, asking)


@dataclass(frozen=True, slots=True)
class Fields(Present):
    """A map in which each of these fields fits; others are not looked at."""

    inner: Mapping[str | int, Matcher]

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        if not isinstance(value, Mapping):
            yield Mismatch((), f"wanted a map, got {_said(value, asking)}")
            return
        for key, matcher in self.inner.items():
            for found in matcher.mismatches(value.get(key, MISSING), asking):
                yield Mismatch((str(key), *found.at), found.message)


@dataclass(frozen=True, slots=True)
class Items(Present):
    """A list of this length, each item fitting the matcher in its place."""

    inner: tuple[Matcher, ...]

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        if not isinstance(value, list | tuple):
            yield Mismatch((), f"wanted a list, got {_said(value, asking)}")
            return
        if len(value) != len(self.inner):
            got = _said(value, asking)
            yield Mismatch((), f"wanted a list of {len(self.inner)}, got {len(value)}: {got}")
            return
        for index, (matcher, item) in enumerate(zip(self.inner, value, strict=True)):
            for found in matcher.mismatches(item, asking):
                yield Mismatch((index, *found.at), found.message)


@dataclass(frozen=True, slots=True)
class AmongItems(Present):
    """A list of which at least one item fits, or with `wanted` false none does."""

    inner: Matcher
    wanted: bool

    def judge(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Present`."""
        items = value if isinstance(value, list | tuple) else (value,)
        fitting = sum(self.inner.fits(item, asking) for item in items)
        if self.wanted and not fitting:
            yield Mismatch((), f"none of {len(items)} fits")
        elif not self.wanted and fitting:
            yield Mismatch((), f"{fitting} of {len(items)} fit, wanted none")


def match(
    matcher: Matcher, value: object, lookup: Lookup, *, show: ShowPin = str
) -> list[Mismatch]:
    """Every way in which `value` does not fit `matcher`; empty if it fits.

    `lookup` gives what earlier steps saved, or MISSING. `show` writes a PIN into a message; the
    default masks it.
    """
    return list(matcher.mismatches(value, Asking(lookup, show)))


def same(value: object, other: object) -> bool:
    """Whether two plain values are equal as a scenario means it; see `Equal`."""
    if isinstance(value, Pin) and isinstance(other, Pin | str):
        return value.reveal() == (other.reveal() if isinstance(other, Pin) else other)
    if isinstance(other, Pin):
        return same(other, value)
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(same(value[k], other[k]) for k in value)
    return value == other


def _said(value: object, asking: Asking, *, secret: bool = False) -> str:
    """A value in a message: PINs as `show` likes them, with their length, which is often it."""
    if secret and isinstance(value, str):
        value = Pin(value)
    if isinstance(value, Pin):
        return f"{asking.show(value)} ({len(value)} digits)"
    if isinstance(value, Late):
        return " ".join(f"${{{reference}}}" for reference in value.references)
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, Mapping):
        inner = (f"{key}: {_said(item, asking)}" for key, item in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_said(item, asking) for item in value) + "]"
    return shown(value) if isinstance(value, str) else str(value)
