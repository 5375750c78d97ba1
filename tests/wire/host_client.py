"""A gateway's and a bench's ends of the wires to one host, as thin as they can be."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc

from latchbench.channel import ACCESS_IN_MAX, ACCESS_OUT_MAX, channel_options, open_channel
from latchbench.steps import NO_TIMERS, Awaited, Done, Step
from latchbench.time_service import RemoteStepper
from protos.bench.v1 import bench_pb2_grpc
from protos.device.v1 import lock_host_pb2 as pb
from protos.device.v1 import lock_host_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START_US = 1_000_000_000
FAR_US = START_US + 3_600_000_000


def a_lock(name: str = "front", **changes: Any) -> dict[str, Any]:
    own = {"name": name, "lock_id": f"id-{name}", "hub": f"hub of {name}"}
    return {**own, "profile": "deadbolt-30", **changes}


def host_plain(folder: Any, **changes: Any) -> dict[str, Any]:
    """Settings of a host whose files are in `folder`."""
    return {
        "name": "host-1",
        "seed": 7,
        "mask_key": "00ff",
        "start_us": START_US,
        "mode": "stepped",
        "control_socket": f"{folder}/c.sock",
        "nvm_dir": f"{folder}/nvm",
        "locks": [a_lock("front"), a_lock("back")],
        **changes,
    }


class Gateway:
    """One stream to a host."""

    def __init__(self, channel: grpc.aio.Channel, link_id: str, peer: str = "gateway") -> None:
        self.link_id = link_id
        self.sent = 0
        self.stream = pb_grpc.LockHostServiceStub(channel).Exec(
            metadata=(("latchbench-link", link_id), ("latchbench-peer", peer))
        )
        self._waiting: list[pb.ReportFrame.Message] = []
        self.frames = 0

    async def opened(self) -> Gateway:
        """The host has accepted the stream."""
        await self.stream.initial_metadata()
        return self

    async def say(self, *commands: pb.Command, hello: pb.Hello | None = None) -> None:
        """One frame."""
        await self.stream.write(pb.CommandFrame(hello=hello, commands=commands))
        self.sent += len(commands) + (hello is not None)

    async def greet(self, session: int = 1, epoch: int = 1, gateway: str = "g") -> None:
        await self.say(hello=pb.Hello(gateway=gateway, epoch=epoch, session=session))

    async def hear(self) -> pb.ReportFrame.Message | None:
        """The next message; None at the end of the stream."""
        while not self._waiting:
            frame = await self.stream.read()
            if frame is grpc.aio.EOF:
                return None
            self.frames += 1
            self._waiting.extend(frame.messages)
        return self._waiting.pop(0)

    async def report(self) -> pb.Report:
        """The next report, past what locks say unasked."""
        while (message := await self.hear()) is not None:
            if message.WhichOneof("kind") == "report":
                return message.report
        raise EOFError("the stream ended without the report")

    def awaited(self, *, closed: bool = False) -> Awaited:
        """What the host must have of this stream before it acts."""
        return Awaited(self.link_id, self.sent, closed)


class Stepper:
    """Steps one host."""

    def __init__(self, remote: Any) -> None:
        self._remote = remote
        self._steps = 0
        self.done = Done(0, START_US, None, None)
        self.sent: dict[str, int] = {}

    async def step(self, until_us: int = NO_TIMERS, **what: Any) -> Done:
        self._steps += 1
        step = Step(self._steps, self.done.now_us, until_us, 0, **what)
        self.done = await self._remote.step(step)
        self.sent.update({count.link: count.sent for count in self.done.links})
        return self.done

    async def handle(self, gateway: Gateway) -> Done:
        """Let the host handle what the gateway has said so far."""
        return await self.step(expect=[gateway.awaited()])

    async def run(self, until_us: int = FAR_US) -> Done:
        """Let everything happen up to then."""
        while (due_us := self.done.next_timer_us) is not None and due_us <= until_us:
            await self.step(until_us)
        return self.done

    async def run_until_sent(self, gateway: Gateway, messages: int) -> None:
        """Let time pass until the host has sent that many messages in all."""
        while self.sent.get(gateway.link_id, 0) < messages:
            assert self.done.next_timer_us is not None
            await self.step(self.done.next_timer_us)


class Wires:
    """Channels to one host's two servers."""

    def __init__(self, device: grpc.aio.Channel, control: grpc.aio.Channel) -> None:
        self.channel = device
        self.device = pb_grpc.LockHostServiceStub(device)
        self.control = bench_pb2_grpc.HostControlServiceStub(control)
        self.stepper = Stepper(RemoteStepper(control))

    async def gateway(self, link_id: str = "link-1", peer: str = "gateway") -> Gateway:
        return await Gateway(self.channel, link_id, peer).opened()


@asynccontextmanager
async def wires(device_address: str, control_socket: str) -> AsyncIterator[Wires]:
    """Open channels, closed in the end."""
    options = channel_options(keepalive=False)
    large = channel_options(ACCESS_OUT_MAX, ACCESS_IN_MAX, keepalive=False)
    async with (
        open_channel(device_address, options) as device,
        open_channel(f"unix:{control_socket}", large) as control,
    ):
        yield Wires(device, control)
