"""A bench and what a test does with it: calls through the API, looks into the locks themselves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gateway.policy.times import exact_time_text
from protos.bench.v1 import bench_pb2 as pb
from simulator.bench import Bench
from simulator.host.nvm import read_nvm
from simulator.layout import BenchOptions
from simulator.radio.words import RadioState
from simulator.scenario.reader import read_fleet_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.http_door import HttpReply
    from simulator.rig import Rig

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

# No work of these tests is longer under way than this, in virtual time.
SETTLED_WITHIN_US = HOUR_US

Codes = dict[int, str]


@dataclass
class Site:
    """One bench with a fleet. Locks go by their names, codes by their digits."""

    bench: Bench

    # Through the API.

    def ids(self, *locks: str) -> list[str]:
        return [self.bench.locks[lock].device_id for lock in locks]

    def lock_of(self, device_id: str) -> str:
        return next(name for name, lock in self.bench.locks.items() if lock.device_id == device_id)

    async def create(self, *locks: str, **parameters: Any) -> HttpReply:
        """`create_multiple` over these locks; time moves until it is answered."""
        return await self.put({"device_ids": self.ids(*locks), **parameters})

    async def put(self, body: Mapping[str, Any]) -> HttpReply:
        return await self.bench.http("PUT", "/access_codes/create_multiple", body)

    async def created(self, *locks: str, **parameters: Any) -> dict[str, dict[str, Any]]:
        """As `create`, for a call that must succeed: its rows by lock."""
        reply = await self.create(*locks, **parameters)
        assert reply.status == 200, reply.body
        return self.rows(reply)

    def rows(self, reply: HttpReply) -> dict[str, dict[str, Any]]:
        return {self.lock_of(row["device_id"]): row for row in reply.body["access_codes"]}

    async def get(self, **query: str) -> HttpReply:
        return await self.bench.http("GET", f"/access_codes/get?{urlencode(query)}")

    async def listed(self, lock: str) -> list[dict[str, Any]]:
        """Every row that the API lists on a lock."""
        (device_id,) = self.ids(lock)
        reply = await self.bench.http("POST", "/access_codes/list", {"device_id": device_id})
        assert reply.status == 200, reply.body
        return list(reply.body["access_codes"])

    async def delete(self, row: Mapping[str, Any]) -> None:
        body = {"access_code_id": row["access_code_id"]}
        reply = await self.bench.http("POST", "/access_codes/delete", body)
        assert reply.status == 200, reply.body

    # Time.

    async def settle(self) -> None:
        bench = self.bench
        assert await bench.settle(bench.now_us() + SETTLED_WITHIN_US), "work does not end"

    async def until(self, at_us: int) -> None:
        """Let everything happen that happens up to this instant."""
        await self.bench.advance(at_us - self.bench.now_us())

    def at(self, delay_us: int) -> str:
        """The instant that is `delay_us` from now, as the API takes it."""
        return exact_time_text(self.bench.now_us() + delay_us)

    # At the locks.

    async def inside(self, *locks: str) -> dict[str, Codes]:
        """What the memories of these locks hold, or of all: slots and digits."""
        found = {}
        for lock in locks or self.bench.fleet.locks:
            truth = await self.bench.truth(lock)
            found[lock] = {slot.slot: slot.code for slot in truth.slots}
        return found

    async def opens(self, lock: str, code: str) -> bool:
        """Whether a person who types the code gets in."""
        return (await self.bench.act(lock, press_keys=pb.PressKeys(keys=f"{code}#"))).opened

    async def at_keypad(self, lock: str, slot: int, code: str | None) -> None:
        """The owner stores a code by hand, or empties a slot."""
        await self.bench.act(lock, program_at_keypad=pb.ProgramAtKeypad(slot=slot, code=code))

    async def radio(self, lock: str, state: str) -> None:
        await self.bench.act(lock, set_radio=pb.SetRadio(state=state))

    async def given_up(self, *locks: str) -> None:
        """The radios of these locks are dead, and the gateway knows it."""
        for lock in locks:
            await self.radio(lock, "dead")
        await self.bench.advance(2 * MINUTE_US)
        reply = await self.create(*locks, attempt_for_offline_device=False)
        assert reasons(self, reply) == dict.fromkeys(locks, "device_offline")

    async def fault(self, lock: str, fault: str, command: str = "", times: int = 1) -> None:
        act = pb.ArmFault(fault=fault, command=command, times=times)
        await self.bench.act(lock, arm_fault=act)

    async def heal(self) -> None:
        """Every lock has power, every radio is awake and no fault waits."""
        for lock in self.bench.fleet.locks:
            await self.bench.act(lock, clear_faults=pb.ClearFaults())
            await self.bench.act(lock, set_power=pb.SetPower(action="restore"))
            await self.radio(lock, "awake")

    async def empty(self) -> None:
        """Heal, and delete every code through the API; what is left then was left behind."""
        await self.heal()
        # A lock that is believed dead is tried again at least once in that time.
        await self.bench.advance(2 * MINUTE_US)
        for lock in self.bench.fleet.locks:
            for row in await self.listed(lock):
                await self.delete(row)
        await self.settle()

    # The trace.

    def events(self, kind: str, since: int = 0, **fields: str) -> list[TraceEvent]:
        """Events of one kind with these fields or source, from place `since` of the trace on."""
        return [
            event
            for event in self.bench.trace()[since:]
            if event.kind == kind
            and fields.items() <= {**event.fields, "source": event.source}.items()
        ]

    def told(self, since: int = 0, lock: str | None = None) -> list[str]:
        """The types of the API's events, in order."""
        fields = {} if lock is None else {"lock": lock}
        return [
            event.fields["event_type"].removeprefix("access_code.")
            for event in self.events("gateway.event", since, **fields)
        ]


@asynccontextmanager
async def a_site(
    rig: Rig, locks: str, *, seed: int = 1, timing: str | None = None
) -> AsyncIterator[Site]:
    """A bench over the fleet whose file, but for its head, is `locks`. Traces show digits."""
    fleet = read_fleet_text(f"version: 1\nname: a test\n{dedent(locks)}")
    bench = Bench(fleet, BenchOptions(seed=seed, show_codes=True, timing=timing), rig)
    await bench.start()
    try:
        yield Site(bench)
    finally:
        await bench.stop()


def reasons(here: Site, reply: HttpReply) -> dict[str, str]:
    """Why which lock refused, by lock; an unknown device under its id."""
    known = {lock.device_id: name for name, lock in here.bench.locks.items()}
    return {
        known.get(item["device_id"], item["device_id"]): item["reason"]
        for item in reply.body["error"]["data"]["devices"]
    }


def reachable_codes(bench: Bench) -> dict[str, dict[int, str]]:
    """What the memory files of the locks hold whose radio a hub can reach."""
    found = {}
    for name, lock in bench.locks.items():
        record = read_nvm(Path(lock.nvm_path)).record
        if record.radio in (RadioState.AWAKE, RadioState.ASLEEP) and record.is_powered:
            found[name] = {slot: held.pin.reveal() for slot, held in record.memory.slots.items()}
    return found
