from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.scenario.many import Many


class FakeRig:
    """Counts the rigs that are up."""

    up = 0
    most = 0

    @classmethod
    async def start(cls) -> FakeRig:
        FakeRig.up += 1
        FakeRig.most = max(FakeRig.most, FakeRig.up)
        return cls(FakeRig.up)

    def __init__(self, number: int) -> None:
        self.number = number

    async def stop(self) -> None:
        # Processes take their time, some longer; being cancelled here would leave them alive.
        for _ in range(self.number):
            await quiet()
        FakeRig.up -= 1


@pytest.fixture(autouse=True)
def rigs() -> None:
    FakeRig.up = FakeRig.most = 0


class Work:
    """Items are done when the test says so."""

    def __init__(self, count: int, stops_at: int | None = None) -> None:
        self.doors = [asyncio.Event() for _ in range(count)]
        self.begun: list[int] = []
        self.found: list[int] = []
        self.many: Many[int, FakeRig, int] = Many(
            range(count),
            FakeRig.start,
            self.run_one,
            stops=lambda result: result == stops_at,
            begun=self.begun.append,
            found=self.tell,
        )

    async def run_one(self, item: int, rig: Any) -> int:
        assert isinstance(rig, FakeRig)
        await self.doors[item].wait()
        return item

    def tell(self, item: int) -> None:
        self.found.append(item)


async def quiet() -> None:
    """Until every task waits for something of the test's."""
    for _ in range(20):
        await asyncio.sleep(0)  # noqa: TID251 - lets others run, and waits for no time


async def test_results_are_told_in_the_order_of_the_items_whichever_is_done_first() -> None:
    work = Work(4)
    running = asyncio.create_task(work.many.over(2))
    await quiet()
    assert work.begun == [0, 1]
    work.doors[1].set()
    await quiet()
    assert (work.begun, work.found) == ([0, 1, 2], [])
    work.doors[0].set()
    await quiet()
    assert work.found == [0, 1]
    for door in work.doors:
        door.set()
    await running
    assert work.found == [0, 1, 2, 3]
    assert (FakeRig.up, FakeRig.most) == (0, 2)


async def test_there_are_no_more_rigs_than_items() -> None:
    work = Work(2)
    running = asyncio.create_task(work.many.over(9))
    await quiet()
    assert FakeRig.up == 2
    for door in work.doors:
        door.set()
    await running
    assert FakeRig.most == 2


async def test_after_a_result_that_stops_nothing_is_begun_and_all_that_was_is_told() -> None:
    work = Work(5, stops_at=1)
    running = asyncio.create_task(work.many.over(2))
    await quiet()
    work.doors[1].set()
    await quiet()
    work.doors[0].set()
    await running
    assert (work.begun, work.found) == ([0, 1], [0, 1])
    assert FakeRig.up == 0


async def test_when_it_is_cancelled_every_rig_is_stopped_first() -> None:
    work = Work(3)
    running = asyncio.create_task(work.many.over(2))
    await quiet()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert FakeRig.up == 0


async def test_an_error_of_whoever_listens_ends_the_run_with_every_rig() -> None:
    work = Work(3)
    work.tell = lambda item: (_ for _ in ()).throw(BrokenPipeError)  # type: ignore[method-assign]
    work.many._found = work.tell
    work.doors[0].set()
    with pytest.raises(BrokenPipeError):
        await work.many.over(2)
    assert FakeRig.up == 0
