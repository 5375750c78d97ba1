"""A scenario that was read: plain frozen values, everything resolved that can be before the run.

A `Scenario` has one `Case` per row of its matrix. In a case every variable is filled in, every
pattern is a list of locks, every `when` is decided; what is left open are `Late` values, which only
the run can tell. Positions go along, so that whatever fails later can name its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from latchbench.pin import Pin
    from simulator.profiles.loader import ProfileFile
    from simulator.scenario.always import Always
    from simulator.scenario.fields import Body
    from simulator.scenario.problems import Problem, Where
    from simulator.scenario.schema import Clock, Gateway
    from simulator.scenario.source import Document, Mark
    from simulator.scenario.triggers import Trigger


@dataclass(frozen=True, slots=True)
class LockPlan:
    """One lock as the scenario wants it to be at the start.

    `codes` are in its slots by number; then the lowest free slots are filled until `fill_slots` are
    used. `hub` is None for a lock with a hub of its own, `zone` None for one without a time zone.
    """

    name: str
    profile: ProfileFile
    radio: str
    power: str
    codes: Mapping[int, Pin]
    fill_slots: int
    zone: str | None
    hub: str | None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Locks and the world around them.

    `hosts` is None for the bench's own choice. `locks` and `hubs` are in the order of the file;
    `seed` is None if the file has none.
    """

    name: str | None
    seed: int | None
    clock: Clock
    timing: str
    hosts: int | Literal["per-lock"] | None
    gateway: Gateway
    locks: Mapping[str, LockPlan]
    hubs: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that must hold after a step. `at` is its place in the file.

    `what` is of the type that the verb's entry in `VERBS` reads.
    """

    at: Where
    what: object


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one case. `number` counts from 1 over all steps of the file.

    `body` is None for a verb that only looks. All of `expects` must hold. A call in the
    `background` is answered in a later step; one without a `timeout_us` has that of the bench.
    `turn` is (which, of how many) of a step that is repeated.
    """

    number: int
    at: Where
    mark: Mark
    verb: str
    name: str | None
    body: Body | None
    save_as: str | None
    expects: tuple[Expectation, ...]
    background: bool = False
    timeout_us: int | None = None
    turn: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the matrix. `id` is empty when there is no matrix.

    `endings` are the steps under `finally`, which are taken however the others ended.
    `triggers` are the entries of `on_event`, `always` the invariants of the trace.
    """

    id: str
    fleet: Fleet
    steps: tuple[Step, ...]
    endings: tuple[Step, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    always: tuple[Always, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole file. `warnings` are problems that do not make it unusable.

    `references` say where its story, or one like it, was told: short texts, addresses.
    """

    path: str
    name: str
    description: str | None
    tags: tuple[str, ...]
    references: tuple[str, ...]
    cases: tuple[Case, ...]
    warnings: tuple[Problem, ...]
    document: Document = field(repr=False)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    def place(self, at: Where) -> str:
        """`file.yaml:12:7`, where the value at `at` is written, or what is around it."""
        mark = self.document.mark(at)
        return f"{self.path}:{mark.line}:{mark.col}"
