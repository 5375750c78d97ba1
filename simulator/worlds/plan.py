"""What happens in a world, decided beforehand by a seed and written as a scenario.

A plan is a fleet and a list of *happenings*, each at an instant: a call of the API, a person at a
keypad, a fault, a process that dies. Every happening is a step of the scenario language, so a plan
is a file that anybody can read, change and run, and a failure can be made smaller by leaving
happenings out. Nothing in it depends on how the world answers.

Two things cannot be said in a file, because no bench of processes can do them: a process that dies
in the middle of a handler, for which the file kills it at the instant from which its effects are
counted, and another order of what happens at one instant. A plan without either `is_sayable`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any, Final

from simulator.worlds.writing import dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.sim.deaths import Death

HOUR_MS: Final = 3_600_000
STARTS: Final = "2030-06-01T14:00:00Z"
DIES: Final = "a world dies "

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """One step at an instant, in milliseconds from the start of the plan.

    Those with the same `knot` stand or fall together: a call and its awaiting, an end of a process
    and its next start. `kind` says what it is for whoever counts. With a `death` the process that
    the step would kill dies of that instead, within its handler.
    """

    at_ms: int
    knot: int
    kind: str
    step: Plain = field(repr=False)
    death: Death | None = None
    first: bool = True  # of its knot

    @property
    def told(self) -> Plain:
        """The step as a file has it: the nearest that the language can say."""
        if self.death is None:
            return self.step
        return {"name": f"{DIES}{self.death.words}", **self.step}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a world is made from. `faults` is a name of `simulator.worlds.failpoints.WEATHER`."""

    seed: int
    locks: int = 5
    hours: float = 1.0
    faults: str = "swarm"

    def dice(self, of: str) -> Random:
        """Chance for one part of the plan: no part shifts another's."""
        return Random(f"world {self.seed} {self.locks} {self.hours} {self.faults} {of}")

    @property
    def words(self) -> str:
        """As options of `latchbench simulate`, without those that are as usual."""
        usual = Ask(self.seed)
        parts = [f"--seed {self.seed}"]
        if self.locks != usual.locks:
            parts.append(f"--locks {self.locks}")
        if self.hours != usual.hours:
            parts.append(f"--hours {self.hours:g}")
        if self.faults != usual.faults:
            parts.append(f"--faults {self.faults}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """A fleet (its sections of a file) and what happens to it, in the order of time.

    `any_order`: what is due at one instant comes in an order that the seed draws.
    """

    ask: Ask
    fleet: Plain
    happenings: tuple[Happening, ...]
    any_order: bool = False

    @property
    def is_sayable(self) -> bool:
        """Whether the file says all of it."""
        return not self.any_order and all(one.death is None for one in self.happenings)

    def keeping(self, happenings: Iterable[Happening]) -> Plan:
        """The same with these happenings alone."""
        return replace(self, happenings=tuple(happenings))

    def document(self) -> Plain:
        """The scenario, as plain values. It expects nothing: checkers judge a world."""
        return {
            "version": 1,
            "name": f"world {self.ask.seed}",
            "seed": self.ask.seed,
            "clock": {"start": STARTS, "zone": "Europe/Berlin"},
            **self.fleet,
            "steps": [*(step for step, _ in self.steps()), *LOOKS],
        }

    def steps(self) -> Iterator[tuple[Plain, Happening | None]]:
        """Its steps in a file with what each is; that time passes, and the last, are nothing."""
        now_ms = 0
        for one in self.happenings:
            if one.at_ms > now_ms:
                yield {"advance": duration(one.at_ms - now_ms)}, None
                now_ms = one.at_ms
            yield one.told, one
        yield {"note": "the plan ends"}, None

    def text(self) -> str:
        """The file."""
        return dump(self.document())


# A file has to expect something. This always holds.
LOOKS: Final[list[Plain]] = [{"expect_metrics": {"commits": {"gt": 0}}}]


def duration(ms: int) -> str:
    """As the language writes it: one number and one unit."""
    for unit, size in (("h", HOUR_MS), ("m", 60_000), ("s", 1000)):
        if ms % size == 0:
            return f"{ms // size}{unit}"
    return f"{ms}ms"
