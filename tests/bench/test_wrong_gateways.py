"""The scenarios that ship tell a right gateway from wrong ones.

A wrong gateway is the right one with one class changed, behind the same API and before the same
locks. Each must fail the scenario that is there for its mistake, and fail it for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.engine.admit import KEY_PREFIX
from simulator.rig import Rig
from simulator.scenario.reader import read_scenario
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verdict import CaseVerdict, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("bench-wrong-gateways"),
]

ROOT = Path(__file__).parents[2]
MODULES = "tests.bench.wrong_gateways"


@dataclass(frozen=True)
class Mistake:
    """A wrong gateway, the scenario that sees it, and how the message of each red case begins."""

    module: str
    scenario: str
    red: dict[str, Sequence[str]]


MISTAKES = [
    Mistake(
        "trusts_acknowledgements",
        "radio/acknowledged-and-not-stored.yaml",
        {
            "lies=once": ["liar.slots_used: wanted 1, got 0", "liar.has_code: none of 0 fits"],
            "lies=always": ["wanted a refusal, but the call created codes on front, liar"],
        },
    ),
    Mistake(
        "does_not_roll_back",
        "rollback/stored-before-another-refused.yaml",
        {"": ["front.slots_used: wanted 0, got 1", "back.slots_used: wanted 0, got 1"]},
    ),
    Mistake(
        "links_stragglers",
        "sharing/length-clash.yaml",
        {"policy=create_random_code": [f"side.common_code_key: wanted null, got '{KEY_PREFIX}"]},
    ),
]


async def verdicts(rig: Rig, scenario: str) -> list[CaseVerdict]:
    read = read_scenario(str(ROOT / "scenarios" / scenario))
    return [await run_case(read, case, RunOptions(), rig) for case in read]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.module)
async def test_a_wrong_gateway_fails_the_scenario_that_is_there_for_it(mistake: Mistake) -> None:
    rig = await Rig.start(f"{MODULES}.{mistake.module}", also_from=ROOT)
    try:
        found = await verdicts(rig, mistake.scenario)
    finally:
        await rig.stop()
    said = {
        verdict.case_id: [message for failure in verdict.failures for message in failure.messages]
        for verdict in found
        if verdict.outcome is Outcome.FAILED
    }
    assert said.keys() == mistake.red.keys()
    for case, messages in said.items():
        for message, beginning in zip(messages, mistake.red[case], strict=True):
            assert message.startswith(beginning), message
    others = [verdict.outcome for verdict in found if verdict.case_id not in mistake.red]
    assert set(others) <= {Outcome.PASSED}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.scenario)
async def test_the_right_gateway_passes_it(rig: Rig, mistake: Mistake) -> None:
    assert {verdict.outcome for verdict in await verdicts(rig, mistake.scenario)} == {
        Outcome.PASSED
    }
