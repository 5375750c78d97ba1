"""The bench's half of lockstep: one virtual time over many processes.

The conductor knows, from the counts of both ends of every link, which process is owed messages, and
from each process when it may next send one. It opens steps for exactly those that may be noticed by
others, in parallel, and nothing else in the world moves. What arrives first in reality therefore
never matters, and what nobody else can notice costs nothing.

A *round* is one set of steps that run in parallel. Rounds at one instant are numbered (`delta`):
messages first, then timers, then what those sent, until nothing more happens at that instant.

A process can be killed, frozen (SIGSTOP) and started again, always between two handlers. One that
lives in this process may also die of itself in the middle of a step (`LastWords`). While events are
*watched* for, a round is played lock by lock in the order of the trace, and stops behind the
handler in which one happens, so that the bench acts at that very point, wherever locks live.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from latchbench.steps import NO_TIMERS, Awaited, Done, Step
from simulator.members import Absent, Calls, Links, Member, Tally, nobody
from simulator.rounds import GUARD_S, LastWords, Stuck, all_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from latchbench.time_service import Stepper
    from latchbench.trace import TraceEvent
    from simulator.members import OpenCall

T = TypeVar("T")

DELTAS_MAX: Final = 10_000
NOTHING: Final = ""  # no key comes before it


class Conductor:
    """Moves virtual time for the processes that were added."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us
        self.tally = Tally()
        self._delta = 0
        self._base = 0
        self._acts = 0
        self._number = 0
        self._playing = 0  # watched rounds under way, one within another
        self._members: dict[str, Member] = {}
        self._links = Links()
        self._calls = Calls()
        self._gone: set[str] = set()
        self.on_trace: Callable[[list[TraceEvent]], None] = lambda events: None
        # Kinds of events that `on_hit` is told of, right after the handler in which they happened.
        self.watched: frozenset[str] = frozenset()
        self.on_hit: Callable[[Sequence[TraceEvent]], Awaitable[None]] = nobody
        # Told of a process that died within a step: it has still to be `delivered` and `gone`.
        self.on_death: Callable[[str, LastWords], Awaitable[None]] = _nobody_dies
        # Awaited before time goes on to an instant; with it, no process goes on by itself.
        self.before: Callable[[int], Awaitable[None]] | None = None

    @property
    def playing(self) -> bool:
        """Whether a round is under way, in which the bench may act on what it watches for."""
        return self._playing > 0

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

    async def add(self, name: str, stepper: Stepper, *, rank: int = 0) -> None:
        """A process that serves takes part from now on."""
        self._members[name] = Member(name, stepper, rank)
        self._gone.discard(name)
        delta = self._delta
        await self._round({name: self._step(NO_TIMERS)})
        self._delta = delta  # how many processes there are must not show in the numbers of rounds

    def takes_part(self, name: str) -> bool:
        """Whether a process can act, or let a call in."""
        member = self._members.get(name)
        return member is not None and not member.frozen

    async def quiet(self) -> None:
        """Let everything happen that happens at this instant."""
        await self._run(self.now_us, lambda: False, every_instant=False)

    async def delivered(self, name: str) -> None:
        """What this process has sent has arrived, answers too; it may be killed now."""
        if reading := self._calls.unread(name):
            await asyncio.wait(reading, timeout=GUARD_S)
        sent = self._links.sent_by(name, self.takes_part)
        steps = {
            peer: replace(self._step(NO_TIMERS, expect=awaited), arrive_only=True)
            for peer, awaited in sent.items()
        }
        for peer, done in (await self._parallel(steps)).items():
            self._note(self._members[peer], done)

    async def gone(self, name: str) -> None:
        """A process was killed: its peers will hear the end, and its callers have lost it.

        A frozen peer never reads what it had not read by now.
        """
        del self._members[name]
        self._gone.add(name)
        self._links.cut(name, self.takes_part)
        for task in self._calls.lost(name):
            await asyncio.wait([task], timeout=GUARD_S)

    async def roll_call(self) -> None:
        """Hear from everybody of every link, also of those whose other end is of no use any more.

        A process that dies within a step may have opened some that neither end has told of.
        """
        running = [member.name for member in self._members.values() if not member.frozen]
        step = replace(self._step(NO_TIMERS), arrive_only=True)
        for name, done in (await self._parallel(dict.fromkeys(running, step))).items():
            self._note(self._members[name], done)

    def freeze(self, name: str) -> None:
        """A process was stopped by a signal: it is left out of everything."""
        self._members[name].frozen = True

    async def thaw(self, name: str) -> None:
        """A process goes on: it gets what it is owed, and fires late what was due meanwhile."""
        self._members[name].frozen = False
        expect = self._owed().get(name, [])
        await self._round({name: self._step(self.now_us, expect=expect, resume=True, late=True)})
        # Whoever waits for a connection to it waits in earnest now.
        running = [member.name for member in self._members.values() if not member.frozen]
        await self._round({other: self._step(NO_TIMERS) for other in running})

    def _step(
        self,
        until_us: int,
        expect: Iterable[Awaited] = (),
        calls: Iterable[str] = (),
        *,
        resume: bool = False,
        late: bool = False,
        up_to: str | None = None,
        hang_ups: Sequence[str] = (),
    ) -> Step:
        self._number += 1
        return Step(
            self._number,
            self.now_us,
            until_us,
            self._delta,
            list(expect),
            list(calls),
            ignore=[member.name for member in self._members.values() if member.frozen],
            watch=sorted(self.watched),
            up_to=up_to,
            resume=resume,
            late=late or bool(self.watched),
            hang_ups=hang_ups,
        )

    # Calls.

    async def call(self, member: str, make: Callable[[str], Awaitable[T]]) -> OpenCall[T]:
        """Let a call of the bench enter a process; it may be answered at once or later.

        `make(call_id)` makes the real call with the id in its `latchbench-call` metadata. Raises
        `Absent` when the process does not run.
        """
        if not self.takes_part(member):
            raise Absent(f"{member} does not run")
        call = self._calls.make(member, make)
        await self._round({member: self._step(NO_TIMERS, calls=[call.call_id])})
        if call.answered:
            await asyncio.wait([call.task])
        return call

    async def hang_up(self, call: OpenCall[T]) -> None:
        """Close the connection of a call that is not answered; its process learns it now.

        Raises `Absent` when the process does not run.
        """
        if not self.takes_part(call.member):
            raise Absent(f"{call.member} does not run")
        self._calls.give_up(call)
        await self._round({call.member: self._step(NO_TIMERS, hang_ups=[call.call_id])})

    async def ask(self, member: str, make: Callable[[str], Awaitable[T]]) -> T:
        """A call that is answered without time passing, such as a look or an act of the bench."""
        call = await self.call(member, make)
        if not call.answered:
            await self.run_until(lambda: call.answered, self.now_us)
        elif not self._playing:
            await self._catch_up(self.now_us)
        return await call.result()

    # Time.

    async def run_to(self, target_us: int) -> None:
        """Let everything happen that happens up to and at `target_us`."""
        await self._run(target_us, lambda: False, every_instant=False)
        await self._catch_up(target_us)
        await self._go_on_to(target_us)

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
        return await self.run_until(lambda: not self._owed() and self.open_work() == 0, target_us)

    def open_work(self) -> int:
        """What the processes have in hand that ends without a new cause."""
        return sum(member.open_work for member in self._members.values() if not member.frozen)

    async def _run(self, target_us: int, stop: Callable[[], bool], *, every_instant: bool) -> bool:
        every_instant = every_instant or self.before is not None
        while True:
            if stop():
                return True
            owed = self._owed()
            if owed:
                await self._round(
                    {name: self._step(NO_TIMERS, expect=awaited) for name, awaited in owed.items()}
                )
                continue
            at_us = self._first(
                self._acts_us(member, every_instant=every_instant)
                for member in self._members.values()
            )
            if at_us is None or at_us > target_us:
                return stop()
            await self._go_on_to(at_us)
            await self._timers(at_us, target_us, every_instant=every_instant)

    def _owed(self) -> dict[str, list[Awaited]]:
        return self._links.owed(self.takes_part)

    def _acts_us(self, member: Member, *, every_instant: bool) -> int | None:
        """When a process may next do what others can notice, or anything at all."""
        if member.frozen:
            return None
        return member.next_timer_us if every_instant or self.watched else member.next_send_us

    async def _timers(self, at_us: int, target_us: int, *, every_instant: bool) -> None:
        """Let those act who may send at this instant.

        Timers before it are quiet by promise and are fired when their process is next stepped. A
        process that alone may send goes on until it does, or until somebody else may; never beyond
        this instant if `every_instant` counts.
        """
        acts_us = {
            member.name: self._acts_us(member, every_instant=every_instant)
            for member in self._members.values()
        }
        due = [name for name, time_us in acts_us.items() if _is_at(time_us, at_us)]
        until_us = at_us
        if len(due) == 1 and not every_instant:
            first_us = self._first(time_us for name, time_us in acts_us.items() if name != due[0])
            until_us = target_us if first_us is None else min(target_us, first_us - 1)
        await self._round({name: self._step(until_us) for name in due})

    async def _catch_up(self, until_us: int) -> None:
        """Fire the quiet timers that are left, so that whoever looks now sees all of it."""
        members = [member for member in self._members.values() if not member.frozen]
        late = [member for member in members if _is_at(member.next_timer_us, until_us)]
        if not late or self.watched:
            return
        await self._go_on_to(until_us)
        await self._round({member.name: self._step(NO_TIMERS) for member in late})

    async def _go_on_to(self, at_us: int) -> None:
        if self.now_us < at_us:
            if self.before is not None:
                await self.before(at_us)
            self._move(at_us)

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
        if self.watched and any(step.expect or step.until_us >= 0 for step in steps.values()):
            await self._watched_round(steps)
            return
        done = await self._parallel(steps)
        self._delta += 1
        for name in sorted(done):
            await self._heard(name, done[name])

    async def _watched_round(self, steps: dict[str, Step]) -> None:
        """The same, lock by lock: no step handles what comes after another's next in the trace."""
        self._playing += 1
        looked = await self._parallel(
            {name: replace(step, up_to=NOTHING) for name, step in steps.items()}
        )
        for name in looked:
            self._members[name].next_key = looked[name].next_key
        for name in sorted(looked):
            await self._heard(name, looked[name])
        until_us = {name: step.until_us for name, step in steps.items()}
        while (player := self._next_player(until_us)) is not None:
            step = self._step(until_us[player], resume=True, up_to=self._limit(player, until_us))
            done = (await self._parallel({player: step}))[player]
            # Others may have noticed something: this round has no later instant.
            until_us[player] = min(until_us[player], done.now_us)
            self._members[player].next_key = done.next_key
            await self._heard(player, done)
        self._delta += 1
        self._playing -= 1

    def _next_player(self, among: Iterable[str]) -> str | None:
        first = min(self._waiting(among), default=None)
        return first[2] if first is not None else None

    def _limit(self, player: str, among: Iterable[str]) -> str | None:
        """The key of whoever comes after the player's next: it must not get ahead of that."""
        rank = self._members[player].rank
        rivals = [key for of, key, name in self._waiting(among) if name != player and of == rank]
        return min(rivals, default=None)

    def _waiting(self, among: Iterable[str]) -> list[tuple[int, str, str]]:
        """Who has something left to do in this round: (rank, key, name)."""
        members = [self._members[name] for name in among if self.takes_part(name)]
        return [(one.rank, one.next_key, one.name) for one in members if one.next_key is not None]

    async def _heard(self, name: str, done: Done) -> None:
        member = self._members.get(name)
        if member is None:
            return  # killed because of what another did in this round
        self._note(member, done)
        if isinstance(done, LastWords):
            await self.on_death(name, done)
        hits = [event for event in done.trace if event.kind in self.watched]
        if hits:
            await self.on_hit(hits)

    async def _parallel(self, steps: dict[str, Step]) -> dict[str, Done]:
        self.tally.steps += len(steps)
        return await all_of({name: self._members[name].stepper for name in steps}, steps)

    def _note(self, member: Member, done: Done) -> None:
        member.next_timer_us = done.next_timer_us
        member.next_send_us = done.next_send_us
        member.open_work = done.open_work
        self.tally.timers += done.timers_fired
        self.tally.messages += done.messages_handled
        if done.now_us > self.now_us:
            self._move(done.now_us)
            self._delta = 0 if self._playing else 1
        is_heard = not isinstance(done, LastWords) or done.is_heard
        self._links.note(member.name, done.links, self._gone, is_said=is_heard)
        for call_id in done.answered if is_heard else ():
            self._calls.answered(call_id)
        if done.trace:
            self.on_trace(list(done.trace))


def _is_at(time_us: int | None, at_us: int) -> bool:
    return time_us is not None and time_us <= at_us


async def _nobody_dies(name: str, death: LastWords) -> None:
    raise Stuck(f"{name} died in step {death.number}, and nobody knows what to do")
