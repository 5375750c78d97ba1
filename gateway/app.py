"""The gateway's composition root: everything is put together here, and nowhere else.

`build_gateway` takes clock, chance, store and participant; it opens no port. Whoever owns the
process (`gateway.server`) gives it real ones, a bench gives it its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gateway.api.feed import Feeds
from gateway.driver.hosts import Hosts
from gateway.engine.core import Core
from gateway.engine.history import History
from gateway.engine.parts import Counters, Parts, Settings
from gateway.engine.world import World
from gateway.store.writer import writer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from random import Random

    from gateway.api.feed import Feed
    from gateway.driver.streams import Connector
    from gateway.policy.records import Changes, DeviceRecord, EventRecord
    from gateway.store.store import Store
    from gateway.store.writer import AnyWriter
    from latchbench.jobs import Jobs, Ticket
    from latchbench.lockstep import Answer, Participant

T = TypeVar("T")


class RandomDraw:
    """Chance for the choice of codes: one whole number at a time."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def below(self, n: int) -> int:
        """A uniform whole number from 0 to n - 1."""
        return self._random.randrange(n)


@dataclass(frozen=True, slots=True)
class Chances:
    """Separate sources, so that one use of chance never shifts another.

    `work` is for ids and back-off, `codes` for the digits of codes, `plans` for asking what would
    be drawn, `links` for the names of connections. In production all are the operating system's.
    """

    work: Random
    codes: Random
    plans: Random
    links: Random


class ThroughWriter:
    """The world's way to the store: through the writer, back as a job of the core."""

    def __init__(self, writer: AnyWriter, jobs: Jobs) -> None:
        self._writer = writer
        self._jobs = jobs

    def save(self, changes: Changes, then: Callable[[], None]) -> None:
        """Commit, then call back on the core's thread. A failed commit ends the process."""

        def committed(ticket: Ticket[None]) -> None:
            ticket.result()
            then()

        ticket = self._jobs.open("store", "commit", committed)

        def done(error: BaseException | None) -> None:
            self._jobs.linger()
            ticket.resolve(error=error)

        self._writer.submit(changes, done)


class PolicyThread:
    """One thread for choosing codes, so that a long choice never holds up the core."""

    def __init__(self, jobs: Jobs, *, inline: bool) -> None:
        self._jobs = jobs
        self._executor = (
            None if inline else ThreadPoolExecutor(1, thread_name_prefix="latchbench-policy")
        )

    def think(self, label: str, work: Callable[[], T], then: Callable[[Ticket[T]], None]) -> None:
        """See `Thinking.think`."""
        self._jobs.run(self._executor, "policy", label, work, then)

    def close(self) -> None:
        """End the thread."""
        if self._executor is not None:
            self._executor.shutdown()


class Gateway:
    """A whole gateway without its ports: the access plane, the inventory and the way to locks."""

    def __init__(
        self,
        participant: Participant,
        store: Store,
        settings: Settings,
        chances: Chances,
        connector: Connector,
        *,
        name: str = "gateway",
        writer: AnyWriter | None = None,
    ) -> None:
        """Without a `writer` the one that fits the store is made."""
        self._counters = Counters({})
        self._store = store
        self._writer = writer or writer_for(store)
        self._thinking = PolicyThread(participant.jobs, inline=store.inline)
        world = World(ThroughWriter(self._writer, participant.jobs))
        self.feeds = Feeds(store.events_after)
        world.published = self.feeds.publish
        self._parts = Parts(
            clock=participant.clock,
            random=chances.work,
            world=world,
            tracer=participant.tracer,
            settings=settings,
            counters=self._counters,
        )
        self._hosts = Hosts(
            self._parts,
            participant,
            connector,
            chances.links,
            name=name,
            epoch=store.take_epoch(),
        )
        self.core = Core(
            self._parts,
            self._hosts,
            self._thinking,
            (RandomDraw(chances.codes), RandomDraw(chances.plans)),
        )
        self._hosts.core = self.core
        participant.open_work = self.open_work
        self.create_multiple = self.core.create_multiple
        self.plan = self.core.plan
        self.get = self.core.get
        self.list = self.core.list
        self.delete = self.core.delete
        self.pull_backup = self.core.pull_backup
        self.get_device = self.core.get_device
        self.create = self.core.create
        self.update = self.core.updates.update
        self.update_multiple = self.core.updates.update_multiple
        self.get_attempt = self.core.lookups.get_attempt
        self.list_attempts = self.core.lookups.list_attempts
        self.get_unmanaged = self.core.lookups.get_unmanaged
        self.list_unmanaged = self.core.lookups.list_unmanaged
        self.generate = self.core.lookups.generate
        self.list_devices = self.core.list_devices
        self.list_events = History(self._parts, self._thinking, store.find_events).list_events
        self.now_us = self.core.now_us

    def start(self) -> None:
        """Take up what is stored: connect to every host, and take back what was not decided.

        Must be called inside a running loop, and before any call enters.
        """
        snapshot = self._store.load()
        self.core.restore(snapshot)
        for device in snapshot.devices:
            self._hosts.know(device)

    def subscribe(self, after_event_id: str | None) -> Feed:
        """Events from now on, or all after one."""
        return self.feeds.subscribe(after_event_id)

    def stored_events(self, after_event_id: str | None) -> Sequence[EventRecord]:
        """Events that have happened, from the oldest on or after one."""
        return self.feeds.stored(after_event_id)

    def put_devices(self, devices: Iterable[DeviceRecord], answer: Answer[None]) -> None:
        """Register devices and go to them."""
        told = list(devices)
        self.core.put_devices(told, answer)
        for device in told:
            self._hosts.know(device)

    def counters(self) -> Mapping[str, int]:
        """What was counted since the start."""
        return {**self._counters.values, "commits": self._store.counts.commits}

    def open_work(self) -> int:
        """What will end without a new cause."""
        return self.core.open_work() + self._hosts.open_work()

    def pending(self) -> tuple[int, int]:
        """Open work, and work that waits for a lock out of reach."""
        return self.open_work(), self.core.waiting_work()

    def abandon(self) -> None:
        """End as a process does that is killed: nothing is finished. For an inline store only."""
        self._hosts.abandon()
        self._store.close()

    async def close(self) -> None:
        """Let the hosts go and finish what was handed to the store."""
        self.feeds.stop()
        await self._hosts.close()
        self._thinking.close()
        self._writer.close()
        self._store.close()
