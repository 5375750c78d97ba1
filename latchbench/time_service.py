"""The time plane: steps and what came of them, as messages and back.

Both ends are here, so the translation stands once: the servicer that a process runs on its unix
socket, and the stream that the bench holds to it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import grpc

from latchbench.holding import NotHeld, PacedParticipant
from latchbench.steps import Awaited, Done, LinkCount, Step
from latchbench.trace import TraceEvent
from protos.bench.v1 import bench_pb2 as pb
from protos.bench.v1 import bench_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from latchbench.lockstep import Participant


def step_to_wire(step: Step) -> pb.Step:
    """A step as its message."""
    return pb.Step(
        number=step.number,
        now_us=step.now_us,
        until_us=step.until_us,
        delta=step.delta,
        expect=[
            pb.Awaited(link=awaited.link, messages=awaited.messages, closed=awaited.closed)
            for awaited in step.expect
        ],
        calls=step.calls,
        ignore=step.ignore,
        watch=step.watch,
        up_to=step.up_to,
        resume=step.resume,
        late=step.late,
        arrive_only=step.arrive_only,
        hang_ups=step.hang_ups,
    )


def step_from_wire(message: pb.Step) -> Step:
    """A step from its message."""
    return Step(
        number=message.number,
        now_us=message.now_us,
        until_us=message.until_us,
        delta=message.delta,
        expect=[Awaited(item.link, item.messages, item.closed) for item in message.expect],
        calls=list(message.calls),
        ignore=list(message.ignore),
        watch=list(message.watch),
        up_to=message.up_to if message.HasField("up_to") else None,
        resume=message.resume,
        late=message.late,
        arrive_only=message.arrive_only,
        hang_ups=list(message.hang_ups),
    )


def done_to_wire(done: Done) -> pb.Done:
    """What came of a step, as its message."""
    return pb.Done(
        number=done.number,
        now_us=done.now_us,
        next_timer_us=done.next_timer_us,
        next_send_us=done.next_send_us,
        links=[
            pb.LinkCount(
                link=count.link,
                peer=count.peer,
                sent=count.sent,
                handled=count.handled,
                closed=count.closed,
            )
            for count in done.links
        ],
        trace=[
            pb.TraceEvent(
                at_us=event.at_us,
                delta=event.delta,
                source=event.source,
                sequence=event.sequence,
                kind=event.kind,
                fields=dict(event.fields),
            )
            for event in done.trace
        ],
        answered=done.answered,
        timers_fired=done.timers_fired,
        messages_handled=done.messages_handled,
        open_work=done.open_work,
        next_key=done.next_key,
    )


def done_from_wire(message: pb.Done) -> Done:
    """What came of a step, from its message."""
    return Done(
        number=message.number,
        now_us=message.now_us,
        next_timer_us=message.next_timer_us if message.HasField("next_timer_us") else None,
        next_send_us=message.next_send_us if message.HasField("next_send_us") else None,
        links=[
            LinkCount(item.link, item.peer, item.sent, item.handled, item.closed)
            for item in message.links
        ],
        trace=[
            TraceEvent(
                item.at_us, item.delta, item.source, item.sequence, item.kind, dict(item.fields)
            )
            for item in message.trace
        ],
        answered=list(message.answered),
        timers_fired=message.timers_fired,
        messages_handled=message.messages_handled,
        open_work=message.open_work,
        next_key=message.next_key if message.HasField("next_key") else None,
    )


class TimeServicer(pb_grpc.TimeServiceServicer):
    """Lets the bench step this process."""

    def __init__(self, participant: Participant) -> None:
        self._participant = participant

    async def Steps(self, request_iterator: object, context: grpc.aio.ServicerContext) -> None:
        """One stream for the life of the bench. A step that fails ends the process, told once."""
        del request_iterator
        while True:
            message = await context.read()
            if message is grpc.aio.EOF:
                return
            await self._participant.dawdle()
            try:
                done = await self._participant.step(step_from_wire(message))
            except Exception as error:  # noqa: BLE001 - told once; then the process ends
                self._participant.on_failure(error)
                await asyncio.Event().wait()
            await context.write(done_to_wire(done))


class PacedTimeServicer(TimeServicer):
    """Lets the bench hold a process whose time passes by itself, and step it meanwhile."""

    def __init__(self, participant: PacedParticipant) -> None:
        super().__init__(participant)
        self._paced = participant

    async def Hold(
        self, request: pb.HoldRequest, context: grpc.aio.ServicerContext
    ) -> pb.HoldResponse:
        """Close the gates; see `PacedParticipant.hold`."""
        del context
        return pb.HoldResponse(now_us=self._paced.hold(request.now_us))

    async def Resume(
        self, request: pb.ResumeRequest, context: grpc.aio.ServicerContext
    ) -> pb.ResumeResponse:
        """Open them."""
        try:
            self._paced.resume(request.base_us, request.since_us, request.rate)
        except NotHeld:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "nobody holds this process")
        return pb.ResumeResponse()


def time_servicer(participant: Participant) -> TimeServicer:
    """The servicer for this kind of participant."""
    if isinstance(participant, PacedParticipant):
        return PacedTimeServicer(participant)
    return TimeServicer(participant)


class Stepper(Protocol):
    """Something that can be stepped: a process at the end of a stream, or one in this process."""

    async def step(self, step: Step) -> Done:
        """Act once; see `Participant.step`."""


class RemoteStepper:
    """The bench's end of one process's time stream."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._time = pb_grpc.TimeServiceStub(channel)
        self._stream = self._time.Steps()

    async def step(self, step: Step) -> Done:
        """Raises `grpc.aio.AioRpcError` or `EOFError` when the process has gone."""
        try:
            await self._stream.write(step_to_wire(step))
        except asyncio.InvalidStateError as error:  # gRPC's word for a stream that ended long since
            raise EOFError("the process had ended its time stream") from error
        message = await self._stream.read()
        if message is grpc.aio.EOF:
            raise EOFError("the process ended its time stream")
        return done_from_wire(message)

    async def hold(self, now_us: int) -> int:
        """Hold a process on real time; the time there, `now_us` at least."""
        reply = await self._time.Hold(pb.HoldRequest(now_us=now_us))
        return int(reply.now_us)

    async def resume(self, base_us: int, since_us: int, rate: float) -> None:
        """Let it take up real time again; see `PacedParticipant.resume`."""
        request = pb.ResumeRequest(base_us=base_us, since_us=since_us, rate=rate)
        await self._time.Resume(request)

    def close(self) -> None:
        """End the stream."""
        self._stream.cancel()
