"""Runs one world: the plan, then healing, then the judgement of the checkers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from latchbench.process import ProcessFailed
from latchbench.trace import PinLetters, to_json_line
from protos.bench.v1 import bench_pb2 as pb
from simulator.model.words import Keypad
from simulator.processes import GATEWAY, State
from simulator.rounds import Stuck
from simulator.scenario.reader import read_scenario_text
from simulator.scenario.rig_actions import hosts_of
from simulator.scenario.runner import RunOptions, run_case
from simulator.scenario.verbs import HostProcess
from simulator.sim import loop
from simulator.sim.rig import SimRig
from simulator.worlds.checkers import CHECKERS
from simulator.worlds.healing import UNDER_WAY_US
from simulator.worlds.notes import Notebook, NotedLives, NotedStepper, NotedSwitchboard
from simulator.worlds.seen import Answered, Called, Exchange, LockEnd, Seen, Violation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from latchbench.trace import TraceEvent
    from simulator.bench import Bench
    from simulator.http_door import HttpReply
    from simulator.processes import Process
    from simulator.rig import Door, Reached
    from simulator.scenario.cases import Step
    from simulator.scenario.world import Instead
    from simulator.sim.deaths import Death
    from simulator.sim.processes import Life
    from simulator.worlds.plan import Plan

HOUR_US = 3_600_000_000
# A drift that no notification told of is found when a lock is next read, after 6 h at most.
HEALING_US = 8 * HOUR_US
_SETTLED_WITHIN_US = HOUR_US


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one world. `trace` has letters for PINs, as everything that is shown."""

    plan: Plan = field(repr=False)
    violations: tuple[Violation, ...]
    trace: tuple[TraceEvent, ...] = field(repr=False)
    virtual_us: int = 0

    @property
    def digest(self) -> str:
        """Equal for equal traces."""
        lines = "\n".join(map(to_json_line, self.trace))
        return hashlib.sha256(lines.encode()).hexdigest()


def run_world(plan: Plan, order: Random | None = None) -> Outcome:
    """Run it from its start to its judgement, in a loop of its own.

    `order` decides what runs first of all that is ready: it must not matter.
    """
    return watch_world(plan, order)[0]


def watch_world(plan: Plan, order: Random | None = None) -> tuple[Outcome, Seen | None]:
    """As `run_world`, with what the checkers were given: None if the world did not get so far."""
    return loop.run(_run(plan), order)


async def _run(plan: Plan) -> tuple[Outcome, Seen | None]:
    book = Notebook()
    rig = WatchedRig(f"order {plan.ask.seed}" if plan.any_order else None, book)
    watch = _Watch(plan, rig)
    try:
        with book.open():
            return await watch.run(), watch.seen
    finally:
        await rig.stop()


class WatchedRig(SimRig):
    """A rig that takes notes of everything that passes in it."""

    def __init__(self, order: str | None, book: Notebook) -> None:
        super().__init__(order, NotedSwitchboard(book))
        self.book = book
        self.gateways = NotedLives(self.gateways, book)
        book.gateway_us = self._gateway_us
        self.exchanges: list[Exchange] = []
        self._gateway_life: Life | None = None

    def _gateway_us(self) -> int:
        life = self._gateway_life
        return 0 if life is None else life.participant.clock.now_us()

    def reach(self, process: Process) -> Reached:
        """Directly, with somebody who looks at the clock."""
        reached = super().reach(process)
        if process.name == GATEWAY:
            self._gateway_life = self.gateways.life(process.pid)
        return replace(reached, stepper=NotedStepper(reached.stepper, self.book))

    def door(self, url: str, api_key: str, *, patient: bool = False) -> Door:
        """The gateway's door, with somebody beside it."""
        return _WatchedDoor(super().door(url, api_key, patient=patient), self)


class _WatchedDoor:
    def __init__(self, door: Door, rig: WatchedRig) -> None:
        self._door = door
        self._rig = rig

    async def request(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> HttpReply:
        book = self._rig.book
        exchange = Exchange(book.at_us, method, path, body or {})
        self._rig.exchanges.append(exchange)
        book.take(Called(exchange))
        reply = await self._door.request(method, path, body, headers)
        exchange.answered_us = book.at_us
        exchange.status, exchange.reply = reply.status, reply.body
        book.take(Answered(exchange))
        return reply

    async def close(self) -> None:
        await self._door.close()


class _Watch:
    """One world under way."""

    def __init__(self, plan: Plan, rig: WatchedRig) -> None:
        self._plan = plan
        self._rig = rig
        self.seen: Seen | None = None
        self._bench: Bench | None = None

    async def run(self) -> Outcome:
        scenario = read_scenario_text(self._plan.text(), f"world {self._plan.ask.seed}")
        (case,) = scenario.cases
        options = RunOptions(seed=self._plan.ask.seed, judged=False)
        try:
            await run_case(
                scenario, case, options, self._rig, look=self._look, instead=self._instead()
            )
        except (ProcessFailed, Stuck, loop.Deadlock) as error:
            at_us = self._bench.now_us() if self._bench is not None else 0
            return self._outcome([Violation("it_runs", at_us, str(error))])
        seen = self.seen
        if seen is None:
            raise RuntimeError("the world ended before it was looked at")
        return self._outcome([violation for checker in CHECKERS for violation in checker(seen)])

    def _outcome(self, violations: Sequence[Violation]) -> Outcome:
        if self._bench is None:
            return Outcome(self._plan, tuple(violations), ())
        letters = PinLetters()
        trace = tuple(map(letters.plain, self._bench.raw_trace()))
        shown = [
            Violation(one.checker, one.at_us, letters.shown(one.message)) for one in violations
        ]
        start_us = self._bench.fleet.clock.start_us
        return Outcome(self._plan, tuple(shown), trace, self._bench.now_us() - start_us)

    def _instead(self) -> dict[int, Instead]:
        """What is done in place of steps, by their numbers: what no file can say."""
        instead: dict[int, Instead] = {}
        for number, (step, happening) in enumerate(self._plan.steps(), 1):
            if happening is not None and happening.death is not None:
                instead[number] = partial(self._doom, happening.death)
            elif "note" in step:
                instead[number] = self._spare_all
        return instead

    async def _doom(self, death: Death, bench: Bench, step: Step) -> None:
        name = GATEWAY
        if isinstance(step.body, HostProcess):
            (name,) = hosts_of(bench, step.body.of)
        self._rig.doom(name, death, bench.now_us())

    async def _spare_all(self, bench: Bench, step: Step) -> None:
        """What is left to die of would come in the way of healing."""
        del bench, step
        self._rig.spare_all()

    async def _look(self, bench: Bench) -> None:
        self._bench = bench
        await heal(bench)
        healed_us = bench.now_us()
        await bench.advance(HEALING_US)
        settled = await bench.settle(bench.now_us() + _SETTLED_WITHIN_US)
        locks = {name: await _end_of(bench, name) for name in bench.locks}
        self.seen = Seen(
            plan=self._plan,
            trace=bench.raw_trace(),
            exchanges=self._rig.exchanges,
            locks=locks,
            lock_of={lock.device_id: name for name, lock in bench.locks.items()},
            healed_us=healed_us,
            token=bench.token,
            settled=settled,
            notes=self._rig.book.notes,
            outputs=self._rig.book.outputs,
        )


async def heal(bench: Bench) -> None:
    """Every process runs, every hub is up, every lock has power, air and nothing in its way."""
    for process in bench.crew:
        if process.state is State.STOPPED:
            await bench.crew.go_on(process.name)
        elif process.state is State.KILLED:
            await bench.crew.start(process.name)
    for hub in bench.fleet.hubs:
        await bench.set_hub(hub, "up")
    for lock in bench.locks:
        await bench.act(lock, clear_faults=pb.ClearFaults())
    await bench.advance(UNDER_WAY_US)
    for lock in bench.locks:
        await bench.act(lock, set_battery=pb.SetBattery(percent=100))
        await bench.act(lock, set_power=pb.SetPower(action="cycle"))
        await bench.act(lock, set_jammed=pb.SetJammed(jammed=False))
        if (await bench.truth(lock)).keypad != Keypad.LOCKED_OUT:  # that ends by itself
            await bench.act(lock, set_keypad=pb.SetKeypad(state="clear"))
        await bench.act(lock, set_radio=pb.SetRadio(state="awake"))


async def _end_of(bench: Bench, name: str) -> LockEnd:
    device = {"device_id": bench.locks[name].device_id}
    rows = await bench.http("POST", "/access_codes/list", device)
    unmanaged = await bench.http("POST", "/access_codes/unmanaged/list", device)
    truth = await bench.truth(name)
    return LockEnd(
        {slot.slot: Pin(slot.code) for slot in truth.slots},
        rows.body["access_codes"],
        unmanaged.body["access_codes"],
    )
