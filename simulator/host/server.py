"""A host process: builds the core of its settings, serves it, and ends when it is told to.

Everything real is here: sockets, signals, the monotonic clock of a host whose time runs freely.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from latchbench.channel import ACCESS_IN_MAX, ACCESS_OUT_MAX, server_options
from latchbench.process import EXIT_OURS, describe, say_ready, told_to_stop
from latchbench.time_service import time_servicer
from protos.bench.v1 import bench_pb2_grpc
from protos.device.v1 import lock_host_pb2, lock_host_pb2_grpc
from simulator.control.service import HostControlServicer
from simulator.host.assembly import assemble
from simulator.host.device_service import LockHostServicer
from simulator.host.lock_start import CannotStart
from simulator.host.nvm import NvmError
from simulator.host.settings import InvalidSettings, host_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from latchbench.lockstep import Participant
    from simulator.host.core import HostCore
    from simulator.host.settings import HostSettings

EXIT_DONE: Final = 0
EXIT_INVALID: Final = 2
EXIT_ENVIRONMENT: Final = 4

DEVICE_SERVICE: Final = lock_host_pb2.DESCRIPTOR.services_by_name["LockHostService"].full_name
_SOCKET_UMASK: Final = 0o177


class _Unservable(Exception):
    """An address cannot be served."""


async def serve(plain: Mapping[str, Any]) -> int:
    """Run a host with these settings (see `simulator.host.settings`) until it is told to stop.

    Returns the exit code: 0 when told to stop, 2 for settings that no host can have, 3 for a
    failure of ours, 4 for a memory file or an address that cannot be used. Everything but 0 has
    said why in one line on standard error.
    """
    name = str(plain.get("name", "host"))
    try:
        settings = host_settings(plain)
        participant, core = assemble(settings)
    except (InvalidSettings, CannotStart) as error:
        return _complain(name, str(error), EXIT_INVALID)
    except (NvmError, OSError) as error:
        return _complain(name, str(error), EXIT_ENVIRONMENT)
    try:
        return await _run(settings, participant, core)
    except _Unservable as error:
        return _complain(name, str(error), EXIT_ENVIRONMENT)


async def _run(settings: HostSettings, participant: Participant, core: HostCore) -> int:
    failed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def fail(error: BaseException) -> None:
        if failed.done():
            return
        if isinstance(error, NvmError):
            failed.set_result(_complain(settings.name, str(error), EXIT_ENVIRONMENT))
        else:
            failed.set_result(_complain(settings.name, describe(error), EXIT_OURS))

    participant.on_failure = fail
    device, address = await _device_server(settings, participant, core)
    control = _control_server(settings, participant, core)
    try:
        await asyncio.gather(device.start(), control.start())
        if settings.rate is not None:
            # Where real time comes from for a host that nobody steps, and nowhere else.
            participant.run_paced(lambda: time.monotonic_ns() // 1000, settings.rate)
        stop = asyncio.create_task(told_to_stop())
        # One turn of the loop, so that whoever hears READY can already end this host by SIGTERM.
        await asyncio.wait({stop}, timeout=0)
        say_ready(_ready(settings, address))
        ends: set[asyncio.Future[Any]] = {stop, failed}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        return failed.result() if failed.done() else EXIT_DONE
    finally:
        # No grace: whatever was confirmed is in the memory files.
        await asyncio.gather(device.stop(None), control.stop(None))


async def _device_server(
    settings: HostSettings, participant: Participant, core: HostCore
) -> tuple[grpc.aio.Server, str]:
    """The device plane with its health and, if that is wanted, its description; and its address."""
    server = grpc.aio.server(options=server_options())
    servicer = LockHostServicer(participant, core)
    lock_host_pb2_grpc.add_LockHostServiceServicer_to_server(servicer, server)
    healthy = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    for service in ("", DEVICE_SERVICE):
        await healthy.set(service, health_pb2.HealthCheckResponse.SERVING)
    if settings.reflection:
        names = (DEVICE_SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
    port = _bind(server, settings.device_address)
    return server, f"{settings.device_address.rpartition(':')[0]}:{port}"


def _control_server(
    settings: HostSettings, participant: Participant, core: HostCore
) -> grpc.aio.Server:
    """Control and time on a unix socket that only its owner can open.

    Its messages may be large: a truth about a thousand locks, or the trace of a long step.
    """
    server = grpc.aio.server(options=server_options(ACCESS_IN_MAX, ACCESS_OUT_MAX))
    servicer = HostControlServicer(participant, core)
    bench_pb2_grpc.add_HostControlServiceServicer_to_server(servicer, server)
    bench_pb2_grpc.add_TimeServiceServicer_to_server(time_servicer(participant), server)
    umask = os.umask(_SOCKET_UMASK)
    try:
        _bind(server, f"unix:{settings.control_socket}")
    finally:
        os.umask(umask)
    return server


def _bind(server: grpc.aio.Server, address: str) -> int:
    try:
        return int(server.add_insecure_port(address))
    except RuntimeError:
        # gRPC's own words speak of a variable to set; the address is what a person can act on.
        raise _Unservable(f"cannot serve {address}: it is in use, or cannot be") from None


def _ready(settings: HostSettings, address: str) -> dict[str, Any]:
    return {
        "name": settings.name,
        "pid": os.getpid(),
        "device_address": address,
        "control_socket": settings.control_socket,
    }


def _complain(name: str, why: str, code: int) -> int:
    sys.stderr.write(f"latchbench: host {name}: {why}\n")
    sys.stderr.flush()
    return code
