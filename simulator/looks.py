"""Looks at locks as they really are: their hosts are asked or, where none runs, memory files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from protos.bench.v1 import bench_pb2
from simulator.processes import State, where
from simulator.scenario.verdict import LockLeft
from simulator.without_host import truth_in_file

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from simulator.crew import Crew
    from simulator.scenario.cases import LockPlan


@dataclass(slots=True)
class BenchLock:
    """One lock of the bench, and where it lives."""

    plan: LockPlan
    device_id: str
    host: str
    host_pid: int = 0
    host_address: str = ""
    nvm_path: str = ""


class Looks:
    """Looks at the locks of one bench. `ask(host, request)` asks a host that runs."""

    def __init__(
        self,
        locks: Mapping[str, BenchLock],
        crew: Crew,
        ask: Callable[[str, bench_pb2.DumpTruthRequest], Awaitable[Any]],
        now_us: Callable[[], int],
    ) -> None:
        self._locks = locks
        self._crew = crew
        self._ask = ask
        self._now_us = now_us

    async def truth(self, lock: str) -> bench_pb2.LockTruth:
        """One lock now; as its memory file has it when its host does not run."""
        return (await self._truths(self._locks[lock].host, [lock]))[0]

    async def left(self, token: Callable[[Pin], str]) -> dict[str, LockLeft]:
        """What the memory of every lock holds; `token` stands for a PIN."""
        truths: dict[str, bench_pb2.LockTruth] = {}
        for host in dict.fromkeys(lock.host for lock in self._locks.values()):
            names = [name for name, lock in self._locks.items() if lock.host == host]
            truths.update(zip(names, await self._truths(host, names), strict=True))
        found = {}
        for name, truth in truths.items():
            lock = self._locks[name]
            slots = {slot.slot: token(Pin(slot.code)) for slot in truth.slots}
            process = f"{lock.host} {where(lock.host_pid, lock.host_address)}"
            found[name] = LockLeft(name, truth.profile, slots, truth.slots_max, process)
        return found

    async def _truths(self, host: str, names: Sequence[str]) -> Sequence[bench_pb2.LockTruth]:
        if self._crew[host].state is not State.RUNNING:
            locks = [self._locks[name] for name in names]
            return [truth_in_file(lock.plan, lock.nvm_path, self._now_us()) for lock in locks]
        reply = await self._ask(host, bench_pb2.DumpTruthRequest(locks=names))
        return list(reply.locks)
