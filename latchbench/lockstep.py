"""How a process takes part in time.

In lockstep a process does nothing of its own accord. What arrives waits in the inbox of its link
and is counted; only inside a *step* that the bench opens are the named messages handled and the due
timers fired, and the step's answer comes when all of that has ended. The bench therefore always
knows who can be active, and the order in which bytes really arrive cannot matter.

Paced, the same process handles what arrives when it arrives and fires timers as real time passes.

The handlers are synchronous: none of them waits, so a process is idle exactly when no handler runs
and no job (`latchbench.jobs`) is under way. Nothing needs to guess at the state of the event loop.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from latchbench.link import Link
from latchbench.stepping import Stepping

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from random import Random

    from latchbench.clock import Clock
    from latchbench.jobs import Jobs
    from latchbench.steps import Done, Step
    from latchbench.trace import Tracer

T = TypeVar("T")
In = TypeVar("In")
Out = TypeVar("Out")


class SteppedRefusal(Exception):
    """A call without the bench's mark came while a bench steps this process's time."""


class Answer(Generic[T]):
    """Where the core puts the answer to one call, once; a second answer is a mistake of ours."""

    def __init__(self, settle: Callable[[T | None, BaseException | None], None]) -> None:
        self._settle: Callable[[T | None, BaseException | None], None] | None = settle
        self.abandoned = False  # whether the caller hung up before it had the answer
        self.on_abandoned: Callable[[], None] = _nothing

    @property
    def open(self) -> bool:
        """Whether the caller still waits."""
        return self._settle is not None

    def ok(self, value: T) -> None:
        """Answer with a value."""
        self._finish(value, None)

    def fail(self, error: BaseException) -> None:
        """Answer with an error."""
        self._finish(None, error)

    def abandon(self) -> None:
        """The caller has hung up: nobody will read what is put here."""
        self.abandoned = True
        self.on_abandoned()

    def _finish(self, value: T | None, error: BaseException | None) -> None:
        if self._settle is None:
            raise RuntimeError("this call was answered before")
        settle, self._settle = self._settle, None
        settle(value, error)


class Participant:
    """One process's share in time: its clock, its links, the calls that wait to enter.

    `stepped` says whether a bench steps the process from its first moment on.
    """

    def __init__(self, clock: Clock, tracer: Tracer, *, stepped: bool, jobs: Jobs) -> None:
        self.clock = clock
        self.tracer = tracer
        self.jobs = jobs
        self.open_work: Callable[[], int] = lambda: 0
        self.on_failure: Callable[[BaseException], None] = lambda error: None
        self.dawdle: Callable[[], Awaitable[None]] = _at_once
        self._stepped = stepped
        self._stepping = Stepping(clock, tracer, jobs)
        self._entered: set[str] = set()
        self._open_calls: set[asyncio.Future[Any]] = set()
        self._refusal: Callable[[], BaseException] | None = None
        self._pace: tuple[Callable[[], int], float] | None = None
        self._wake: asyncio.TimerHandle | None = None
        jobs.pump = self._pump

    @property
    def stepped(self) -> bool:
        """Whether a bench steps this process."""
        return self._stepped

    # Links.

    def open_link(
        self,
        link_id: str,
        peer: str,
        *,
        order_of: Callable[[In], str],
        handle: Callable[[In], None],
        ended: Callable[[], None],
    ) -> Link[In, Out]:
        """A new end of a link. Both ends must use the same `link_id`."""
        link: Link[In, Out] = Link(
            self, link_id, peer, order_of=order_of, handle=handle, ended=ended
        )
        self._stepping.links[link_id] = link
        self.counted(link)
        self._stepping.news.set()
        return link

    def arrived(self, link: Link[Any, Any]) -> None:
        """A link has something new in its inbox."""
        self._stepping.news.set()
        if not self._stepped:
            self._act(partial(self._handle_all, link))

    def counted(self, link: Link[Any, Any], *, sent: bool = False) -> None:
        """A count of a link changed."""
        self._stepping.counts.links[link.link_id] = link
        self._stepping.counts.sent = self._stepping.counts.sent or sent
        if link.closed:
            self._stepping.links.pop(link.link_id, None)

    def _handle_all(self, link: Link[Any, Any]) -> None:
        for _, _, message in link.take():
            link.handle(message)
        if link.end_received:
            link.handle_end()

    # Calls.

    async def call(self, call_id: str | None, enter: Callable[[Answer[T]], None]) -> T:
        """Let a call into the core and wait for its answer.

        In lockstep a call enters in the step that names its id; one without an id is refused with
        `SteppedRefusal`. Raises what the core answered with. Cancel it when the caller hangs up:
        the core learns of that at once, in lockstep in the step that names it.
        """
        if self._stepped and call_id is None:
            raise SteppedRefusal
        if self._refusal is not None:
            raise self._refusal()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def settle(value: T | None, error: BaseException | None) -> None:
            if call_id is not None:
                self._stepping.counts.answered.append(call_id)
            if future.done():
                return  # the caller went away, or was told to; what it asked for goes on
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(value)  # type: ignore[arg-type]

        answer: Answer[T] = Answer(settle)
        run = partial(enter, answer)
        if self._stepped and call_id is not None:
            self._entered.add(call_id)
            self._wait_to_enter(call_id, run)
        else:
            self._act(run)
        self._open_calls.add(future)
        try:
            return await future
        except asyncio.CancelledError:
            self._hung_up(call_id, answer)
            raise
        finally:
            self._open_calls.discard(future)

    def _hung_up(self, call_id: str | None, answer: Answer[T]) -> None:
        if self._refusal is not None:
            return  # the process is going down, and everybody has been told
        if not self._stepped:
            self._act(answer.abandon)
            return
        # Held, a call may have no id; then it is told when time passes by itself again.
        self._stepping.hang_ups[call_id or f"caller {id(answer)}"] = answer.abandon
        self._stepping.news.set()

    def refuse_calls(self, refusal: Callable[[], BaseException]) -> None:
        """End every open call with what `refusal` makes, and each that comes. Nothing is undone."""
        self._refusal = refusal
        for future in self._open_calls:
            if not future.done():
                future.set_exception(refusal())

    def withdraw(self, call_id: str) -> None:
        """A call of the bench ended at the door (a bad key, a body that is no JSON).

        The bench opened a step for it, so it counts as entered and answered, without effect. Does
        nothing for a call that did enter.
        """
        if call_id in self._entered:
            self._entered.discard(call_id)
        elif self._stepped:
            self._wait_to_enter(call_id, lambda: self._stepping.counts.answered.append(call_id))

    def _wait_to_enter(self, call_id: str, run: Callable[[], None]) -> None:
        self._stepping.waiting_calls[call_id] = run
        self._stepping.news.set()

    # Lockstep.

    async def step(self, step: Step) -> Done:
        """Act once, as far as the step allows."""
        return await self._stepping.step(step, self.open_work)

    def so_far(self, number: int) -> Done:
        """What came of the step `number` until it broke off with an error."""
        return self._stepping.so_far(number)

    def draw_order(self, chance: Random) -> None:
        """From now on draw what comes first of all that is due at one instant."""
        self._stepping.draw = chance

    def waiting_for(self) -> Mapping[str, object]:
        """What a step that does not end may be waiting for."""
        return self._stepping.waiting_for()

    # Paced time.

    def run_paced(self, monotonic_us: Callable[[], int], rate: float) -> None:
        """From now on time passes by itself: `rate` microseconds for each real one."""
        base_us, since_us = self.clock.now_us(), monotonic_us()
        self._pace = (lambda: base_us + round((monotonic_us() - since_us) * rate), rate)
        self._stepped = False
        for link in list(self._stepping.links.values()):
            self._act(partial(self._handle_all, link))
        self._act(_nothing)

    def _paced_now(self) -> None:
        if self._pace is not None:
            self.clock.move(self._pace[0]())

    def _act(self, action: Callable[[], None]) -> None:
        """Run a handler at the time it is, then whatever is due, then arm the next wake-up."""
        try:
            self._paced_now()
            action()
            self.jobs.drain(in_order=False)
            self._fire_due()
        except Exception as error:  # noqa: BLE001 - a bug of ours ends the process, told once
            self._failed(error)
            return
        self._arm()

    def _fire_due(self) -> None:
        while True:
            due_us = self.clock.next_timer_us()
            if due_us is None or due_us > self.clock.now_us():
                return
            self.clock.fire_next()

    def _arm(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        due_us = self.clock.next_timer_us()
        if self._pace is None or due_us is None:
            return
        wait_s = max(0.0, (due_us - self._pace[0]()) / self._pace[1] / 1e6)
        loop = asyncio.get_running_loop()
        self._wake = loop.call_later(wait_s, self._act, _nothing)

    def _pump(self) -> None:
        """A job ended: bring its result to the core."""
        if not self._stepped:
            self._act(_nothing)
            return
        self._stepping.job_ended()

    def _failed(self, error: BaseException) -> None:
        self.on_failure(error)


def dawdling(random: Random, most_ms: int) -> Callable[[], Awaitable[None]]:
    """Random real delays, to be awaited before a process reads, writes or steps: none matters."""

    async def dawdle() -> None:
        await asyncio.sleep(random.random() * most_ms / 1000)  # noqa: TID251 - real on purpose

    return dawdle


async def _at_once() -> None:
    """No delay."""


def _nothing() -> None:
    """What a wake-up does besides firing what is due."""
