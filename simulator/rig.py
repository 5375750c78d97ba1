"""Where the processes of a bench come from, and how it reaches them.

`ProcessRig` has fork servers that are warm: slow to start (they import everything), they last for a
whole run; hosts and gateways come from them, are cheap and last for one case.
`simulator.sim.rig.SimRig` has all of it in this process. Nothing here knows what the processes are
for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from latchbench.channel import ACCESS_OUT_MAX, channel_options, open_channel
from latchbench.process import ForkServer
from latchbench.time_service import RemoteStepper
from protos.access.v1.admin_pb2_grpc import AdminServiceStub
from protos.bench.v1.bench_pb2_grpc import HostControlServiceStub
from simulator.http_door import HttpDoor
from simulator.processes import GATEWAY
from simulator.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from latchbench.process import Started
    from latchbench.time_service import Stepper
    from simulator.http_door import HttpReply
    from simulator.paced_clock import PacedStepper
    from simulator.processes import Process

HOST_MODULE = "simulator.host.forkserver"
GATEWAY_MODULE = "gateway.forkserver"


class Spawner(Protocol):
    """What starts and ends processes of one kind; a `latchbench.process.ForkServer` is one."""

    async def spawn(self, settings: Mapping[str, Any]) -> Started:
        """Start one; returns when it serves. Raises `ProcessFailed`."""

    async def kill(self, pid: int) -> int:
        """End one at once, between two of its handlers."""

    def stop_child(self, pid: int) -> None:
        """Let one do nothing any more."""

    def continue_child(self, pid: int) -> None:
        """Let it go on."""

    async def end(self, pid: int) -> int:
        """End one in order. Harmless for one that has ended."""

    async def ended(self, pid: int) -> int:
        """The exit status of one, once it has ended."""


class Door(Protocol):
    """The access plane of the gateway, as any client would call it."""

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        """One call, and its answer or the lack of one."""

    async def close(self) -> None:
        """Let the connections go."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A process that the bench can talk to.

    `service` has the methods of `HostControlService`, or of `AdminService` for the gateway;
    `holder` is there for one that can have time that passes by itself.
    """

    service: Any
    stepper: Stepper
    holder: PacedStepper | None


class Rig(Protocol):
    """What a bench needs beneath it."""

    @property
    def hosts(self) -> Spawner:
        """Where hosts come from."""

    @property
    def gateways(self) -> Spawner:
        """Where the gateway comes from."""

    @property
    def directory(self) -> Path:
        """Private to this rig, and gone with it."""

    def new_case(self) -> Path:
        """A private directory for one bench."""

    def reach(self, process: Process) -> Reached:
        """Talk to a process that serves. `process.stack` closes what that takes."""

    def door(self, url: str, api_key: str, *, patient: bool = False) -> Door:
        """The gateway's access plane, whichever life of it serves there.

        `patient`: a call may be open for any length of real time.
        """

    async def stop(self) -> None:
        """End every process that is left and remove the directory."""


class Cases:
    """A private directory below the rig's own for each bench."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._made = 0

    def new(self) -> Path:
        """Another one."""
        self._made += 1
        path = self._directory / f"c{self._made}"
        path.mkdir(mode=0o700)
        return path


class ProcessRig:
    """Two fork servers, and a private directory for the sockets of their children."""

    def __init__(self, hosts: ForkServer, gateways: ForkServer, scratch: Scratch) -> None:
        self.hosts = hosts
        self.gateways = gateways
        self.directory = scratch.directory
        self._scratch = scratch
        self._cases = Cases(scratch.directory)

    @classmethod
    async def start(
        cls, gateway_module: str = GATEWAY_MODULE, *, also_from: Path | None = None
    ) -> ProcessRig:
        """Start both fork servers; they import while the caller goes on.

        Another `gateway_module`, found in the folder `also_from` if it is not installed, puts
        another gateway before the same locks.
        """
        started: list[ForkServer] = []
        scratch = Scratch.make()
        try:
            started.append(await ForkServer.start(HOST_MODULE))
            started.append(await ForkServer.start(gateway_module, also_from=also_from))
        except BaseException:
            # Somebody pressed Ctrl-C meanwhile, or the system has no more processes.
            scratch.remove()
            await asyncio.gather(*(server.stop() for server in started))
            raise
        return cls(started[0], started[1], scratch)

    def new_case(self) -> Path:
        """A private directory for one bench."""
        return self._cases.new()

    def reach(self, process: Process) -> Reached:
        """Over its unix socket."""
        info = process.started.info
        is_gateway = process.name == GATEWAY
        socket = info["admin_socket" if is_gateway else "control_socket"]
        options = channel_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX, keepalive=False)
        channel = open_channel(f"unix:{socket}", options)
        process.stack.push_async_callback(channel.close)
        stepper = RemoteStepper(channel)
        process.stack.callback(stepper.close)
        make = AdminServiceStub if is_gateway else HostControlServiceStub
        return Reached(make(channel), stepper, stepper)

    def door(self, url: str, api_key: str, *, patient: bool = False) -> Door:
        """Over HTTP."""
        return HttpDoor(url, api_key, patient=patient)

    async def stop(self) -> None:
        """End every process that is left and remove the directory."""
        try:
            await asyncio.gather(*(server.stop() for server in (self.hosts, self.gateways)))
        finally:
            self._scratch.remove()
