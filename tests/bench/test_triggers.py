"""`on_event`, `always` and `host` in whole scenarios, and what the verdict says of them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from simulator.scenario.reader import read_scenario_text
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verdict import CaseVerdict, Outcome

if TYPE_CHECKING:
    from simulator.rig import Rig

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
]

HEAD = """\
version: 1
name: a test
seed: 4
gateway: {programming: async}
locks:
  front: {profile: deadbolt-30}
  back: {profile: deadbolt-30}
"""


async def verdict(rig: Rig, text: str, hosts: int | None = None) -> CaseVerdict:
    scenario = read_scenario_text(HEAD + dedent(text), "a.yaml")
    return await run_case(scenario, scenario.cases[0], RunOptions(hosts=hosts), rig)


def told(verdict: CaseVerdict, kind: str) -> list[str]:
    return [event.source for event in verdict.trace if event.kind == kind]


PRESS = """
on_event:
- match: {kind: lock.code.stored}
  count: 2
  times: 2
  do:
  - thumbturn: {lock: front, locked: true}
  - thumbturn: {lock: front, locked: false}
steps:
- create_multiple: {device_ids: [front, back], code: "4827"}
- settle: {}
- create_multiple: {device_ids: [front, back], code: "9135"}
- settle: {}
- create_multiple: {device_ids: [front, back], code: "6044"}
- settle: {}
- expect_device: {"*": {slots_used: 3}}
"""


async def test_a_trigger_counts_and_fires_as_often_as_it_says(rig: Rig) -> None:
    ran = await verdict(rig, PRESS)
    assert ran.outcome is Outcome.PASSED, ran.failures
    order = [e.kind for e in ran.trace if e.kind in ("lock.code.stored", "bench.on_event")]
    stored, act = "lock.code.stored", "bench.on_event"
    assert order == [stored, stored, act, act, stored, stored, act, act, stored, stored]


async def test_what_a_trigger_does_stands_at_the_instant_of_its_event(rig: Rig) -> None:
    ran = await verdict(rig, PRESS)
    for place, event in enumerate(ran.trace):
        if event.kind == "bench.on_event":
            cause = next(e for e in reversed(ran.trace[:place]) if e.kind == "lock.code.stored")
            assert event.at_us == cause.at_us


async def test_a_lock_that_loses_power_as_its_neighbour_stores_has_not_stored(rig: Rig) -> None:
    text = """
        on_event:
        - match: {kind: lock.code.stored}
          do:
          - power: {lock: "*", action: cut}
        steps:
        - create_multiple: {device_ids: [front, back], code: "4827"}
        - advance: 1m
        - expect_events: {contains: [{kind: lock.code.stored}]}
        """
    for hosts in (None, 1):
        ran = await verdict(rig, text, hosts)
        assert ran.outcome is Outcome.PASSED, ran.failures
        assert len(told(ran, "lock.code.stored")) == 1


async def test_a_trigger_that_never_fires_fails_its_case_and_says_so(rig: Rig) -> None:
    text = """
        on_event:
        - match: {kind: lock.code.refused}
          do: [{gateway: kill}]
        - match: {kind: lock.code.stored}
          count: 3
          do: [{gateway: kill}]
        steps:
        - create_multiple: {device_ids: [front, back], code: "4827"}
        - settle: {}
        - expect_device: {"*": {slots_used: 1}}
        """
    ran = await verdict(rig, text)
    assert [(failure.place, failure.step, failure.messages) for failure in ran.failures] == [
        ("a.yaml:10:10", "on_event 1", ("it never happened: {kind: lock.code.refused}",)),
        ("a.yaml:12:10", "on_event 2", ("it happened 2 times of 3: {kind: lock.code.stored}",)),
    ]


async def test_a_step_under_do_that_cannot_be_done_fails_the_case_at_its_place(rig: Rig) -> None:
    text = """
        on_event:
        - match: {kind: lock.code.stored}
          do: [{gateway: start}]
        steps:
        - create_multiple: {device_ids: front, code: "4827"}
        - settle: {}
        - expect_device: {front: {slots_used: 1}}
        """
    ran = await verdict(rig, text)
    (failure,) = ran.failures
    assert (failure.place, failure.messages) == ("a.yaml:11:18", ("gateway is running",))


async def test_nobody_else_goes_with_a_host_that_is_killed(rig: Rig) -> None:
    text = """
        steps:
        - host: {of: back, action: kill}
        - create_multiple: {device_ids: [front, back], code: "4827"}
        - advance: 1m
        - expect_device: {front: {slots_used: 1}, back: {slots_used: 0}}
        """
    ran = await verdict(rig, text, hosts=1)
    assert ran.outcome is Outcome.PASSED, ran.failures
    processes = {left.lock: left.process.split()[0] for left in ran.left}
    assert processes["front"] != processes["back"]


async def test_a_call_while_the_gateway_stands_still_is_a_mistake_of_the_scenario(rig: Rig) -> None:
    text = """
        steps:
        - gateway: stop
        - create_multiple: {device_ids: front, code: "4827"}
          expect: {shared: [front]}
        """
    ran = await verdict(rig, text)
    (failure,) = ran.failures
    assert (failure.place, failure.messages) == ("a.yaml:11:20", ("gateway is stopped",))
    assert ran.counters == {}


async def test_a_breach_stops_the_case_with_its_place_and_its_event(rig: Rig) -> None:
    text = """
          side: {profile: loose}
        profiles: {loose: {extends: deadbolt-30, duplicate_policy: accept}}
        always:
        - no_orphan_codes
        - at_most_once_per_lock
        steps:
        - create_multiple: {device_ids: side, code: "4827"}
        - settle: {}
        - program_at_keypad: {lock: side, slot: 9, code: "4827"}
        - expect_device: {side: {slots_used: 2}}
        """
    ran = await verdict(rig, text)
    (failure,) = ran.failures
    assert (failure.place, failure.step) == ("a.yaml:13:3", "always: at_most_once_per_lock")
    assert failure.messages == ("side holds ••••A in slots 1 and 9 (side: lock.code.stored)",)
    assert [cost.title for cost in ran.costs][-1] == "step 3, program_at_keypad"
