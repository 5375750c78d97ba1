"""What each verb does to a bench. One coroutine a verb; its result is what `expect` looks at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from protos.bench.v1 import bench_pb2 as pb
from simulator.layout import SYNC_DEADLINE_STEPPED_US
from simulator.scenario import rig_actions, world_actions
from simulator.scenario.call_actions import await_call, call, hang_up
from simulator.scenario.checks import event_fields
from simulator.scenario.durations import format_duration
from simulator.scenario.verbs import (
    VERBS,
    Advance,
    AdvanceTo,
    Inject,
    Keypad,
    Note,
    Power,
    ProgramAtKeypad,
    Radio,
    SetHub,
    Settle,
    ShiftClock,
    Thumbturn,
    WaitFor,
)
from simulator.scenario.world import Running, StepFailed

if TYPE_CHECKING:
    from latchbench.trace import TraceEvent
    from simulator.scenario.cases import Step

ENTER: Final = "#"


async def keypad(run: Running, step: Step, body: Keypad) -> Mapping[str, object]:
    """A person at the keypad of one lock or of several; the last one's answer counts."""
    del step
    keys = run.pin(body.keys).reveal() if body.keys is not None else _keys(run, body)
    answer: pb.ActResponse | None = None
    for lock in body.locks:
        answer = await run.bench.act(lock, press_keys=pb.PressKeys(keys=keys))
    if answer is None:
        return {}
    return {
        "opens": answer.opened,
        "locked_out": answer.locked_out,
        "feedback": answer.feedback,
    }


def _keys(run: Running, body: Keypad) -> str:
    return run.pin(body.code).reveal() + ENTER


async def program_at_keypad(run: Running, step: Step, body: ProgramAtKeypad) -> None:
    """A person with the master code."""
    del step
    code = None if body.code is None else run.pin(body.code).reveal()
    for lock in body.locks:
        act = pb.ProgramAtKeypad(slot=body.slot, code=code)
        await run.bench.act(lock, program_at_keypad=act)


async def thumbturn(run: Running, step: Step, body: Thumbturn) -> None:
    """Somebody inside."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, turn_thumb=pb.TurnThumb(locked=body.locked))


async def inject(run: Running, step: Step, body: Inject) -> None:
    """Arm a fault."""
    del step
    for lock in body.locks:
        act = pb.ArmFault(
            fault=body.fault,
            command=body.command or "",
            times=body.times,
            probability=body.probability,
        )
        await run.bench.act(lock, arm_fault=act)


async def radio(run: Running, step: Step, body: Radio) -> None:
    """Set the state of a radio."""
    del step
    for lock in body.locks:
        act = pb.SetRadio(state=body.state, loss=body.loss, latency_us=body.latency_us)
        await run.bench.act(lock, set_radio=act)


async def power(run: Running, step: Step, body: Power) -> None:
    """Take batteries out or put them in."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, set_power=pb.SetPower(action=body.action))


async def hub(run: Running, step: Step, body: SetHub) -> None:
    """Put a hub out of work, or back."""
    del step
    await run.bench.set_hub(body.hub, body.state)


async def shift_clock(run: Running, step: Step, body: ShiftClock) -> None:
    """A lock's own clock goes wrong."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, shift_clock=pb.ShiftClock(by_us=body.by_us))


async def advance(run: Running, step: Step, body: Advance) -> None:
    """Let time pass."""
    del step
    await run.bench.advance(body.by_us)


async def advance_to(run: Running, step: Step, body: AdvanceTo) -> None:
    """Let time pass up to an instant. Raises `StepFailed` when that is over."""
    del step
    by_us = body.at_us - run.bench.now_us()
    if by_us < 0:
        now = datetime.fromtimestamp(run.bench.now_us() / 1e6, tz=UTC)
        raise StepFailed(f"time never runs back, and it is {now:%Y-%m-%dT%H:%M:%S.%fZ} already")
    await run.bench.advance(by_us)


async def wait_for(run: Running, step: Step, body: WaitFor) -> None:
    """Go to the instant of an event. Raises `StepFailed` when it does not come in time."""
    del step
    within_us = body.timeout_us if body.timeout_us is not None else SYNC_DEADLINE_STEPPED_US
    asking = run.asking()
    left = body.count

    def is_the_one(event: TraceEvent) -> bool:
        nonlocal left
        left -= body.event.fits(event_fields(event), asking)
        return left <= 0

    before = sum(body.event.fits(event_fields(event), asking) for event in run.bench.trace())
    if await run.bench.run_to_event(is_the_one, run.bench.now_us() + within_us):
        return
    seen = body.count - left
    found = f"it happened {seen} of {body.count} times" if seen else "it did not happen"
    hint = f"; it had happened {before} times before this step" if before else ""
    raise StepFailed(f"{found} within {format_duration(within_us)}: {body.event.words}{hint}")


async def note(run: Running, step: Step, body: Note) -> None:
    """Words for whoever reads the trace."""
    del step
    run.bench.note("bench.note", text=body.text)


async def settle(run: Running, step: Step, body: Settle) -> None:
    """Let what is under way end. Raises `StepFailed` when it does not in time."""
    del step
    within_us = body.within_us if body.within_us is not None else SYNC_DEADLINE_STEPPED_US
    if not await run.bench.settle(run.bench.now_us() + within_us):
        raise StepFailed("work was still under way when that time had passed")


Action = Callable[[Running, "Step", Any], Awaitable[Any]]

ACTIONS: Final[Mapping[str, Action]] = {
    **{name: call for name, verb in VERBS.items() if verb.is_call},
    "await": await_call,
    "hang_up": hang_up,
    "keypad": keypad,
    "program_at_keypad": program_at_keypad,
    "thumbturn": thumbturn,
    "inject": inject,
    "radio": radio,
    "power": power,
    "hub": hub,
    "battery": world_actions.battery,
    "factory_reset": world_actions.factory_reset,
    "jam": world_actions.jam,
    "keypad_state": world_actions.keypad_state,
    "clear_faults": world_actions.clear_faults,
    "gateway": rig_actions.gateway,
    "host": rig_actions.host,
    "shift_clock": shift_clock,
    "advance": advance,
    "advance_to": advance_to,
    "settle": settle,
    "wait_for": wait_for,
    "note": note,
}
