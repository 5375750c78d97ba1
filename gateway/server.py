"""The gateway as a process: ports, sockets, the real clock if there is no bench, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import secrets
import socket
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import grpc
import uvicorn
from grpc_health.v1 import health, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from gateway.api.admin import AdminService
from gateway.api.grpc_service import AccessCodeService
from gateway.api.http import build_app
from gateway.api.keys import Keyring
from gateway.api.port import CALL_HEADER
from gateway.app import Chances, Gateway
from gateway.engine.parts import Settings
from gateway.policy.errors import Stopping
from gateway.policy.pacing import CODE_GAP_US, COMMANDS_PER_HUB, Pacing
from gateway.store.errors import StoreError
from gateway.store.schema import SCHEMA_VERSION
from gateway.store.store import Store
from latchbench.channel import ACCESS_IN_MAX, ACCESS_OUT_MAX, server_options
from latchbench.clock import Clock
from latchbench.holding import PacedParticipant
from latchbench.jobs import Jobs
from latchbench.lockstep import Participant, dawdling
from latchbench.logs import set_up_logs
from latchbench.process import describe, say_ready, told_to_stop
from latchbench.time_service import time_servicer
from latchbench.trace import Masker, Tracer
from protos.access.v1 import admin_pb2_grpc
from protos.bench.v1 import bench_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIT_OK: Final = 0
EXIT_OURS: Final = 3
EXIT_ENVIRONMENT: Final = 4
_TRACE_KEPT: Final = 100_000
_LOG = logging.getLogger("latchbench.gateway")


@dataclass(frozen=True, slots=True)
class Config:
    """What the starter of the process says. Addresses are `host:port`; port 0 takes a free one.

    `seed` None means the operating system's chance; a bench gives a number, and in `life` how often
    it has started this gateway, because ids must not come again. `stepped` means that a bench steps
    time over `admin_socket`; else time passes by itself, `rate` times as fast, and with
    `time_control` a bench may hold it there.
    """

    name: str
    admin_socket: str
    http_address: str
    grpc_address: str
    database_url: str
    api_key: str
    workspace_id: str
    mask_key: str
    stepped: bool
    start_us: int
    rate: float = 1.0
    time_control: bool = False
    seed: int | None = None
    life: int = 1
    show_codes: bool = False
    programming: str = "async"
    jit_lead_us: int = 3_600_000_000
    sync_deadline_us: int = 25_000_000
    commands_per_hub: int = COMMANDS_PER_HUB
    code_gap_us: int = CODE_GAP_US
    dawdle_ms: int = 0

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Config:
        """From what arrived with the start command; unknown keys are an error of ours."""
        return cls(**settings)


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
    clock = Clock(config.start_us)
    tracer = Tracer(
        clock,
        Masker(bytes.fromhex(config.mask_key), show=config.show_codes),
        keep_max=None if config.stepped else _TRACE_KEPT,
    )
    participant = (
        Participant(clock, tracer, stepped=True, jobs=Jobs(loop))
        if config.stepped
        else PacedParticipant(clock, tracer, jobs=Jobs(loop))
    )
    if config.dawdle_ms:
        chance = secrets.SystemRandom()
        participant.dawdle = dawdling(chance, config.dawdle_ms)
        participant.jobs.linger = lambda: time.sleep(chance.random() * config.dawdle_ms / 1000)
    failed: asyncio.Future[BaseException] = loop.create_future()
    participant.on_failure = lambda error: None if failed.done() else failed.set_result(error)
    async with AsyncExitStack() as stack:
        gateway = Gateway(
            participant,
            _open_store(config.database_url),
            _settings(config),
            _chances(config),
            name=config.name,
        )
        stack.push_async_callback(gateway.close)
        gateway.start()
        ports = await _serve_ports(config, gateway, participant, stack)
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


def _open_store(url: str) -> Store:
    store = Store.open(url)
    if store.upgraded_from is not None:
        _LOG.warning(
            "the store %s was upgraded from schema version %d to %d: "
            "an older gateway refuses it from now on",
            store.place,
            store.upgraded_from,
            SCHEMA_VERSION,
        )
    return store


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


def _settings(config: Config) -> Settings:
    return Settings(
        workspace_id=config.workspace_id,
        programming=config.programming,
        jit_lead_us=config.jit_lead_us,
        sync_deadline_us=config.sync_deadline_us,
        pacing=Pacing(config.commands_per_hub, config.code_gap_us),
    )


def _seed(config: Config) -> str:
    return str(config.seed) if config.life == 1 else f"{config.seed}/life-{config.life}"


def _chances(config: Config) -> Chances:
    if config.seed is None:
        system = secrets.SystemRandom()
        return Chances(system, system, system, system)
    seed = _seed(config)
    return Chances(
        random.Random(f"{seed}/gateway/work"),
        random.Random(f"{seed}/gateway/codes"),
        random.Random(f"{seed}/gateway/plans"),
        random.Random(f"{seed}/gateway/links"),
    )


async def _serve_ports(
    config: Config, gateway: Gateway, participant: Participant, stack: AsyncExitStack
) -> dict[str, Any]:
    keyring = Keyring([config.api_key])
    request_ids = (
        secrets.SystemRandom()
        if config.seed is None
        else random.Random(f"{_seed(config)}/gateway/requests")
    )

    def new_request_id() -> str:
        return f"{request_ids.getrandbits(64):016x}"

    admin = grpc.aio.server(options=server_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX))
    admin_pb2_grpc.add_AdminServiceServicer_to_server(AdminService(gateway, participant), admin)
    if config.stepped or config.time_control:
        bench_pb2_grpc.add_TimeServiceServicer_to_server(time_servicer(participant), admin)
    admin.add_insecure_port(f"unix:{config.admin_socket}")
    await admin.start()
    stack.push_async_callback(admin.stop, 0.2)
    os.chmod(config.admin_socket, 0o600)

    access = grpc.aio.server(options=server_options(ACCESS_IN_MAX, ACCESS_OUT_MAX))
    AccessCodeService(gateway, participant, keyring, new_request_id, _LOG).add_to(access)
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, access)
    await servicer.set("", HealthCheckResponse.SERVING)
    try:
        grpc_port = access.add_insecure_port(config.grpc_address)
    except RuntimeError as error:
        raise PortTaken(f"cannot listen on {config.grpc_address} for gRPC") from error
    await access.start()
    stack.push_async_callback(access.stop, 0.2)

    app: Any = build_app(gateway, participant, keyring, new_request_id, _LOG)
    if config.stepped:
        app = _BenchCalls(app, participant)
    http_port = await _serve_http(config.http_address, app, stack)
    return {
        "admin_socket": config.admin_socket,
        "grpc_address": f"{config.grpc_address.rsplit(':', 1)[0]}:{grpc_port}",
        "http_url": f"http://{config.http_address.rsplit(':', 1)[0]}:{http_port}",
    }


class _BenchCalls:
    """Tells lockstep of a bench's call that was answered without entering the core."""

    def __init__(self, app: Any, participant: Participant) -> None:
        self._app = app
        self._participant = participant

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """An ASGI application around another."""
        try:
            await self._app(scope, receive, send)
        finally:
            for name, value in scope.get("headers", ()):
                if name == CALL_HEADER.encode():
                    self._participant.withdraw(value.decode("latin-1"))


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
