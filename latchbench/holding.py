"""A process whose time passes by itself, until a bench holds it.

*Held* is lockstep for a while: gates close between two handlers, what arrives waits, and the bench
steps the process as it does in a run. *Resumed*, it takes up real time where the bench left it:
every process of a bench gets the same three numbers, so all of them read the same time again.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from latchbench.lockstep import Participant

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.clock import Clock
    from latchbench.jobs import Jobs
    from latchbench.lockstep import Answer
    from latchbench.steps import Done, Step
    from latchbench.trace import Tracer

T = TypeVar("T")


class NotHeld(Exception):
    """A step, or the end of a hold, for a process whose time passes by itself."""


class PacedParticipant(Participant):
    """A share in time that passes by itself from `run_paced` on.

    A call that comes while it is held waits for the end of the hold, unless it is the bench's own,
    which carries an id and enters in a step. A call that is open already may be answered in a step.
    """

    def __init__(self, clock: Clock, tracer: Tracer, *, jobs: Jobs) -> None:
        super().__init__(clock, tracer, stepped=False, jobs=jobs)
        self._monotonic_us: Callable[[], int] | None = None
        self._gate = asyncio.Event()
        self._gate.set()

    @property
    def held(self) -> bool:
        """Whether a bench holds it."""
        return self._stepped

    def run_paced(self, monotonic_us: Callable[[], int], rate: float) -> None:
        """From now on time passes by itself: `rate` microseconds for each real one."""
        self._monotonic_us = monotonic_us
        super().run_paced(monotonic_us, rate)

    def hold(self, now_us: int) -> int:
        """Close the gates, and return what time it is here then: `now_us` at least.

        Handlers never wait, so none is under way. The next step tells of every link. Holding what
        is held only moves its clock; what has fallen due meanwhile is fired by the next step.
        """
        if not self.held:
            self._paced_now()
            if self._wake is not None:
                self._wake.cancel()
                self._wake = None
            self._stepped = True
            self._gate.clear()
            self._stepping.tell_all_links()
        self.clock.move(now_us)
        return self.clock.now_us()

    def resume(self, base_us: int, since_us: int, rate: float) -> None:
        """Open the gates: it was `base_us` when the monotonic clock read `since_us`.

        First comes what arrived meanwhile: messages in the order of their links, then calls, then
        the news of callers who have hung up. Raises `NotHeld` when nobody holds it.
        """
        monotonic_us = self._monotonic_us
        if not self.held or monotonic_us is None:
            raise NotHeld
        self._pace = (lambda: base_us + round((monotonic_us() - since_us) * rate), rate)
        self._stepped = False
        for link in list(self._stepping.links.values()):
            self.arrived(link)
        waiting, self._stepping.waiting_calls = self._stepping.waiting_calls, {}
        hang_ups, self._stepping.hang_ups = self._stepping.hang_ups, {}
        for tell in (*waiting.values(), *hang_ups.values()):
            self._act(tell)
        self._act(_nothing)
        self._gate.set()

    async def step(self, step: Step) -> Done:
        """Act once, as far as the step allows. Raises `NotHeld` when nobody holds it.

        There is no trace in what it returns: of a process on real time nobody collects it, and what
        has gathered since the last hold may be too much for one message.
        """
        if not self.held:
            raise NotHeld
        return replace(await super().step(step), trace=())

    async def call(self, call_id: str | None, enter: Callable[[Answer[T]], None]) -> T:
        """Let a call into the core and wait for its answer; without an id, not while it is held."""
        while call_id is None and self.held and self._refusal is None:
            await self._gate.wait()  # and look again: it may be held once more by now
        if self._refusal is not None:
            raise self._refusal()
        return await super().call(call_id, enter)

    def refuse_calls(self, refusal: Callable[[], BaseException]) -> None:
        """End every open call with what `refusal` makes, and each that comes. Nothing is undone."""
        super().refuse_calls(refusal)
        self._gate.set()


def _nothing() -> None:
    """What a wake-up does besides firing what is due."""
