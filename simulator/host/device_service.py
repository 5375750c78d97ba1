"""The device plane of one host: the stream of a gateway, and single commands by hand.

On the stream a task reads frames into the link's inbox and the call itself writes what is waiting,
as few frames as that takes. Neither runs a lock: when messages are handled is the participant's
business.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import grpc

from latchbench.channel import DEVICE_MESSAGE_MAX
from latchbench.lockstep import SteppedRefusal
from protos.device.v1 import lock_host_pb2 as pb
from protos.device.v1 import lock_host_pb2_grpc as pb_grpc
from simulator.host.wire import command_from_wire, message_to_wire, messages_in, report_to_wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from latchbench.link import Link
    from latchbench.lockstep import Answer, Participant
    from simulator.host.core import HostCore
    from simulator.host.messages import Incoming, Outgoing, Report

LINK_KEY: Final = "latchbench-link"
PEER_KEY: Final = "latchbench-peer"
FRAME_MESSAGES_MAX: Final = 256
# Half of what a message may be, so that no last message can push a frame over the limit unless it
# is that large itself.
FRAME_BYTES_MAX: Final = DEVICE_MESSAGE_MAX // 2


class LockHostServicer(pb_grpc.LockHostServiceServicer):
    """Serves the locks of one host to gateways and to people with grpcurl."""

    def __init__(self, participant: Participant, core: HostCore) -> None:
        self._participant = participant
        self._core = core
        self._anonymous = count(1)

    async def ListLocks(
        self, request: pb.ListLocksRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListLocksResponse:
        """Which locks are here; that never changes while a host runs."""
        del request, context
        return pb.ListLocksResponse(
            locks=[
                pb.HostedLock(
                    lock_id=lock.settings.lock_id,
                    hub=lock.settings.hub,
                    profile=lock.settings.profile_name,
                )
                for lock in self._core.locks
            ]
        )

    async def Exec(self, request_iterator: object, context: grpc.aio.ServicerContext) -> None:
        """One stream for the life of a gateway's connection."""
        del request_iterator
        metadata = dict(context.invocation_metadata() or ())
        link_id = metadata.get(LINK_KEY) or f"unnamed-{next(self._anonymous)}"
        link = self._core.open_session(link_id, metadata.get(PEER_KEY) or link_id)
        # At once: the gateway waits for it before it counts the stream as open.
        await context.send_initial_metadata(())
        reader = asyncio.get_running_loop().create_task(_read(link, context, self._participant))
        try:
            await _write(link, context, self._participant)
        finally:
            reader.cancel()
            link.receive_end()

    # Single commands.

    async def Execute(self, request: pb.Command, context: grpc.aio.ServicerContext) -> pb.Report:
        """Any command, by hand."""
        return await self._by_hand(request, context)

    async def SetUserCode(
        self, request: pb.SetUserCodeRequest, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        """Store a code."""
        command = pb.Command(lock_id=request.lock_id, supervised=request.supervised)
        command.set_user_code.slot = request.slot
        command.set_user_code.code = request.code
        return await self._by_hand(command, context)

    async def ClearUserCode(
        self, request: pb.ClearUserCodeRequest, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        """Empty a slot, or all with 0."""
        command = pb.Command(lock_id=request.lock_id, supervised=request.supervised)
        command.clear_user_code.slot = request.slot
        command.clear_user_code.SetInParent()
        return await self._by_hand(command, context)

    async def GetUserCode(
        self, request: pb.GetUserCodeRequest, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        """Read one slot back."""
        command = pb.Command(lock_id=request.lock_id)
        command.get_user_code.slot = request.slot
        command.get_user_code.SetInParent()
        return await self._by_hand(command, context)

    async def WalkUserCodes(
        self, request: pb.WalkUserCodesRequest, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        """Read every occupied slot."""
        return await self._asking(request, "walk_user_codes", context)

    async def GetLockInfo(
        self, request: pb.GetLockInfoRequest, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        """Ask what the lock can do."""
        return await self._asking(request, "get_lock_info", context)

    async def Ping(self, request: pb.PingRequest, context: grpc.aio.ServicerContext) -> pb.Report:
        """Ask for an acknowledgement."""
        return await self._asking(request, "ping", context)

    async def _asking(
        self, request: Any, word: str, context: grpc.aio.ServicerContext
    ) -> pb.Report:
        command = pb.Command(lock_id=request.lock_id)
        getattr(command, word).SetInParent()
        return await self._by_hand(command, context)

    async def _by_hand(self, message: pb.Command, context: grpc.aio.ServicerContext) -> pb.Report:
        command = command_from_wire(message)

        def enter(answer: Answer[Report]) -> None:
            self._core.foreign(command, answer)

        try:
            report = await self._participant.call(None, enter)
        except SteppedRefusal:
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                "a bench steps this host's time: single commands are for hosts that run freely",
            )
        return report_to_wire(report)


async def _read(
    link: Link[Incoming, Outgoing], context: grpc.aio.ServicerContext, participant: Participant
) -> None:
    try:
        while (frame := await context.read()) is not grpc.aio.EOF:
            await participant.dawdle()
            link.receive(messages_in(frame))
    except grpc.aio.BaseError:
        pass  # the gateway has gone: that is the end of the stream, as a good end is
    finally:
        link.receive_end()


async def _write(
    link: Link[Incoming, Outgoing], context: grpc.aio.ServicerContext, participant: Participant
) -> None:
    """Until the link is closed, or the gateway has gone."""
    while (batch := await link.outgoing(FRAME_MESSAGES_MAX)) is not None:
        await participant.dawdle()
        for frame in _frames(map(message_to_wire, batch)):
            try:
                await context.write(frame)
            except grpc.aio.BaseError:
                return  # nobody is there to read it


def _frames(messages: Iterable[pb.ReportFrame.Message]) -> Iterator[pb.ReportFrame]:
    """As few frames as their size allows; walks over many slots fill one soon."""
    frame, size = pb.ReportFrame(), 0
    for message in messages:
        if size and size + message.ByteSize() > FRAME_BYTES_MAX:
            yield frame
            frame, size = pb.ReportFrame(), 0
        frame.messages.append(message)
        size += message.ByteSize()
    yield frame
