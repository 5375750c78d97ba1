"""The clock of a bench on real time: let it run, hold it, move it on.

Time passes by itself in every process, `base + rate * real time`, with the same three numbers in
all of them. To hold it, each process closes its gates and says what time it is there; the latest of
these is the time of all. From there a conductor moves them in lockstep, exactly as in a run, and
afterwards they take up real time again. Paused means held.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import grpc

from latchbench.process import ProcessFailed
from simulator.conductor import Conductor
from simulator.rounds import Stuck

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine

    from latchbench.steps import Done, Step

T = TypeVar("T")

RATE_MAX: Final = 1000.0


class CannotMove(ValueError):
    """A time or a rate that the clock cannot be moved to."""


class PacedStepper(Protocol):
    """A process on real time that can be held."""

    async def step(self, step: Step) -> Done:
        """Act once; only while it is held."""

    async def hold(self, now_us: int) -> int:
        """Hold it; the time there, `now_us` at least."""

    async def resume(self, base_us: int, since_us: int, rate: float) -> None:
        """Let it take up real time: it was `base_us` when the monotonic clock read `since_us`."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What time it is, and how fast it passes unless `paused`."""

    now_us: int
    paused: bool
    rate: float


@dataclass(frozen=True, slots=True)
class Advanced:
    """What moving the clock on has done."""

    from_us: int
    clock: ClockState
    messages: int
    timers: int


class PacedClock:
    """One clock for the processes that were added.

    Whatever needs the processes to stand still takes its turn; what is asked for while the clock is
    moved waits for its end.
    """

    def __init__(
        self, start_us: int, monotonic_us: Callable[[], int] = lambda: time.monotonic_ns() // 1000
    ) -> None:
        self._monotonic_us = monotonic_us
        self._base_us, self._since_us = start_us, monotonic_us()
        self._rate = 1.0
        self._paused = False
        self._members: dict[str, PacedStepper] = {}
        self._held: Conductor | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()

    def add(self, name: str, stepper: PacedStepper) -> None:
        """A process that takes part. All must be added before `start`."""
        self._members[name] = stepper

    async def start(self, rate: float, settle_us: int, *, paused: bool) -> None:
        """Bring all processes to the same time, and let it pass from there.

        `paused`: let what is under way end, for `settle_us` of virtual time at most, and stay held.
        Raises `CannotMove` for a rate that none can have.
        """
        self._rate = _checked(rate)
        conductor = await self._hold()
        if paused:
            await conductor.settle(conductor.now_us + settle_us)
            self._paused = True
        else:
            await self._let_go(conductor)

    def stop(self) -> None:
        """Give up whatever is under way: the processes are about to end."""
        for task in self._tasks:
            task.cancel()

    def state(self) -> ClockState:
        """What the clock shows."""
        return ClockState(self._now_us(), self._paused, self._rate)

    def _now_us(self) -> int:
        if self._held is not None:
            return self._held.now_us
        return self._base_us + round((self._monotonic_us() - self._since_us) * self._rate)

    # What people do with it. None of it ends in the middle because its caller goes away.

    async def pause(self) -> ClockState:
        """Hold the processes until `resume`. Nothing changes if they are."""

        async def pause() -> ClockState:
            await self._hold()
            self._paused = True
            return self.state()

        return await self._in_turn(pause)

    async def resume(self, rate: float | None = None) -> ClockState:
        """Let time pass again, `rate` times as fast as real time; None: as fast as before.

        Raises `CannotMove` for a rate that none can have.
        """
        wanted = None if rate is None else _checked(rate)

        async def resume() -> ClockState:
            conductor = await self._hold()
            self._rate = self._rate if wanted is None else wanted
            self._paused = False
            await self._let_go(conductor)
            return self.state()

        return await self._in_turn(resume)

    async def advance(self, target_us: Callable[[int], int]) -> Advanced:
        """Let everything happen up to `target_us(now_us)`, as fast as it can.

        A caller that goes away ends it early, between two instants. Raises `CannotMove` when the
        target has passed, with nothing moved.
        """
        given_up = False

        async def advance() -> Advanced:
            conductor = await self._hold()
            from_us, before = conductor.now_us, replace(conductor.tally)
            try:
                until_us = target_us(from_us)
                if until_us < from_us:
                    raise CannotMove("that time has passed: a clock is never moved back")
                if not await conductor.run_until(lambda: given_up, until_us):
                    await conductor.run_to(until_us)
            finally:
                if not self._paused:
                    await self._let_go(conductor)
            return Advanced(
                from_us,
                replace(self.state(), now_us=conductor.now_us),
                conductor.tally.messages - before.messages,
                conductor.tally.timers - before.timers,
            )

        try:
            return await self._in_turn(advance)
        except asyncio.CancelledError:
            given_up = True
            raise

    async def ask(self, member: str, make: Callable[[str | None], Awaitable[T]]) -> T:
        """A call of the bench into a process, which takes no time.

        `make(call_id)` makes the real call; with an id, in its metadata, it enters a process that
        is held. A call that is made just before a pause may have to wait for the pause's end.
        """
        if self._held is None and not self._turn.locked():
            return await make(None)

        async def ask() -> T:
            if self._held is None:
                return await make(None)
            return await self._held.ask(member, make)

        return await self._in_turn(ask)

    async def _in_turn(self, work: Callable[[], Coroutine[object, object, T]]) -> T:
        """Do it when its turn comes, to its end even if the caller goes away meanwhile."""

        async def alone() -> T:
            async with self._turn:
                return await work()

        task = asyncio.create_task(alone())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # If the caller goes away, nobody comes to ask for its result.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    # Holding.

    async def _hold(self) -> Conductor:
        """All processes at one instant with nothing in flight, and who moves them from there."""
        if self._held is not None:
            return self._held
        steppers = self._members.values()
        try:
            latest_us = max(await asyncio.gather(*(one.hold(0) for one in steppers)))
            await asyncio.gather(*(one.hold(latest_us) for one in steppers))
            conductor = Conductor(latest_us)
            for name in sorted(self._members):
                stepper = _AmongMembers(self._members[name], self._members.keys())
                await conductor.add(name, stepper)
            await conductor.run_to(latest_us)
        except (ProcessFailed, Stuck):
            await self._release(self._now_us())
            raise
        self._held = conductor
        return conductor

    async def _let_go(self, conductor: Conductor) -> None:
        self._held = None
        await self._release(conductor.now_us)

    async def _release(self, base_us: int) -> None:
        """From here on it is `base_us`. A process that has died is noticed by who started it."""
        self._base_us, self._since_us = base_us, self._monotonic_us()
        resuming = [
            one.resume(self._base_us, self._since_us, self._rate) for one in self._members.values()
        ]
        for result in await asyncio.gather(*resuming, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(result, grpc.aio.AioRpcError):
                raise result


class _AmongMembers:
    """A process as the conductor steps it: without its links to strangers, who are not stepped.

    Somebody with a client of their own may hold a stream to a host. What they send waits until the
    processes are let go.
    """

    def __init__(self, stepper: PacedStepper, names: Collection[str]) -> None:
        self._stepper = stepper
        self._names = names

    async def step(self, step: Step) -> Done:
        """Act once."""
        done = await self._stepper.step(step)
        return replace(done, links=[link for link in done.links if link.peer in self._names])


def _checked(rate: float) -> float:
    # Written so that a NaN, which no comparison holds for, is refused too.
    if not 0 < rate <= RATE_MAX:
        raise CannotMove(f"time passes at a rate above 0 and up to {RATE_MAX:g}")
    return rate
