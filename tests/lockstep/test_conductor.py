from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from latchbench.lockstep import Answer, SteppedRefusal
from latchbench.steps import NO_TIMERS, Step
from latchbench.trace import TraceEvent, merged, to_json_line
from simulator.conductor import Conductor
from simulator.rounds import Stuck
from tests.lockstep.toy import Ball, Relay, carry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from latchbench.jobs import Ticket

SECOND_US = 1_000_000


@asynccontextmanager
async def world(
    dawdling: random.Random | None = None, delays_us: dict[str, int] | None = None
) -> AsyncIterator[tuple[Conductor, Relay, Relay, list[TraceEvent]]]:
    delays = delays_us or {"a": 3000, "b": 5000, "c": 5000}
    left, right = Relay.made("left", delays), Relay.made("right", delays)
    left.connect(right)
    right.connect(left)
    assert left.link is not None
    assert right.link is not None
    wires = [
        asyncio.create_task(carry(left.link, right.link, dawdling)),
        asyncio.create_task(carry(right.link, left.link, dawdling)),
    ]
    conductor = Conductor(0)
    trace: list[TraceEvent] = []
    conductor.on_trace = trace.extend
    await conductor.add("left", left)
    await conductor.add("right", right)
    try:
        yield conductor, left, right, trace
    finally:
        for wire in wires:
            wire.cancel()
        await asyncio.gather(*wires, return_exceptions=True)


def start_balls(relay: Relay, hops: int) -> None:
    for lock in ("c", "a", "b"):
        relay.participant.clock.call_at(1000, lambda lock=lock: relay.throw(Ball(lock, hops)))  # type: ignore[misc]


def nothing(ticket: Ticket[None]) -> None:
    """A result that nobody needs."""


def at_once(answer: Answer[int]) -> None:
    answer.ok(1)


async def add_timers(conductor: Conductor, relay: Relay) -> None:
    """What a test set from outside is known to the bench after the next step."""
    await conductor.add(relay.name, relay)


async def played(dawdling: random.Random | None) -> list[str]:
    async with world(dawdling) as (conductor, left, _, trace):
        start_balls(left, hops=9)
        await add_timers(conductor, left)
        await conductor.run_to(SECOND_US)
        return [to_json_line(event) for event in merged(trace)]


async def test_balls_that_arrive_at_one_instant_are_caught_in_the_order_of_their_locks() -> None:
    async with world() as (conductor, left, right, _):
        start_balls(left, hops=0)
        await add_timers(conductor, left)
        await conductor.run_to(SECOND_US)
        assert right.caught == [(1000, "a", 0), (1000, "b", 0), (1000, "c", 0)]


async def test_random_real_delays_never_show_in_the_trace() -> None:
    reference = await played(None)
    assert len(reference) == 3 * 20
    for seed in range(12):
        assert await played(random.Random(seed)) == reference


async def test_time_stands_still_while_a_message_is_in_flight() -> None:
    async with world(random.Random(1)) as (conductor, left, right, _):
        start_balls(left, hops=1)
        right.participant.clock.call_at(1001, lambda: right.caught.append((1001, "timer", 0)))
        await add_timers(conductor, left)
        await add_timers(conductor, right)
        await conductor.run_to(1001)
        assert right.caught[-1] == (1001, "timer", 0)
        assert len(right.caught) == 4, "the balls of instant 1000 come before the timer of 1001"


async def test_three_days_of_quiet_timers_cost_one_round() -> None:
    async with world() as (conductor, left, right, _):
        ticks: list[int] = []

        def tick() -> None:
            now_us = left.participant.clock.now_us()
            ticks.append(now_us)
            left.participant.clock.call_at(now_us + 60 * SECOND_US, tick, quiet_until_us=2**60)

        left.participant.clock.call_at(0, tick, quiet_until_us=2**60)
        await add_timers(conductor, left)
        before = conductor.tally.rounds
        await conductor.run_to(3 * 86_400 * SECOND_US)
        assert len(ticks) == 3 * 24 * 60 + 1
        assert conductor.tally.rounds - before == 1
        assert right.caught == []


async def test_whoever_holds_time_back_is_asked_before_each_instant_quiet_ones_too() -> None:
    async def caught(*, held: bool) -> tuple[list[str], list[int]]:
        async with world() as (conductor, left, _, trace):
            asked: list[int] = []

            async def before(at_us: int) -> None:
                assert conductor.now_us < at_us
                assert left.participant.clock.now_us() < at_us
                assert max((event.at_us for event in trace), default=0) < at_us
                asked.append(at_us)

            conductor.before = before if held else None
            start_balls(left, hops=2)
            for at_us in (20_000, 20_001, 30_000):
                note = partial(left.participant.tracer.emit, "left", "quiet")
                left.participant.clock.call_at(at_us, note, quiet_until_us=2**60)
            await add_timers(conductor, left)
            await conductor.run_to(SECOND_US)
            return [to_json_line(event) for event in merged(trace)], asked

    plain, _ = await caught(held=False)
    held, asked = await caught(held=True)
    assert held == plain
    balls_us = [1000, 4000, 6000, 7000, 11_000]  # those of a lock every 3 ms, of the others every 5
    assert asked == [*balls_us, 20_000, 20_001, 30_000, SECOND_US]


async def test_a_timer_that_breaks_its_promise_to_be_quiet_is_found_out() -> None:
    async with world() as (conductor, left, _, _):
        left.participant.clock.call_at(500, lambda: left.throw(Ball("a", 0)), quiet_until_us=10_000)
        left.participant.clock.call_at(10_000, lambda: None)
        await add_timers(conductor, left)
        with pytest.raises(RuntimeError, match="promised to be quiet"):
            await conductor.run_to(SECOND_US)


async def test_messages_that_chase_each_other_at_one_instant_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.conductor.DELTAS_MAX", 50)
    async with world(delays_us={"a": 0, "b": 0, "c": 0}) as (conductor, left, _, _):
        start_balls(left, hops=10_000)
        await add_timers(conductor, left)
        with pytest.raises(Stuck, match="one instant"):
            await conductor.run_to(SECOND_US)


async def test_a_step_that_does_not_end_names_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.rounds.GUARD_S", 0.05)
    async with world() as (conductor, left, _, _):
        ticket: Ticket[None] = left.participant.jobs.open("lane", "a job that never ends", nothing)
        with pytest.raises(Stuck, match="left"):
            await conductor.add("left", left)
        assert left.participant.waiting_for()["jobs"] == ("a job that never ends",)
        ticket.resolve(None)


async def test_a_call_moves_time_event_by_event_and_stops_when_it_is_answered() -> None:
    async with world() as (conductor, left, _, _):
        left.participant.clock.call_at(50_000, lambda: None)

        def begin(answer: Answer[int]) -> None:
            left.begin(Ball("a", 3), answer)

        call = await conductor.call("left", lambda call_id: left.participant.call(call_id, begin))
        assert not call.answered
        stopped = await conductor.run_until(lambda: call.answered, SECOND_US)
        assert stopped
        assert await call.result() == conductor.now_us == 9000


async def test_a_call_without_the_benchs_mark_is_refused_while_time_is_stepped() -> None:
    async with world() as (_, left, _, _):
        with pytest.raises(SteppedRefusal):
            await left.participant.call(None, at_once)


async def test_a_call_that_ends_at_the_door_does_not_hold_up_time() -> None:
    async with world() as (conductor, left, _, _):

        async def refused(call_id: str) -> str:
            left.participant.withdraw(call_id)
            return "no"

        assert await conductor.ask("left", refused) == "no"


async def test_jobs_come_back_in_the_order_in_which_they_were_asked_for() -> None:
    async with world() as (conductor, left, _, _):
        order: list[str] = []

        def deliver(ticket: Ticket[str]) -> None:
            order.append(ticket.result())

        jobs = left.participant.jobs
        first = jobs.open("lane", "first", deliver)
        second = jobs.open("lane", "second", deliver)
        connection = jobs.wait("connection", deliver)
        connection.resolve("connection")
        second.resolve("second")
        asyncio.get_running_loop().call_later(0.01, lambda: first.resolve("first"))
        await conductor.add("left", left)
        assert order == ["first", "second", "connection"]


async def test_a_failed_job_raises_where_its_result_is_asked_for() -> None:
    async with world() as (conductor, left, _, _):
        ticket = left.participant.jobs.open("lane", "commit", lambda ticket: ticket.result())
        ticket.resolve(error=OSError("disk full"))
        with pytest.raises(OSError, match="disk full"):
            await conductor.add("left", left)


async def test_the_end_of_a_link_is_its_last_message() -> None:
    async with world(random.Random(3)) as (conductor, left, right, trace):
        start_balls(left, hops=0)
        assert left.link is not None
        left.participant.clock.call_at(1000, left.link.close)
        await add_timers(conductor, left)
        await conductor.run_to(SECOND_US)
        assert len(right.caught) == 3
        assert [event.kind for event in trace if event.source == "right"] == ["ended"]
        assert right.link is not None
        assert right.link.closed


async def test_a_step_that_expects_nothing_and_fires_nothing_changes_nothing() -> None:
    async with world() as (_, left, _, _):
        done = await left.participant.step(Step(1, 0, NO_TIMERS, 0))
        assert (done.timers_fired, done.messages_handled, done.trace) == (0, 0, [])


async def test_a_watcher_stops_at_the_instant_of_what_it_waits_for() -> None:
    async with world() as (conductor, left, _, trace):

        def tick() -> None:
            now_us = left.participant.clock.now_us()
            left.participant.tracer.emit("a", "tick", at=now_us)
            left.participant.clock.call_at(now_us + SECOND_US, tick, quiet_until_us=2**60)

        left.participant.clock.call_at(SECOND_US, tick, quiet_until_us=2**60)
        await add_timers(conductor, left)

        def thrice() -> bool:
            return len(trace) >= 3

        assert await conductor.run_until(thrice, 60 * SECOND_US, every_instant=True)
        assert conductor.now_us == 3 * SECOND_US
        assert [event.at_us for event in trace] == [SECOND_US, 2 * SECOND_US, 3 * SECOND_US]


async def test_a_watcher_that_sees_nothing_gives_up_at_its_time() -> None:
    async with world() as (conductor, left, _, trace):
        start_balls(left, hops=9)
        await add_timers(conductor, left)
        assert not await conductor.run_until(lambda: False, SECOND_US, every_instant=True)
        watched = [to_json_line(event) for event in merged(trace)]
    assert watched == await played(None), "to watch changes nothing"
