"""Time that passes by itself, held and moved on, over toy processes and a toy monotonic clock.

The monotonic clock stands still unless a test moves it, so nothing here depends on real time.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from latchbench.clock import Clock
from latchbench.holding import NotHeld, PacedParticipant
from latchbench.jobs import Jobs
from latchbench.steps import NO_TIMERS, Step
from latchbench.trace import Masker, Tracer
from simulator.paced_clock import CannotMove, PacedClock
from tests.lockstep.toy import Ball, Relay, carry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from latchbench.link import Link
    from latchbench.lockstep import Answer
    from latchbench.steps import Done

DAY_US = 86_400_000_000
DELAYS_US = {"a": 3000, "b": 5000, "c": 5000}
SETTLE_US = 1_000_000


class Monotonic:
    """The real clock of a test."""

    def __init__(self) -> None:
        self.us = 5_000_000

    def __call__(self) -> int:
        return self.us


@dataclass
class Held:
    """A process of the toy world, as a bench holds it."""

    relay: Relay
    participant: PacedParticipant

    async def step(self, step: Step) -> Done:
        return await self.participant.step(step)

    async def hold(self, now_us: int) -> int:
        return self.participant.hold(now_us)

    async def resume(self, base_us: int, since_us: int, rate: float) -> None:
        self.participant.resume(base_us, since_us, rate)


@dataclass
class World:
    """Two relays on real time, and the clock of their bench."""

    monotonic: Monotonic
    left: Held
    right: Held
    clock: PacedClock

    def times(self) -> set[int]:
        return {self.left.participant.clock.now_us(), self.right.participant.clock.now_us()}

    def ball_at(self, due_us: int, hops: int) -> None:
        relay = self.left.relay
        relay.participant.clock.call_at(due_us, lambda: relay.throw(Ball("a", hops)))


def held(name: str) -> Held:
    clock = Clock(0)
    jobs = Jobs(asyncio.get_running_loop())
    participant = PacedParticipant(clock, Tracer(clock, Masker(b"key")), jobs=jobs)

    def fail(error: BaseException) -> None:
        raise error

    participant.on_failure = fail
    return Held(Relay(name, participant, DELAYS_US), participant)


@asynccontextmanager
async def world(*, rate: float = 1.0, paused: bool = False) -> AsyncIterator[World]:
    """The two start 7 ms of real time apart, as processes do."""
    monotonic = Monotonic()
    left, right = held("left"), held("right")
    left.relay.connect(right.relay)
    right.relay.connect(left.relay)
    assert left.relay.link is not None
    assert right.relay.link is not None
    wires = [
        asyncio.create_task(carry(left.relay.link, right.relay.link, None)),
        asyncio.create_task(carry(right.relay.link, left.relay.link, None)),
    ]
    left.participant.run_paced(monotonic, 1.0)
    monotonic.us += 7000
    right.participant.run_paced(monotonic, 1.0)
    clock = PacedClock(0, monotonic)
    clock.add("left", left)
    clock.add("right", right)
    await clock.start(rate, SETTLE_US, paused=paused)
    try:
        yield World(monotonic, left, right, clock)
    finally:
        for wire in wires:
            wire.cancel()
        await asyncio.gather(*wires, return_exceptions=True)


def add_ten(answer: Answer[int]) -> None:
    answer.ok(10)


async def until_idle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time


async def test_processes_that_started_apart_come_to_the_latest_time_of_any() -> None:
    async with world() as at:
        assert at.times() == {7000}
        assert at.clock.state().now_us == 7000


async def test_all_of_them_read_the_same_time_after_each_hold() -> None:
    async with world(rate=10) as at:
        at.monotonic.us += 300
        assert at.clock.state().now_us == 7000 + 3000
        await at.clock.pause()
        assert at.times() == {10_000}
        at.monotonic.us += 1_000_000
        assert at.clock.state().now_us == 10_000
        await at.clock.resume(rate=2)
        at.monotonic.us += 50
        for one in (at.left, at.right):
            await one.participant.call(None, add_ten)
        assert at.times() == {10_100}
        assert at.clock.state() == await at.clock.resume()


async def test_days_pass_at_once_and_everything_happens_at_its_time() -> None:
    async with world() as at:
        at.ball_at(DAY_US, 3)
        advanced = await at.clock.advance(lambda now_us: now_us + 3 * DAY_US)
        assert at.right.relay.caught == [(DAY_US, "a", 3), (DAY_US + 6000, "a", 1)]
        assert at.left.relay.caught == [(DAY_US + 3000, "a", 2), (DAY_US + 9000, "a", 0)]
        assert advanced.from_us == 7000
        assert (advanced.messages, advanced.timers) == (4, 4)
        assert advanced.clock.now_us == at.clock.state().now_us == 7000 + 3 * DAY_US
        assert not at.left.participant.held


async def test_what_fell_due_before_a_hold_is_done_in_it_late_as_on_real_time() -> None:
    async with world() as at:
        at.ball_at(30_000, 0)
        at.monotonic.us += 50_000
        await at.clock.pause()
        assert at.right.relay.caught == [(57_000, "a", 0)]


async def test_a_message_in_flight_arrives_before_anything_stands_still() -> None:
    async with world() as at:
        at.left.relay.throw(Ball("a", 0))
        await at.clock.pause()
        assert at.right.relay.caught == [(7000, "a", 0)]


async def test_a_foreign_call_waits_for_the_end_of_a_pause_and_the_bench_s_own_does_not() -> None:
    async with world(paused=True) as at:
        foreign = asyncio.create_task(at.left.participant.call(None, add_ten))
        await until_idle()
        assert not foreign.done()
        assert await at.clock.ask("left", lambda id_: at.left.participant.call(id_, add_ten)) == 10
        await until_idle()
        assert not foreign.done()
        await at.clock.resume()
        assert await foreign == 10


async def test_calls_that_waited_enter_in_the_order_in_which_they_came() -> None:
    entered: list[int] = []

    async with world(paused=True) as at:

        def numbered(number: int) -> asyncio.Task[int]:
            def enter(answer: Answer[int]) -> None:
                entered.append(number)
                answer.ok(number)

            return asyncio.create_task(at.left.participant.call(None, enter))

        calls = [numbered(number) for number in range(5)]
        await until_idle()
        assert entered == []
        await at.clock.resume()
        await asyncio.gather(*calls)
    assert entered == [0, 1, 2, 3, 4]


async def test_a_call_with_an_id_that_nobody_steps_enters_at_the_end_of_a_pause() -> None:
    async with world(paused=True) as at:
        call = asyncio.create_task(at.left.participant.call("somebody's", add_ten))
        await until_idle()
        assert not call.done()
        await at.clock.resume()
        assert await call == 10


async def test_a_call_that_waits_is_told_when_the_process_stops() -> None:
    async with world(paused=True) as at:
        call = asyncio.create_task(at.left.participant.call(None, add_ten))
        await until_idle()
        at.left.participant.refuse_calls(KeyError)
        with pytest.raises(KeyError):
            await call
        with pytest.raises(KeyError):
            await at.left.participant.call(None, add_ten)


async def test_nothing_is_handled_while_time_stands_still() -> None:
    async with world(paused=True) as at:
        at.left.relay.throw(Ball("a", 1))
        at.ball_at(8000, 0)
        at.monotonic.us += 1_000_000
        await until_idle()
        assert not at.right.relay.caught
        await at.clock.resume()
        await until_idle()
        assert at.right.relay.caught[0] == (7000, "a", 1)


async def test_a_stream_of_a_stranger_does_not_hold_up_a_hold() -> None:
    async with world() as at:
        stranger: Link[Ball, Ball] = at.right.participant.open_link(
            "theirs", "theirs", order_of=lambda _: "", handle=lambda _: None, ended=lambda: None
        )
        stranger.send(Ball("a", 0))
        stranger.receive([Ball("a", 0)])
        await at.clock.pause()
        stranger.receive([Ball("a", 0)])
        stranger.send(Ball("a", 0))
        advanced = await at.clock.advance(lambda now_us: now_us + DAY_US)
        assert advanced.clock.paused
        assert stranger.handled == 1
        await at.clock.resume()
        assert stranger.handled == 2


async def test_a_link_that_closed_between_two_holds_is_no_riddle_for_the_next() -> None:
    async with world() as at:
        await at.clock.pause()
        await at.clock.resume()
        assert at.left.relay.link is not None
        at.left.relay.link.close()
        await until_idle()
        await at.clock.pause()
        assert at.right.relay.link is not None
        assert at.right.relay.link.closed
        await at.clock.resume()
        await at.clock.pause()


async def test_who_gives_up_an_advance_ends_it_between_two_instants() -> None:
    async with world() as at:
        for number in range(1, 200):
            at.ball_at(number * DAY_US, 0)
        moving = asyncio.create_task(at.clock.advance(lambda now_us: now_us + 365 * DAY_US))
        while len(at.right.relay.caught) < 3:
            await until_idle()
        moving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await moving
        state = await at.clock.pause()
        caught = at.right.relay.caught
        assert len(caught) < 199
        assert state.now_us == caught[-1][0]


async def test_a_time_that_has_passed_is_refused_and_time_goes_on() -> None:
    async with world() as at:
        with pytest.raises(CannotMove, match="that time has passed"):
            await at.clock.advance(lambda now_us: now_us - 1)
        assert at.clock.state().now_us == 7000
        assert not at.clock.state().paused
        at.monotonic.us += 5
        assert await at.left.participant.call(None, add_ten) == 10
        assert at.left.participant.clock.now_us() == 7005


async def test_a_clock_that_was_paused_is_paused_after_it_was_advanced() -> None:
    async with world(paused=True) as at:
        advanced = await at.clock.advance(lambda now_us: now_us + DAY_US)
        assert advanced.clock.paused
        at.monotonic.us += 1_000_000
        assert at.clock.state().now_us == 7000 + DAY_US
        assert (await at.clock.pause()).now_us == 7000 + DAY_US


@pytest.mark.parametrize("rate", [0, -1, 1001, float("nan"), float("inf")])
async def test_a_rate_that_no_time_has_is_refused(rate: float) -> None:
    async with world() as at:
        with pytest.raises(CannotMove, match="above 0 and up to 1000"):
            await at.clock.resume(rate)
        assert at.clock.state().rate == 1


async def test_a_process_that_nobody_holds_takes_no_steps() -> None:
    async with world() as at:
        with pytest.raises(NotHeld):
            await at.left.step(Step(1, 0, NO_TIMERS, 0))
        with pytest.raises(NotHeld):
            await at.left.resume(0, 0, 1)
