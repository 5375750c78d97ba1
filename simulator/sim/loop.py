"""An asyncio loop in which nothing real happens: no sockets, no threads, no time of day.

What is ready runs one after the other. When nothing is, time jumps to the next timer; when there is
none either, whoever waits would wait for ever, and that is an error. So the same program does the
same on every machine. Tasks hash by the order in which they were made, because sets of tasks (those
of `asyncio.wait`) are walked in the order of hashes, and that of addresses changes from run to run.

With an `order` each next callback is drawn from all that are ready. asyncio promises less than it
does: that they run in the order in which they became ready is what no program of ours may need.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context
    from random import Random

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_SWEEP_MIN = 256  # cancelled timers that may pile up


class Deadlock(Exception):
    """Everybody waits, and nothing can happen any more."""


class Forbidden(Exception):
    """A simulated world has no such thing."""


class CountedTask(asyncio.Task[Any]):
    """A task that hashes by its number within its loop."""

    def __init__(self, work: Any, *, number: int, **settings: Any) -> None:
        self._number = number  # first, because making a task puts it into a set
        super().__init__(work, **settings)

    def __hash__(self) -> int:
        return self._number


class SimLoop(asyncio.AbstractEventLoop):
    """See the module's words. Run things with `run`."""

    def __init__(self, order: Random | None = None) -> None:
        self._order = order
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self._tasks = itertools.count(1)
        self._cancelled = 0
        self._now_s = 0.0
        self._closed = False
        self._running = False
        self._thread = threading.get_ident()
        self._failures: list[BaseException] = []

    # What runs.

    def run_until_complete(self, future: Any) -> Any:
        """The result of `future`. Raises `Deadlock`, or what nobody else has caught."""
        task = asyncio.ensure_future(future, loop=self)
        self._failures = []  # those of an earlier run have ended that one
        self._running = True
        asyncio._set_running_loop(self)  # noqa: SLF001 - asyncio has it for loops
        try:
            while not task.done() and not self._failures:
                self._turn()
        finally:
            asyncio._set_running_loop(None)  # noqa: SLF001 - as above
            self._running = False
        if self._failures:
            raise self._failures[0]
        return task.result()

    def _turn(self) -> None:
        if not self._ready and not self._jump():
            raise Deadlock("everybody waits, and nothing can happen any more")
        if self._order is not None and len(self._ready) > 1:
            self._ready.rotate(-self._order.randrange(len(self._ready)))
        handle = self._ready.popleft()
        if not handle.cancelled():
            handle._run()  # noqa: SLF001 - whoever made a handle runs it

    def _jump(self) -> bool:
        """Go to the next timer; whether there was one."""
        while self._timers:
            due_s, _, handle = heapq.heappop(self._timers)
            if handle.cancelled():
                self._cancelled -= 1
                continue
            self._now_s = max(self._now_s, due_s)
            self._ready.append(handle)
            return True
        return False

    def time(self) -> float:
        """Seconds of this loop's own, which start at 0."""
        return self._now_s

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Among those that are ready."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """The same. Raises `Forbidden` in another thread: there is none."""
        if threading.get_ident() != self._thread:
            raise Forbidden("another thread in a simulated world")
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """In `delay` seconds of this loop."""
        return self.call_at(self._now_s + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """At an instant of this loop."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._cancelled += 1
        if self._cancelled > _SWEEP_MIN and 2 * self._cancelled > len(self._timers):
            self._timers = [timer for timer in self._timers if not timer[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled = 0

    # Futures and tasks.

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """A task that hashes by its number."""
        number = next(self._tasks)
        return CountedTask(coro, number=number, loop=self, name=name, context=context)

    # What there is not.

    def run_in_executor(  # type: ignore[override]  # narrower than any other loop's
        self, executor: Any, func: Any, *args: Any
    ) -> NoReturn:
        """Raises `Forbidden`."""
        raise Forbidden("a thread in a simulated world")

    # Its state, as others ask for it.

    def is_running(self) -> bool:
        """Whether it runs something."""
        return self._running

    def is_closed(self) -> bool:
        """Whether it will never run again."""
        return self._closed

    def close(self) -> None:
        """Never run again."""
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    def get_debug(self) -> bool:
        """No."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """What nobody has caught ends the run."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._failures.append(error)
        else:
            self._failures.append(RuntimeError(str(context.get("message"))))

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """The same."""
        self.call_exception_handler(context)


def run(work: Coroutine[Any, Any, T], order: Random | None = None) -> T:
    """The result of `work`, in a loop of its own; what is left over then is cancelled.

    Raises what `work` raises, and `Deadlock`.
    """
    loop = SimLoop(order)  # type: ignore[abstract]  # what is not there raises NotImplementedError
    try:
        result: T = loop.run_until_complete(work)
        return result
    finally:
        _cancel_all(loop)
        loop.close()


def _cancel_all(loop: SimLoop) -> None:
    left = sorted(asyncio.all_tasks(loop), key=hash)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(_gathered(left))


async def _gathered(tasks: list[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)
