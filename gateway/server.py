"""The gateway as a process: ports, sockets, the real clock if there is no bench, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

import grpc
import uvicorn
from grpc_health.v1 import health, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from gateway.assembly import Config, assemble, participant_of
from gateway.driver.streams import GrpcConnector
from gateway.policy.errors import Stopping
from gateway.store.errors import StoreError
from latchbench.channel import ACCESS_IN_MAX, ACCESS_OUT_MAX, server_options
from latchbench.logs import set_up_logs
from latchbench.process import describe, say_ready, told_to_stop
from latchbench.time_service import time_servicer
from protos.access.v1 import admin_pb2_grpc
from protos.bench.v1 import bench_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.assembly import Assembled

EXIT_OK: Final = 0
EXIT_OURS: Final = 3
EXIT_ENVIRONMENT: Final = 4


class PortTaken(Exception):
    """An address that was asked for cannot be listened on."""


def run(settings: Mapping[str, Any]) -> int:
    """Serve until told to stop; returns the exit code of the process."""
    set_up_logs()
    try:
        return asyncio.run(_serve(Config.from_settings(settings)))
    except (StoreError, PortTaken) as error:
        sys.stderr.write(f"latchbench: {settings['name']}: {error}\n")
        return EXIT_ENVIRONMENT


async def _serve(config: Config) -> int:
    loop = asyncio.get_running_loop()
    participant = participant_of(config, loop)
    failed: asyncio.Future[BaseException] = loop.create_future()
    participant.on_failure = lambda error: None if failed.done() else failed.set_result(error)
    async with AsyncExitStack() as stack:
        made = assemble(config, participant, GrpcConnector(keepalive=not config.stepped))
        stack.push_async_callback(made.gateway.close)
        made.gateway.start()
        ports = await _serve_ports(config, made, stack)
        if not config.stepped:
            participant.run_paced(_monotonic_us, config.rate)
        say_ready({"name": config.name, "pid": os.getpid(), **ports})
        stopped = asyncio.create_task(told_to_stop())
        ends: list[asyncio.Future[Any]] = [stopped, failed]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        participant.refuse_calls(Stopping)
        if failed.done():
            sys.stderr.write(f"latchbench: {config.name} failed: {describe(failed.result())}\n")
            return EXIT_OURS
    return EXIT_OK


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


async def _serve_ports(config: Config, made: Assembled, stack: AsyncExitStack) -> dict[str, Any]:
    admin = grpc.aio.server(options=server_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX))
    admin_pb2_grpc.add_AdminServiceServicer_to_server(made.admin, admin)
    if config.stepped or config.time_control:
        bench_pb2_grpc.add_TimeServiceServicer_to_server(time_servicer(made.participant), admin)
    admin.add_insecure_port(f"unix:{config.admin_socket}")
    await admin.start()
    stack.push_async_callback(admin.stop, 0.2)
    os.chmod(config.admin_socket, 0o600)

    access = grpc.aio.server(options=server_options(ACCESS_IN_MAX, ACCESS_OUT_MAX))
    made.access.add_to(access)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, access)
    await servicer.set("", HealthCheckResponse.SERVING)
    try:
        grpc_port = access.add_insecure_port(config.grpc_address)
    except RuntimeError as error:
        raise PortTaken(f"cannot listen on {config.grpc_address} for gRPC") from error
    await access.start()
    stack.push_async_callback(access.stop, 0.2)

    http_port = await _serve_http(config.http_address, made.http, stack)
    return {
        "admin_socket": config.admin_socket,
        "grpc_address": f"{config.grpc_address.rsplit(':', 1)[0]}:{grpc_port}",
        "http_url": f"http://{config.http_address.rsplit(':', 1)[0]}:{http_port}",
    }


class _QuietServer(uvicorn.Server):
    """uvicorn without its own idea of signals: the process has one owner."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when it serves."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave signals alone."""
        yield


async def _serve_http(address: str, app: Any, stack: AsyncExitStack) -> int:
    host, _, port = address.rpartition(":")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
    except OSError as error:
        listener.close()
        raise PortTaken(f"cannot listen on {address} for HTTP: {error.strerror}") from error
    server = _QuietServer(
        uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))

    async def stop() -> None:
        server.should_exit = True
        await task
        listener.close()

    stack.push_async_callback(stop)
    await server.up.wait()
    return int(listener.getsockname()[1])
