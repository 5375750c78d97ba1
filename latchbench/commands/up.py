"""`latchbench up`: a fleet and its gateway on real time, until told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shlex
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from latchbench import exits, ready
from latchbench.commands.printing import utc
from latchbench.commands.signals import on_end_signals

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from simulator.bench import Bench
    from simulator.paced_clock import ClockState
    from simulator.rig import Rig
    from simulator.scenario.cases import Fleet


@dataclass(frozen=True, slots=True)
class UpOptions:
    """What the command line said."""

    fleet: Path
    state: Path | None
    http: str
    grpc: str
    ready_file: Path | None
    database_url: str | None
    timing: str | None
    programming: str
    rate: float
    paused: bool


def up_command(options: UpOptions) -> int:
    """Returns when everything has ended."""
    from simulator.paced_clock import RATE_MAX
    from simulator.scenario.problems import ScenarioInvalid
    from simulator.scenario.reader import read_fleet

    if not 0 < options.rate <= RATE_MAX:
        message = f"--rate takes a number above 0 and up to {RATE_MAX:g}"
        raise exits.CommandError(message, exits.USAGE)
    for name, address in (("--http", options.http), ("--grpc", options.grpc)):
        _check_address(name, address)
    try:
        fleet = read_fleet(str(options.fleet))
    except ScenarioInvalid as error:
        exits.complain(*(str(problem) for problem in error.problems))
        return exits.USAGE
    path = options.ready_file or ready.own_path()
    with ExitStack() as held:
        if options.state is not None:
            held.callback(os.close, _own(options.state))
        return asyncio.run(_up(fleet, options, path))


def _own(folder: Path) -> int:
    """Make the folder if there is none, and hold a lock on it for as long as the result is open.

    Two hosts that write the same memory files would damage them.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        why = "it is no folder" if folder.exists() else error.strerror
        raise exits.CommandError(f"cannot use {folder}: {why}", exits.ENVIRONMENT) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        message = f"cannot use {folder}: another bench is up on it"
        raise exits.CommandError(message, exits.ENVIRONMENT) from error
    return held


def _check_address(name: str, address: str) -> None:
    host, _, port = address.rpartition(":")
    if host != "127.0.0.1" or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise exits.CommandError(
            f"{name} takes 127.0.0.1:PORT; other addresses are not built yet", exits.USAGE
        )


def _on_real_time(fleet: Fleet) -> Fleet:
    """A fleet without a clock of its own starts now."""
    if "start_us" in fleet.clock.model_fields_set:
        return fleet
    now_us = time.time_ns() // 1000
    return replace(fleet, clock=fleet.clock.model_copy(update={"start_us": now_us}))


async def _up(fleet: Fleet, options: UpOptions, path: Path) -> int:
    from latchbench.process import ProcessFailed
    from simulator.bench import Bench
    from simulator.layout import BenchOptions
    from simulator.rig import ProcessRig

    stop = asyncio.Event()
    on_end_signals(stop.set)
    async with AsyncExitStack() as stack:
        rig = await ProcessRig.start()
        stack.push_async_callback(rig.stop)
        bench = Bench(
            _on_real_time(fleet),
            BenchOptions(
                seed=fleet.seed or 0,
                stepped=False,
                state_dir=options.state.resolve() if options.state is not None else None,
                http_address=options.http,
                grpc_address=options.grpc,
                database_url=options.database_url,
                programming=options.programming,
                timing=options.timing,
                rate=options.rate,
                paused=options.paused,
            ),
            rig,
        )
        try:
            if not await _unless(stop, bench.start()):
                exits.complain("latchbench: interrupted, stopping")
                return exits.INTERRUPTED
        except ProcessFailed as error:
            if error.code in (exits.ENVIRONMENT, exits.USAGE):
                return error.code  # the process has said why on standard error
            exits.complain(f"latchbench: {error}")
            return exits.OURS
        stack.push_async_callback(bench.stop)
        return await _serve(bench, rig, options, path, stop, stack)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, and return whether it was done: it is cancelled when `stop` is set before."""
    task = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return False
    return True


async def _serve(
    bench: Bench,
    rig: Rig,
    options: UpOptions,
    path: Path,
    stop: asyncio.Event,
    stack: AsyncExitStack,
) -> int:
    import grpc

    from latchbench.channel import ACCESS_OUT_MAX, server_options
    from protos.bench.v1.bench_pb2_grpc import add_BenchServiceServicer_to_server
    from simulator.bench_service import BenchServicer

    socket = rig.directory / "bench.sock"
    server = grpc.aio.server(options=server_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX))
    add_BenchServiceServicer_to_server(BenchServicer(bench), server)
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    socket.chmod(0o600)
    stack.push_async_callback(server.stop, 0.2)

    ready.write(path, _told(bench, str(socket)))
    stack.callback(path.unlink, missing_ok=True)
    exits.say(*_lines(bench, path, options))
    died = asyncio.create_task(bench.first_death())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([died, stopped], return_when=asyncio.FIRST_COMPLETED)
    died.cancel()
    stopped.cancel()
    if stop.is_set():
        exits.complain("latchbench: stopping")
        return exits.PASSED
    exits.complain(f"latchbench: {died.result()} ended by itself; stopping the others")
    return exits.OURS


def _told(bench: Bench, socket: str) -> dict[str, Any]:
    return {
        "http_url": bench.http_url,
        "grpc_address": bench.grpc_address,
        "control_socket": socket,
        "api_key": bench.api_key,
        "gateway_pid": bench.gateway_pid,
        "devices": {
            name: {
                "device_id": lock.device_id,
                "host_pid": lock.host_pid,
                "host_address": lock.host_address,
                "nvm_path": lock.nvm_path,
            }
            for name, lock in bench.locks.items()
        },
    }


def _lines(bench: Bench, path: Path, options: UpOptions) -> list[str]:
    rows = [
        [
            name,
            lock.plan.profile.name,
            lock.device_id,
            f"{lock.host} pid {lock.host_pid}",
            lock.host_address,
        ]
        for name, lock in bench.locks.items()
    ]
    kept = f"kept in {options.state}" if options.state is not None else "forgotten at the end"
    return [
        f"{len(rows)} lock{'s' if len(rows) != 1 else ''} up, their memory {kept}",
        "",
        *exits.table(["lock", "profile", "device_id", "host", "device plane"], rows),
        "",
        f"gateway      pid {bench.gateway_pid}",
        f"HTTP         {bench.http_url}",
        f"gRPC         {bench.grpc_address}",
        f"API key      {bench.api_key}",
        f"ready file   {path}",
        *_clock_lines(bench.paced.state()),
        "",
        "PINs stand in plain text in the store and in the locks' memory files (readable by you",
        "alone). Do not use codes of real doors on a machine that you share.",
        "",
        f"try:  latchbench codes plan {_devices(bench)}{_by(options)}",
        "stop: Ctrl-C",
    ]


def _devices(bench: Bench) -> str:
    return " ".join(f"--device {name}" for name in list(bench.locks)[:2])


def _by(options: UpOptions) -> str:
    """How a command is told of a bench that it cannot find by itself."""
    return f" --bench {shlex.quote(str(options.ready_file))}" if options.ready_file else ""


def _clock_lines(clock: ClockState) -> list[str]:
    """Nothing about a clock that goes as clocks do."""
    if clock.paused:
        return [f"clock        paused at {utc(clock.now_us)}: `latchbench clock resume`"]
    if clock.rate != 1:
        return [f"clock        {utc(clock.now_us)}, {clock.rate:g} times real time"]
    return []
