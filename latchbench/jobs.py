"""Work that other threads do, whose results come back in the order in which it was asked for.

The cores are synchronous: they never wait. What takes a thread (a commit, the choice of a code) or
a real wait (a connection that opens) is a *job*: the core asks for it, goes on, and is called back.
Results are delivered one at a time, oldest first, so the order in which threads happen to end can
never change what the core sees.

That strict order is for lockstep. On real time each kind of job has a *lane* and keeps its order
only within it, so that a slow choice does not hold up a commit. Connections are *waits*: they have
no order on real time, and in lockstep they come back when no other job is under way. A wait for a
process that is stopped holds up nothing and does not come back before that process goes on.

A world in one thread has no other threads. There their work is done where it is asked for or, in
`any_order`, later: each lane is a thread then, whose next piece of work may be drawn, and so may
the oldest result of each lane. That is what real time allows, and no more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

T = TypeVar("T")


class Ticket(Generic[T]):
    """One job that is under way. Resolve it once, from any thread."""

    __slots__ = ("_jobs", "_then", "error", "label", "lane", "peer", "resolved", "value")

    def __init__(
        self,
        jobs: Jobs,
        lane: str,
        label: str,
        then: Callable[[Ticket[T]], None],
        *,
        peer: str = "",
    ) -> None:
        self._jobs = jobs
        self.lane = lane
        self.peer = peer
        self._then = then
        self.label = label
        self.value: T | None = None
        self.error: BaseException | None = None
        self.resolved = False

    def resolve(self, value: T | None = None, error: BaseException | None = None) -> None:
        """Hand in the result; the core is called back when every older job was."""
        self.value, self.error = value, error
        self.resolved = True
        self._jobs.wake()

    def deliver(self) -> None:
        """Call the core back."""
        self._then(self)

    def result(self) -> T:
        """The value; raises what the job raised."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None is the value of a job without one


class Jobs:
    """The jobs of one process.

    With a running loop, results are delivered as soon as they may be. Without one (the whole world
    in one thread) they wait for `drain`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop
        self._open: deque[Ticket[object]] = deque()
        self._waits: deque[Ticket[object]] = deque()
        self._empty = asyncio.Event()
        self._empty.set()
        self._failed: BaseException | None = None
        self._ignored: frozenset[str] = frozenset()
        self._undone: dict[str, deque[Callable[[], None]]] = {}
        # Whether whoever steps this process draws what happens next; see `choices`.
        self.any_order = False
        # Called on a worker's thread before its result is handed in: a place for real delays.
        self.linger: Callable[[], None] = lambda: None
        self.pump: Callable[[], object] = self.drain

    def open(self, lane: str, label: str, then: Callable[[Ticket[T]], None]) -> Ticket[T]:
        """A job that somebody resolves by its ticket; none overtakes another of its lane."""
        ticket = Ticket(self, lane, label, then)
        self._open.append(ticket)  # type: ignore[arg-type]  # read as what it was opened as
        self._empty.clear()
        return ticket

    def wait(self, label: str, then: Callable[[Ticket[T]], None], *, peer: str = "") -> Ticket[T]:
        """A real wait for `peer` that somebody resolves by its ticket; see the module's words."""
        ticket = Ticket(self, "", label, then, peer=peer)
        self._waits.append(ticket)  # type: ignore[arg-type]  # read as what it was opened as
        self._note_idle()
        return ticket

    def give_up(self, ticket: Ticket[T]) -> bool:
        """Never deliver this wait; returns whether it was still open."""
        if not any(ticket is wait for wait in self._waits):
            return False
        self._waits.remove(ticket)  # type: ignore[arg-type]  # read as what it was opened as
        self._note_idle()
        return True

    def ignore(self, peers: Iterable[str], *, also: bool = False) -> None:
        """These are stopped: no wait for one of them holds up anything, until the next call.

        `also`: besides those that are ignored already.
        """
        self._ignored = frozenset(peers) | (self._ignored if also else frozenset())
        self._note_idle()

    def _note_idle(self) -> None:
        if self.idle:
            self._empty.set()
        else:
            self._empty.clear()

    def _first_wait(self) -> Ticket[object] | None:
        return next((wait for wait in self._waits if wait.peer not in self._ignored), None)

    def run(
        self,
        executor: Executor | None,
        lane: str,
        label: str,
        work: Callable[[], T],
        then: Callable[[Ticket[T]], None],
    ) -> None:
        """Do `work` on the executor's thread, or here when there is none."""
        ticket = self.open(lane, label, then)

        def do() -> None:
            try:
                value = work()
            except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
                ticket.resolve(error=error)
            else:
                self.linger()
                ticket.resolve(value)

        if executor is None:
            self.do(lane, do)
        else:
            executor.submit(do)

    def do(self, lane: str, work: Callable[[], None]) -> None:
        """What a lane's thread would do, in a world that has none: now or, in any order, later."""
        if self.any_order:
            self._undone.setdefault(lane, deque()).append(work)
        else:
            work()

    def choices(self) -> list[Callable[[], None]]:
        """Everything that can happen next as far as jobs go, to be called or left alone."""
        found: list[Callable[[], None]] = []
        found += [partial(_do_first, undone) for undone in self._undone.values() if undone]
        seen: set[str] = set()
        for ticket in self._open:
            if ticket.resolved and ticket.lane not in seen:
                found.append(partial(self._deliver, self._open, ticket))
            seen.add(ticket.lane)
        back = [one for one in self._waits if one.resolved and one.peer not in self._ignored]
        found += [partial(self._deliver, self._waits, wait) for wait in back]
        return found

    def _deliver(self, among: deque[Ticket[object]], ticket: Ticket[object]) -> None:
        among.remove(ticket)
        ticket.deliver()
        self._note_idle()

    @property
    def connecting(self) -> bool:
        """Whether a wait that holds up a step is not over."""
        return any(not one.resolved and one.peer not in self._ignored for one in self._waits)

    @property
    def idle(self) -> bool:
        """Whether no job is under way."""
        return not self._open and self._first_wait() is None

    def labels(self) -> tuple[str, ...]:
        """What is under way, oldest first: for the report of a step that does not end."""
        return tuple(ticket.label for ticket in (*self._open, *self._waits))

    def wake(self) -> None:
        """A ticket was resolved, on some thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._pump_once)

    def _pump_once(self) -> None:
        self.pump()

    def fail(self, error: BaseException) -> None:
        """Delivering a result raised `error`: whoever waits in `drained` gets it."""
        self._failed = error
        self._empty.set()

    def drain(self, *, in_order: bool = True) -> None:
        """Deliver what can be delivered now.

        `in_order` False, for real time: lanes do not wait for each other, nor do connections.
        """
        while True:
            ticket = self._next(in_order=in_order)
            if ticket is None:
                break
            ticket.deliver()
        self._note_idle()

    def _next(self, *, in_order: bool) -> Ticket[object] | None:
        if in_order:
            first = self._open[0] if self._open else self._first_wait()
            if first is None or not first.resolved:
                return None
            (self._open or self._waits).remove(first)
            return first
        held_up: set[str] = set()
        for ticket in self._open:
            if ticket.resolved and ticket.lane not in held_up:
                self._open.remove(ticket)
                return ticket
            held_up.add(ticket.lane)
        for ticket in self._waits:
            if ticket.resolved:
                self._waits.remove(ticket)
                return ticket
        return None

    async def drained(self) -> None:
        """Wait until no job is under way and every result was delivered."""
        if self._loop is None:
            self.drain()
        await self._empty.wait()
        if self._failed is not None:
            raise self._failed


def _do_first(undone: deque[Callable[[], None]]) -> None:
    undone.popleft()()
