"""The bench: starts hosts and a gateway, owns time, and has a door to every lock.

Two ways of time. *Stepped*: virtual, in lockstep; nothing moves unless the bench moves it. *Paced*:
time passes by itself, and whoever likes may call the gateway. Everything that people drive (the
scenario runner, the command line) is thin over this class.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from protos.access.v1 import admin_pb2
from protos.bench.v1 import bench_pb2
from simulator.bench_trace import BenchTrace
from simulator.conductor import Conductor
from simulator.crew import Crew
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
from simulator.looks import BenchLock, Looks
from simulator.members import OpenCall, Tally
from simulator.paced_clock import PacedClock
from simulator.processes import GATEWAY, NotPossible, Process, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from latchbench.pin import Pin
    from latchbench.trace import PinLetters, TraceEvent
    from simulator.http_door import HttpReply
    from simulator.rig import Door, Reached, Rig
    from simulator.rounds import LastWords
    from simulator.scenario.cases import Fleet
    from simulator.scenario.verdict import LockLeft

T = TypeVar("T")

CALL_KEY: Final = "latchbench-call"


class Bench:
    """A running fleet with its gateway. Use `async with Bench.started(...)`-like `start`/`stop`."""

    def __init__(self, fleet: Fleet, options: BenchOptions, rig: Rig) -> None:
        self.fleet = fleet
        self.options = options
        self.api_key = options.api_key or f"seam_bench_{secrets.token_urlsafe(24)}"
        self.locks: dict[str, BenchLock] = {}
        self.http_url = ""
        self.grpc_address = ""
        self.conductor = Conductor(fleet.clock.start_us) if options.stepped else None
        self.paced = PacedClock(fleet.clock.start_us)  # without members if there is a conductor
        self._rig = rig
        self._directory = rig.new_case()
        self._stack = AsyncExitStack()
        self._controls: dict[str, Any] = {}
        self._admin: Any = None
        self._http: Door | None = None
        self._trace = BenchTrace(options.masking, show_codes=options.show_codes)
        self.crew = Crew(self.conductor, self._join)
        self._looks = Looks(self.locks, self.crew, self._dump, self.now_us)
        if self.conductor is not None:
            self.conductor.on_trace = self._trace.add
            self.conductor.on_death = self._died

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
        packs = pack(self.fleet, self.options.hosts or self.fleet.hosts, self.options.apart)
        place = Place(self._directory, self._trace.mask_key, self.api_key)
        folder = self.options.state_dir or self._directory
        settings = []
        for number, locks in enumerate(packs, 1):
            name = f"host-{number}"
            settings.append(host_settings(self.fleet, self.options, place, name, locks))
            for lock in locks:
                self.locks[lock.name] = BenchLock(
                    plan=lock,
                    device_id=device_id_of(self.fleet, lock.name),
                    host=name,
                    nvm_path=str(nvm_path(folder, lock.name)),
                )
        await self._spawn(settings, gateway_settings(self.fleet, self.options, place))
        for process in self.crew:
            await self._join(process)
        await self._register()
        if self.conductor is None:
            self._stack.callback(self.paced.stop)
            rate, paused = self.options.rate, self.options.paused
            await self.paced.start(rate, SYNC_DEADLINE_STEPPED_US, paused=paused)
        else:
            await self.settle(self.now_us() + SYNC_DEADLINE_STEPPED_US)

    async def _spawn(self, hosts: Sequence[Mapping[str, Any]], gateway: Mapping[str, Any]) -> None:
        """All processes at once, the gateway last of the crew.

        Raises what the first of them raised that did not start; the others are known then, so that
        `stop` ends them.
        """
        rig = self._rig
        told = [*((rig.hosts, one) for one in hosts), (rig.gateways, gateway)]
        spawning = [server.spawn(settings) for server, settings in told]
        results = await asyncio.gather(*spawning, return_exceptions=True)
        failures = []
        for (server, settings), result in zip(told, results, strict=True):
            if isinstance(result, BaseException):
                failures.append(result)
            else:
                self.crew.add(Process(server, settings, result))
        if failures:
            raise failures[0]

    async def stop(self) -> None:
        """End this bench's processes. May be called again."""
        await self._stack.aclose()
        await asyncio.gather(*(process.end() for process in self.crew))

    async def _join(self, process: Process) -> None:
        """Connect to a process that serves, and let it take part in time."""
        reached = self._rig.reach(process)
        is_gateway = process.name == GATEWAY
        if is_gateway:
            self._know_gateway(process, reached)
        else:
            self._know_host(process, reached)
        if self.conductor is not None:
            await self.conductor.add(process.name, reached.stepper, rank=1 if is_gateway else 0)
        elif reached.holder is not None:
            self.paced.add(process.name, reached.holder)
        else:
            raise RuntimeError(f"nobody can hold {process.name}")

    async def _died(self, name: str, last: LastWords) -> None:
        """A process died in the middle of a step. The trace names locks, whatever holds them."""
        locks = ",".join(sorted(lock for lock, one in self.locks.items() if one.host == name))
        self.note("bench.died", of=locks or name, point=last.point)
        await self.crew.bury(name)

    def _know_host(self, process: Process, reached: Reached) -> None:
        info = process.started.info
        self._controls[process.name] = reached.service
        for lock in self.locks.values():
            if lock.host == process.name:
                lock.host_pid = process.pid
                lock.host_address = str(info["device_address"])

    def _know_gateway(self, process: Process, reached: Reached) -> None:
        info = process.started.info
        self.http_url = str(info["http_url"])
        self.grpc_address = str(info["grpc_address"])
        self._admin = reached.service
        if self._http is None:
            self._http = self._rig.door(self.http_url, self.api_key, patient=self.options.patient)
            self._stack.push_async_callback(self._http.close)

    @property
    def gateway_pid(self) -> int:
        """Of the gateway's process, or of the one that was the last."""
        return self.crew.gateway.pid

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
        with words when the lock cannot have that done to it, and `NotPossible` when its host does
        not run.
        """
        self.crew[self.locks[lock].host].must_be(State.RUNNING)
        request = bench_pb2.ActRequest(lock=lock, **action)
        stub = self._controls[self.locks[lock].host]
        return await self._ask(
            self.locks[lock].host, lambda metadata: stub.Act(request, metadata=metadata)
        )

    async def set_hub(self, hub: str, state: str) -> None:
        """Take the radio of a declared hub away from its locks (`down`), or give it back (`up`).

        Raises `grpc.aio.AioRpcError` with words for another state, `KeyError` for another hub, and
        `NotPossible` when its host does not run.
        """
        host = self.locks[self.fleet.hubs[hub][0]].host
        self.crew[host].must_be(State.RUNNING)
        request = bench_pb2.SetHubRequest(hub=hub, state=state)
        stub = self._controls[host]
        await self._ask(host, lambda metadata: stub.SetHub(request, metadata=metadata))

    async def truth(self, lock: str) -> bench_pb2.LockTruth:
        """A lock as it really is; as its memory file has it when its host does not run."""
        return await self._looks.truth(lock)

    async def _dump(self, host: str, request: bench_pb2.DumpTruthRequest) -> Any:
        dump = self._controls[host].DumpTruth
        return await self._ask(host, lambda metadata: dump(request, metadata=metadata))

    async def http(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> HttpReply:
        """One call of the access plane, as any client would make it.

        In lockstep, time moves event by event until it is answered. A gateway that was killed
        answers nobody (see `HttpReply`). Raises `NotPossible` when it is stopped: nobody would ever
        answer.
        """
        if self.conductor is None:
            return await self._request(method, path, body, {})
        call = await self.start_http(method, path, body)
        await self.run_to_answer(call, self.conductor.now_us + 2 * SYNC_DEADLINE_STEPPED_US)
        return await call.result()

    async def start_http(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> OpenCall[HttpReply]:
        """Lockstep only: let a call in, and leave time where it is."""
        sent = headers or {}
        conductor = self.stepped()
        self.crew.gateway.must_be(State.RUNNING, State.KILLED)
        if self.crew.gateway.state is State.KILLED:
            return OpenCall.ended(await self._request(method, path, body, sent))
        return await conductor.call(
            "gateway",
            lambda call_id: self._request(method, path, body, {**sent, CALL_KEY: call_id}),
        )

    async def run_to_answer(self, call: OpenCall[HttpReply], until_us: int) -> bool:
        """Lockstep only: move time to a call's answer; returns whether it came by `until_us`."""
        return await self.stepped().run_until(lambda: call.answered, until_us)

    async def hang_up(self, call: OpenCall[HttpReply]) -> None:
        """Lockstep only: close a call's connection before its answer; the gateway learns it now.

        Raises `NotPossible` when the call has ended, or when the gateway is stopped.
        """
        if call.answered:
            raise NotPossible("the call has ended already, so there is nothing to hang up on")
        self.crew.gateway.must_be(State.RUNNING)
        await self.stepped().hang_up(call)

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        if self._http is None:
            raise RuntimeError("the bench was not started")
        return await self._http.request(method, path, body, headers)

    async def counters(self) -> Mapping[str, int]:
        """What the gateway counted since it started; nothing when it does not run."""
        if self.crew.gateway.state is not State.RUNNING:
            return {}
        reply = await self._admin.GetCounters(admin_pb2.GetCountersRequest())
        return dict(reply.counters)

    # Time.

    def stepped(self) -> Conductor:
        """Who moves time; only a stepped bench has one."""
        if self.conductor is None:
            raise RuntimeError("time passes by itself on a paced bench")
        return self.conductor

    def now_us(self) -> int:
        """Virtual time; only a stepped bench has one of its own."""
        if self.conductor is None:
            raise RuntimeError("a paced bench asks its processes what time it is")
        return self.conductor.now_us

    async def advance(self, by_us: int) -> None:
        """Let everything happen that happens within `by_us`."""
        await self.stepped().run_to(self.now_us() + by_us)

    async def run_to_event(self, is_it: Callable[[TraceEvent], bool], until_us: int) -> bool:
        """Stop at the instant of the first event from now on that fits, before the next one.

        Returns whether there was one by `until_us`. Of several events of one round, each is asked
        about; PINs are tokens in it.
        """
        news = self._trace.news()

        def happened() -> bool:
            return any([is_it(event) for event in news()])  # noqa: C419 - each is asked, to count

        return await self.stepped().run_until(happened, until_us, every_instant=True)

    async def settle(self, until_us: int) -> bool:
        """Let what is under way end; returns whether it did by `until_us`."""
        return await self.stepped().settle(until_us)

    # The trace.

    def note(self, kind: str, **fields: str) -> None:
        """Something that the bench is about to do, in the trace before all that comes of it."""
        at_us, delta = 0, 0
        if self.conductor is not None:
            self.conductor.new_act()
            at_us, delta = self.conductor.now_us, self.conductor.delta
        self._trace.note(at_us, delta, kind, fields)

    def trace(self) -> list[TraceEvent]:
        """Everything that happened so far, in order, PINs as letters unless they were asked for."""
        return self._trace.plain()

    def raw_trace(self) -> list[TraceEvent]:
        """The same with the tokens of PINs, which only this run can make."""
        return self._trace.raw()

    def news(self) -> Callable[[], Sequence[TraceEvent]]:
        """A function that returns what came since its last call, as it came; PINs are tokens."""
        return self._trace.news()

    def letters(self) -> PinLetters:
        """The letters of the trace so far."""
        return self._trace.letters()

    def token(self, pin: Pin) -> str:
        """What stands for a PIN until its letter is known."""
        return self._trace.token(pin)

    async def held(self) -> tuple[LockLeft, ...]:
        """What every lock's own memory holds now.

        PINs are tokens, because their letters are known when the trace is whole: see `letters`.
        """
        left = await self._looks.left(self.token)
        return tuple(left[name] for name in self.fleet.locks)

    def tally(self) -> Tally:
        """What moving time has cost so far."""
        return replace(self.conductor.tally) if self.conductor is not None else Tally()

    async def first_death(self) -> str:
        """The name of the first process that ends; it should end only when the bench stops."""
        ends = {
            asyncio.ensure_future(process.server.ended(process.pid)): process.name
            for process in self.crew
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
