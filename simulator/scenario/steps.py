"""The steps of one case: variables filled in, locks selected, references checked.

Steps are read in order, because what a step saves is known to those after it, and to its own
expectations. A step that is repeated is read once a turn: `${repeat}` is another number in each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.scenario.call_expectations import CallExpect
from simulator.scenario.calls import Call
from simulator.scenario.cases import Expectation, Step
from simulator.scenario.fields import Known, Saved, read_model
from simulator.scenario.flights import Flight, Flights
from simulator.scenario.interpolate import Late, Names, fill
from simulator.scenario.outline import REPEAT
from simulator.scenario.problems import (
    PROBLEMS_SHOWN_MAX,
    Gathering,
    Trouble,
    did_you_mean,
    shown,
)
from simulator.scenario.scalars import duration, parse_instant, whole
from simulator.scenario.verbs import VERBS, Await, HangUp
from simulator.scenario.words import BEHAVIORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.scenario.fields import Body
    from simulator.scenario.matrix import Row
    from simulator.scenario.outline import Outline, Outlines
    from simulator.scenario.selectors import Roster
    from simulator.scenario.source import Document
    from simulator.scenario.verbs import ReadExpect

REPEAT_MAX: Final = 1_000


class CaseSteps:
    """Reads the steps that take part in the case `row`; `values` is what its variables are.

    `room` is how many steps there may be, every turn of a repeated one counted.
    """

    def __init__(
        self,
        document: Document,
        row: Row,
        values: Mapping[str, object],
        roster: Roster,
        gathering: Gathering,
        room: int,
    ) -> None:
        self._document = document
        self._row = row
        self._values = values
        self._gathering = gathering
        self._known = Known(roster)
        self._flights = Flights()
        self._room = room

    def read(self, *lists: Outlines) -> list[tuple[Step, ...]]:
        """The steps of each list, without those that could not be read: see the gathering."""
        taking_part = [[s for s in outlines.steps if s.when.holds(self._row)] for outlines in lists]
        lost = frozenset[str]().union(*(outlines.lost_names for outlines in lists))
        self._known = replace(self._known, lost=lost)
        everything = [step for steps in taking_part for step in steps]
        self._check_names(everything)
        read = [tuple(self._steps(steps)) for steps in taking_part]
        for flight in self._flights.left():
            name = flight.outline.save_as
            message = f"nobody awaits this call: add a step 'await: {name}'"
            if name not in lost:
                self._gathering.add((*flight.outline.at, "background"), message, on_key=True)
        is_whole = all(outlines.count == len(outlines.steps) for outlines in lists)
        expects = any(self._alternatives(step) for step in everything)
        if is_whole and lists[0].count and not expects:
            self._gathering.add(("steps",), "nothing is expected, so this would always pass")
        return read

    def _check_names(self, outlines: Sequence[Outline]) -> None:
        later: dict[str, int] = {}
        for step in outlines:
            if step.save_as is None:
                continue
            if step.save_as in later:
                message = f"step {later[step.save_as]} has already saved '{step.save_as}'"
                self._gathering.add((*step.at, "save_as"), message)
            later.setdefault(step.save_as, step.number)
        self._known = replace(self._known, later=later)

    def _alternatives(self, outline: Outline) -> list[tuple[int, object]]:
        """Those that this case fits, with their position in `outline.alternatives`."""
        return [
            (index, alternative.raw)
            for index, alternative in enumerate(outline.alternatives)
            if alternative.when.holds(self._row)
        ]

    def _steps(self, outlines: Sequence[Outline]) -> Iterator[Step]:
        for outline in outlines:
            if len(self._gathering.findings) > PROBLEMS_SHOWN_MAX:
                return  # nobody reads more at once
            before = len(self._gathering.findings)
            values = self._values
            for turn in self._turns(outline):
                if turn is not None:
                    self._values = {**values, REPEAT: turn[0]}
                step = self._step(outline, turn)
                if step is not None:
                    yield step
                if self._has_errors(before):
                    break  # the other turns would say the same
            self._values = values

    def _turns(self, outline: Outline) -> Iterator[tuple[int, int] | None]:
        """(which, of how many), or a single None for a step that is not repeated."""
        if outline.repeat is None:
            self._room -= 1
            yield None
            return
        try:
            count = whole(1, REPEAT_MAX)(self._fill(outline.repeat))
            if count > self._room:
                raise Trouble.here("with all its turns the scenario has too many steps")
        except Trouble as trouble:
            self._gathering.take(trouble, (*outline.at, REPEAT))
            count = 1  # what else is wrong with the step is told too
        self._room -= count
        yield from ((turn, count) for turn in range(1, count + 1))

    def _step(self, outline: Outline, turn: tuple[int, int] | None) -> Step | None:
        before = len(self._gathering.findings)
        name = self._name(outline)
        body = self._body(outline)
        timeout_us = self._timeout(outline)
        if outline.background:
            self._flights.start(Flight(outline, body))
            self._save(outline, (), "its call is in the background until a step awaits it")
            expects: tuple[Expectation, ...] = ()
        else:
            expects = self._answered(outline, body)
        if self._has_errors(before):
            return None
        mark = self._document.mark((*outline.at, outline.verb), on_key=True)
        return Step(
            outline.number,
            outline.at,
            mark,
            outline.verb,
            name,
            body,
            outline.save_as,
            expects,
            outline.background,
            timeout_us,
            turn,
        )

    def _answered(self, outline: Outline, body: Body | None) -> tuple[Expectation, ...]:
        """What is expected of the step; of a call that is awaited, of that one's answer."""
        call, call_body = outline, body
        if isinstance(body, Await | HangUp):
            flight = self._ended(outline, body)
            if flight is None:
                return ()
            call, call_body = flight.outline, flight.body
        if isinstance(body, HangUp):
            self._save(call, (), f"step {outline.number} hangs up, so its answer is not heard")
            return ()
        roster = self._known.roster
        locks = call_body.answered_locks() if call_body is not None else None
        self._save(call, roster.names if locks is None else locks, None)
        which = f"the {call.verb} of this step"
        known = self._known if locks is None else self._known.about(locks, which)
        expects = tuple(self._expects(outline, VERBS[call.verb].expects, known))
        raises = _raises(expects)
        if raises:
            self._check_raises(expects)
            self._save(call, (), f"step {outline.number} is expected to raise")
        elif isinstance(call_body, Call):
            self._doubt(call, call_body)
        return expects

    def _ended(self, outline: Outline, body: Await | HangUp) -> Flight | None:
        """The call that this step ends."""
        did = "awaited" if isinstance(body, Await) else "hung up on"
        try:
            return self._flights.end(body.call, f"step {outline.number} has {did}")
        except Trouble as trouble:
            if body.call not in self._known.lost:
                self._gathering.take(trouble, (*outline.at, outline.verb))
            return None

    def _has_errors(self, since: int) -> bool:
        return any(f.severity == "error" for f in self._gathering.findings[since:])

    def _fill(self, raw: object) -> object:
        names = frozenset((*self._known.later, *self._known.saved, *self._known.lost))
        return fill(raw, Names(self._values, names, self._known.judge))

    def _timeout(self, outline: Outline) -> int | None:
        if outline.timeout is None:
            return None
        try:
            return duration(positive=True)(self._fill(outline.timeout))
        except Trouble as trouble:
            self._gathering.take(trouble, (*outline.at, "timeout"))
            return None

    def _name(self, outline: Outline) -> str | None:
        if outline.name is None:
            return None
        at = (*outline.at, "name")
        try:
            name = self._fill(outline.name)
        except Trouble as trouble:
            self._gathering.take(trouble, at)
            return None
        if isinstance(name, str) and name:
            return name
        known_only_late = isinstance(name, Late)
        why = "must be known before the run" if known_only_late else "must be text"
        self._gathering.add(at, f"the name of a step {why}")
        return None

    def _body(self, outline: Outline) -> Body | None:
        model = VERBS[outline.verb].body
        if model is None:
            return None
        try:
            return read_model(model, self._fill(outline.raw), self._known)
        except Trouble as trouble:
            self._gathering.take(trouble, (*outline.at, outline.verb))
            return None

    def _expects(
        self, outline: Outline, read: ReadExpect | None, known: Known
    ) -> Iterator[Expectation]:
        for index, raw in self._alternatives(outline):
            at = outline.alternatives[index].at
            try:
                assert read is not None, "the outline has refused expectations of this verb"
                yield Expectation(at, read(self._fill(raw), known))
            except Trouble as trouble:
                self._gathering.take(trouble, at)

    def _save(self, outline: Outline, locks: tuple[str, ...], why_not: str | None) -> None:
        if outline.save_as is None:
            return
        verb = VERBS[outline.verb]
        saved = Saved(locks, verb.saves, verb.saves_rows, why_not)
        later = {name: n for name, n in self._known.later.items() if name != outline.save_as}
        self._known = replace(
            self._known, saved={**self._known.saved, outline.save_as: saved}, later=later
        )

    def _check_raises(self, expects: Sequence[Expectation]) -> None:
        for expectation in expects:
            what = expectation.what
            if isinstance(what, CallExpect) and what.raises is None:
                message = "in this case another expectation of this step says that the call raises"
                self._gathering.add(expectation.at, message)

    def _doubt(self, outline: Outline, body: Call) -> None:
        """Warns of values that the gateway will refuse, in a call that is not expected to raise."""
        at = (*outline.at, outline.verb)
        sent = body.parameters()
        behavior = sent.get("behavior_when_code_cannot_be_shared")
        if isinstance(behavior, str) and behavior not in BEHAVIORS:
            hint = did_you_mean(behavior, BEHAVIORS)
            place = (*at, "behavior_when_code_cannot_be_shared")
            self._gathering.warn(
                place, f"the call will be refused: {shown(behavior)} is no behavior{hint}"
            )
        for name in ("starts_at", "ends_at"):
            if not isinstance(sent.get(name), str):
                continue
            try:
                parse_instant(sent[name])
            except Trouble as trouble:
                self._gathering.warn((*at, name), f"the call will be refused: {trouble}")


def _raises(expects: Sequence[Expectation]) -> bool:
    return any(
        isinstance(expectation.what, CallExpect) and expectation.what.raises is not None
        for expectation in expects
    )
