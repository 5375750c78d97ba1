"""What the conductor knows of each process, of each link, and of its own open calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from latchbench.steps import Awaited, LinkCount

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable

    from latchbench.time_service import Stepper

T = TypeVar("T")


class Absent(Exception):
    """A call into a process that does not run, or is stopped."""


async def nobody(events: object) -> None:
    """Whoever is told of events when nobody watches for any."""


@dataclass(slots=True)
class Member:
    """One process that takes part in time.

    `rank` orders processes within a round where it is played lock by lock: hosts 0, gateway 1.
    `frozen`: it is stopped by a signal; it is owed nothing and its timers do not count.
    """

    name: str
    stepper: Stepper
    rank: int = 0
    frozen: bool = False
    next_timer_us: int | None = None
    next_send_us: int | None = None
    next_key: str | None = None  # within a watched round: what it has still to do
    open_work: int = 0


@dataclass(slots=True)
class Ends:
    """Both ends of one link, by the name of the process that has each."""

    counts: dict[str, LinkCount] = field(default_factory=dict)

    def owed(self) -> Iterable[tuple[str, int, bool]]:
        """(process, messages in all, end of file too) for whoever has something to handle."""
        for count in self.counts.values():
            peer = self.counts.get(count.peer)
            handled = peer.handled if peer is not None else 0
            if peer is not None and peer.closed:
                continue
            if count.sent > handled or count.closed:
                yield count.peer, count.sent, count.closed

    def over(self) -> bool:
        """Whether both ends are closed."""
        return len(self.counts) > 1 and all(count.closed for count in self.counts.values())

    def cut(self, name: str, *, backlog_is_lost: bool) -> bool:
        """The process `name` was killed; returns whether it had an end here.

        What it had sent is handled before its end, unless `backlog_is_lost`.
        """
        mine = self.counts.get(name)
        others = [count for other, count in self.counts.items() if other != name]
        if mine is None:
            theirs = next((count for count in others if count.peer == name), None)
            if theirs is None:
                return False
            mine = LinkCount(theirs.link, self._other(name), 0, 0, closed=False)
        handled = max((count.handled for count in others), default=0)
        sent = handled if backlog_is_lost else mine.sent
        self.counts[name] = replace(mine, sent=sent, closed=True)
        return True

    def _other(self, name: str) -> str:
        return next(other for other in self.counts if other != name)


class Links:
    """All links: who has handled what, and who is owed something. Processes by name."""

    def __init__(self) -> None:
        self._ends: dict[str, Ends] = {}
        self._owing: set[str] = set()

    def note(
        self, name: str, counts: Iterable[LinkCount], gone: Container[str], *, is_said: bool
    ) -> None:
        """How far a process says it is; without `is_said` it had sent no more than was known.

        A link to one that was `gone` before it was told of is over.
        """
        for count in counts:
            known = self._ends.setdefault(count.link, Ends()).counts
            before = known[name].sent if name in known else 0
            known[name] = count if is_said else replace(count, sent=before)
            if count.peer in gone and count.peer not in known:
                self._ends[count.link].cut(count.peer, backlog_is_lost=True)
            self._review(count.link)

    def owed(self, takes_part: Callable[[str], bool]) -> dict[str, list[Awaited]]:
        """What each process that takes part has to handle."""
        owed: dict[str, list[Awaited]] = {}
        for link_id in sorted(self._owing):
            for name, messages, closed in self._ends[link_id].owed():
                if takes_part(name):
                    owed.setdefault(name, []).append(Awaited(link_id, messages, closed))
        return owed

    def sent_by(self, name: str, takes_part: Callable[[str], bool]) -> dict[str, list[Awaited]]:
        """What must have arrived at whom before the process can be killed without loss."""
        sent: dict[str, list[Awaited]] = {}
        for link_id, ends in sorted(self._ends.items()):
            mine = ends.counts.get(name)
            if mine is not None and not mine.closed and takes_part(mine.peer):
                sent.setdefault(mine.peer, []).append(Awaited(link_id, mine.sent))
        return sent

    def cut(self, name: str, takes_part: Callable[[str], bool]) -> None:
        """A process was killed. A peer that does not take part never reads its backlog."""
        for link_id, ends in list(self._ends.items()):
            peers = {count.peer for count in ends.counts.values()} | ends.counts.keys()
            lost = not any(takes_part(peer) for peer in peers - {name})
            if ends.cut(name, backlog_is_lost=lost):
                self._review(link_id)

    def _review(self, link_id: str) -> None:
        ends = self._ends[link_id]
        if ends.over():
            del self._ends[link_id]
            self._owing.discard(link_id)
        elif any(True for _ in ends.owed()):
            self._owing.add(link_id)
        else:
            self._owing.discard(link_id)


class OpenCall(Generic[T]):
    """A call of the bench into a process, which may take virtual time to answer.

    `answered` also when the process was killed: then `result` raises what its caller sees.
    """

    def __init__(self, call_id: str, member: str, task: asyncio.Task[T]) -> None:
        self.call_id = call_id
        self.member = member
        self.task = task
        self.answered = False
        # If the round fails that lets it in, nobody comes to ask for its result.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    @classmethod
    def ended(cls, value: T) -> OpenCall[T]:
        """A call that entered no process: nobody was there."""
        task: asyncio.Task[T] = asyncio.ensure_future(_at_once(value))
        call = cls("", "", task)
        call.answered = True
        return call

    async def result(self) -> T:
        """The answer, once `answered`. Raises what the call raised."""
        return await self.task


class Calls:
    """The bench's own calls into processes that are not over yet."""

    def __init__(self) -> None:
        self._made = 0
        self._open: dict[str, OpenCall[object]] = {}
        self._unread: list[OpenCall[object]] = []  # answered, and the answer may be on its way

    def make(self, member: str, make: Callable[[str], Awaitable[T]]) -> OpenCall[T]:
        """Make a call; `make(call_id)` sends it."""
        self._made += 1
        call_id = f"bench-{self._made:06d}"
        task = asyncio.ensure_future(_awaited(make(call_id)))
        call: OpenCall[T] = OpenCall(call_id, member, task)
        self._open[call_id] = call  # type: ignore[assignment]  # its result is read by its maker
        return call

    def answered(self, call_id: str) -> None:
        """A process has answered; nothing if nobody waits for that."""
        call = self._open.pop(call_id, None)
        if call is not None:
            call.answered = True
            self._unread = [one for one in self._unread if not one.task.done()]
            self._unread.append(call)

    def unread(self, member: str) -> list[asyncio.Task[object]]:
        """Calls that this process has answered, and whose answers nobody has read yet."""
        return [c.task for c in self._unread if c.member == member and not c.task.done()]

    def lost(self, member: str) -> list[asyncio.Task[object]]:
        """This process was killed: its calls are over, as soon as these have noticed it."""
        lost = [call for call in self._open.values() if call.member == member]
        for call in lost:
            del self._open[call.call_id]
            call.answered = True
        return [call.task for call in lost]

    def give_up(self, call: OpenCall[T]) -> None:
        """Close the connection of a call, and wait for its answer no longer."""
        del self._open[call.call_id]
        call.task.cancel()


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable


async def _at_once(value: T) -> T:
    return value


@dataclass(slots=True)
class Tally:
    """What moving time has cost."""

    rounds: int = 0
    steps: int = 0
    timers: int = 0
    messages: int = 0
