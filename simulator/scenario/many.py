"""Many cases over some rigs: each rig takes the next case when it has done one.

Which rig runs a case, and when, never shows in its verdict: a case has a bench of its own and its
seed depends on its name alone. Verdicts are handed out in the order of the cases.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stoppable(Protocol):
    """What a rig is to `Many`."""

    async def stop(self) -> None:
        """End whatever it has started."""


R = TypeVar("R", bound=Stoppable)


class Many(Generic[Item, R, Result]):
    """Runs `items`, in order as far as there are rigs, until all are done or `stops` one's result.

    `begun` hears of each item when a rig takes it, `found` of each result when it and all before
    it are there. After a result that stops the run nothing new is begun, and what is under way is
    finished.
    """

    def __init__(
        self,
        items: Sequence[Item],
        start_rig: Callable[[], Awaitable[R]],
        run_one: Callable[[Item, R], Awaitable[Result]],
        *,
        stops: Callable[[Result], bool],
        begun: Callable[[Item], None],
        found: Callable[[Result], None],
    ) -> None:
        self._items = items
        self._start_rig = start_rig
        self._run_one = run_one
        self._stops = stops
        self._begun = begun
        self._found = found
        self._stopped = False
        self._taken = 0
        self._told = 0
        self._results: dict[int, Result] = {}

    async def over(self, rigs: int) -> None:
        """Run them on this many rigs, or on fewer when there are not as many items.

        Returns when every process has ended, also when it is cancelled; raises what `run_one` or
        `found` raised.
        """
        workers = [asyncio.create_task(self._work()) for _ in range(min(rigs, len(self._items)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                if (
                    not worker.cancelling()
                ):  # else it is stopping its rig already, and must end that
                    worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self) -> None:
        rig = await self._start_rig()
        try:
            while self._taken < len(self._items) and not self._stopped:
                await self._next(rig)
        finally:
            await rig.stop()

    async def _next(self, rig: R) -> None:
        number = self._taken
        self._taken += 1
        self._begun(self._items[number])
        result = await self._run_one(self._items[number], rig)
        self._stopped = self._stopped or self._stops(result)
        self._results[number] = result
        while self._told in self._results:
            self._found(self._results.pop(self._told))
            self._told += 1
