"""Streams between a gateway and hosts that live in one process.

What travels is what would travel over gRPC, byte for byte: each frame is encoded at one end and
decoded at the other, so nothing can be shared by accident and nothing can be sent that the wire
does not carry. The servicer of the host and the driver of the gateway are the real ones.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import grpc

from gateway.driver.streams import StreamEnded
from protos.device.v1 import lock_host_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.driver.streams import Metadata, Stream
    from simulator.sim.processes import Life


class Pipe:
    """Frames one way, in their order, and then an end. What came before the end is read first."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._news = asyncio.Event()
        self.ended = False

    def put(self, frame: bytes) -> None:
        """Hand a frame over; one after the end is lost."""
        if not self.ended:
            self._frames.append(frame)
            self._news.set()

    def end(self) -> None:
        """Nothing more will come. May be said again."""
        self.ended = True
        self._news.set()

    async def get(self) -> bytes | None:
        """The next frame; None at the end."""
        while not self._frames:
            if self.ended:
                return None
            self._news.clear()
            await self._news.wait()
        return self._frames.popleft()


class Wire:
    """One stream, both ways. It is over when either end says so, or dies."""

    def __init__(self) -> None:
        self.to_host = Pipe()
        self.to_gateway = Pipe()
        self.answered = asyncio.Event()  # the host has taken the stream, or it is over

    def end(self) -> None:
        """Both ends hear of it behind what was sent before."""
        self.to_host.end()
        self.to_gateway.end()
        self.answered.set()


class HostEnd:
    """What the host's servicer is given as the context of its `Exec` call."""

    def __init__(self, wire: Wire, metadata: Metadata) -> None:
        self._wire = wire
        self._metadata = metadata

    def invocation_metadata(self) -> Metadata:
        """What the gateway says about the stream."""
        return self._metadata

    async def send_initial_metadata(self, metadata: Metadata) -> None:
        """The stream is taken."""
        del metadata
        self._wire.answered.set()

    async def read(self) -> Any:
        """The gateway's next frame, or gRPC's mark for the end."""
        frame = await self._wire.to_host.get()
        return grpc.aio.EOF if frame is None else pb.CommandFrame.FromString(frame)

    async def write(self, frame: pb.ReportFrame) -> None:
        """A frame for the gateway; lost when it has gone."""
        self._wire.to_gateway.put(frame.SerializeToString())


class GatewayEnd:
    """The gateway's end; see `gateway.driver.streams.Stream`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def write(self, frame: pb.CommandFrame) -> None:
        """Hand a frame over. Raises `StreamEnded`."""
        if self._wire.to_host.ended:
            raise StreamEnded
        self._wire.to_host.put(frame.SerializeToString())

    async def read(self) -> Sequence[pb.ReportFrame.Message] | None:
        """The messages of the next frame; None at the end."""
        frame = await self._wire.to_gateway.get()
        return None if frame is None else pb.ReportFrame.FromString(frame).messages

    def cancel(self) -> None:
        """End it from this side."""
        self._wire.end()

    async def close(self) -> None:
        """The same: nothing carries it."""
        self._wire.end()


class Switchboard:
    """All hosts by their address, and the way to them for the gateway's driver."""

    def __init__(self) -> None:
        self._hosts: dict[str, Life] = {}
        self._wires: list[Wire] = []

    def serve(self, address: str, host: Life) -> None:
        """A host serves at this address, until it ends."""
        self._hosts[address] = host

    def gone(self, address: str, host: Life) -> None:
        """It has ended; whoever serves there by now stays."""
        if self._hosts.get(address) is host:
            del self._hosts[address]

    async def open(self, address: str, metadata: Metadata) -> Stream | None:
        """See `Connector.open`. A host that is stopped takes the stream when it goes on."""
        host = self._hosts.get(address)
        if host is None:
            return None
        wire = Wire()
        host.hold(wire)
        self._wires = [one for one in self._wires if not one.to_host.ended]
        self._wires.append(wire)
        try:
            await host.running.wait()
            host.start(_taken(host, wire, metadata), then=wire.end)
            await wire.answered.wait()
        except asyncio.CancelledError:
            wire.end()  # the gateway does not wait any longer
            raise
        return None if wire.to_host.ended else GatewayEnd(wire)

    def hang_up(self) -> None:
        """The gateway has gone, and with it its ends of all streams, whoever held them there."""
        for wire in self._wires:
            wire.end()


async def _taken(host: Life, wire: Wire, metadata: Metadata) -> None:
    if not wire.to_host.ended:
        await host.exec(HostEnd(wire, metadata))
