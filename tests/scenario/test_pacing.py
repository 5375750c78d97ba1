"""A case that is held back to real time, on a clock that moves only for those who sleep."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.scenario.policies import pairs
from simulator.scenario.reader import read_scenario, read_scenario_text
from simulator.scenario.runner import RunOptions, compare, run_case
from simulator.sim.loop import run
from simulator.sim.rig import SimRig
from tests.product.shipped import SCENARIOS
from tests.scenario.held_time import HeldTime, Watcher

if TYPE_CHECKING:
    from simulator.bench import Bench
    from simulator.rig import Door
    from simulator.scenario.cases import Scenario
    from simulator.scenario.verdict import CaseVerdict, Comparison

ROLLBACK = read_scenario(str(SCENARIOS / "rollback/stored-before-another-refused.yaml"))
ONE_SIDED = read_scenario_text("""\
version: 1
name: one door takes four digits
locks:
  front: {profile: nuki, codes: {4: "917745"}}
  side: {profile: schlage-be469}
steps:
- create_multiple:
    device_ids: [front, side]
    behavior_when_code_cannot_be_shared: create_random_code
  expect: {random: [side]}
- expect_device: {front: {slots_used: 2}, side: {slots_used: 1}}
""")
SECOND_US = 1_000_000


async def on_a_rig(scenario: Scenario, options: RunOptions) -> CaseVerdict:
    rig = SimRig()
    try:
        return await run_case(scenario, scenario.cases[0], options, rig)
    finally:
        await rig.stop()


def watched(watcher: Watcher, rate: float = 1.0) -> CaseVerdict:
    return run(on_a_rig(ROLLBACK, RunOptions(pace=watcher.pace(rate))))


def lateness_us(watcher: Watcher, began_us: int, rate: float) -> list[float]:
    """For each event how long after its time it was told."""
    base_us = watcher.events[0].at_us
    due_us = [began_us + (event.at_us - base_us) / rate for event in watcher.events]
    return [told - due for told, due in zip(watcher.told_us, due_us, strict=True)]


@pytest.mark.parametrize("rate", [1.0, 0.2, 37.0, 1000.0])
def test_every_event_is_told_at_its_time_and_none_earlier(rate: float) -> None:
    watcher = Watcher(HeldTime())
    verdict = watched(watcher, rate)
    assert not verdict.failures
    late = lateness_us(watcher, 5_000_000, rate)
    assert len(late) > 40
    assert min(late) >= 0
    assert max(late) < 2  # nor does it drift: all are due by one clock, from the first step on


@pytest.mark.parametrize("timing", ["fast", "instant", "zwave"])
def test_it_is_the_run_that_it_would_be_and_all_of_it_is_told(timing: str) -> None:
    """With `instant` much comes at one time from several processes, and has an order too."""
    watcher = Watcher(HeldTime())
    options = RunOptions(show_codes=True, timing=timing)
    plain = run(on_a_rig(ROLLBACK, options))
    held = run(on_a_rig(ROLLBACK, replace(options, pace=watcher.pace())))
    assert held.trace == plain.trace
    assert held.end_us == plain.end_us
    assert watcher.events == held.trace[-len(watcher.events) :]
    assert watcher.events[0].kind == "bench.step"
    assert watcher.titles == ["two locks had stored the code when the third refused"]
    assert watcher.time.slept_us == held.end_us - watcher.events[0].at_us


def test_what_comes_late_makes_nothing_else_late() -> None:
    busy_us = 50_000  # longer than from there to what follows, shorter than to the end
    watcher = Watcher(HeldTime(), "lock.fault.fired", busy_us)
    verdict = watched(watcher)
    late = lateness_us(watcher, 5_000_000, 1.0)
    number = next(n for n, one in enumerate(watcher.events) if one.kind == "lock.fault.fired")
    assert min(late) >= 0
    assert max(late[: number + 1]) < 2
    assert 0 < late[number + 1] <= busy_us
    assert late[-1] < 2
    assert watcher.time.slept_us == verdict.end_us - watcher.events[0].at_us - busy_us


def test_who_watches_is_told_how_long_nothing_will_happen() -> None:
    watcher = Watcher(HeldTime())
    watched(watcher, 0.5)
    base_us = watcher.events[0].at_us
    instants = sorted({event.at_us for event in watcher.events} - {base_us})
    assert set(instants) <= {until_us for until_us, _ in watcher.waits_us}
    assert sum(wait_us for _, wait_us in watcher.waits_us) == pytest.approx(
        watcher.time.slept_us, abs=len(watcher.waits_us)
    )
    before_us = base_us
    for until_us, wait_us in watcher.waits_us:
        assert wait_us == pytest.approx((until_us - before_us) / 0.5, abs=2)
        before_us = until_us


def test_nobody_need_watch() -> None:
    time = HeldTime()
    options = RunOptions(pace=replace(Watcher(time).pace(2.0), viewer=None))
    verdict = run(on_a_rig(ROLLBACK, options))
    first_us = next(event.at_us for event in verdict.trace if event.kind == "bench.step")
    assert time.slept_us == -(-(verdict.end_us - first_us) // 2)


# PINs.


def test_a_pin_has_the_letter_that_it_has_in_the_verdict() -> None:
    watcher = Watcher(HeldTime())
    verdict = watched(watcher)
    assert watcher.events == list(verdict.trace)[-len(watcher.events) :]
    pins = [event.fields["pin"] for event in watcher.events if "pin" in event.fields]
    assert set(pins) == {"••••A"}


def test_in_a_comparison_a_pin_has_one_letter_under_both_policies() -> None:
    async def compared(watcher: Watcher) -> Comparison:
        rig = SimRig()
        try:
            (pair,) = pairs(ONE_SIDED, ONE_SIDED.cases)
            return await compare(pair, RunOptions(pace=watcher.pace(1000)), rig)
        finally:
            await rig.stop()

    watcher = Watcher(HeldTime())
    sides = run(compared(watcher)).sides
    told = iter(watcher.events)
    for side in sides:
        first = next(n for n, one in enumerate(side.trace) if one.kind == "bench.step")
        expected = list(side.trace)[first:]
        assert [next(told) for _ in expected] == expected
    assert list(told) == []
    assert sides[1].left[0].slots == {1: "••••B", 4: "••••A"}
    title = "one door takes four digits under"
    assert watcher.titles == [f"{title} throw", f"{title} create_random_code"]
    assert [side.policy for side in sides] == ["throw", "create_random_code"]


# Around a case.


def test_what_comes_after_the_case_is_not_held_back() -> None:
    watcher = Watcher(HeldTime())

    async def look(bench: Bench) -> None:
        slept_us = watcher.time.slept_us
        await bench.advance(3600 * SECOND_US)
        assert watcher.time.slept_us == slept_us

    async def looked_at() -> None:
        rig = SimRig()
        try:
            options = RunOptions(pace=watcher.pace())
            await run_case(ROLLBACK, ROLLBACK.cases[0], options, rig, look)
        finally:
            await rig.stop()

    run(looked_at())


def test_a_case_that_breaks_off_has_told_what_happened() -> None:
    watcher = Watcher(HeldTime())

    async def breaks(bench: Bench, step: object) -> None:
        bench.note("bench.note", text=f"before {type(step).__name__}")
        raise KeyError

    async def broken() -> None:
        rig = SimRig()
        try:
            options = RunOptions(pace=watcher.pace())
            case = ROLLBACK.cases[0]
            await run_case(ROLLBACK, case, options, rig, instead={2: breaks})
        finally:
            await rig.stop()

    with pytest.raises(KeyError):
        run(broken())
    kinds = [event.kind for event in watcher.events]
    assert kinds == ["bench.step", "lock.fault.armed", "bench.step", "bench.note"]


class _Doors(SimRig):
    """Notes whose calls may take how long."""

    def __init__(self) -> None:
        super().__init__()
        self.patient: list[bool] = []

    def door(self, url: str, api_key: str, *, patient: bool = False) -> Door:
        self.patient.append(patient)
        return super().door(url, api_key, patient=patient)


def test_only_a_case_that_is_held_back_lets_calls_take_long() -> None:
    async def doors() -> list[bool]:
        rig = _Doors()
        try:
            for pace in (None, Watcher(HeldTime()).pace()):
                await run_case(ROLLBACK, ROLLBACK.cases[0], RunOptions(pace=pace), rig)
        finally:
            await rig.stop()
        return rig.patient

    assert run(doors()) == [False, True]
