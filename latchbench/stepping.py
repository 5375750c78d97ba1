"""What a process does inside a step, and nothing outside of one.

A step handles *units*, one at a time and each to its end with the jobs that it asks for: a message,
the end of a link, a call, the news that a caller has hung up, a timer. They have an order that does
not depend on how they arrived. While the bench watches for an event, a step ends behind the unit in
which it happens and leaves the rest for the next one, so that the bench can act before anything
else does.

With a `draw` the next unit is drawn from all that could be next on real time: what comes on
different links, calls, timers of different locks, and results of jobs have no order there. What
comes on one link has, and so have the timers of one lock and the results of one lane. Watched steps
are as they always are.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from latchbench.steps import Done, LinkCount, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from latchbench.clock import Clock
    from latchbench.jobs import Jobs
    from latchbench.link import Link
    from latchbench.trace import Tracer

# Keys of units: what is about a lock by its name, then ends of links, then calls.
_OF_LOCK: Final = "0"
_END: Final = "1"
_CALL: Final = "2"


@dataclass(slots=True)
class _Counts:
    links: dict[str, Link[Any, Any]] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    timers: int = 0
    messages: int = 0
    sent: bool = False


@dataclass(order=True, slots=True)
class _Unit:
    key: str
    peer: str
    place: int
    run: Callable[[], None] = field(compare=False)
    stream: str = field(compare=False, default="")


class Stepping:
    """The links and waiting calls of one process, and the steps that it takes on them."""

    def __init__(self, clock: Clock, tracer: Tracer, jobs: Jobs) -> None:
        self.links: dict[str, Link[Any, Any]] = {}
        self.waiting_calls: dict[str, Callable[[], None]] = {}
        # Callers who have hung up, and nobody in the core knows it yet.
        self.hang_ups: dict[str, Callable[[], None]] = {}
        self.counts = _Counts()
        self.news = asyncio.Event()
        self.acting = False
        self.draw: Random | None = None
        self._job_ended = asyncio.Event()
        self._clock = clock
        self._tracer = tracer
        self._jobs = jobs
        self._left: list[_Unit] = []

    async def step(self, step: Step, open_work: Callable[[], int]) -> Done:
        """Act once, as far as the step allows."""
        await self._until_arrived(step)
        if step.arrive_only:
            return self._done(step.number, open_work(), None)
        self.counts.sent = False
        self.acting = True
        self._tracer.watch(step.watch)
        self._jobs.ignore(step.ignore, also=True)
        try:
            if step.late:
                self._clock.move(step.now_us)
            else:
                await self._catch_up(step.now_us)
            self._tracer.begin_round(step.now_us, step.delta)
            # Only now: what was waited for until this instant came at this instant.
            self._jobs.ignore(step.ignore)
            if self.draw is not None and not step.watch and step.up_to is None:
                self._jobs.any_order = True
                await self._act_as_drawn(step, self.draw)
                next_key = None
            else:
                self._jobs.drain()
                await self._jobs.drained()
                next_key = await self._act(step)
        finally:
            self.acting = self._jobs.any_order = False
        return self._done(step.number, open_work(), next_key)

    def so_far(self, number: int) -> Done:
        """What came of a step that broke off."""
        return self._done(number, 0, None)

    def job_ended(self) -> None:
        """Bring its result to the core. What ends between two steps waits for the next."""
        if not self.acting:
            return
        if self._jobs.any_order:
            self._job_ended.set()
            return
        try:
            self._jobs.drain()
        except Exception as error:  # noqa: BLE001 - raised again by the step that waits
            self._jobs.fail(error)

    def tell_all_links(self) -> None:
        """The next step tells of every link, not only of those whose counts changed."""
        self.counts.links.update(self.links)

    async def _until_arrived(self, step: Step) -> None:
        while not self._has_arrived(step):
            self.news.clear()
            await self.news.wait()

    def _has_arrived(self, step: Step) -> bool:
        for awaited in step.expect:
            link = self.links.get(awaited.link)
            if link is None:
                return False
            if link.received < awaited.messages:
                return False
            if awaited.closed and not link.end_received:
                return False
        return self.waiting_calls.keys() >= set(step.calls) and self.hang_ups.keys() >= set(
            step.hang_ups
        )

    async def _act(self, step: Step) -> str | None:
        """Handle units until there is none, or none that the step allows; the key of the next."""
        units = self._taken(step)
        while (key := self._next_key(units, step.until_us)) is not None:
            if self._tracer.hit or (step.up_to is not None and key > step.up_to):
                break
            self._tracer.mark()
            if units:
                units.pop(0).run()
            else:
                self._clock.move(self._clock.next_timer_us() or 0)
                self.counts.timers += 1
                self._clock.fire_next()
            await self._jobs.drained()
        for unit in units:
            insort(self._left, unit)
        return key

    async def _act_as_drawn(self, step: Step, draw: Random) -> None:
        """The same for all that the step allows, in an order that is drawn."""
        streams = _streams(self._taken(step))
        while True:
            self._job_ended.clear()
            self._tracer.mark()
            choices = self._choices(streams, step.until_us)
            # How soon a connection opens is not drawn but the loop's: all that will are awaited.
            if self._jobs.connecting or not (choices or self._jobs.idle):
                await self._job_ended.wait()
            elif choices:
                draw.choice(choices)()
            elif self._next_key([], step.until_us) is not None:
                self._clock.move(self._clock.next_timer_us() or 0)
            else:
                return

    def _choices(self, streams: dict[str, deque[_Unit]], until_us: int) -> list[Callable[[], None]]:
        units = [partial(_run_first, units) for units in streams.values() if units]
        due_us = self._clock.next_timer_us()
        is_due = due_us is not None and due_us <= until_us
        timers = [partial(self._fire, order) for order in self._clock.orders_due() if is_due]
        return [*units, *timers, *self._jobs.choices()]

    def _fire(self, order: str) -> None:
        self.counts.timers += 1
        self._clock.fire_first_of(order)

    def _taken(self, step: Step) -> list[_Unit]:
        units: list[_Unit] = []
        if step.resume:
            units, self._left = self._left, []
        for awaited in step.expect:
            link = self.links[awaited.link]
            for order, place, message in link.take(awaited.messages):
                run = partial(self._handle, link, message)
                units.append(_Unit(_OF_LOCK + order, link.peer, place, run, link.link_id))
            if awaited.closed:
                units.append(_Unit(_END, link.peer, 0, link.handle_end, link.link_id))
        for call_id in step.calls:
            enter = self.waiting_calls.pop(call_id)
            units.append(_Unit(_CALL + call_id, "", 0, enter, call_id))
        for call_id in step.hang_ups:
            hear = self.hang_ups.pop(call_id)
            units.append(_Unit(_CALL + call_id, "", 1, hear, call_id))
        return sorted(units)

    def _handle(self, link: Link[Any, Any], message: object) -> None:
        self.counts.messages += 1
        link.handle(message)

    def _next_key(self, units: list[_Unit], until_us: int) -> str | None:
        if units:
            return units[0].key
        due_us = self._clock.next_timer_us()
        if due_us is None or due_us > until_us:
            return None
        # Time goes on within a step only as long as nobody else can have noticed anything.
        if due_us > self._clock.now_us() and (self.counts.sent or self.counts.answered):
            return None
        return _OF_LOCK + self._clock.next_order()

    async def _catch_up(self, now_us: int) -> None:
        """Come to the step's instant through the quiet timers on the way.

        The bench does not stop for timers that send nothing: they are fired here, each at its own
        instant, when the process is next needed. They belong to the first round of their instant,
        whenever that is.
        """
        if now_us <= self._clock.now_us():
            return
        self._tracer.begin_round(now_us, 0)
        while True:
            due_us = self._clock.next_timer_us()
            if due_us is None or due_us > now_us:
                break
            self._clock.move(due_us)
            self.counts.timers += 1
            self._clock.fire_next()
            await self._jobs.drained()
            if self.counts.sent and due_us < now_us:
                raise RuntimeError("a timer that was promised to be quiet sent a message")
        self._clock.move(now_us)

    def _done(self, number: int, open_work: int, next_key: str | None) -> Done:
        counts, self.counts = self.counts, _Counts()
        return Done(
            number=number,
            now_us=self._clock.now_us(),
            next_timer_us=self._clock.next_timer_us(),
            next_send_us=self._clock.next_send_us(),
            links=[
                LinkCount(link.link_id, link.peer, link.sent, link.handled, link.closed)
                for link in counts.links.values()
            ],
            trace=self._tracer.take(),
            answered=counts.answered,
            timers_fired=counts.timers,
            messages_handled=counts.messages,
            open_work=open_work,
            next_key=next_key,
        )

    def waiting_for(self) -> Mapping[str, object]:
        """What a step that does not end may be waiting for."""
        return {
            "jobs": self._jobs.labels(),
            "links": {link.link_id: (link.peer, link.received) for link in self.links.values()},
            "calls": sorted(self.waiting_calls),
        }


def _streams(units: list[_Unit]) -> dict[str, deque[_Unit]]:
    """The units of each link, in the order of their coming and the end last; calls alone."""
    streams: dict[str, deque[_Unit]] = {}
    for unit in sorted(units, key=lambda unit: (unit.key[0], unit.place)):
        streams.setdefault(unit.stream, deque()).append(unit)
    return streams


def _run_first(units: deque[_Unit]) -> None:
    units.popleft().run()
