"""A drawn order of what happens at one instant: whatever real time allows, and nothing else."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Answer, Participant
from latchbench.steps import NO_TIMERS, Awaited, Step
from latchbench.trace import Masker, Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.jobs import Ticket
    from latchbench.link import Link

NOW_US = 1000
SEEDS = range(60)


class Process:
    """Notes what it handles, in order."""

    def __init__(self, seed: int | None) -> None:
        self.clock = Clock(0)
        self.jobs = Jobs(asyncio.get_running_loop())
        tracer = Tracer(self.clock, Masker(b"key"))
        self.participant = Participant(self.clock, tracer, stepped=True, jobs=self.jobs)
        if seed is not None:
            self.participant.draw_order(Random(seed))
        self.did: list[str] = []
        self._links: list[Link[str, str]] = []
        self._calls: list[asyncio.Task[None]] = []

    def link(self, link_id: str, *messages: str, ends: bool = False) -> None:
        """A link on which these have come; their first letter is the lock's name."""
        link: Link[str, str] = self.participant.open_link(
            link_id,
            f"peer of {link_id}",
            order_of=lambda message: message[0],
            handle=self._handle,
            ended=lambda: self.did.append(f"end of {link_id}"),
        )
        link.receive(messages)
        if ends:
            link.receive_end()
        self._links.append(link)

    def _handle(self, message: str) -> None:
        self.did.append(message)
        if message.endswith("works"):
            self.work("store", message)

    def timer(self, name: str, order: str = "", due_us: int = NOW_US) -> None:
        self.clock.call_at(due_us, partial(self.did.append, name), order=order)

    def call(self) -> None:
        call_id = f"call-{len(self._calls) + 1}"

        def enter(answer: Answer[None]) -> None:
            self.did.append(call_id)
            answer.ok(None)

        self._calls.append(asyncio.ensure_future(self.participant.call(call_id, enter)))

    def work(self, lane: str, name: str) -> None:
        """What a thread would do; it is noted, and so is its result."""

        def back(ticket: Ticket[None]) -> None:
            ticket.result()
            self.did.append(f"{name}, back")

        self.jobs.run(None, lane, name, partial(self.did.append, f"{name}, done"), back)

    async def step(self, until_us: int = NO_TIMERS, watch: tuple[str, ...] = ()) -> None:
        expect = [Awaited(one.link_id, one.received, one.end_received) for one in self._links]
        calls = [f"call-{number}" for number in range(1, len(self._calls) + 1)]
        await self.participant.step(
            Step(1, NOW_US, until_us, 0, expect, calls, watch=watch, late=True)
        )
        await asyncio.gather(*self._calls)


async def in_order(
    prepare: Callable[[Process], None], until_us: int = NO_TIMERS, seed: int | None = None
) -> list[str]:
    """What a process does of what `prepare` gives it, in one step."""
    process = Process(seed)
    prepare(process)
    await process.step(until_us)
    return process.did


async def drawn(prepare: Callable[[Process], None], until_us: int = NO_TIMERS) -> set[str]:
    """All the orders that come of many seeds."""
    found = [await in_order(prepare, until_us, seed) for seed in SEEDS]
    assert found == [await in_order(prepare, until_us, seed) for seed in SEEDS], "it repeats"
    strict = await in_order(prepare, until_us)
    assert all(sorted(one) == sorted(strict) for one in found), "the same happens"
    return {", ".join(one) for one in found}


async def test_what_comes_on_different_links_comes_in_any_order() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "a1")
        process.link("two", "b1")

    assert await in_order(prepare) == ["a1", "b1"]
    assert await drawn(prepare) == {"a1, b1", "b1, a1"}


async def test_what_comes_on_one_link_comes_as_it_was_sent_and_then_its_end() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "b1", "a1", "b2", ends=True)

    assert await in_order(prepare) == ["a1", "b1", "b2", "end of one"]
    assert await drawn(prepare) == {"b1, a1, b2, end of one"}


async def test_calls_come_in_any_order() -> None:
    async def orders(seed: int) -> str:
        process = Process(seed)
        process.call()
        process.call()
        await process.step()
        return ", ".join(process.did)

    assert {await orders(seed) for seed in SEEDS} == {"call-1, call-2", "call-2, call-1"}


async def test_timers_of_one_lock_keep_their_order_and_others_do_not() -> None:
    def prepare(process: Process) -> None:
        process.timer("a1", "a")
        process.timer("a2", "a")
        process.timer("b1", "b")

    assert await in_order(prepare, NOW_US) == ["a1", "a2", "b1"]
    assert await drawn(prepare, NOW_US) == {"a1, a2, b1", "a1, b1, a2", "b1, a1, a2"}


async def test_what_was_due_earlier_comes_earlier() -> None:
    def prepare(process: Process) -> None:
        process.timer("b, earlier", "b", NOW_US - 1)
        process.timer("a", "a")

    assert await drawn(prepare, NOW_US) == {"b, earlier, a"}


async def test_a_timer_may_come_before_a_message_and_none_comes_unasked() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "a1")
        process.timer("a2", "a")

    assert await drawn(prepare, NOW_US) == {"a1, a2", "a2, a1"}
    process = Process(1)
    prepare(process)
    await process.step(NO_TIMERS)
    assert process.did == ["a1"]


async def test_time_goes_on_within_a_step_only_when_all_of_an_instant_is_over() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "a works")
        process.timer("later", due_us=NOW_US + 5)

    assert await drawn(prepare, NOW_US + 5) == {"a works, a works, done, a works, back, later"}


async def test_another_message_may_come_before_a_commit_is_made_or_known() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "a works")
        process.link("two", "b1")

    assert await in_order(prepare) == ["a works", "a works, done", "a works, back", "b1"]
    assert await drawn(prepare) == {
        "b1, a works, a works, done, a works, back",
        "a works, b1, a works, done, a works, back",
        "a works, a works, done, b1, a works, back",
        "a works, a works, done, a works, back, b1",
    }


async def test_results_of_one_lane_keep_their_order_and_others_do_not() -> None:
    def prepare(process: Process) -> None:
        process.link("one", "a works", "b works")
        process.clock.call_at(NOW_US, lambda: process.work("policy", "p"))

    orders = await drawn(prepare, NOW_US)
    for order in orders:
        assert order.index("a works, back") < order.index("b works, back")
    assert len({order.index("p, back") < order.index("a works, back") for order in orders}) == 2


async def test_a_watched_step_is_as_it_always_is() -> None:
    for seed in SEEDS:
        process = Process(seed)
        process.link("one", "c1", "b1")
        process.link("two", "a1")
        await process.step(watch=("anything",))
        assert process.did == ["a1", "b1", "c1"]
