"""The bench: starts hosts and a gateway, owns time, and has a door to every lock.

Two ways of time. *Stepped*: virtual, in lockstep; nothing moves unless the bench moves it. *Paced*:
time passes by itself, and whoever likes may call the gateway. Everything that people drive (the
scenario runner, the command line) is thin over this class.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx

from latchbench.channel import ACCESS_OUT_MAX, channel_options, open_channel
from latchbench.pin import Pin
from latchbench.time_service import RemoteStepper
from latchbench.trace import Masker, PinLetters, TraceEvent, merged
from protos.access.v1 import admin_pb2, admin_pb2_grpc
from protos.bench.v1 import bench_pb2, bench_pb2_grpc
from simulator.conductor import Conductor, OpenCall, Tally
from simulator.host.nvm import nvm_path
from simulator.inventory import device_message
from simulator.layout import (
    SYNC_DEADLINE_STEPPED_US,
    BenchOptions,
    Place,
    device_id_of,
    gateway_settings,
    host_settings,
    pack,
)
from simulator.paced_clock import PacedClock
from simulator.scenario.verdict import LockLeft

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from latchbench.process import Started
    from simulator.rig import Rig
    from simulator.scenario.cases import Fleet, LockPlan

T = TypeVar("T")

CALL_KEY: Final = "latchbench-call"


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What the gateway answered. `body` shows PINs: it is the caller's."""

    status: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(slots=True)
class BenchLock:
    """One lock of the bench, and where it lives."""

    plan: LockPlan
    device_id: str
    host: str
    host_pid: int = 0
    host_address: str = ""
    nvm_path: str = ""


class Bench:
    """A running fleet with its gateway. Use `async with Bench.started(...)`-like `start`/`stop`."""

    def __init__(self, fleet: Fleet, options: BenchOptions, rig: Rig) -> None:
        self.fleet = fleet
        self.options = options
        self.api_key = options.api_key or f"seam_bench_{secrets.token_urlsafe(24)}"
        self.locks: dict[str, BenchLock] = {}
        self.gateway_pid = 0
        self.http_url = ""
        self.grpc_address = ""
        self.conductor = Conductor(fleet.clock.start_us) if options.stepped else None
        self.paced = PacedClock(fleet.clock.start_us)  # without members if there is a conductor
        self._rig = rig
        self._directory = rig.new_case()
        shared = options.masking
        self._mask_key = shared.key if shared is not None else secrets.token_hex(32)
        self._masker = Masker(bytes.fromhex(self._mask_key), show=options.show_codes)
        self._stack = AsyncExitStack()
        self._controls: dict[str, Any] = {}
        self._admin: Any = None
        self._http: httpx.AsyncClient | None = None
        self._trace: list[TraceEvent] = []
        self._acts = 0
        self._started: list[tuple[Any, int]] = []
        if self.conductor is not None:
            self.conductor.on_trace = self._trace.extend

    # Start and stop.

    async def start(self) -> None:
        """Start every process, register the locks and let the gateway read them.

        Raises `ProcessFailed` when a process does not start; what did start has ended then.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        packs = pack(self.fleet, self.options.hosts or self.fleet.hosts)
        place = Place(self._directory, self._mask_key, self.api_key)
        settings = [
            host_settings(self.fleet, self.options, place, f"host-{number}", locks)
            for number, locks in enumerate(packs, 1)
        ]
        *hosts, gateway = await self._spawn(
            settings, gateway_settings(self.fleet, self.options, place)
        )
        for host, locks in zip(hosts, packs, strict=True):
            await self._know_host(host, locks)
        await self._know_gateway(gateway)
        await self._register()
        if self.conductor is None:
            self._stack.callback(self.paced.stop)
            rate, paused = self.options.rate, self.options.paused
            await self.paced.start(rate, SYNC_DEADLINE_STEPPED_US, paused=paused)
        else:
            await self.settle(self.now_us() + SYNC_DEADLINE_STEPPED_US)

    async def _spawn(
        self, hosts: Sequence[Mapping[str, Any]], gateway: Mapping[str, Any]
    ) -> list[Started]:
        """All processes at once, the gateway last in the list.

        Raises what the first of them raised that did not start; the others are known then, so that
        `stop` ends them.
        """
        rig = self._rig
        servers = [*(rig.hosts for _ in hosts), rig.gateways]
        spawning = [*map(rig.hosts.spawn, hosts), rig.gateways.spawn(gateway)]
        results = await asyncio.gather(*spawning, return_exceptions=True)
        started = []
        failures = []
        for server, result in zip(servers, results, strict=True):
            if isinstance(result, BaseException):
                failures.append(result)
            else:
                started.append(result)
                self._started.append((server, result.pid))
        if failures:
            raise failures[0]
        return started

    async def stop(self) -> None:
        """End this bench's processes. May be called again."""
        await self._stack.aclose()
        started, self._started = self._started, []
        await asyncio.gather(*(server.end(pid) for server, pid in started))

    async def _know_host(self, host: Started, locks: Sequence[LockPlan]) -> None:
        name = str(host.info["name"])
        control = self._open(f"unix:{host.info['control_socket']}")
        self._controls[name] = bench_pb2_grpc.HostControlServiceStub(control)
        folder = self.options.state_dir or self._directory
        for lock in locks:
            self.locks[lock.name] = BenchLock(
                plan=lock,
                device_id=device_id_of(self.fleet, lock.name),
                host=name,
                host_pid=host.pid,
                host_address=str(host.info["device_address"]),
                nvm_path=str(nvm_path(folder, lock.name)),
            )
        await self._take_part(name, control)

    async def _take_part(self, name: str, channel: Any) -> None:
        """A process shares the bench's time from now on."""
        stepper = RemoteStepper(channel)
        self._stack.callback(stepper.close)
        if self.conductor is not None:
            await self.conductor.add(name, stepper)
        else:
            self.paced.add(name, stepper)

    async def _know_gateway(self, gateway: Started) -> None:
        self.gateway_pid = gateway.pid
        self.http_url = str(gateway.info["http_url"])
        self.grpc_address = str(gateway.info["grpc_address"])
        channel = self._open(f"unix:{gateway.info['admin_socket']}")
        self._admin = admin_pb2_grpc.AdminServiceStub(channel)
        self._http = httpx.AsyncClient(base_url=self.http_url, timeout=120, trust_env=False)
        self._stack.push_async_callback(self._http.aclose)
        await self._take_part("gateway", channel)

    def _open(self, address: str) -> Any:
        channel = open_channel(
            address, channel_options(ACCESS_OUT_MAX, ACCESS_OUT_MAX, keepalive=False)
        )
        self._stack.push_async_callback(channel.close)
        return channel

    async def _register(self) -> None:
        order = {name: number for number, name in enumerate(self.fleet.locks)}
        locks = sorted(self.locks.values(), key=lambda lock: order[lock.plan.name])
        request = admin_pb2.PutDevicesRequest(
            devices=[
                device_message(lock.plan, lock.device_id, lock.host, lock.host_address)
                for lock in locks
            ]
        )
        await self._ask(
            "gateway", lambda metadata: self._admin.PutDevices(request, metadata=metadata)
        )

    # Asking processes.

    async def _ask(
        self, member: str, make: Callable[[tuple[tuple[str, str], ...]], Awaitable[T]]
    ) -> T:
        """A call that takes no time; `make` is given the metadata that lets it in."""

        def marked(call_id: str | None) -> Awaitable[T]:
            return make(() if call_id is None else ((CALL_KEY, call_id),))

        return await (self.conductor or self.paced).ask(member, marked)

    async def act(self, lock: str, **action: Any) -> bench_pb2.ActResponse:
        """Do something to a lock that its radio could not: press keys, cut its power, arm a fault.

        One keyword, a field of `ActRequest.action`, with its message. Raises `grpc.aio.AioRpcError`
        with words when the lock cannot have that done to it.
        """
        request = bench_pb2.ActRequest(lock=lock, **action)
        stub = self._controls[self.locks[lock].host]
        return await self._ask(
            self.locks[lock].host, lambda metadata: stub.Act(request, metadata=metadata)
        )

    async def set_hub(self, hub: str, state: str) -> None:
        """Take the radio of a declared hub away from its locks (`down`), or give it back (`up`).

        Raises `grpc.aio.AioRpcError` with words for another state, and `KeyError` for another hub.
        """
        host = self.locks[self.fleet.hubs[hub][0]].host
        request = bench_pb2.SetHubRequest(hub=hub, state=state)
        stub = self._controls[host]
        await self._ask(host, lambda metadata: stub.SetHub(request, metadata=metadata))

    async def truth(self, lock: str) -> bench_pb2.LockTruth:
        """A lock as it really is."""
        return (await self._truths(self.locks[lock].host, [lock]))[0]

    async def _truths(self, host: str, names: Sequence[str]) -> Sequence[bench_pb2.LockTruth]:
        request = bench_pb2.DumpTruthRequest(locks=names)
        dump = self._controls[host].DumpTruth
        reply = await self._ask(host, lambda metadata: dump(request, metadata=metadata))
        return list(reply.locks)

    async def http(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> HttpReply:
        """One call of the access plane, as any client would make it.

        In lockstep, time moves event by event until it is answered.
        """
        if self.conductor is None:
            return await self._request(method, path, body, {})
        call = await self.start_http(method, path, body)
        await self.run_to_answer(call, self.conductor.now_us + 2 * SYNC_DEADLINE_STEPPED_US)
        return await call.result()

    async def start_http(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> OpenCall[HttpReply]:
        """Lockstep only: let a call in, and leave time where it is."""
        if self.conductor is None:
            raise RuntimeError("only a stepped bench can hold a call open")
        return await self.conductor.call(
            "gateway", lambda call_id: self._request(method, path, body, {CALL_KEY: call_id})
        )

    async def run_to_answer(self, call: OpenCall[HttpReply], until_us: int) -> bool:
        """Lockstep only: move time to a call's answer; returns whether it came by `until_us`."""
        if self.conductor is None:
            raise RuntimeError("only a stepped bench can hold a call open")
        return await self.conductor.run_until(lambda: call.answered, until_us)

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        if self._http is None:
            raise RuntimeError("the bench was not started")
        response = await self._http.request(
            method,
            path,
            content=None if body is None else json.dumps(body).encode(),
            headers={
                "authorization": f"Bearer {self.api_key}",
                "content-type": "application/json",
                **headers,
            },
        )
        return HttpReply(response.status_code, response.json())

    async def counters(self) -> Mapping[str, int]:
        """What the gateway counted since it started."""
        reply = await self._admin.GetCounters(admin_pb2.GetCountersRequest())
        return dict(reply.counters)

    # Time.

    def now_us(self) -> int:
        """Virtual time; only a stepped bench has one of its own."""
        if self.conductor is None:
            raise RuntimeError("a paced bench asks its processes what time it is")
        return self.conductor.now_us

    async def advance(self, by_us: int) -> None:
        """Let everything happen that happens within `by_us`."""
        if self.conductor is None:
            raise RuntimeError("time passes by itself on a paced bench")
        await self.conductor.run_to(self.conductor.now_us + by_us)

    async def run_to_event(self, is_it: Callable[[TraceEvent], bool], until_us: int) -> bool:
        """Stop at the instant of the first event from now on that fits, before the next one.

        Returns whether there was one by `until_us`. Of several events of one round, each is asked
        about; PINs are tokens in it.
        """
        if self.conductor is None:
            raise RuntimeError("time passes by itself on a paced bench")
        seen = len(self._trace)

        def happened() -> bool:
            nonlocal seen
            news, seen = self._trace[seen:], len(self._trace)
            return any([is_it(event) for event in news])  # noqa: C419 - each is asked, to count

        return await self.conductor.run_until(happened, until_us, every_instant=True)

    async def settle(self, until_us: int) -> bool:
        """Let what is under way end; returns whether it did by `until_us`."""
        if self.conductor is None:
            raise RuntimeError("time passes by itself on a paced bench")
        return await self.conductor.settle(until_us)

    # The trace.

    def note(self, kind: str, **fields: str) -> None:
        """Something that the bench is about to do, in the trace before all that comes of it."""
        self._acts += 1
        at_us, delta = 0, 0
        if self.conductor is not None:
            self.conductor.new_act()
            at_us, delta = self.conductor.now_us, self.conductor.delta
        self._trace.append(TraceEvent(at_us, delta, "bench", self._acts, kind, fields))

    def trace(self) -> list[TraceEvent]:
        """Everything that happened so far, in order, PINs as letters unless they were asked for."""
        return self._lettered()[0]

    def _lettered(self) -> tuple[list[TraceEvent], PinLetters]:
        shared = self.options.masking
        letters = PinLetters(shared.letters if shared is not None else None)
        return [letters.plain(event) for event in merged(self._trace)], letters

    def letters(self) -> PinLetters:
        """The letters of the trace so far."""
        return self._lettered()[1]

    def token(self, pin: Pin) -> str:
        """What stands for a PIN until its letter is known."""
        return self._masker.token(pin)

    async def held(self) -> tuple[LockLeft, ...]:
        """What every lock's own memory holds now.

        PINs are tokens, because their letters are known when the trace is whole: see `letters`.
        """
        truths: dict[str, bench_pb2.LockTruth] = {}
        for host in self._controls:
            names = [name for name, lock in self.locks.items() if lock.host == host]
            truths.update(zip(names, await self._truths(host, names), strict=True))
        found = []
        for name in self.fleet.locks:
            lock, truth = self.locks[name], truths[name]
            slots = {slot.slot: self.token(Pin(slot.code)) for slot in truth.slots}
            process = f"{lock.host} pid {lock.host_pid} at {lock.host_address}"
            found.append(LockLeft(name, truth.profile, slots, truth.slots_max, process))
        return tuple(found)

    def tally(self) -> Tally:
        """What moving time has cost so far."""
        return replace(self.conductor.tally) if self.conductor is not None else Tally()

    async def first_death(self) -> str:
        """The name of the first process that ends; it should end only when the bench stops."""
        names = {pid: name for name, pid, _ in self.processes()}
        ends = {
            asyncio.ensure_future(server.ended(pid)): names[pid] for server, pid in self._started
        }
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        return ends[done.pop()]

    def processes(self) -> Iterable[tuple[str, int, str]]:
        """(name, pid, address) of each process."""
        seen = {lock.host: (lock.host_pid, lock.host_address) for lock in self.locks.values()}
        for name, (pid, address) in sorted(seen.items()):
            yield name, pid, address
        yield "gateway", self.gateway_pid, self.http_url
