"""The loop in which nothing real happens: its time, its order, and what it refuses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from random import Random

import pytest

from simulator.sim.loop import Deadlock, Forbidden, run


def order_of_ten(order: Random | None) -> list[int]:
    """In which order ten callbacks ran that became ready together."""
    ran: list[int] = []

    async def all_at_once() -> None:
        done = asyncio.Event()
        for number in range(10):
            asyncio.get_running_loop().call_soon(ran.append, number)
        asyncio.get_running_loop().call_later(1, done.set)
        await done.wait()

    run(all_at_once(), order)
    return ran


def test_time_jumps_to_the_next_timer_and_no_further() -> None:
    async def wait() -> list[float]:
        loop = asyncio.get_running_loop()
        seen: list[float] = []
        done = asyncio.Event()

        def look() -> None:
            seen.append(loop.time())

        loop.call_later(86_400, look)
        loop.call_later(86_400, done.set)
        loop.call_later(3600, look)
        await done.wait()
        return seen

    assert run(wait()) == [3600, 86_400]


def test_a_timer_that_was_cancelled_moves_no_time() -> None:
    async def look() -> float:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        for _ in range(1000):
            loop.call_later(1, done.set).cancel()
        loop.call_later(5, done.set)
        await done.wait()
        return loop.time()

    assert run(look()) == 5


def test_whoever_waits_for_what_cannot_come_is_told() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock):
        run(wait())


def test_without_an_order_callbacks_run_as_they_became_ready() -> None:
    assert order_of_ten(None) == list(range(10))


def test_with_an_order_they_run_in_one_that_the_seed_draws() -> None:
    orders = [order_of_ten(Random(seed)) for seed in range(5)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert len({tuple(order) for order in orders}) == 5
    assert [order_of_ten(Random(seed)) for seed in range(5)] == orders


def test_there_are_no_threads_to_give_work_to() -> None:
    async def think() -> None:
        await asyncio.to_thread(sum, [1])

    with pytest.raises(Forbidden, match="a thread"):
        run(think())


def test_another_thread_cannot_hand_anything_in() -> None:
    told: list[BaseException] = []

    async def be_called() -> None:
        loop = asyncio.get_running_loop()

        def call() -> None:
            try:
                loop.call_soon_threadsafe(print)
            except Forbidden as error:
                told.append(error)

        other = threading.Thread(target=call)
        other.start()
        other.join()

    run(be_called())
    assert len(told) == 1


def test_what_nobody_catches_ends_the_run() -> None:
    async def wait() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        run(wait())


def test_what_is_left_over_is_cancelled() -> None:
    ended: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("linger")

    kept = []

    async def leave() -> str:
        kept.append(asyncio.get_running_loop().create_task(linger()))
        done = asyncio.Event()
        asyncio.get_running_loop().call_later(1, done.set)
        await done.wait()
        return "left"

    assert run(leave()) == "left"
    assert ended == ["linger"]


def test_what_is_left_over_is_cancelled_after_a_failure_too() -> None:
    ended: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("linger")

    async def fail() -> None:
        asyncio.get_running_loop().call_later(1, lambda: 1 / 0)
        await linger()

    with pytest.raises(ZeroDivisionError):
        run(fail())
    assert ended == ["linger"]


_WALK = """
import asyncio
from simulator.sim.loop import run

async def name(number):
    print(number, end=" ")

async def main():
    loop = asyncio.get_running_loop()
    keep = [object() for _ in range({waste})]
    tasks = {{loop.create_task(name(number)) for number in range(20)}}
    done, _ = await asyncio.wait(tasks)
    print([task.get_name() for task in done])

run(main())
"""


def test_sets_of_tasks_are_walked_alike_wherever_they_lie_in_memory() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _WALK.format(waste=waste)],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": str(waste), "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for waste in (0, 1001)
    }
    assert len(said) == 1
