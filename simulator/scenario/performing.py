"""Does what a step says, and tells what the scenario can be blamed for from what it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import grpc

from simulator.processes import NotPossible
from simulator.scenario.actions import ACTIONS
from simulator.scenario.world import StepFailed, Unfilled

if TYPE_CHECKING:
    from simulator.scenario.cases import Step
    from simulator.scenario.world import Running

_REFUSED: Final = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
)


class StepImpossible(Exception):
    """The step cannot be done, as things are. The message says why, for people."""


class NeverSaved(StepImpossible):
    """It needs what no step has saved, because that step did not go as written."""


async def perform(run: Running, step: Step) -> object:
    """What the step came to, for its expectations to look at. Raises `StepImpossible`."""
    if step.body is None:
        return None
    try:
        return await ACTIONS[step.verb](run, step, step.body)
    except Unfilled as error:
        raise NeverSaved(f"cannot run: {error} was never saved") from error
    except (StepFailed, NotPossible) as error:
        raise StepImpossible(str(error)) from error
    except grpc.aio.AioRpcError as error:
        if error.code() not in _REFUSED:
            raise
        message = error.details() or "the lock cannot have that done to it"
        raise StepImpossible(message) from error
