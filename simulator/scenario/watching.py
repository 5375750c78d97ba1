"""Carries out the triggers of a case while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from latchbench.trace import TraceEvent
from simulator.scenario.performing import StepImpossible, perform
from simulator.scenario.verdict import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.conductor import Conductor
    from simulator.scenario.cases import Scenario
    from simulator.scenario.triggers import Trigger
    from simulator.scenario.world import Running


@dataclass(slots=True)
class _Armed:
    trigger: Trigger
    seen: int = 0
    fired: int = 0

    @property
    def spent(self) -> bool:
        return self.fired == self.trigger.times


class Watching:
    """The triggers of one case, from its first step on."""

    def __init__(self, scenario: Scenario, run: Running, conductor: Conductor) -> None:
        self._failures: list[Failure] = []
        self._scenario = scenario
        self._run = run
        self._conductor = conductor
        self._armed = [_Armed(trigger) for trigger in run.case.triggers]
        conductor.on_hit = self._hit
        self._watch()

    def _watch(self) -> None:
        kinds = {armed.trigger.kind for armed in self._armed if not armed.spent}
        self._conductor.watched = frozenset(kinds)

    async def _hit(self, events: Sequence[TraceEvent]) -> None:
        """What a handler has just done. Everything else in the world waits."""
        asking = self._run.asking()
        for event in sorted(events, key=TraceEvent.key):
            fields = {"kind": event.kind, "source": event.source, **event.fields}
            for armed in list(self._armed):
                if armed.spent or armed.trigger.kind != event.kind:
                    continue
                if armed.trigger.match.fits(fields, asking):
                    armed.seen += 1
                    if armed.seen == armed.trigger.count:
                        await self._fire(armed, event)

    async def _fire(self, armed: _Armed, event: TraceEvent) -> None:
        armed.seen, armed.fired = 0, armed.fired + 1
        self._watch()
        trigger, bench = armed.trigger, self._run.bench
        self._run.story.append(f"on {event.kind} of {event.source}")
        for step in trigger.do:
            bench.note("bench.on_event", number=str(trigger.number), verb=step.verb)
            try:
                await perform(self._run, step)
            except StepImpossible as error:
                place = self._scenario.place((*step.at, step.verb))
                title = _title(trigger, step.number, step.verb)
                self._failures.append(Failure(place, title, (str(error),), bench.now_us()))
                return

    def news(self) -> list[Failure]:
        """What could not be done since the last call."""
        found, self._failures = self._failures, []
        return found

    def never_fired(self) -> Iterable[Failure]:
        """A trigger that never fired was most likely never going to: its case fails."""
        for armed in self._armed:
            if armed.fired:
                continue
            trigger = armed.trigger
            often = f"it happened {armed.seen} times of {trigger.count}"
            wanted = often if armed.seen else "it never happened"
            yield Failure(
                self._scenario.place((*trigger.at, "match")),
                f"on_event {trigger.number}",
                (f"{wanted}: {trigger.match.words}",),
                self._run.bench.now_us(),
            )


def _title(trigger: Trigger, number: int, verb: str) -> str:
    return f"on_event {trigger.number}, step {number}, {verb}"
