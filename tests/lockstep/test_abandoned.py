"""A caller who hangs up before it was answered, as the core sees it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from latchbench.clock import Clock
from latchbench.holding import PacedParticipant
from latchbench.jobs import Jobs
from latchbench.lockstep import Answer, Participant
from latchbench.steps import NO_TIMERS, Step
from latchbench.trace import Masker, Tracer

if TYPE_CHECKING:
    from collections.abc import Sequence


def a_participant(*, stepped: bool = False) -> Participant:
    clock = Clock(0)
    tracer = Tracer(clock, Masker(b"abandoned"), keep_max=10)
    return Participant(clock, tracer, stepped=stepped, jobs=Jobs())


def hung_up(answer: Answer[int]) -> bool:
    return answer.abandoned


async def test_an_answer_knows_that_its_caller_hung_up() -> None:
    entered: list[Answer[int]] = []
    waiting = asyncio.ensure_future(a_participant().call(None, entered.append))
    await asyncio.sleep(0)  # noqa: TID251 - lets the call enter
    (answer,) = entered
    assert not hung_up(answer)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert hung_up(answer)
    answer.ok(1)  # to nobody, and no mistake


async def test_an_answer_that_was_given_is_not_abandoned() -> None:
    given: list[Answer[int]] = []

    def enter(answer: Answer[int]) -> None:
        given.append(answer)
        answer.ok(7)

    assert await a_participant().call(None, enter) == 7
    assert not given[0].abandoned


def a_call(
    participant: Participant, call_id: str | None = None
) -> tuple[asyncio.Task[int], list[Answer[int]]]:
    entered: list[Answer[int]] = []
    return asyncio.create_task(participant.call(call_id, entered.append)), entered


async def close(waiting: asyncio.Task[int]) -> None:
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def a_step(number: int, calls: Sequence[str] = (), hang_ups: Sequence[str] = ()) -> Step:
    return Step(number, 7_000, NO_TIMERS, number, calls=calls, hang_ups=hang_ups)


async def test_in_lockstep_a_hang_up_is_heard_in_the_step_that_names_it() -> None:
    participant = a_participant(stepped=True)
    waiting, entered = a_call(participant, "bench-1")
    await participant.step(a_step(1, calls=["bench-1"]))
    heard: list[int] = []
    entered[0].on_abandoned = lambda: heard.append(participant.clock.now_us())
    await close(waiting)
    await participant.step(a_step(2))
    assert not hung_up(entered[0])
    await participant.step(a_step(3, hang_ups=["bench-1"]))
    assert hung_up(entered[0])
    assert heard == [7_000]


async def test_the_step_waits_until_the_connection_has_closed() -> None:
    participant = a_participant(stepped=True)
    waiting, entered = a_call(participant, "bench-1")
    await participant.step(a_step(1, calls=["bench-1"]))
    step = asyncio.create_task(participant.step(a_step(2, hang_ups=["bench-1"])))
    await asyncio.sleep(0)  # noqa: TID251 - lets the step begin
    assert not step.done()
    await close(waiting)
    await step
    assert hung_up(entered[0])


async def test_while_a_process_is_held_a_hang_up_waits_for_the_end_of_that() -> None:
    clock = Clock(0)
    tracer = Tracer(clock, Masker(b"abandoned"), keep_max=10)
    participant = PacedParticipant(clock, tracer, jobs=Jobs())
    participant.run_paced(lambda: 0, 1.0)
    waiting, entered = a_call(participant)
    await asyncio.sleep(0)  # noqa: TID251 - lets the call enter
    participant.hold(0)
    await close(waiting)
    await participant.step(a_step(1))
    assert not hung_up(entered[0])
    participant.resume(9_000, 0, 1.0)
    assert hung_up(entered[0])


async def test_whoever_hangs_up_on_a_process_that_goes_down_has_been_told() -> None:
    participant = a_participant()
    waiting, entered = a_call(participant)
    await asyncio.sleep(0)  # noqa: TID251 - lets the call enter
    participant.refuse_calls(RuntimeError)
    await close(waiting)
    assert not hung_up(entered[0])
