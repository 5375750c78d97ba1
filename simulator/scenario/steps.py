"""The steps of one case: variables filled in, locks selected, references checked.

Steps are read in order, because what a step saves is known to those after it, and to its own
expectations.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.scenario.cases import Expectation, Step
from simulator.scenario.expectations import CreateMultipleExpect
from simulator.scenario.fields import Known, Saved, read_model
from simulator.scenario.interpolate import Late, Names, fill
from simulator.scenario.problems import Gathering, Trouble, did_you_mean, shown
from simulator.scenario.scalars import parse_instant
from simulator.scenario.verbs import VERBS, Body, CreateMultiple
from simulator.scenario.words import BEHAVIORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.scenario.matrix import Row
    from simulator.scenario.outline import Outline, Outlines
    from simulator.scenario.selectors import Roster
    from simulator.scenario.source import Document


class CaseSteps:
    """Reads the steps that take part in the case `row`; `values` is what its variables are."""

    def __init__(
        self,
        document: Document,
        row: Row,
        values: Mapping[str, object],
        roster: Roster,
        gathering: Gathering,
    ) -> None:
        self._document = document
        self._row = row
        self._values = values
        self._gathering = gathering
        self._known = Known(roster)

    def read(self, outlines: Outlines) -> tuple[Step, ...]:
        """The steps, without those that could not be read: see the gathering."""
        taking_part = [step for step in outlines.steps if step.when.holds(self._row)]
        self._known = replace(self._known, lost=outlines.lost_names)
        self._check_names(taking_part)
        steps = [self._step(step) for step in taking_part]
        is_whole = 0 < outlines.count == len(outlines.steps)
        if is_whole and not any(self._alternatives(step) for step in taking_part):
            self._gathering.add(("steps",), "nothing is expected, so this would always pass")
        return tuple(step for step in steps if step is not None)

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

    def _step(self, outline: Outline) -> Step | None:
        before = len(self._gathering.findings)
        name = self._name(outline)
        body = self._body(outline)
        roster = self._known.roster
        locks = body.answered_locks() if body is not None else None
        self._save(outline, roster.names if locks is None else locks, None)
        whole = f"the {outline.verb} of this step"
        known = self._known if locks is None else self._known.about(locks, whole)
        expects = tuple(self._expects(outline, known))
        raises = _raises(expects)
        if raises:
            self._check_raises(expects)
            self._save(outline, (), f"step {outline.number} is expected to raise")
        if isinstance(body, CreateMultiple) and not raises:
            self._doubt(outline, body)
        if len(self._gathering.findings) > before and self._has_errors(before):
            return None
        mark = self._document.mark((*outline.at, outline.verb), on_key=True)
        return Step(
            outline.number, outline.at, mark, outline.verb, name, body, outline.save_as, expects
        )

    def _has_errors(self, since: int) -> bool:
        return any(f.severity == "error" for f in self._gathering.findings[since:])

    def _fill(self, raw: object) -> object:
        names = frozenset((*self._known.later, *self._known.saved, *self._known.lost))
        return fill(raw, Names(self._values, names, self._known.judge))

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

    def _expects(self, outline: Outline, known: Known) -> list[Expectation]:
        read = VERBS[outline.verb].expects
        found: list[Expectation] = []
        for index, raw in self._alternatives(outline):
            at = outline.alternatives[index].at
            try:
                assert read is not None, "the outline has refused expectations of this verb"
                found.append(Expectation(at, read(self._fill(raw), known)))
            except Trouble as trouble:
                self._gathering.take(trouble, at)
        return found

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
            if isinstance(what, CreateMultipleExpect) and what.raises is None:
                message = "in this case another expectation of this step says that the call raises"
                self._gathering.add(expectation.at, message)

    def _doubt(self, outline: Outline, body: CreateMultiple) -> None:
        """Warns of values that the gateway will refuse, in a call that is not expected to raise."""
        at = (*outline.at, outline.verb)
        behavior = body.behavior_when_code_cannot_be_shared
        if isinstance(behavior, str) and behavior not in BEHAVIORS:
            hint = did_you_mean(behavior, BEHAVIORS)
            place = (*at, "behavior_when_code_cannot_be_shared")
            self._gathering.warn(
                place, f"the call will be refused: {shown(behavior)} is no behavior{hint}"
            )
        for name, value in (("starts_at", body.starts_at), ("ends_at", body.ends_at)):
            if not isinstance(value, str):
                continue
            try:
                parse_instant(value)
            except Trouble as trouble:
                self._gathering.warn((*at, name), f"the call will be refused: {trouble}")


def _raises(expects: Sequence[Expectation]) -> bool:
    return any(
        isinstance(expectation.what, CreateMultipleExpect) and expectation.what.raises is not None
        for expectation in expects
    )
