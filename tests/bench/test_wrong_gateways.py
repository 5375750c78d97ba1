"""The scenarios that ship tell a right gateway from wrong ones.

A wrong gateway is the right one with one thing changed, behind the same API and before the same
locks. Each must fail the scenario that is there for its mistake, and fail it for that reason. That
the right one passes them all is shown in `tests/lockstep/test_traces.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.engine.admit import KEY_PREFIX
from simulator.rig import ProcessRig, Rig
from simulator.scenario.reader import read_scenario
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verdict import CaseVerdict, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [
    pytest.mark.wire,
    pytest.mark.asyncio(loop_scope="session"),
]

ROOT = Path(__file__).parents[2]
MODULES = "tests.bench.wrong_gateways"


@dataclass(frozen=True)
class Mistake:
    """A wrong gateway, the scenario that sees it, and how the messages of each red case begin.

    A tuple is all of its messages; a text is the first one.
    """

    module: str
    scenario: str
    red: Mapping[str, str | tuple[str, ...]]


UNSET = "each (back).status: wanted 'set', got 'setting'"
REFUSED = "the call was refused: 400 "
NOT_REFUSED = "wanted a refusal, but the call created codes on front, back, gate"
CREATED_ON_CELLAR = "wanted a refusal, but the call created codes on front, back, cellar"
MISTAKES = (
    Mistake(
        "trusts_acknowledgements",
        "radio/acknowledged-and-not-stored.yaml",
        {
            "lies=once": ("liar.slots_used: wanted 1, got 0", "liar.has_code: none of 0 fits"),
            "lies=always": ("wanted a refusal, but the call created codes on front, liar",),
        },
    ),
    Mistake(
        "does_not_roll_back",
        "rollback/stored-before-another-refused.yaml",
        {"": ("front.slots_used: wanted 0, got 1", "back.slots_used: wanted 0, got 1")},
    ),
    Mistake(
        "does_not_roll_back",
        "policies/answers-after-the-deadline.yaml",
        {
            "policy=throw,sync=true": (
                "front.slots_used: wanted 0, got 1",
                "gate.slots_used: wanted 0, got 1",
            )
        },
    ),
    Mistake(
        "does_not_roll_back",
        "policies/stands-still-in-the-middle.yaml",
        {"policy=throw,sync=true": "front still holds ••••A in slot 1, and no access code owns it"},
    ),
    Mistake(
        "does_not_roll_back",
        "crashes/gateway-killed-in-a-throw.yaml",
        {"": "back still holds ••••A in slot 1, and no access code owns it"},
    ),
    Mistake(
        "speaks_plainly",
        "crashes/gateway-killed-in-a-throw.yaml",
        {"": "the digits of ••••A stand in the trace"},
    ),
    Mistake(
        "clears_before_it_decides",
        "rollback/stored-before-another-refused.yaml",
        {"": "in_order[4]: it happened only before the one above"},
    ),
    Mistake(
        "shouts_at_silent_locks",
        "radio/patience.yaml",
        {"": "silences: wanted a number 30 to 100, got 1"},
    ),
    Mistake(
        "links_stragglers",
        "sharing/length-clash.yaml",
        {"policy=create_random_code": f"side.common_code_key: wanted null, got '{KEY_PREFIX}"},
    ),
    Mistake(
        "links_stragglers",
        "policies/no-length-in-common.yaml",
        {
            f"policy=create_random_code,sync={sync}": (
                f"side.common_code_key: wanted null, got '{KEY_PREFIX}"
            )
            for sync in ("true", "false")
        },
    ),
    Mistake(
        "keeps_pins_as_numbers",
        "policies/leading-zeros.yaml",
        {"": f"{REFUSED}code_cannot_be_shared (front: device_unresponsive, "},
    ),
    Mistake(
        "compares_masks",
        "policies/nothing-wrong.yaml",
        {
            "policy=throw,sync=true": f"{REFUSED}code_cannot_be_shared (back: refused_by_lock)",
            "policy=throw,sync=false": UNSET,
            "policy=create_random_code,sync=true": "back.common_code_key: wanted text",
            "policy=create_random_code,sync=false": UNSET,
        },
    ),
    Mistake(
        "cures_full_locks",
        "policies/full-lock.yaml",
        {
            "policy=create_random_code,sync=true": "box.code: wanted the same as booking.",
            "policy=create_random_code,sync=false": "box.code: wanted the same as booking.",
        },
    ),
    Mistake(
        "tidies_up",
        "sharing/code-made-at-the-keypad.yaml",
        {
            "policy=throw,sync=true": CREATED_ON_CELLAR,
            "policy=throw,sync=false": CREATED_ON_CELLAR,
            "policy=create_random_code,sync=true": "cellar.code: is •••• (4 digits), which it ",
            "policy=create_random_code,sync=false": "cellar.code: is •••• (4 digits), which it ",
        },
    ),
    Mistake(
        "draws_and_hopes",
        "policies/one-code-is-left.yaml",
        {
            "policy=throw": f"{REFUSED}code_cannot_be_shared (shop: pin_in_use)",
            "policy=create_random_code": "shared: wanted yard, shop, got yard",
        },
    ),
    Mistake(
        "takes_silence_for_a_no",
        "radio/silent-lock.yaml",
        {"policy=create_random_code": "cellar.code: wanted the same as booking.devices.front.code"},
    ),
    Mistake(
        "takes_silence_for_a_no",
        "faults/deaf.yaml",
        {"policy=create_random_code,sync=true": "deaf.code: wanted the same as booking.devices."},
    ),
    Mistake(
        "takes_silence_for_a_no",
        "policies/answers-after-the-deadline.yaml",
        {"policy=create_random_code,sync=true": "gate.code: wanted •••• (4 digits), got ••••"},
    ),
    Mistake(
        "forgets_its_spares",
        "policies/in-use-by-a-backup-code.yaml",
        {
            "policy=throw,sync=true": "raises.type: wanted 'duplicate_access_code', got",
            "policy=throw,sync=false": "wanted a refusal, but the call created codes on ",
            "policy=create_random_code,sync=false": "lobby.code: is •••• (6 digits), which ",
        },
    ),
    Mistake("forgets_the_end", "time/just-in-time.yaml", {"": "front.slots_used: wanted 0, got 1"}),
    Mistake(
        "forgets_the_end",
        "calls/moved-among-160-codes.yaml",
        {"": "house.slots_used: wanted 160, got 161"},
    ),
    Mistake(
        "says_set_too_soon",
        "policies/nothing-wrong.yaml",
        {
            "policy=throw,sync=false": "front.status: wanted 'setting', got 'set'",
            "policy=create_random_code,sync=false": "front.status: wanted 'setting', got 'set'",
        },
    ),
    Mistake(
        "waits_for_no_lock",
        "policies/offline-lock.yaml",
        {
            f"policy={policy},attempt=true,sync={sync}": f"{REFUSED}device_offline (attic: "
            for policy in ("throw", "create_random_code")
            for sync in ("true", "false")
        },
    ),
    Mistake("ignores_the_hub", "hubs/nine-rooms.yaml", {"": "none[1]: it happened: room-"}),
    Mistake(
        "ignores_nonces",
        "hubs/locks-with-s0.yaml",
        {
            "database=right": (
                "none[1]: it happened: room-1 lock.answer.lost",
                "none[2]: it happened: gateway gateway.lock.no_answer",
            )
        },
    ),
    Mistake(
        "takes_failures_for_silence",
        "hubs/full-queue.yaml",
        {"": "contains[2]: it never happened"},
    ),
    Mistake(
        "forgets_who_hung_up",
        "calls/asked-again-after-hanging-up.yaml",
        {
            "policy=throw,again=at-once": NOT_REFUSED,
            "policy=throw,again=after-59s": NOT_REFUSED,
            "policy=create_random_code,again=at-once": "shared: wanted front, back, got front",
            "policy=create_random_code,again=after-59s": "shared: wanted front, back, got front",
        },
    ),
    Mistake(
        "takes_equal_for_same",
        "calls/asked-twice-by-two.yaml",
        {
            "patience=both-wait": "front.access_code_id: is '",
            "patience=one-hangs-up": "front.access_code_id: is '",
        },
    ),
)


async def verdicts(rig: Rig, scenario: str) -> list[CaseVerdict]:
    read = read_scenario(str(ROOT / "scenarios" / scenario))
    return [await run_case(read, case, RunOptions(), rig) for case in read]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.module)
async def test_a_wrong_gateway_fails_the_scenario_that_is_there_for_it(mistake: Mistake) -> None:
    rig = await ProcessRig.start(f"{MODULES}.{mistake.module}", also_from=ROOT)
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
        wanted = mistake.red[case]
        all_told = messages if isinstance(wanted, tuple) else messages[:1]
        beginnings = wanted if isinstance(wanted, tuple) else (wanted,)
        for message, beginning in zip(all_told, beginnings, strict=True):
            assert message.startswith(beginning), message
    others = [verdict.outcome for verdict in found if verdict.case_id not in mistake.red]
    assert set(others) <= {Outcome.PASSED}


async def test_each_wrong_gateway_has_its_scenario() -> None:
    modules = {path.stem for path in Path(__file__).parent.glob("wrong_gateways/[a-z]*.py")}
    assert sorted(modules) == sorted({mistake.module for mistake in MISTAKES})
