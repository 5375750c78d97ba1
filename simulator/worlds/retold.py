"""A plan as it really went: the steps that were done, each with how its call was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from simulator.scenario.answers import OK
from simulator.scenario.call_actions import TIMEOUT_DEFAULT_US
from simulator.scenario.durations import format_duration, parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from latchbench.trace import TraceEvent
    from simulator.worlds.plan import Happening, Plain, Plan

_WAITED: Final = {"advance": format_duration(TIMEOUT_DEFAULT_US)}


@dataclass(slots=True)
class Told:
    """What came of one happening. `refused` is the type of the refusal, `left_out` why not."""

    happening: Happening
    refused: str | None = None
    left_out: str | None = None

    @property
    def step(self) -> Plain:
        """The step as the plan has it."""
        return self.happening.step


@dataclass(frozen=True, slots=True)
class Retold:
    """The steps of a file, with times between them, and those for its end."""

    steps: Sequence[Plain]
    endings: Sequence[Plain] = field(default=())


def told(plan: Plan, trace: Iterable[TraceEvent]) -> list[Told]:
    """The happenings that began, in order, as the trace tells of them."""
    begun: list[Told] = []
    happenings = iter(plan.happenings)
    for event in trace:
        if event.kind == "bench.step" and event.fields["verb"] != "advance":
            happening = next(happenings, None)
            if happening is None:
                break
            begun.append(Told(happening))
        elif event.kind == "bench.answered" and event.fields["status"] != str(OK):
            begun[-1].refused = event.fields["type"]
        elif event.kind == "bench.left_out":
            begun[-1].left_out = event.fields["why"]
    return begun


def retell(steps: Sequence[Told]) -> Retold:
    """The steps that were done, with the answers that they had.

    A call that nobody answered in time is awaited at the end of the file, after that time; so is
    one that its caller could not hang up on, because it was answered.
    """
    done: list[Plain] = []
    endings: list[Plain] = []
    let_in: set[str] = set()
    now_ms = 0
    for one in steps:
        if one.happening.at_ms > now_ms:
            done.append({"advance": format_duration((one.happening.at_ms - now_ms) * 1000)})
            now_ms = one.happening.at_ms
        awaited = one.step.get("await", one.step.get("hang_up"))
        if one.left_out is None:
            done.append(with_answer(one.happening.told, one.refused))
            if one.step.get("background"):
                let_in.add(one.step["save_as"])
        elif awaited in let_in:
            if "await" in one.step:
                done.append(dict(_WAITED))
            endings.append({"await": awaited})
    return Retold(_merged(done), endings)


def with_answer(step: Plain, refused: str | None) -> Plain:
    """The step with how its call was refused, if it was."""
    return step if refused is None else {**step, "expect": {"raises": {"type": refused}}}


def _merged(steps: Iterable[Plain]) -> list[Plain]:
    """One `advance` where steps between two were left out."""
    merged: list[Plain] = []
    for step in steps:
        if "advance" in step and merged and "advance" in merged[-1]:
            spans = (merged.pop()["advance"], step["advance"])
            merged.append({"advance": format_duration(sum(map(parse_duration, spans)))})
        else:
            merged.append(step)
    if merged and "advance" in merged[-1]:
        merged.pop()
    return merged
