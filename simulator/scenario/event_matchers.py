"""What an event of the trace must be, read with what is known of each kind: see `events`.

A matcher that no event can fit is an error: one of a kind that does not exist, of a field that this
kind does not have, of a source that does not tell of it. Under `none` it would hold for ever.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK
from simulator.scenario.events import EVENTS, PIN_FIELDS, teller_of
from simulator.scenario.interpolate import Late
from simulator.scenario.matchers import Asking, Matcher, Mismatch
from simulator.scenario.problems import Finding, Trouble, shown
from simulator.scenario.shapes import MASKED, TRACE, Shape, read_matcher
from simulator.scenario.told import tells

if TYPE_CHECKING:
    from simulator.scenario.fields import Known

_OF_ALL: Final = ("kind", "source")
_SOURCES: Final = {"lock": "a lock", "hub": "a hub", "gateway": "gateway", "bench": "bench"}
_WORDS_CHARACTERS_MAX: Final = 160
# As many digits as a PIN has, also within a pattern.
_DIGITS: Final = re.compile(r"(?<![0-9])[0-9]{4,10}(?![0-9])")

# An event of the trace. A lock, `gateway`, `bench` or `hub` with the name of one is its source.
# `code` is in none of them: who looks for one is told why.
EVENT: Final = Shape(
    "map",
    fields={
        "kind": Shape("trace", tuple(EVENTS), "kind of event"),
        "source": TRACE,
        **{name: TRACE for told in EVENTS.values() for name in told.fields},
        **dict.fromkeys((*PIN_FIELDS, "code"), MASKED),
    },
)


@dataclass(frozen=True, slots=True)
class EventMatcher(Matcher):
    """What an event must be, and that in the words of the file."""

    inner: Matcher
    words: str

    def mismatches(self, value: object, asking: Asking) -> Iterator[Mismatch]:
        """See `Matcher`."""
        yield from self.inner.mismatches(value, asking)


@tells(EVENT)
def read_event(raw: object, context: Known) -> EventMatcher:
    """What an event of the trace must be. Raises `Trouble`, also if none can be it."""
    roster = context.roster
    hubs = tuple(f"hub {name}" for name in roster.hubs or ())
    sources = (*roster.names, "gateway", "bench", *hubs)
    source = Shape("trace", sources, "lock of this scenario")
    fields = {
        **EVENT.fields,
        # Of hubs that cannot be read nothing is known.
        "source": TRACE if roster.hubs is None else source,
        "lock": Shape("trace", roster.names, "lock of this scenario"),
    }
    shape = replace(EVENT, fields=fields, narrow=_narrowed)
    return EventMatcher(read_matcher(raw, shape, context.judge), in_words(raw))


def in_words(raw: object) -> str:
    """What a file wants of an event, on one line; what may be a PIN is masked."""
    words = _DIGITS.sub(MASK, _written(raw))
    is_long = len(words) > _WORDS_CHARACTERS_MAX
    return words[: _WORDS_CHARACTERS_MAX - 1] + "…" if is_long else words


def _written(raw: object) -> str:
    if isinstance(raw, Mapping):
        return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in raw.items()) + "}"
    if isinstance(raw, list):
        return "[" + ", ".join(map(_written, raw)) + "]"
    if isinstance(raw, Late):
        return " ".join(f"${{{reference}}}" for reference in raw.references)
    if raw is None or isinstance(raw, bool):
        return "null" if raw is None else str(raw).lower()
    return shown(str(raw)).strip("'")


def _narrowed(raw: Mapping[str, object], shape: Shape) -> Shape:
    """The shape of the events that a map of fields can be about. Raises `Trouble` if it is none."""
    for key in _OF_ALL:
        if raw.get(key) == {"absent": True}:
            raise Trouble([Finding((key,), f"every event has a {key}")])
    kinds = _possible(raw.get("kind", {}), EVENTS)
    if not kinds:
        raise Trouble([Finding(("kind",), "no kind of event fits this")])
    source = raw.get("source")
    if isinstance(source, str) and source in shape.fields["source"].words:
        kinds = _told_by(source, kinds)
    names = dict.fromkeys(name for kind in kinds for name in EVENTS[kind].fields)
    own = [name for name in raw if name in EVENT.fields and name not in (*_OF_ALL, "code")]
    needed = {name for name in own if not _may_be_absent(raw[name])}
    if needed <= names.keys() and not any(needed <= set(EVENTS[kind].fields) for kind in kinds):
        raise Trouble.here(f"no event has all of these: {', '.join(sorted(needed))}")
    names |= {"code": None} if "code" in raw else {}
    fields = {name: shape.fields[name] for name in (*_OF_ALL, *names)}
    return replace(shape, fields=fields, whose=_whose(kinds), narrow=None)


def _told_by(source: str, kinds: Collection[str]) -> Collection[str]:
    """Those of the kinds of which this source tells. Raises `Trouble` if there is none."""
    is_lock = source not in ("gateway", "bench") and " " not in source
    teller = "lock" if is_lock else source.partition(" ")[0]
    told = [kind for kind in kinds if teller_of(kind) == teller]
    if not told:
        tellers = " or ".join(sorted({_SOURCES[teller_of(kind)] for kind in kinds}))
        message = f"{shown(source)} is not the source of such events, which is {tellers}"
        raise Trouble([Finding(("source",), message)])
    return told


def _possible(raw: object, kinds: Collection[str]) -> Collection[str]:
    """The kinds that may fit. A word that is none is complained of where it is read."""
    if isinstance(raw, str):
        return [raw] if raw in EVENTS else kinds
    if not isinstance(raw, Mapping):
        return kinds
    for operator, operand in raw.items():
        if operator in ("in", "any_of") and isinstance(operand, list):
            found: set[str] = set()
            for one in operand:
                found.update(_possible(one, EVENTS))
                if len(found) == len(EVENTS):
                    break
            kinds = [kind for kind in kinds if kind in found]
        elif operator == "not" and isinstance(operand, str):
            kinds = [kind for kind in kinds if kind != operand]
    return kinds


def _may_be_absent(raw: object) -> bool:
    """Whether a field that is not there may fit."""
    if isinstance(raw, Mapping):
        return "absent" in raw or any(map(_may_be_absent, raw.values()))
    return isinstance(raw, list) and any(map(_may_be_absent, raw))


def _whose(kinds: Collection[str]) -> str:
    if len(kinds) == len(EVENTS):
        return " of an event"
    return f" of {next(iter(kinds))}" if len(kinds) == 1 else " of these kinds of events"
