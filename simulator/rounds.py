"""The steps of one round: opened together, and over when the last has ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import grpc

from latchbench.process import ProcessFailed
from latchbench.steps import Done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from latchbench.steps import Step
    from latchbench.time_service import Stepper

GUARD_S: Final = 30.0


class Stuck(Exception):
    """A step did not end, or an instant did not: a fault of ours, never of a scenario."""


@dataclass(frozen=True, slots=True)
class LastWords(Done):
    """How far a process came that died in the middle of a step.

    `point` says where it died. `is_heard`: what it said in that step is heard; else it is as if it
    had not been said.
    """

    point: str = ""
    is_heard: bool = True


async def all_of(steppers: Mapping[str, Stepper], steps: Mapping[str, Step]) -> dict[str, Done]:
    """What came of the steps, by process. Raises `Stuck` and `ProcessFailed`."""
    names = sorted(steps)
    if not names:
        return {}
    tasks = [asyncio.ensure_future(_one(name, steppers[name], steps[name])) for name in names]
    _, unfinished = await asyncio.wait(tasks, timeout=GUARD_S)
    if unfinished:
        stuck = [name for name, task in zip(names, tasks, strict=True) if task in unfinished]
        for task in unfinished:
            task.cancel()
        raise Stuck(f"no end of a step within {GUARD_S:g} s of real time: {', '.join(stuck)}")
    return {name: task.result() for name, task in zip(names, tasks, strict=True)}


async def _one(name: str, stepper: Stepper, step: Step) -> Done:
    try:
        return await stepper.step(step)
    except (grpc.aio.AioRpcError, EOFError) as error:
        raise ProcessFailed(f"{name} ended in the middle of a step") from error
