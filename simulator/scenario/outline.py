"""The steps of a file before any case is looked at: verbs, names and conditions.

What is wrong with a step in every case is found here once. What is left, the values under the verb
and under `expect`, can depend on the case and is read in `steps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.scenario.matrix import ALWAYS, Matrix, When
from simulator.scenario.problems import (
    PROBLEMS_SHOWN_MAX,
    Finding,
    Gathering,
    Trouble,
    Where,
    kind_of,
    listed,
    shown,
    suggest,
)
from simulator.scenario.verbs import VERBS

# The keys beside the verb, and what each is for.
STEP_KEYS: Final[Mapping[str, str]] = {
    "name": "What the step is called in verdicts; ${...} may name variables.",
    "when": "Only in the cases of the matrix that fit this.",
    "save_as": "The name under which later steps find the answer, as in ${booking.code}.",
    "expect": "What must hold after the step; one map, or a list of maps with a `when` each.",
    "background": "The call is in flight while other steps run, until one awaits it or hangs up.",
    "timeout": "The call must be answered within this much virtual time.",
    "repeat": "How often the step is taken; ${repeat} counts from 1.",
}
# Free for `${repeat}`, so nothing else can have this name.
REPEAT: Final = "repeat"

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing to expect, in the cases that `when` fits."""

    at: Where
    when: When
    raw: object


@dataclass(frozen=True, slots=True)
class Outline:
    """One step. `raw` is what stands under the verb, None for a verb that only looks.

    `timeout` and `repeat` are as the file has them, None if it has not.
    """

    number: int
    at: Where
    verb: str
    name: object
    raw: object
    when: When
    save_as: str | None
    alternatives: tuple[Alternative, ...]
    background: bool = False
    timeout: object = None
    repeat: object = None


@dataclass(frozen=True, slots=True)
class Outlines:
    """The steps that could be read, out of `count`, and what the others would have saved as."""

    steps: tuple[Outline, ...] = ()
    lost_names: frozenset[str] = frozenset()
    count: int = 0


def outline(
    raw: object,
    matrix: Matrix | None,
    taken: Sequence[str],
    gathering: Gathering,
    key: str = "steps",
    first_number: int = 1,
) -> Outlines:
    """The steps under a top-level key; what is wrong with those left out is in `gathering`.

    `matrix` is None if it cannot be read: then no `when` is judged. `taken` are names that have a
    meaning already and cannot be saved under.
    """
    if not isinstance(raw, list) or not raw:
        what = "an empty one" if raw == [] else kind_of(raw)
        gathering.add((key,), f"must be a list of steps, not {what}")
        return Outlines()
    outlines: list[Outline] = []
    lost: set[str] = set()
    for index, step in enumerate(raw):
        if len(gathering.findings) > PROBLEMS_SHOWN_MAX:
            break  # nobody reads more at once
        try:
            reading = _Step(step, (key, index), matrix, taken)
            outlines.append(reading.read(gathering, first_number + index))
        except Trouble as trouble:
            gathering.take(trouble)
            name = step.get("save_as") if isinstance(step, Mapping) else None
            lost.update([name] if isinstance(name, str) else [])
    return Outlines(tuple(outlines), frozenset(lost), len(raw))


class _Step:
    def __init__(self, raw: object, at: Where, matrix: Matrix | None, taken: Sequence[str]) -> None:
        if not isinstance(raw, Mapping):
            raise Trouble([Finding(at, f"a step is a map with one verb, not {kind_of(raw)}")])
        self._raw = raw
        self._at = at
        self._matrix = matrix
        self._taken = taken
        self._gathering = Gathering()

    def read(self, gathering: Gathering, number: int) -> Outline:
        """The outline; what is wrong beside it goes to `gathering`.

        Raises `Trouble` if it cannot be told what the step does, or when.
        """
        raw, at = self._raw, self._at
        try:
            verb = self._verb()
            when = self._when(raw)
        except Trouble as trouble:
            raise Trouble(finding.under(at) for finding in self._found(trouble)) from None
        background = self._background(verb)
        repeat = self._repeat(verb)
        self._check_timeout(verb, background=background)
        save_as = self._save_as(verb, background=background)
        alternatives = tuple(self._alternatives(raw, verb))
        self._check_reached(when, alternatives)
        gathering.findings += (finding.under(at) for finding in self._gathering.findings)
        moved = tuple(Alternative((*at, *a.at), a.when, a.raw) for a in alternatives)
        body = None if VERBS[verb].body is None else raw[verb]
        return Outline(
            number,
            at,
            verb,
            raw.get("name"),
            body,
            when,
            save_as,
            moved,
            background,
            raw.get("timeout"),
            repeat,
        )

    def _found(self, trouble: Trouble) -> tuple[Finding, ...]:
        return (*self._gathering.findings, *trouble.findings)

    def _verb(self) -> str:
        verbs: list[str] = [key for key in self._raw if key in VERBS]
        for key in self._raw:
            if key in STEP_KEYS or key in VERBS:
                continue
            self._gathering.add((key,), _unknown(key, has_verb=bool(verbs)), on_key=True)
        for other in verbs[1:]:
            message = f"a step does one thing: '{verbs[0]}' or '{other}'"
            self._gathering.add((other,), message, on_key=True)
        if not verbs:
            nothing = Trouble.here(f"the step has no verb{listed('verbs', VERBS)}")
            raise Trouble(()) if self._gathering.findings else nothing
        return verbs[0]

    def _when(self, raw: Mapping[str, object]) -> When:
        if "when" not in raw or self._matrix is None:
            return ALWAYS
        try:
            return self._matrix.read_when(raw["when"])
        except Trouble as trouble:
            raise Trouble(trouble.under(("when",))) from None

    def _background(self, verb: str) -> bool:
        raw = self._raw.get("background", False)
        message = None
        if not isinstance(raw, bool):
            message = f"must be true or false, not {kind_of(raw)}"
        elif raw and not VERBS[verb].is_call:
            calls = [name for name, row in VERBS.items() if row.is_call]
            message = f"{verb} cannot be in the background: only a call can{listed('calls', calls)}"
        elif raw and self._at[0] != "steps":
            message = "what ends a scenario does not run in the background"
        elif raw and "save_as" not in self._raw:
            message = "needs save_as beside it: the name that a later step awaits"
        if message is not None:
            self._gathering.add(("background",), message)
            return False
        return bool(raw)

    def _check_timeout(self, verb: str, *, background: bool) -> None:
        if background:
            for key in ("expect", "timeout"):
                if key in self._raw:
                    message = "the answer comes later: this belongs to the step that awaits it"
                    self._gathering.add((key,), message, on_key=True)
        if "timeout" in self._raw and not (VERBS[verb].is_call or VERBS[verb].awaits):
            hint = ": it stands under the verb" if verb == "wait_for" else ""
            message = f"{verb} has no timeout beside it{hint}"
            self._gathering.add(("timeout",), message, on_key=True)

    def _repeat(self, verb: str) -> object:
        """As the file has it, or None if the step cannot be repeated."""
        message = None
        if "repeat" in self._raw and "save_as" in self._raw:
            message = "a step that is repeated saves nothing: each turn would overwrite the last"
        elif "repeat" in self._raw and VERBS[verb].awaits:
            message = "a call is awaited once"
        elif "repeat" in self._raw and verb == "hang_up":
            message = "a caller hangs up once"
        if message is None:
            return self._raw.get("repeat")
        self._gathering.add(("repeat",), message, on_key=True)
        return None

    def _save_as(self, verb: str, *, background: bool) -> str | None:
        if "save_as" not in self._raw:
            return None
        name = self._raw["save_as"]
        message = None
        if not VERBS[verb].saves and not background:
            message = f"{verb} has nothing to save"
        elif not isinstance(name, str) or not _NAME.fullmatch(name):
            message = "must be a name: letters, digits, - and _, a letter first"
        elif name in self._taken:
            message = f"'{name}' is already the name of a variable"
        if message is not None:
            self._gathering.add(("save_as",), message)
            return None
        return str(name)

    def _alternatives(self, raw: Mapping[str, object], verb: str) -> Iterator[Alternative]:
        """Those that can be read: of a verb that only looks, what stands under the verb."""
        looks = VERBS[verb].body is None
        can_expect = VERBS[verb].expects is not None or VERBS[verb].awaits
        if "expect" in raw and (looks or not can_expect):
            why = "it is an expectation itself" if looks else "nothing can be expected of it"
            self._gathering.add(("expect",), f"{verb} has no expect: {why}", on_key=True)
        key = verb if looks else "expect"
        if key not in raw or not can_expect:
            return
        several = raw[key]
        if several == []:
            self._gathering.add((key,), "the list is empty, so nothing is expected")
        places: list[tuple[Where, object]] = [((key,), several)]
        if isinstance(several, list):
            places = [((key, index), one) for index, one in enumerate(several)]
        for at, one in places:
            try:
                yield self._alternative(one, at)
            except Trouble as trouble:
                self._gathering.take(trouble, at)

    def _check_reached(self, when: When, alternatives: Sequence[Alternative]) -> None:
        for alternative in alternatives:
            rows = self._matrix.rows if self._matrix is not None else ()
            reached = [row for row in rows if when.holds(row)]
            if reached and not any(alternative.when.holds(row) for row in reached):
                message = "no case that takes this step fits this, so it would never be looked at"
                self._gathering.add((*alternative.at, "when"), message)

    def _alternative(self, raw: object, at: Where) -> Alternative:
        if not isinstance(raw, Mapping):
            return Alternative(at, ALWAYS, raw)
        rest = {key: value for key, value in raw.items() if key != "when"}
        return Alternative(at, self._when(raw), rest)


def _unknown(key: str, *, has_verb: bool) -> str:
    if has_verb:
        return f"unknown key {shown(key)}{suggest(key, STEP_KEYS, 'allowed')}"
    return f"unknown verb {shown(key)}{suggest(key, tuple(VERBS), 'verbs')}"
