"""Whole scenarios: what a step waits for, what fails, what is done at the end."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from simulator.scenario.reader import read_scenario_text
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verdict import Outcome

if TYPE_CHECKING:
    from simulator.rig import Rig
    from simulator.scenario.verdict import CaseVerdict

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

HEAD = """\
version: 1
name: a test
seed: 7
locks: {front: {profile: deadbolt-30}, back: {profile: deadbolt-30}}
steps:
"""
FLYING = """\
- create_multiple: {device_ids: [front, back], code: "4827", sync: true}
  save_as: booking
  background: true
"""
NINE = "- expect_device: {front: {slots_used: 9}}\n"


async def verdict_of(steps: str, rig: Rig, hosts: int | None = None) -> CaseVerdict:
    scenario = read_scenario_text(f"{HEAD}{dedent(steps)}", "s.yaml")
    (case,) = scenario.cases
    return await run_case(scenario, case, RunOptions(hosts=hosts), rig)


def messages(verdict: CaseVerdict) -> list[str]:
    return [message for failure in verdict.failures for message in failure.messages]


async def test_time_stands_at_the_event_that_was_waited_for(rig: Rig) -> None:
    verdict = await verdict_of(
        f"""\
        {FLYING.replace(chr(10), chr(10) + " " * 8)}
        - wait_for: {{event: {{source: back, kind: lock.code.stored}}}}
        - note: here
        - expect_device: {{back: {{has_code: "4827"}}}}
        - await: booking
          expect: {{shared: [front, back]}}
        """,
        rig,
    )
    assert messages(verdict) == []
    (note,) = (event for event in verdict.trace if event.kind == "bench.note")
    stored = [
        event
        for event in verdict.trace
        if event.kind == "lock.code.stored" and event.source == "back"
    ]
    assert [event.at_us for event in stored] == [note.at_us]
    later = verdict.trace[list(verdict.trace).index(note) :]
    assert any(event.source == "gateway" for event in later), "the call was still in flight"


async def test_what_never_happened_is_told_as_it_stands_in_the_file(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - create_multiple: {device_ids: [front, back]}
        - settle:
        - expect_events:
            contains: [{kind: lock.code.stored}, {kind: lock.reset, source: front}]
        """,
        rig,
    )
    assert messages(verdict) == [
        "contains[2]: it never happened: {kind: lock.reset, source: front}"
    ]


@pytest.mark.parametrize("hosts", [1, 2])
async def test_where_it_stands_does_not_depend_on_packing(rig: Rig, hosts: int) -> None:
    steps = f"{FLYING}- wait_for: {{event: {{kind: lock.code.stored}}, count: 2}}\n- note: here\n"
    steps += "- await: booking\n  expect: {shared: ['*']}\n"
    verdict = await verdict_of(steps, rig, hosts=hosts)
    reference = await verdict_of(steps, rig)
    assert verdict.outcome is Outcome.PASSED
    assert list(verdict.trace) == list(reference.trace)


async def test_an_event_that_does_not_come_is_a_failure_that_tells_of_earlier_ones(
    rig: Rig,
) -> None:
    verdict = await verdict_of(
        """\
        - create_multiple: {device_ids: [front, back]}
        - settle:
        - wait_for: {event: {kind: lock.code.stored}, timeout: 5s}
        - expect_device: {front: {slots_used: 1}}
        """,
        rig,
    )
    assert messages(verdict) == [
        "it did not happen within 5s: {kind: lock.code.stored}; "
        "it had happened 2 times before this step"
    ]
    assert verdict.failures[0].place == "s.yaml:8:13"


async def test_the_end_is_taken_after_a_failure_too_and_has_failures_of_its_own(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - create_multiple: {device_ids: [front, back], sync: true}
          save_as: booking
        - expect_device: {front: {slots_used: 9}}
        - note: never reached
        finally:
        - delete: {access_code_id: "${booking.devices.front.access_code_id}"}
        - delete: {access_code_id: "${booking.devices.back.access_code_id}"}
        - settle:
        - expect_device: {front: {slots_used: 0}, back: {slots_used: 3}}
        """,
        rig,
    )
    assert verdict.outcome is Outcome.FAILED
    assert [failure.step for failure in verdict.failures] == [
        "step 2, expect_device",
        "step 7, expect_device",
    ]
    assert [left.slots for left in verdict.left] == [{}, {}]
    assert not any(event.kind == "bench.note" for event in verdict.trace)


async def test_what_a_failed_step_did_not_save_is_no_second_failure_at_the_end(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - create_multiple: {device_ids: [front], preferred_code_length: 4.5}
          save_as: booking
        - expect_device: {front: {slots_used: 1}}
        finally:
        - delete: {access_code_id: "${booking.devices.front.access_code_id}"}
        - note: the end goes on
        """,
        rig,
    )
    (message,) = messages(verdict)
    assert message.startswith("the call was refused: 400 invalid_input")
    assert verdict.failures[0].step == "step 1, create_multiple"
    assert any(event.kind == "bench.note" for event in verdict.trace)


async def test_a_call_that_is_not_answered_in_time_is_a_failure(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - power: {lock: back, action: cut}
        - create_multiple: {device_ids: [front, back], sync: true}
          timeout: 100ms
          expect: {shared: [front]}
        """,
        rig,
    )
    assert messages(verdict) == ["the call was not answered within 100ms"]


async def test_a_call_that_a_failed_case_leaves_in_flight_is_given_up(rig: Rig) -> None:
    steps = f"{FLYING}- expect_device: {{front: {{slots_used: 9}}}}\n- await: booking\n"
    verdict = await verdict_of(steps, rig)
    assert [failure.step for failure in verdict.failures] == ["step 2, expect_device"]


async def test_what_a_call_was_to_do_goes_on_when_its_caller_has_hung_up(rig: Rig) -> None:
    steps = f"{FLYING}- hang_up: booking\n- settle:\n"
    verdict = await verdict_of(f"{steps}- expect_device: {{'*': {{has_code: '4827'}}}}\n", rig)
    assert messages(verdict) == []
    assert not any(event.kind == "bench.answered" for event in verdict.trace)


async def test_nobody_hangs_up_on_an_answer(rig: Rig) -> None:
    steps = f"{FLYING}- advance: 1m\n- hang_up: booking\n{NINE}"
    verdict = await verdict_of(steps, rig)
    assert messages(verdict) == ["the call has ended already, so there is nothing to hang up on"]
    assert verdict.failures[0].place == "s.yaml:10:12"


async def test_a_gateway_that_stands_still_notices_no_hang_up(rig: Rig) -> None:
    steps = f"{FLYING}- gateway: stop\n- hang_up: booking\n{NINE}"
    verdict = await verdict_of(steps, rig)
    assert messages(verdict) == ["gateway is stopped"]


@pytest.mark.parametrize("verb", ["await", "hang_up"])
async def test_the_end_leaves_out_a_call_that_never_was_in_flight(rig: Rig, verb: str) -> None:
    verdict = await verdict_of(f"{NINE}{FLYING}finally:\n- {verb}: booking\n{NINE}", rig)
    assert [failure.step for failure in verdict.failures] == [
        "step 1, expect_device",
        "step 4, expect_device",
    ]


async def test_each_turn_of_a_step_is_taken_until_one_fails(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - name: attempt
          keypad: {lock: front, code: "000${repeat}"}
          repeat: 9
          expect: {locked_out: false}
        """,
        rig,
    )
    (failure,) = verdict.failures
    assert failure.step.startswith('step 1 "attempt" (')
    assert failure.step.endswith(" of 9)")
    assert failure.step != 'step 1 "attempt" (1 of 9)'


async def test_what_the_gateway_counts_is_held_against_numbers(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - create_multiple: {device_ids: [front, back], sync: true}
        - expect_metrics: {silences: 0, commands: {between: [4, 40]}, malformed_reports: 1}
        """,
        rig,
    )
    assert messages(verdict) == ["malformed_reports: wanted 1, got 0"]


async def test_time_can_go_to_an_instant_and_never_back(rig: Rig) -> None:
    verdict = await verdict_of(
        """\
        - advance_to: "2030-06-02T16:00:00+02:00"
        - note: a day later
        - advance_to: "2030-06-02T13:59:59Z"
        - expect_device: {front: {slots_used: 0}}
        """,
        rig,
    )
    (note,) = (event for event in verdict.trace if event.kind == "bench.note")
    assert note.at_us - verdict.start_us == 86_400_000_000
    assert messages(verdict) == [
        "time never runs back, and it is 2030-06-02T14:00:00.000000Z already"
    ]


async def test_what_a_lock_cannot_do_fails_its_step_and_is_no_fault_of_ours(rig: Rig) -> None:
    scenario = read_scenario_text(
        "version: 1\nname: a test\nlocks: {front: {profile: kwikset-914}}\nsteps:\n"
        "- keypad_state: {lock: front, state: privacy}\n"
        "- expect_device: {front: {slots_used: 0}}\n"
    )
    (case,) = scenario.cases
    verdict = await run_case(scenario, case, RunOptions(), rig)
    assert verdict.outcome is Outcome.FAILED
    assert messages(verdict) == ["lock front: keypad privacy: the lock has no such mode"]
