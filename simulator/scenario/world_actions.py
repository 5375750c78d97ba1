"""What the verbs of `simulator.scenario.world_verbs` do to a bench."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protos.bench.v1 import bench_pb2 as pb

if TYPE_CHECKING:
    from simulator.scenario.cases import Step
    from simulator.scenario.world import Running
    from simulator.scenario.world_verbs import (
        Battery,
        ClearFaults,
        FactoryReset,
        Jam,
        KeypadState,
    )


async def battery(run: Running, step: Step, body: Battery) -> None:
    """Other batteries."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, set_battery=pb.SetBattery(percent=body.percent))


async def factory_reset(run: Running, step: Step, body: FactoryReset) -> None:
    """The reset button."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, factory_reset=pb.FactoryReset())


async def jam(run: Running, step: Step, body: Jam) -> None:
    """The bolt's way."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, set_jammed=pb.SetJammed(jammed=body.jammed))


async def keypad_state(run: Running, step: Step, body: KeypadState) -> None:
    """The keypad's condition."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, set_keypad=pb.SetKeypad(state=body.state))


async def clear_faults(run: Running, step: Step, body: ClearFaults) -> None:
    """Disarm faults."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, clear_faults=pb.ClearFaults(fault=body.fault or ""))
