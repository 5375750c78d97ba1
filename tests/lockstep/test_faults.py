"""Processes that are killed, stopped and watched, in the toy world: exact, and nothing is lost."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from simulator.conductor import Conductor
from simulator.members import Absent
from tests.lockstep.test_conductor import SECOND_US, add_timers, at_once, start_balls, world
from tests.lockstep.toy import Ball, Relay, carry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from latchbench.lockstep import Answer
    from latchbench.trace import TraceEvent


def dies(relay: Relay, peer: Relay) -> None:
    """What the kernel does: the peer's end of the link is told, and nothing else."""
    assert peer.link is not None
    del relay
    peer.link.receive_end()


async def test_what_a_killed_process_had_sent_is_handled_before_its_end() -> None:
    for seed in range(8):
        async with world(random.Random(seed)) as (conductor, left, right, trace):
            left.participant.clock.call_at(1000, lambda: left.throw(Ball("a", 0)))
            await add_timers(conductor, left)
            # One round: the ball is thrown, and not yet caught.
            await conductor.run_until(lambda: conductor.now_us == 1000, SECOND_US)
            assert right.caught == []
            await conductor.delivered("left")
            dies(left, right)
            await conductor.gone("left")
            await conductor.run_to(SECOND_US)
            assert right.caught == [(1000, "a", 0)]
            told = [event.kind for event in trace if event.source in ("a", "right")]
            assert told[-2:] == ["right.caught", "ended"]


async def test_the_end_of_a_killed_process_is_heard_at_the_instant_of_the_kill() -> None:
    async with world(random.Random(5)) as (conductor, left, right, trace):
        await conductor.run_to(7_000)
        await conductor.delivered("left")
        dies(left, right)
        await conductor.gone("left")
        await conductor.quiet()
        assert [(event.at_us, event.kind) for event in trace] == [(7_000, "ended")]


async def test_a_caller_of_a_killed_process_has_lost_its_call() -> None:
    async with world() as (conductor, left, right, _):

        def never(answer: Answer[int]) -> None:
            del answer

        async def call(call_id: str) -> int:
            return await left.participant.call(call_id, never)

        open_call = await conductor.call("left", call)
        before = open_call.answered
        dies(left, right)
        left.participant.refuse_calls(ConnectionResetError)
        await conductor.gone("left")
        assert (before, open_call.answered) == (False, True)
        with pytest.raises(ConnectionResetError):
            await open_call.result()
        with pytest.raises(Absent, match="left"):
            await conductor.call("left", call)


async def test_a_stopped_process_is_owed_nothing_and_its_timers_do_not_count() -> None:
    async with world(random.Random(2)) as (conductor, left, right, _):
        start_balls(left, hops=0)
        right.participant.clock.call_at(2000, lambda: right.caught.append((2000, "timer", 0)))
        await add_timers(conductor, left)
        await add_timers(conductor, right)
        conductor.freeze("right")
        await conductor.run_to(500_000)
        assert right.caught == []
        assert conductor.now_us == 500_000


async def test_a_process_that_goes_on_gets_what_it_is_owed_and_fires_late() -> None:
    async with world(random.Random(2)) as (conductor, left, right, _):
        start_balls(left, hops=0)
        clock = right.participant.clock
        clock.call_at(2000, lambda: right.caught.append((clock.now_us(), "timer", 0)))
        await add_timers(conductor, left)
        await add_timers(conductor, right)
        conductor.freeze("right")
        await conductor.run_to(500_000)
        await conductor.thaw("right")
        late = [(500_000, name, 0) for name in ("a", "b", "c", "timer")]
        assert right.caught == late


async def test_what_a_stopped_process_had_not_read_is_lost_when_its_peer_is_killed() -> None:
    async with world(random.Random(4)) as (conductor, left, right, _):
        start_balls(left, hops=0)
        await add_timers(conductor, left)
        conductor.freeze("right")
        await conductor.run_to(5_000)
        dies(left, right)
        await conductor.gone("left")
        await conductor.run_to(8_000)
        await conductor.thaw("right")
        assert right.caught == []
        assert right.link is not None
        assert right.link.closed


async def test_a_call_into_a_stopped_process_is_refused() -> None:
    async with world() as (conductor, left, _, _):
        conductor.freeze("left")
        with pytest.raises(Absent, match="left"):
            await conductor.ask("left", lambda call_id: left.participant.call(call_id, at_once))


# Watching. `left` is one process with three locks, or three processes with one each.


async def thrown_before(packing: Sequence[str], lock_hit: str) -> list[str]:
    """Locks throw a ball each at one instant: who has done so when the bench hears of one."""
    delays = {"a": 3000, "b": 3000, "c": 3000}
    catcher = Relay.made("gateway", delays)
    conductor = Conductor(0)
    trace: list[TraceEvent] = []
    conductor.on_trace = trace.extend
    wires = []
    names = []
    for locks in packing:
        relay = Relay.made(f"host-{locks}", delays)
        catcher.connect(relay)
        relay.connect(catcher)
        assert relay.link is not None
        assert catcher.link is not None
        dawdling = random.Random(len(locks))
        wires.append(asyncio.create_task(carry(relay.link, catcher.link, dawdling)))
        wires.append(asyncio.create_task(carry(catcher.link, relay.link, None)))
        for lock in locks:
            start = lambda relay=relay, lock=lock: relay.throw(Ball(lock, 0))  # noqa: E731
            relay.participant.clock.call_at(1000, start, order=lock)
        names.append(relay)
    await conductor.add("gateway", catcher, rank=1)
    for relay in names:
        await conductor.add(relay.name, relay)
    seen: list[str] = []

    async def hit(events: Sequence[TraceEvent]) -> None:
        if not seen and any(event.source == lock_hit for event in events):
            seen.extend(sorted(event.source for event in trace))
            conductor.watched = frozenset()

    thrown = {f"{relay.name}.thrown" for relay in names}
    conductor.watched, conductor.on_hit = frozenset(thrown), hit
    try:
        await conductor.run_to(SECOND_US)
    finally:
        for wire in wires:
            wire.cancel()
        await asyncio.gather(*wires, return_exceptions=True)
    return seen


@pytest.mark.parametrize("packing", [["abc"], ["ac", "b"], ["c", "b", "a"]], ids="+".join)
async def test_a_watched_event_stops_the_world_behind_it_wherever_locks_live(
    packing: list[str],
) -> None:
    seen = await thrown_before(packing, "b")
    assert seen == ["a", "b"], "c acts at the same instant, and after b"


async def test_watching_changes_no_event() -> None:
    plain: list[list[str]] = []
    for watching in (False, True):
        async with world() as (conductor, left, _, trace):
            if watching:
                conductor.watched = frozenset({"left.thrown", "right.caught"})
            start_balls(left, hops=5)
            await add_timers(conductor, left)
            await conductor.run_to(SECOND_US)
            order = sorted(trace, key=lambda event: (event.at_us, event.source, event.sequence))
            plain.append([f"{event.at_us} {event.source} {event.kind}" for event in order])
    assert plain[0] == plain[1]


async def test_nothing_of_watching_is_paid_for_when_nobody_watches() -> None:
    costs = []
    for kinds in (frozenset[str](), frozenset({"no such kind"})):
        async with world() as (conductor, left, _, _):
            start_balls(left, hops=5)
            await add_timers(conductor, left)
            before = conductor.tally.steps
            conductor.watched = kinds
            await conductor.run_to(SECOND_US)
            costs.append(conductor.tally.steps - before)
    assert costs[0] == 20
    assert costs[1] > costs[0]
