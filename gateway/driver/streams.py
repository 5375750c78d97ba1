"""The stream to one host, as the driver needs it, and how it is opened over gRPC.

Whoever puts a gateway together says how hosts are reached: over gRPC, or without any process or
socket when gateway and hosts live in one (`Connector`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import grpc

from latchbench.channel import channel_options, open_channel
from protos.device.v1 import lock_host_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from protos.device.v1 import lock_host_pb2 as pb

Metadata = tuple[tuple[str, str], ...]


class StreamEnded(Exception):
    """Nobody is at the other end any more: the reader is told of the end, once it has read all."""


class Stream(Protocol):
    """An open `Exec` stream. One task reads and one writes."""

    async def write(self, frame: pb.CommandFrame) -> None:
        """Hand a frame over. Raises `StreamEnded`."""

    async def read(self) -> Sequence[pb.ReportFrame.Message] | None:
        """The messages of the next frame; None at the end, however it came."""

    def cancel(self) -> None:
        """End it from this side."""

    async def close(self) -> None:
        """End it, and let what carries it go."""


class Connector(Protocol):
    """Opens streams to hosts."""

    async def open(self, address: str, metadata: Metadata) -> Stream | None:
        """A stream that the host has taken; None when there is no such host.

        Waits for as long as a host neither takes nor refuses it, as one that is stopped does.
        """


class GrpcConnector:
    """Over gRPC, a channel for each stream."""

    def __init__(self, *, keepalive: bool) -> None:
        """`keepalive` must be off in lockstep: a stopped process must not look dead there."""
        self._keepalive = keepalive

    async def open(self, address: str, metadata: Metadata) -> Stream | None:
        """See `Connector.open`; the host answers with its initial metadata at once."""
        channel = open_channel(address, channel_options(keepalive=self._keepalive))
        call = pb_grpc.LockHostServiceStub(channel).Exec(metadata=metadata)
        try:
            await call.initial_metadata()
        except grpc.aio.AioRpcError:
            await channel.close()
            return None
        except asyncio.CancelledError:
            await channel.close()
            raise
        # A call that could not be made has metadata too: none, and raises nothing.
        if call.done():
            await channel.close()
            return None
        return _GrpcStream(channel, call)


class _GrpcStream:
    def __init__(self, channel: grpc.aio.Channel, call: grpc.aio.StreamStreamCall) -> None:
        self._channel = channel
        self._call = call

    async def write(self, frame: pb.CommandFrame) -> None:
        try:
            await self._call.write(frame)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError) as error:
            raise StreamEnded from error

    async def read(self) -> Sequence[pb.ReportFrame.Message] | None:
        try:
            frame = await self._call.read()
        except grpc.aio.AioRpcError:
            return None  # the host has gone, or ended the stream; both are its end
        return None if frame is grpc.aio.EOF else frame.messages

    def cancel(self) -> None:
        self._call.cancel()

    async def close(self) -> None:
        await self._channel.close()
