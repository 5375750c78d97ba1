"""`on_event`: what is done at the very point at which something happens, not after a step.

```yaml
on_event:
- match: {kind: lock.code.stored, source: "front"}
  count: 2                     # the second time; default 1
  times: 1                     # how often in all; default 1
  do:
  - power: {lock: back, action: cut}
```

Only the world can be acted on there: a call to the API takes time, and at such a point none passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.scenario.cases import Step
from simulator.scenario.event_matchers import read_event
from simulator.scenario.events import teller_of
from simulator.scenario.fields import Known, read_model, unknown_key
from simulator.scenario.interpolate import Names, fill
from simulator.scenario.matrix import ALWAYS
from simulator.scenario.problems import (
    Finding,
    Gathering,
    Trouble,
    Where,
    kind_of,
    listed,
    shown,
    suggest,
)
from simulator.scenario.scalars import whole
from simulator.scenario.verbs import VERBS

if TYPE_CHECKING:
    from simulator.scenario.event_matchers import EventMatcher
    from simulator.scenario.matrix import Matrix, Row
    from simulator.scenario.selectors import Roster
    from simulator.scenario.source import Document

# What changes the world and asks the gateway nothing.
WORLD_VERBS: Final = (
    "keypad", "program_at_keypad", "thumbturn", "inject", "clear_faults", "radio", "power",
    "battery", "factory_reset", "jam", "keypad_state", "hub", "gateway", "host",
)  # fmt: skip

KEYS: Final = ("match", "count", "times", "do", "when")
_STEP_KEYS: Final = ("name",)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Each time that `count` events fit `match`, all of `do` is done; at most `times` times.

    `kind` is the kind of event that can fit.
    """

    number: int
    at: Where
    kind: str
    match: EventMatcher
    count: int
    times: int
    do: tuple[Step, ...]


class TriggerReader:
    """Reads the triggers that take part in the case `row`; `values` is what its variables are."""

    def __init__(
        self,
        document: Document,
        matrix: Matrix,
        row: Row,
        values: Mapping[str, object],
        roster: Roster,
    ) -> None:
        self._document = document
        self._matrix = matrix
        self._row = row
        self._known = Known(roster)
        self._names = Names(values, frozenset(), self._known.judge)

    def read(self, raw: object, gathering: Gathering) -> tuple[Trigger, ...]:
        """The triggers; what is wrong with those that cannot be read is in `gathering`."""
        if not isinstance(raw, list) or not raw:
            message = f"must be a list of maps with match and do, not {_what(raw)}"
            gathering.add(("on_event",), message)
            return ()
        triggers = []
        for index, entry in enumerate(raw):
            at: Where = ("on_event", index)
            try:
                trigger = self._trigger(entry, index + 1, at)
            except Trouble as trouble:
                gathering.take(trouble, at)
            else:
                triggers += [] if trigger is None else [trigger]
        return tuple(triggers)

    def _trigger(self, raw: object, number: int, at: Where) -> Trigger | None:
        if not isinstance(raw, Mapping):
            raise Trouble.here(f"must be a map with match and do, not {kind_of(raw)}")
        gathering = Gathering()
        for key in raw:
            if key not in KEYS:
                gathering.add((key,), unknown_key(key, KEYS, ()), on_key=True)
        for key in ("match", "do"):
            if key not in raw:
                gathering.add((), f"'{key}' is missing")
        gathering.settle()
        if not self._takes_part(raw):
            return None
        kind, match = self._event(raw["match"], gathering)
        counts = [self._count(raw, key, gathering) for key in ("count", "times")]
        do = self._steps(raw["do"], at, gathering)
        gathering.settle()
        return Trigger(number, at, kind, match, counts[0], counts[1], do)

    def _takes_part(self, raw: Mapping[str, object]) -> bool:
        when = ALWAYS
        if "when" in raw:
            try:
                when = self._matrix.read_when(raw["when"])
            except Trouble as trouble:
                raise Trouble(trouble.under(("when",))) from None
        return when.holds(self._row)

    def _event(self, raw: object, gathering: Gathering) -> tuple[str, EventMatcher]:
        try:
            filled = fill(raw, self._names)
            kind = filled.get("kind") if isinstance(filled, Mapping) else None
            if not isinstance(kind, str):
                what = "match names the kind of event, as in {kind: lock.code.stored}"
                raise Trouble.here(what)
            return kind, self._match(kind, filled)
        except Trouble as trouble:
            raise Trouble((*gathering.findings, *trouble.under(("match",)))) from None

    def _match(self, kind: str, filled: object) -> EventMatcher:
        match = read_event(filled, self._known)
        if teller_of(kind) == "bench":
            message = f"{kind} is told by the bench itself, and nothing can be done right behind it"
            raise Trouble([Finding(("kind",), message)])
        return match

    def _count(self, raw: Mapping[str, object], key: str, gathering: Gathering) -> int:
        try:
            return whole(1)(fill(raw[key], self._names)) if key in raw else 1
        except Trouble as trouble:
            gathering.take(trouble, (key,))
            return 1

    def _steps(self, raw: object, at: Where, gathering: Gathering) -> tuple[Step, ...]:
        if not isinstance(raw, list) or not raw:
            gathering.add(("do",), f"must be a list of steps, not {_what(raw)}")
            return ()
        steps = []
        for index, entry in enumerate(raw):
            try:
                steps.append(self._step(entry, index + 1, (*at, "do", index)))
            except Trouble as trouble:
                gathering.take(trouble, ("do", index))
        return tuple(steps)

    def _step(self, raw: object, number: int, at: Where) -> Step:
        if not isinstance(raw, Mapping):
            raise Trouble.here(f"a step is a map with one verb, not {kind_of(raw)}")
        gathering = Gathering()
        verbs = [key for key in raw if key in VERBS]
        for key in raw:
            if key not in VERBS and key not in _STEP_KEYS:
                gathering.add((key,), _not_here(key), on_key=True)
        for verb in verbs:
            if verb not in WORLD_VERBS:
                gathering.add((verb,), _not_here(verb), on_key=True)
        for other in verbs[1:]:
            message = f"a step does one thing: '{verbs[0]}' or '{other}'"
            gathering.add((other,), message, on_key=True)
        if not verbs and not gathering.findings:
            gathering.add((), f"the step has no verb{listed('verbs', _verbs())}")
        gathering.settle()
        verb, model = verbs[0], VERBS[verbs[0]].body
        assert model is not None, "what only looks is no verb of the world"
        try:
            body = read_model(model, fill(raw[verb], self._names), self._known)
        except Trouble as trouble:
            raise Trouble(trouble.under((verb,))) from None
        mark = self._document.mark((*at, verb), on_key=True)
        name = raw.get("name")
        if name is not None and not isinstance(name, str):
            raise Trouble.here("the name of a step must be text")
        return Step(number, at, mark, verb, name, body, None, ())


def _verbs() -> tuple[str, ...]:
    return tuple(verb for verb in WORLD_VERBS if verb in VERBS)


def _what(raw: object) -> str:
    return "an empty one" if raw == [] else kind_of(raw)


def _not_here(key: str) -> str:
    if key in VERBS:
        why = "at that point no time passes, and only the world can be acted on"
        return f"'{key}' cannot stand under do: {why}{listed('verbs', _verbs())}"
    if key in ("expect", "save_as", "when"):
        return f"a step under do has no {key}{listed('allowed', _STEP_KEYS)}"
    return f"unknown verb {shown(key)}{suggest(key, _verbs(), 'verbs')}"
