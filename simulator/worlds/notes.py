"""Takes notes of a world while it runs: frames, transactions, calls, and lines of output.

Notes are taken where these things pass, outside of the gateway and of the hosts: on the streams
between them, around the store's own door, beside the API. Nobody in the world can tell.
"""

from __future__ import annotations

import contextlib
import io
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from gateway.driver.hosts import Hosts
from gateway.driver.wire import MalformedMessage, report_from_wire
from gateway.policy.commands import CodeBody, ScheduleBody, WalkBody
from gateway.policy.mirror import read_slot
from gateway.store.store import Store
from latchbench.pin import Pin
from simulator.sim.processes import Lives
from simulator.sim.wires import Switchboard
from simulator.worlds.seen import Asked, Loaded, Look, Note, Stored, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gateway.driver.hosts import Host
    from gateway.driver.streams import Metadata, Stream
    from gateway.policy.records import Changes
    from gateway.policy.snapshot import Snapshot
    from latchbench.process import Started
    from latchbench.steps import Done, Step
    from latchbench.time_service import Stepper
    from protos.device.v1 import lock_host_pb2 as pb
    from simulator.worlds.seen import Fact

_OURS: Final = "latchbench"


class Notebook:
    """All notes of one world, in order. `at_us` and `delta` are where time has got to.

    `gateway_us` is the time of the gateway, which may be ahead of the last step of all.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.outputs: list[str] = []
        self.at_us = 0
        self.delta = 0
        self.gateway_us: Callable[[], int] = lambda: 0

    def moved(self, at_us: int, delta: int) -> None:
        """Time never goes back, whoever is asked."""
        if (at_us, delta) > (self.at_us, self.delta):
            self.at_us, self.delta = at_us, delta

    def take(self, fact: Fact) -> None:
        """Something passes, now."""
        self.moved(self.gateway_us(), 0)
        self.notes.append(Note(self.at_us, self.delta, fact))

    @contextmanager
    def open(self) -> Iterator[None]:
        """While this is open, transactions and output are noted."""
        write, load, handle = Store.write, Store.load, Hosts._handle  # noqa: SLF001

        def written(store: Store, batch: Sequence[Changes]) -> None:
            write(store, batch)
            for changes in batch:
                self.take(Stored(changes))

        def loaded(store: Store) -> Snapshot:
            snapshot = load(store)
            self.take(Loaded(snapshot.groups, snapshot.codes))
            return snapshot

        def handled(hosts: Hosts, host: Host, message: pb.ReportFrame.Message) -> None:
            # Here and not on the stream: a frame may lie there until its time has come.
            self.take(_told(message))
            handle(hosts, host, message)

        lines = _Lines(self.outputs)
        logger = logging.getLogger(_OURS)
        level = logger.level
        with (
            mock.patch.object(Store, "write", written),
            mock.patch.object(Store, "load", loaded),
            mock.patch.object(Hosts, "_handle", handled),
            contextlib.redirect_stderr(_Copied(self.outputs)),
        ):
            logging.getLogger().addHandler(lines)
            logger.setLevel(logging.DEBUG)
            try:
                yield
            finally:
                logging.getLogger().removeHandler(lines)
                logger.setLevel(level)


class _Lines(logging.Handler):
    """What is logged, with what the record has beside its message."""

    def __init__(self, outputs: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._outputs = outputs

    def emit(self, record: logging.LogRecord) -> None:
        """One record, its traceback included."""
        self._outputs.append(self.format(record))


class _Copied(io.TextIOBase):
    """Standard error, which nobody reads here."""

    def __init__(self, outputs: list[str]) -> None:
        super().__init__()
        self._outputs = outputs

    def write(self, text: str) -> int:
        self._outputs.append(text)
        return len(text)


class NotedStepper:
    """A process, and somebody who notes what time it is there."""

    def __init__(self, stepper: Stepper, book: Notebook) -> None:
        self._stepper = stepper
        self._book = book

    async def step(self, step: Step) -> Done:
        """See `Stepper.step`."""
        self._book.moved(step.now_us, step.delta)
        return await self._stepper.step(step)


class NotedLives(Lives):
    """Gateways, and somebody who notes what time it is when one starts: it reads its store then."""

    def __init__(self, lives: Lives, book: Notebook) -> None:
        super().__init__(lives.make)
        self._book = book

    async def spawn(self, settings: Mapping[str, Any]) -> Started:
        """See `Spawner`."""
        self._book.moved(int(settings["start_us"]), 0)
        return await super().spawn(settings)


class NotedSwitchboard(Switchboard):
    """A switchboard that notes every command."""

    def __init__(self, book: Notebook) -> None:
        super().__init__()
        self._book = book

    async def open(self, address: str, metadata: Metadata) -> Stream | None:
        """See `Switchboard.open`."""
        stream = await super().open(address, metadata)
        return None if stream is None else _NotedStream(stream, self._book)


class _NotedStream:
    def __init__(self, stream: Stream, book: Notebook) -> None:
        self._stream = stream
        self._book = book

    async def write(self, frame: pb.CommandFrame) -> None:
        for command in frame.commands:
            self._book.take(_asked(command))
        await self._stream.write(frame)

    async def read(self) -> Sequence[pb.ReportFrame.Message] | None:
        return await self._stream.read()

    def cancel(self) -> None:
        self._stream.cancel()

    async def close(self) -> None:
        await self._stream.close()


def _asked(command: pb.Command) -> Asked:
    word = command.WhichOneof("action") or ""
    action: Any = getattr(command, word)
    slot = getattr(action, "slot", None)
    pin = Pin(action.code) if word == "set_user_code" else None
    hours = _hours(action) if word == "set_schedule" else None
    return Asked(command.lock_id, command.epoch, command.sequence, word, slot, pin, hours)


def _hours(message: Any) -> tuple[int | None, int | None]:
    return (
        message.not_before_us if message.HasField("not_before_us") else None,
        message.not_after_us if message.HasField("not_after_us") else None,
    )


def _told(message: pb.ReportFrame.Message) -> Told:
    if message.WhichOneof("kind") == "notification":
        notice = message.notification
        slot = notice.slot if notice.HasField("slot") else None
        return Told(notice.lock_id, event=notice.event, slot=slot)
    report = message.report
    told = Told(report.lock_id, report.epoch, report.sequence)
    try:
        value = report_from_wire(report)
    except MalformedMessage:
        return told
    looks, whole = _looks(value.body)
    hours = None
    if isinstance(value.body, ScheduleBody):
        hours = (value.body.slot, (value.body.not_before_us, value.body.not_after_us))
    return Told(
        report.lock_id,
        report.epoch,
        report.sequence,
        heard=value.transmit.value == "ok" and value.rejection is None,
        incarnation=value.incarnation,
        looks=looks,
        whole=whole,
        hours=hours,
    )


def _looks(body: object) -> tuple[dict[int, Look] | None, bool]:
    if isinstance(body, CodeBody):
        return {body.slot: _look(body)}, False
    if isinstance(body, WalkBody):
        return {code.slot: _look(code) for code in body.codes}, True
    return None, False


def _look(body: CodeBody) -> Look:
    view = read_slot(body)
    return Look(view.occupied, view.pin, view.enabled)
