"""A host process's side of the device plane, answered by hand, and a gateway whose time is stepped.

For what only a stream can do: end, come again, say things that the contract does not know.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import grpc

from gateway.app import Chances, Gateway
from gateway.driver.streams import GrpcConnector
from gateway.engine.parts import Settings
from gateway.policy.records import DeviceRecord, Facts
from gateway.store.store import Store
from latchbench.clock import Clock
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant
from latchbench.steps import NO_TIMERS, Awaited, Step
from latchbench.trace import Masker, Tracer
from protos.device.v1 import lock_host_pb2 as pb
from protos.device.v1 import lock_host_pb2_grpc as pb_grpc
from tests.engine.bench_of_one import START_US

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from latchbench.trace import TraceEvent


@dataclass
class Stream:
    """One stream as the host sees it. `said` counts the messages that the gateway is to handle."""

    link_id: str
    context: Any
    commands: list[Any] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    said: int = 0

    async def command(self, place: int) -> Any:
        """The command at this place, once it is here."""
        while len(self.commands) <= place:
            self.news.clear()
            await self.news.wait()
        return self.commands[place]

    async def say(self, **report: Any) -> None:
        """Report the end of the last command; whatever is not given is as it should be."""
        command = self.commands[-1]
        told = {
            "lock_id": command.lock_id,
            "epoch": command.epoch,
            "sequence": command.sequence,
            "transmit": pb.TRANSMIT_OUTCOME_OK,
            **report,
        }
        message = pb.ReportFrame.Message(report=pb.Report(**told))
        await self.context.write(pb.ReportFrame(messages=[message]))
        self.said += 1


class HostStub(pb_grpc.LockHostServiceServicer):
    """Takes streams and keeps what arrives on each."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []
        self._news = asyncio.Event()

    async def Exec(self, request_iterator: Any, context: Any) -> None:
        del request_iterator  # read below, message by message
        metadata = dict(context.invocation_metadata())
        stream = Stream(str(metadata["latchbench-link"]), context)
        await context.send_initial_metadata(())
        reader = asyncio.create_task(self._read(stream))
        self.streams.append(stream)
        self._news.set()
        await stream.over.wait()
        reader.cancel()

    async def _read(self, stream: Stream) -> None:
        while (frame := await stream.context.read()) is not grpc.aio.EOF:
            stream.commands.extend(frame.commands)
            stream.news.set()

    async def stream(self, place: int) -> Stream:
        """The stream at this place, once it is open."""
        while len(self.streams) <= place:
            self._news.clear()
            await self._news.wait()
        return self.streams[place]


class Stepped:
    """A gateway that acts only when a test says so."""

    def __init__(self) -> None:
        self.work = Random(1)
        self.clock = Clock(START_US)
        tracer = Tracer(self.clock, Masker(b"host stub"))
        jobs = Jobs(asyncio.get_running_loop())
        self.participant = Participant(self.clock, tracer, stepped=True, jobs=jobs)
        self.gateway = Gateway(
            self.participant,
            Store.open("sqlite://"),
            Settings("workspace"),
            Chances(self.work, Random(2), Random(3), Random(4)),
            GrpcConnector(keepalive=False),
        )
        self.gateway.start()
        self._steps = 0
        self._calls = 0
        self.open_work = 0

    async def step(self, *, expect: Awaited | None = None, by_us: int = 0) -> list[TraceEvent]:
        """Handle what is awaited, go on by so much, and fire what is due on the way."""
        until_us = self.clock.now_us() + by_us
        awaited = [] if expect is None else [expect]
        trace: list[TraceEvent] = []
        while True:
            self._steps += 1
            now_us = self.clock.now_us()
            step = Step(self._steps, now_us, until_us, self._steps, awaited)
            done = await self.participant.step(step)
            trace.extend(done.trace)
            self.open_work = done.open_work
            awaited = []
            if done.next_timer_us is None or done.next_timer_us > until_us:
                self.clock.move(until_us)
                return trace

    async def hears(self, stream: Stream, *, end: bool = False) -> list[TraceEvent]:
        """Handle all that the stream's host has said, or also the stream's end."""
        return await self.step(expect=Awaited(stream.link_id, stream.said, closed=end))

    async def register(self, name: str, address: str) -> None:
        """Tell of one lock at this address, and let the gateway go there."""
        self._calls += 1
        call_id = f"call-{self._calls}"
        device = DeviceRecord(
            device_id=name,
            name=name,
            lock_id=name,
            hub=name,
            host=f"host of {name}",
            host_address=address,
            profile="plain",
            facts=Facts(slots=5, code_lengths=(4,)),
        )
        call: asyncio.Task[None] = asyncio.create_task(
            self.participant.call(
                call_id, lambda answer: self.gateway.put_devices([device], answer)
            )
        )
        self._steps += 1
        now_us = self.clock.now_us()
        step = Step(self._steps, now_us, NO_TIMERS, self._steps, (), [call_id])
        await self.participant.step(step)
        await call


@asynccontextmanager
async def a_stubbed_host() -> AsyncIterator[tuple[Stepped, HostStub, Stream]]:
    """A gateway, the host of its one lock `front`, and their first stream."""
    stub = HostStub()
    server = grpc.aio.server()
    pb_grpc.add_LockHostServiceServicer_to_server(stub, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    stepped = Stepped()
    try:
        await stepped.register("front", f"127.0.0.1:{port}")
        stream = await stub.stream(0)
        await stepped.step()
        yield stepped, stub, stream
    finally:
        await stepped.gateway.close()
        for stream in stub.streams:
            stream.over.set()
        await server.stop(None)
