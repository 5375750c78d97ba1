"""Hosts and gateways in this process: started, stopped, killed and ended as real ones are.

A *life* is what runs between a start and an end. Killing one cancels whatever it was about to do
and leaves what it had stored, as SIGKILL does, between two handlers. In the middle of a handler a
life may die of itself (`simulator.sim.deaths`): it does nothing from then on, and its last step
says how far it came. Stopping one needs nothing: nobody steps it then, and it takes no stream.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field, fields
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.assembly import Config, participant_of
from gateway.assembly import assemble as assemble_gateway
from gateway.store.errors import StoreError
from latchbench.process import EXIT_OURS, ProcessFailed, Started, describe
from protos.access.v1 import admin_pb2
from protos.bench.v1 import bench_pb2
from simulator.control.service import HostControlServicer
from simulator.host.assembly import assemble as assemble_host
from simulator.host.device_service import LockHostServicer
from simulator.host.lock_start import CannotStart
from simulator.host.nvm import NvmError
from simulator.host.settings import InvalidSettings, host_settings
from simulator.processes import MEMORY, NotPossible
from simulator.rounds import LastWords
from simulator.sim.calls import DirectStub
from simulator.sim.deaths import Died, Fuse, MortalNvm, MortalWriter
from simulator.sim.wires import Switchboard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from latchbench.lockstep import Participant
    from latchbench.steps import Done, Step
    from simulator.sim.deaths import Death
    from simulator.sim.wires import Wire

T = TypeVar("T")

EXIT_KILLED = -9
_INVALID = 2
_ENVIRONMENT = 4


@dataclass(frozen=True, slots=True)
class Shared:
    """What all lives of a rig have in common.

    With an `order` everybody draws what comes first at one instant; it is a seed.
    """

    order: str | None = None
    switchboard: Switchboard = field(default_factory=Switchboard)
    fuses: defaultdict[str, Fuse] = field(default_factory=lambda: defaultdict(Fuse))

    def begin(self, name: str, participant: Participant, start_us: int) -> Life:
        """A life of the process of that name."""
        if self.order is not None:
            participant.draw_order(Random(f"{self.order}/{name}/{start_us}"))
        return Life(name, participant, self.fuses[name])


class Life:
    """One process from its start to its end; `fuse` is what it may die of."""

    def __init__(self, name: str, participant: Participant, fuse: Fuse) -> None:
        self.name = name
        self.participant = participant
        self.death: Death | None = None
        self._fuse = fuse
        fuse.participant = participant
        self._pump, participant.jobs.pump = participant.jobs.pump, self._pump_until_death
        self.service: Any = None  # the stub of the bench's plane
        self.exec: Callable[[Any], Coroutine[Any, Any, None]] = _nobody
        self.http: Callable[[Any, Any, Any], Coroutine[Any, Any, None]] = _nobody
        self.close: Callable[[], Awaitable[None]] = _nothing  # in order
        self.abandon: Callable[[], None] = _drop  # what the system would take from a dead process
        self.running = asyncio.Event()
        self.running.set()
        self.over = asyncio.Event()
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._answering: dict[asyncio.Task[Any], None] = {}
        self._wires: list[Wire] = []

    def start(
        self, work: Coroutine[Any, Any, T], then: Callable[[], None] | None = None
    ) -> asyncio.Task[T]:
        """Do something that ends with this life at the latest; `then` is called when it has."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None

        def ended(task: asyncio.Task[T]) -> None:
            self._tasks.pop(task, None)
            if then is not None:
                then()

        task.add_done_callback(ended)
        return task

    def answer(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Serve one caller."""
        task = self.start(work)
        self._answering[task] = None
        task.add_done_callback(lambda task: self._answering.pop(task, None))
        return task

    async def finished(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of `work`.

        Raises `NotPossible` when this life died of itself first, `ProcessFailed` when it ended.
        """
        task = self.answer(work)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        if task.cancelled():
            what = f"{self.name} ended in the middle of a call"
            raise ProcessFailed(what) if self.death is None else NotPossible(what)
        return task.result()

    def hold(self, wire: Wire) -> None:
        """A stream that ends with this life."""
        self._wires = [one for one in self._wires if not one.to_host.ended]
        self._wires.append(wire)

    def end(self) -> None:
        """Now. What it had sent is still read by whoever it went to."""
        self._fuse.participant = None
        for task in list(self._tasks):
            task.cancel()
        for wire in self._wires:
            wire.end()
        self.running.set()
        self.over.set()

    async def step(self, step: Step) -> Done:
        """One step of lockstep. Raises `ProcessFailed`: nothing of ours may fail within one."""
        try:
            if self.death is None:
                return await self.participant.step(step)
        except Died as died:
            self.die(died.death)
        except Exception as error:
            raise ProcessFailed(f"{self.name} failed: {describe(error)}", EXIT_OURS) from error

        return self._last_words(step.number)

    def die(self, death: Death) -> None:
        """Do nothing any more. Whoever moves time buries it."""
        self.death = death
        if not death.is_heard:
            for task in list(self._answering):
                task.cancel()

    def _last_words(self, number: int) -> LastWords:
        assert self.death is not None
        done = self.participant.so_far(number)
        told = {field.name: getattr(done, field.name) for field in fields(done)}
        return LastWords(**told, point=self.death.words, is_heard=self.death.is_heard)

    def _pump_until_death(self) -> None:
        """Results of jobs come back outside of the step that waits for them."""
        if self.death is not None:
            return
        try:
            self._pump()
        except Died as died:
            self.die(died.death)
            self.participant.jobs.fail(died)


class Lives:
    """Starts and ends the lives of one kind, numbered from 1; a `Spawner` of `simulator.rig`.

    `make` puts one together, from its settings.
    """

    def __init__(self, make: Callable[[dict[str, Any]], tuple[Life, dict[str, Any]]]) -> None:
        self.make = make
        self._numbers = itertools.count(1)
        self._lives: dict[int, Life] = {}

    def life(self, pid: int) -> Life | None:
        """The life of that number, unless it has ended."""
        return self._lives.get(pid)

    async def spawn(self, settings: Mapping[str, Any]) -> Started:
        """See `Spawner`. The settings are taken as if they had come through a pipe."""
        life, info = self.make(json.loads(json.dumps(dict(settings))))
        pid = next(self._numbers)
        self._lives[pid] = life
        return Started(pid, {"name": life.name, "pid": pid, **info})

    async def kill(self, pid: int) -> int:
        """See `Spawner`."""
        life = self._lives.pop(pid)
        life.end()
        life.abandon()
        return EXIT_KILLED

    def stop_child(self, pid: int) -> None:
        """See `Spawner`."""
        self._lives[pid].running.clear()

    def continue_child(self, pid: int) -> None:
        """See `Spawner`."""
        self._lives[pid].running.set()

    async def end(self, pid: int) -> int:
        """See `Spawner`. Harmless for one that has ended."""
        life = self._lives.pop(pid, None)
        if life is not None:
            life.end()
            await life.close()
        return 0

    async def ended(self, pid: int) -> int:
        """See `Spawner`. 0 also for one that was killed: who asks knows what it did."""
        life = self._lives.get(pid)
        if life is not None:
            await life.over.wait()
        return 0

    async def stop(self) -> None:
        """See `Spawner`."""
        for pid in list(self._lives):
            await self.end(pid)


def make_host(plain: dict[str, Any], shared: Shared) -> tuple[Life, dict[str, Any]]:
    """A host, and what its READY line would say."""
    name = str(plain["name"])
    try:
        settings = host_settings(plain)
        fuse, switchboard = shared.fuses[name], shared.switchboard
        participant, core = assemble_host(settings, lambda path: MortalNvm(path, fuse))
    except (InvalidSettings, CannotStart) as error:
        raise ProcessFailed(f"host {name}: {error}", _INVALID) from error
    except (NvmError, OSError) as error:
        raise ProcessFailed(f"host {name}: {error}", _ENVIRONMENT) from error
    life = shared.begin(name, participant, settings.start_us)
    address = f"{MEMORY}{name}"
    control = bench_pb2.DESCRIPTOR.services_by_name["HostControlService"]
    life.service = DirectStub(control, HostControlServicer(participant, core), life)
    device = LockHostServicer(participant, core)
    life.exec = lambda context: device.Exec(None, context)
    switchboard.serve(address, life)
    life.abandon = lambda: switchboard.gone(address, life)

    async def close() -> None:
        life.abandon()

    life.close = close
    return life, {"device_address": address, "control_socket": settings.control_socket}


def make_gateway(plain: dict[str, Any], shared: Shared) -> tuple[Life, dict[str, Any]]:
    """A gateway, and what its READY line would say. It may have died of its start already."""
    config = Config.from_settings(plain)
    participant = participant_of(config, asyncio.get_running_loop())
    life = shared.begin(config.name, participant, config.start_us)
    fuse = shared.fuses[config.name]
    try:
        made = assemble_gateway(
            config,
            participant,
            shared.switchboard,
            inline=True,
            make_writer=lambda store: MortalWriter(store, participant, fuse),
        )
    except StoreError as error:
        raise ProcessFailed(f"{config.name}: {error}", _ENVIRONMENT) from error
    admin = admin_pb2.DESCRIPTOR.services_by_name["AdminService"]
    life.service = DirectStub(admin, made.admin, life)
    life.http = made.http
    life.close = made.gateway.close

    def abandon() -> None:
        shared.switchboard.hang_up()
        made.gateway.abandon()

    life.abandon = abandon
    try:
        made.gateway.start()
    except Died as died:
        life.die(died.death)
    address = f"{MEMORY}{config.name}"
    return life, {
        "admin_socket": config.admin_socket,
        "grpc_address": address,
        "http_url": address,
    }


async def _nobody(*asked: object) -> None:
    """A plane that this kind of process does not have."""
    raise TypeError(f"nothing is served there: {len(asked)}")


async def _nothing() -> None:
    """An end that needs nothing more."""


def _drop() -> None:
    """The same at once."""
