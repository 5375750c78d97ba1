"""A caller who hangs up before it was answered, as the core sees it."""

from __future__ import annotations

import asyncio

import pytest

from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Answer, Participant
from latchbench.trace import Masker, Tracer


def a_participant() -> Participant:
    clock = Clock(0)
    tracer = Tracer(clock, Masker(b"abandoned"), keep_max=10)
    return Participant(clock, tracer, stepped=False, jobs=Jobs())


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
