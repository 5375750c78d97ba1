"""The bench's half of lockstep: one virtual time over many processes.

The conductor knows, from the counts of both ends of every link, which process is owed messages, and
from each process when it may next send one. It opens steps for exactly those that may be noticed by
others, in parallel, and nothing else in the world moves. What arrives first in reality therefore
never matters, and what nobody else can notice costs nothing.

A *round* is one set of steps that run in parallel. Rounds at one instant are numbered (`delta`):
messages first, then timers, then what those sent, until nothing more happens at that instant.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import grpc

from latchbench.process import ProcessFailed
from latchbench.steps import NO_TIMERS, Awaited, Done, LinkCount, Step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from latchbench.time_service import Stepper
    from latchbench.trace import TraceEvent

T = TypeVar("T")

DELTAS_MAX: Final = 10_000
GUARD_S: Final = 30.0


class Stuck(Exception):
    """A step did not end, or an instant did not: a fault of ours, never of a scenario."""


@dataclass(slots=True)
class Member:
    """One process that takes part in time."""

    name: str
    stepper: Stepper
    next_timer_us: int | None = None
    next_send_us: int | None = None
    open_work: int = 0


@dataclass(slots=True)
class Ends:
    """Both ends of one link, by the name of the process that has each."""

    counts: dict[str, LinkCount] = field(default_factory=dict)

    def owed(self) -> Iterable[tuple[str, int, bool]]:
        """(process, messages in all, end of file too) for whoever has something to handle."""
        for name, count in self.counts.items():
            peer = self.counts.get(count.peer)
            handled = peer.handled if peer is not None else 0
            if peer is not None and peer.closed:
                continue
            if count.sent > handled or count.closed:
                yield count.peer, count.sent, count.closed
            del name

    def over(self) -> bool:
        """Whether both ends are closed."""
        return len(self.counts) > 1 and all(count.closed for count in self.counts.values())


class OpenCall(Generic[T]):
    """A call of the bench into a process, which may take virtual time to answer."""

    def __init__(self, call_id: str, task: asyncio.Task[T]) -> None:
        self.call_id = call_id
        self.task = task
        self.answered = False
        # If the round fails that lets it in, nobody comes to ask for its result.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def result(self) -> T:
        """The answer, once `answered`. Raises what the call raised."""
        return await self.task


@dataclass(slots=True)
class Tally:
    """What moving time has cost."""

    rounds: int = 0
    steps: int = 0
    timers: int = 0
    messages: int = 0


class Conductor:
    """Moves virtual time for the processes that were added."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us
        self.tally = Tally()
        self._delta = 0
        self._base = 0
        self._acts = 0
        self._number = 0
        self._calls_made = 0
        self._members: dict[str, Member] = {}
        self._links: dict[str, Ends] = {}
        self._owing: set[str] = set()
        self._calls: dict[str, OpenCall[object]] = {}
        self.on_trace: Callable[[list[TraceEvent]], None] = lambda events: None

    @property
    def delta(self) -> int:
        """Rounds so far at this instant."""
        return self._delta

    def new_act(self) -> None:
        """The bench is about to do something: what follows at this instant comes after all before.

        It also makes the numbers of rounds start afresh, so that looks of the bench in between do
        not show in them.
        """
        self._acts += 1
        self._delta = self._base = self._acts * (DELTAS_MAX + 1)

    # Who takes part.

    async def add(self, name: str, stepper: Stepper) -> None:
        """A process that serves takes part from now on."""
        member = Member(name, stepper)
        self._members[name] = member
        await self._round({name: self._step(NO_TIMERS)})
        self._delta = 0  # how many processes there are must not show in the numbers of rounds

    def _step(
        self, until_us: int, expect: Iterable[Awaited] = (), calls: Iterable[str] = ()
    ) -> Step:
        self._number += 1
        return Step(self._number, self.now_us, until_us, self._delta, list(expect), list(calls))

    # Calls.

    async def call(self, member: str, make: Callable[[str], Awaitable[T]]) -> OpenCall[T]:
        """Let a call of the bench enter a process; it may be answered at once or later.

        `make(call_id)` makes the real call with the id in its `latchbench-call` metadata.
        """
        self._calls_made += 1
        call_id = f"bench-{self._calls_made:06d}"
        call: OpenCall[T] = OpenCall(call_id, asyncio.ensure_future(_awaited(make(call_id))))
        self._calls[call_id] = call  # type: ignore[assignment]  # its result is read by its maker
        await self._round({member: self._step(NO_TIMERS, calls=[call_id])})
        if call.answered:
            await asyncio.wait([call.task])
        return call

    async def ask(self, member: str, make: Callable[[str], Awaitable[T]]) -> T:
        """A call that is answered without time passing, such as a look or an act of the bench."""
        call = await self.call(member, make)
        await self.run_until(lambda: call.answered, self.now_us)
        return await call.result()

    # Time.

    async def run_to(self, target_us: int) -> None:
        """Let everything happen that happens up to and at `target_us`."""
        await self._run(target_us, lambda: False, every_instant=False)
        await self._catch_up(target_us)
        if self.now_us < target_us:
            self._move(target_us)

    async def run_until(
        self, stop: Callable[[], bool], target_us: int, *, every_instant: bool = False
    ) -> bool:
        """Move event by event until `stop()` or until nothing is left up to `target_us`.

        Returns whether it stopped. `stop` is asked whenever something was sent or answered; with
        `every_instant` also after each instant that only one process can notice, at the cost of a
        round for each.
        """
        stopped = await self._run(target_us, stop, every_instant=every_instant)
        await self._catch_up(self.now_us)
        return stopped

    async def settle(self, target_us: int) -> bool:
        """Move until no process has open work and no message is in flight."""
        return await self.run_until(lambda: not self._owing and self.open_work() == 0, target_us)

    def open_work(self) -> int:
        """What the processes have in hand that ends without a new cause."""
        return sum(member.open_work for member in self._members.values())

    async def _run(self, target_us: int, stop: Callable[[], bool], *, every_instant: bool) -> bool:
        while True:
            if stop():
                return True
            if self._owing:
                await self._messages()
                continue
            members = self._members.values()
            at_us = self._first(
                member.next_timer_us if every_instant else member.next_send_us for member in members
            )
            if at_us is None or at_us > target_us:
                return stop()
            if at_us > self.now_us:
                self._move(at_us)
            if every_instant:
                await self._instant(at_us)
            else:
                await self._timers(at_us, target_us)

    async def _instant(self, at_us: int) -> None:
        """Let those act who have a timer at this instant, and nobody go beyond it."""
        due = [member for member in self._members.values() if _is_due(member, at_us)]
        await self._round({member.name: self._step(at_us) for member in due})

    async def _messages(self) -> None:
        expect: dict[str, list[Awaited]] = {}
        for link_id in sorted(self._owing):
            for name, messages, closed in self._links[link_id].owed():
                expect.setdefault(name, []).append(Awaited(link_id, messages, closed))
        await self._round(
            {name: self._step(NO_TIMERS, expect=awaited) for name, awaited in expect.items()}
        )

    async def _timers(self, at_us: int, target_us: int) -> None:
        """Let those act who may send at this instant.

        Timers before it are quiet by promise and are fired when their process is next stepped. A
        process that alone may send goes on until it does, or until somebody else may.
        """
        members = self._members.values()
        due = [member for member in members if _may_send(member, at_us)]
        until_us = at_us
        if len(due) == 1:
            others = [member.next_send_us for member in members if member is not due[0]]
            first_us = self._first(others)
            until_us = target_us if first_us is None else min(target_us, first_us - 1)
        await self._round({member.name: self._step(until_us) for member in due})

    async def _catch_up(self, until_us: int) -> None:
        """Fire the quiet timers that are left, so that whoever looks now sees all of it."""
        due_us = self._first(member.next_timer_us for member in self._members.values())
        if due_us is None or due_us > until_us:
            return
        late = [member for member in self._members.values() if _is_due(member, until_us)]
        if self.now_us < until_us:
            self._move(until_us)
        await self._round({member.name: self._step(NO_TIMERS) for member in late})

    def _move(self, now_us: int) -> None:
        self.now_us, self._delta, self._base = now_us, 0, 0

    @staticmethod
    def _first(times: Iterable[int | None]) -> int | None:
        return min((time for time in times if time is not None), default=None)

    # One round.

    async def _round(self, steps: dict[str, Step]) -> None:
        if self._delta - self._base > DELTAS_MAX:
            raise Stuck(f"more than {DELTAS_MAX} rounds at one instant: messages chase each other")
        self.tally.rounds += 1
        self.tally.steps += len(steps)
        names = sorted(steps)
        tasks = [asyncio.ensure_future(self._one(name, steps[name])) for name in names]
        _, unfinished = await asyncio.wait(tasks, timeout=GUARD_S)
        if unfinished:
            stuck = [name for name, task in zip(names, tasks, strict=True) if task in unfinished]
            for task in unfinished:
                task.cancel()
            raise Stuck(f"no end of a step within {GUARD_S:g} s of real time: {', '.join(stuck)}")
        self._delta += 1
        for name, task in zip(names, tasks, strict=True):
            self._note(self._members[name], task.result())

    async def _one(self, name: str, step: Step) -> Done:
        try:
            return await self._members[name].stepper.step(step)
        except (grpc.aio.AioRpcError, EOFError) as error:
            raise ProcessFailed(f"{name} ended in the middle of a step") from error

    def _note(self, member: Member, done: Done) -> None:
        member.next_timer_us = done.next_timer_us
        member.next_send_us = done.next_send_us
        member.open_work = done.open_work
        self.tally.timers += done.timers_fired
        self.tally.messages += done.messages_handled
        if done.now_us > self.now_us:
            self._move(done.now_us)
            self._delta = 1
        for count in done.links:
            ends = self._links.setdefault(count.link, Ends())
            ends.counts[member.name] = count
            if ends.over():
                del self._links[count.link]
                self._owing.discard(count.link)
            elif any(True for _ in ends.owed()):
                self._owing.add(count.link)
            else:
                self._owing.discard(count.link)
        for call_id in done.answered:
            call = self._calls.pop(call_id, None)
            if call is not None:
                call.answered = True
        if done.trace:
            self.on_trace(list(done.trace))


def _may_send(member: Member, at_us: int) -> bool:
    return member.next_send_us is not None and member.next_send_us <= at_us


def _is_due(member: Member, until_us: int) -> bool:
    return member.next_timer_us is not None and member.next_timer_us <= until_us


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
