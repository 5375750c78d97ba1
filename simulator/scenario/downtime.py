"""Warns of calls to a gateway that an earlier step has killed or stopped: nobody is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from latchbench.pin import MASK
from simulator.http_door import CONNECTION_REFUSED
from simulator.scenario.call_expectations import CallExpect
from simulator.scenario.interpolate import MISSING
from simulator.scenario.matchers import Asking
from simulator.scenario.problems import Finding
from simulator.scenario.verbs import VERBS, GatewayProcess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.scenario.cases import Step
    from simulator.scenario.triggers import Trigger

# What takes the gateway away, and what brings it back.
_BACK_BY: Final = {"kill": "start", "stop": "continue"}
_ASKS_GATEWAY: Final = frozenset((*(v for v in VERBS if VERBS[v].is_call), "expect_codes"))
_BEFORE_THE_RUN: Final = Asking(lambda reference: MISSING, lambda pin: MASK)


def calls_to_nobody(steps: Iterable[Step], triggers: Iterable[Trigger]) -> Iterator[Finding]:
    """A warning for each call that nobody will answer, as the steps stand in the file.

    None in a case with a trigger that acts on the gateway: when that happens, only the run can
    tell. A call that is expected to be refused for this very reason is well written.
    """
    if any(isinstance(step.body, GatewayProcess) for trigger in triggers for step in trigger.do):
        return
    away: str | None = None
    for step in steps:
        if isinstance(step.body, GatewayProcess):
            away = step.body.action if step.body.action in _BACK_BY else None
        elif away is not None and step.verb in _ASKS_GATEWAY:
            if away == "kill" and _expects_nobody(step):
                continue
            back = f"'gateway: {_BACK_BY[away]}'"
            message = f"step after 'gateway: {away}' calls the API before any {back}"
            yield Finding((*step.at, step.verb), message, on_key=True, severity="warning")


def _expects_nobody(step: Step) -> bool:
    """Whether the step says that the call raises what a call to nobody does."""
    expected = [expectation.what for expectation in step.expects]
    refusals = [what.raises for what in expected if isinstance(what, CallExpect) and what.raises]
    return bool(refusals) and all(
        refusal.type is None or refusal.type.fits(CONNECTION_REFUSED, _BEFORE_THE_RUN)
        for refusal in refusals
    )
