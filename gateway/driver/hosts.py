"""The gateway's side of the device plane: one stream per host, however many locks it serves.

Commands of all locks share the stream, and what is waiting goes out in one frame; reports come back
in any order between locks. A stream that breaks is opened again after a pause on the core's clock,
under a new link and a higher session number, so that the host ends the older one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from gateway.driver.streams import StreamEnded
from gateway.driver.wire import (
    MalformedMessage,
    command_to_wire,
    notice_from_wire,
    report_from_wire,
)
from gateway.policy.commands import Rejection, Report, Transmit
from gateway.policy.retry import SILENCES_UNTIL_DEAD, backoff_us
from protos.device.v1 import lock_host_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from gateway.driver.streams import Connector, Stream
    from gateway.engine.core import Core
    from gateway.engine.parts import Parts
    from gateway.policy.commands import Command
    from gateway.policy.records import DeviceRecord
    from latchbench.clock import Timer
    from latchbench.jobs import Ticket
    from latchbench.link import Link
    from latchbench.lockstep import Participant

FRAME_MESSAGES_MAX: Final = 256
# A process that is stopped takes a connection and then says nothing, for ever.
CONNECTING_MAX_US: Final = 20_000_000


@dataclass(slots=True)
class Host:
    """One host process as the driver knows it. `lock_ids` maps a lock's id to its device."""

    name: str
    address: str
    lock_ids: dict[str, str] = field(default_factory=dict)
    link: Link[pb.ReportFrame.Message, pb.Hello | pb.Command] | None = None
    stream: Stream | None = None
    session: int = 0
    failures: int = 0
    refusals: int = 0  # attempts to connect that failed, in a row
    open_commands: dict[str, int] = field(default_factory=dict)
    heard_at_us: int = 0
    guard: Timer | None = None
    patience: Timer | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    stream: Stream
    link_id: str


class Hosts:
    """All hosts, and the way to each lock. Implements the engine's `Radio`."""

    def __init__(
        self,
        parts: Parts,
        participant: Participant,
        connector: Connector,
        links: Random,
        *,
        name: str,
        epoch: int,
    ) -> None:
        self._parts = parts
        # Chance of its own: how many hosts there are must not shift any other, nor each other's
        # pauses.
        self._pauses = links.getrandbits(64)
        self._links = links
        self._participant = participant
        self._connector = connector
        self._name = name
        self._epoch = epoch
        self._hosts: dict[str, Host] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._untold = 0
        self.core: Core | None = None

    # Knowing where locks are.

    def know(self, device: DeviceRecord) -> None:
        """A device lives at this host and address from now on."""
        for host in self._hosts.values():
            if host.name != device.host:
                host.lock_ids.pop(device.lock_id, None)
        host = self._hosts.setdefault(device.host, Host(device.host, device.host_address))
        is_new = not host.lock_ids
        moved = host.address != device.host_address
        host.lock_ids[device.lock_id] = device.device_id
        host.address = device.host_address
        if is_new:
            self._connect(host)
        elif moved and host.link is not None:
            host.link.close()
            self._lost(host)
        elif host.link is not None:
            self._tell(host, up=True, only=device.lock_id)

    def open_work(self) -> int:
        """Locks that the core has not been told of yet."""
        return self._untold

    # Sending.

    def send(self, device: DeviceRecord, sequence: int, command: Command) -> None:
        """Hand one command to the stream of its host."""
        host = self._hosts[device.host]
        if host.link is None:
            return
        host.open_commands[device.device_id] = sequence
        self._guard(host)
        host.link.send(
            command_to_wire(
                device.lock_id,
                self._epoch,
                sequence,
                command,
                supervised=device.facts.supervision,
            )
        )

    def _guard(self, host: Host) -> None:
        """No report at all for 20 s while commands are open: the host is silent."""
        if host.guard is None or not host.guard.live:
            host.heard_at_us = self._parts.now_us()
            self._arm_guard(host)

    def _arm_guard(self, host: Host) -> None:
        due_us = host.heard_at_us + self._parts.settings.host_silence_us
        host.guard = self._parts.clock.call_at(due_us, lambda: self._guard_fired(host))

    def _guard_fired(self, host: Host) -> None:
        if not host.open_commands:
            return
        if host.heard_at_us + self._parts.settings.host_silence_us > self._parts.now_us():
            self._arm_guard(host)
            return
        silent = list(host.open_commands)
        host.open_commands.clear()
        self._trace(host, "gateway.lock.host_silent")
        if self.core is not None:
            self.core.host_silent(silent)

    # Receiving.

    def _handle(self, host: Host, message: pb.ReportFrame.Message) -> None:
        host.heard_at_us = self._parts.now_us()
        host.failures = 0
        if self.core is None:
            return
        if message.WhichOneof("kind") == "notification":
            device_id = host.lock_ids.get(message.notification.lock_id)
            if device_id is not None:
                self._parts.counters.add("notices")
                self.core.on_notice(device_id, notice_from_wire(message.notification))
            return
        report = message.report
        device_id = host.lock_ids.get(report.lock_id)
        if device_id is None or report.epoch != self._epoch:
            return
        if host.open_commands.get(device_id) == report.sequence:
            del host.open_commands[device_id]
        if not host.open_commands and host.guard is not None:
            host.guard.cancel()
        self._parts.counters.add("reports")
        try:
            told = report_from_wire(report)
        except MalformedMessage:
            self._parts.counters.add("malformed_reports")
            told = Report(Transmit.FAIL, rejection=Rejection.MALFORMED)
        self.core.on_report(device_id, report.sequence, told)

    # Connecting.

    def _connect(self, host: Host) -> None:
        host.session += 1
        link_id = f"{self._links.getrandbits(128):032x}"

        def connected(ticket: Ticket[_Opened | None]) -> None:
            self._connected(host, ticket)

        ticket = self._participant.jobs.wait(
            f"connecting to {host.name}", connected, peer=host.name
        )
        attempt = self._start(self._open(host, link_id, ticket))
        host.patience = self._parts.clock.call_at(
            self._parts.now_us() + CONNECTING_MAX_US,
            lambda: self._tired(host, ticket, attempt),
            order=host.name,
        )

    def _tired(
        self, host: Host, ticket: Ticket[_Opened | None], attempt: asyncio.Task[None]
    ) -> None:
        """The host took the connection and did not answer."""
        opened = ticket.value
        if not self._participant.jobs.give_up(ticket):
            return
        attempt.cancel()
        if opened is not None:
            self._start(opened.stream.close())
        self._not_connected(host)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _open(self, host: Host, link_id: str, ticket: Ticket[_Opened | None]) -> None:
        metadata = (("latchbench-link", link_id), ("latchbench-peer", self._name))
        stream = await self._connector.open(host.address, metadata)
        ticket.resolve(None if stream is None else _Opened(stream, link_id))

    def _connected(self, host: Host, ticket: Ticket[_Opened | None]) -> None:
        if host.patience is not None:
            host.patience.cancel()
        opened = ticket.result()
        if opened is None:
            self._not_connected(host)
            return
        host.refusals = 0
        host.stream = opened.stream
        host.link = self._participant.open_link(
            opened.link_id,
            host.name,
            order_of=_lock_of,
            handle=lambda message: self._handle(host, message),
            ended=lambda: self._lost(host),
        )
        self._start(self._write(host.link, opened.stream))
        self._start(self._read(host.link, opened.stream))
        host.link.send(pb.Hello(gateway=self._name, epoch=self._epoch, session=host.session))
        self._tell(host, up=True)

    def _not_connected(self, host: Host) -> None:
        self._trace(host, "gateway.lock.no_host")
        host.refusals += 1
        if host.refusals == SILENCES_UNTIL_DEAD and self.core is not None:
            for _, device_id in sorted(host.lock_ids.items()):
                self.core.host_gone(device_id)
        self._connect_later(host)

    def _connect_later(self, host: Host) -> None:
        """After a pause, longer each time until the host has said something."""
        host.failures += 1
        chance = Random(f"{self._pauses}/{min(host.lock_ids)}/{host.session}")
        wait_us = backoff_us(host.failures, chance.randrange)
        self._parts.clock.call_at(
            self._parts.now_us() + wait_us, lambda: self._connect(host), order=host.name
        )

    def _lost(self, host: Host) -> None:
        self._trace(host, "gateway.lock.host_lost")
        host.link = None
        host.open_commands.clear()
        if host.guard is not None:
            host.guard.cancel()
        if host.stream is not None:
            self._start(host.stream.close())
            host.stream = None
        self._tell(host, up=False)
        if self._closing:
            return
        if host.failures:
            self._connect_later(host)
        else:
            host.failures = 1  # at once, but not again and again
            self._connect(host)

    def _tell(self, host: Host, *, up: bool, only: str | None = None) -> None:
        """Tell the core of each lock, in the order of their names over all hosts of this instant.

        Several hosts may come or go at once, and which lock is in which must not show.
        """
        for lock_id, device_id in host.lock_ids.items():
            if only in (None, lock_id):
                self._untold += 1
                self._parts.clock.call_at(
                    self._parts.now_us(),
                    partial(self._told, device_id, host, up=up),
                    order=lock_id,
                )

    def _told(self, device_id: str, host: Host, *, up: bool) -> None:
        self._untold -= 1
        if self.core is None or up != (host.link is not None):
            return  # it has changed again meanwhile, and that is told too
        if up:
            self.core.host_up(device_id)
        else:
            self.core.host_down(device_id)

    def _trace(self, host: Host, kind: str) -> None:
        """Told of each lock: which process it lives in must not show in a trace."""
        for lock_id in sorted(host.lock_ids):
            self._parts.trace(kind, lock=lock_id)

    async def _write(
        self,
        link: Link[pb.ReportFrame.Message, pb.Hello | pb.Command],
        stream: Stream,
    ) -> None:
        while (batch := await link.outgoing(FRAME_MESSAGES_MAX)) is not None:
            frame = pb.CommandFrame()
            for message in batch:
                if isinstance(message, pb.Hello):
                    frame.hello.CopyFrom(message)
                else:
                    frame.commands.append(message)
            self._parts.counters.add("frames")
            await self._participant.dawdle()
            try:
                await stream.write(frame)
            except StreamEnded:
                return  # the reader sees the end of the stream
        stream.cancel()

    async def _read(
        self,
        link: Link[pb.ReportFrame.Message, pb.Hello | pb.Command],
        stream: Stream,
    ) -> None:
        try:
            while (messages := await stream.read()) is not None:
                await self._participant.dawdle()
                link.receive(messages)
        finally:
            link.receive_end()

    def abandon(self) -> None:
        """Stop at once, in the middle of whatever it is."""
        self._closing = True
        for task in list(self._tasks):
            task.cancel()
        for host in self._hosts.values():
            if host.stream is not None:
                host.stream.cancel()

    async def close(self) -> None:
        """Let every stream go."""
        self._closing = True
        for host in self._hosts.values():
            if host.link is not None:
                host.link.close()
            if host.stream is not None:
                await host.stream.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _lock_of(message: pb.ReportFrame.Message) -> str:
    if message.WhichOneof("kind") == "notification":
        return message.notification.lock_id
    return message.report.lock_id
