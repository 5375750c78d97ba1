"""A process that dies in the middle of a step, in the toy world: what it said in it, and before."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING

import pytest

from simulator.members import Absent
from simulator.rounds import LastWords, Stuck
from tests.lockstep.test_conductor import SECOND_US, add_timers, at_once, world
from tests.lockstep.test_faults import dies
from tests.lockstep.toy import Ball

if TYPE_CHECKING:
    from latchbench.lockstep import Answer
    from latchbench.steps import Done, Step
    from simulator.conductor import Conductor
    from tests.lockstep.toy import Relay

DEATH_US = 2000


class Dying:
    """Steps a relay that dies of what it does at `DEATH_US`."""

    def __init__(self, relay: Relay, *, is_heard: bool) -> None:
        self._relay = relay
        self._is_heard = is_heard

    async def step(self, step: Step) -> Done:
        done = await self._relay.step(step)
        if not any(event.at_us == DEATH_US for event in done.trace):
            return done
        told = {field.name: getattr(done, field.name) for field in fields(done)}
        return LastWords(**told, point="here", is_heard=self._is_heard)


async def doomed(conductor: Conductor, left: Relay, right: Relay, *, is_heard: bool) -> list[str]:
    """The left one throws a ball now and then, and dies of the second; whom the bench buries."""
    clock = left.participant.clock
    clock.call_at(1000, partial(left.throw, Ball("a", 0)))
    clock.call_at(DEATH_US, partial(left.throw, Ball("b", 0)))
    buried: list[str] = []

    async def bury(name: str, last: LastWords) -> None:
        await conductor.delivered(name)
        dies(left, right)
        await conductor.gone(name)
        buried.append(f"{name} {last.point}")

    conductor.on_death = bury
    await conductor.add("left", Dying(left, is_heard=is_heard))
    return buried


@pytest.mark.parametrize("is_heard", [True, False])
async def test_what_it_said_in_that_step_is_heard_or_not_and_what_it_said_before_always(
    is_heard: bool,
) -> None:
    async with world() as (conductor, left, right, trace):
        buried = await doomed(conductor, left, right, is_heard=is_heard)
        await conductor.run_to(SECOND_US)
        assert buried == ["left here"]
        assert right.caught == [(1000, "a", 0), *([(DEATH_US, "b", 0)] if is_heard else [])]
        ends = [(event.at_us, event.source) for event in trace if event.kind == "ended"]
        assert ends == [(DEATH_US, "right")]
        assert not conductor.takes_part("left")
        with pytest.raises(Absent):
            await conductor.call("left", lambda call_id: left.participant.call(call_id, at_once))


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_caller_of_it_is_not_left_waiting(is_heard: bool) -> None:
    async with world() as (conductor, left, right, _):

        def never(answer: Answer[int]) -> None:
            del answer

        call = await conductor.call("left", lambda call_id: left.participant.call(call_id, never))
        await doomed(conductor, left, right, is_heard=is_heard)
        left.participant.refuse_calls(ConnectionResetError)
        assert await conductor.run_until(lambda: call.answered, SECOND_US)
        assert conductor.now_us == DEATH_US
        with pytest.raises(ConnectionResetError):
            await call.result()


async def test_while_events_are_watched_for_it_is_buried_before_the_next_one_acts() -> None:
    async with world() as (conductor, left, right, _):
        buried = await doomed(conductor, left, right, is_heard=True)
        clock = right.participant.clock
        clock.call_at(DEATH_US, lambda: right.caught.append((clock.now_us(), str(buried), 0)))
        await add_timers(conductor, right)
        conductor.watched = frozenset({"left.thrown"})
        await conductor.run_to(SECOND_US)
        assert (DEATH_US, "['left here']", 0) in right.caught
        assert (DEATH_US, "b", 0) in right.caught


async def test_a_death_that_nobody_planned_is_a_fault_of_ours() -> None:
    async with world() as (conductor, left, right, _):
        nobody_knows = conductor.on_death
        await doomed(conductor, left, right, is_heard=True)
        conductor.on_death = nobody_knows
        with pytest.raises(Stuck, match="left died"):
            await conductor.run_to(SECOND_US)
