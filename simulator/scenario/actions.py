"""What each verb does to a bench. One coroutine a verb; its result is what `expect` looks at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from protos.bench.v1 import bench_pb2 as pb
from simulator.layout import SYNC_DEADLINE_STEPPED_US
from simulator.scenario.verbs import (
    Advance,
    After,
    CreateMultiple,
    Inject,
    Keypad,
    Power,
    ProgramAtKeypad,
    Radio,
    Settle,
    Thumbturn,
)
from simulator.scenario.world import CallResult, Running, SavedCall

if TYPE_CHECKING:
    from simulator.scenario.cases import Step

ENTER: Final = "#"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NotSettled(Exception):
    """Work was still under way when the time that `settle` allows had passed."""


async def create_multiple(run: Running, step: Step, body: CreateMultiple) -> CallResult:
    """`PUT /access_codes/create_multiple`, and keep what the step wants saved."""
    request = {name: _sent(run, value) for name, value in body.parameters().items()}
    if body.device_ids is not None:
        request["device_ids"] = [_device_id(run, name) for name in body.device_ids]
    if body.sync is not None:
        request["sync"] = body.sync
    request.update(_plain(run, body.extra))
    reply = await run.bench.http("PUT", "/access_codes/create_multiple", request)
    result = CallResult.from_reply(run, reply)
    behavior = request.get("behavior_when_code_cannot_be_shared", "throw")
    run.story.append(f"create_multiple over {', '.join(body.answered_locks())}, {behavior}")
    run.story.append(f"  -> {result.told(run)}")
    if step.save_as is not None and result.status == 200:
        run.saved[step.save_as] = SavedCall(result.rows, _names(result, reply.body))
    return result


def _names(result: CallResult, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`code` is the shared code, or that of the first row when nobody shares."""
    first = [*result.shared, *result.rows]
    rows = [result.rows[name] for name in first if name in result.rows]
    return {
        "code": rows[0].get("code") if rows else None,
        "common_code_key": rows[0].get("common_code_key") if rows else None,
        "group_id": body["latchbench"]["group_id"],
    }


def _device_id(run: Running, name: str) -> str:
    if name.startswith("$"):
        return name[1:]
    return run.bench.locks[name].device_id


def _sent(run: Running, value: object) -> Any:
    if isinstance(value, After):
        at = EPOCH + timedelta(microseconds=run.bench.now_us() + value.delay_us)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _plain(run, run.fill(value))


def _plain(run: Running, value: Any) -> Any:
    """JSON values, with digits where a PIN is: this is the caller's own message."""
    value = run.fill(value)
    if isinstance(value, Pin):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: _plain(run, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(run, inner) for inner in value]
    return value


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
        await run.bench.act(lock, set_radio=pb.SetRadio(state=body.state))


async def power(run: Running, step: Step, body: Power) -> None:
    """Take batteries out or put them in."""
    del step
    for lock in body.locks:
        await run.bench.act(lock, set_power=pb.SetPower(action=body.action))


async def advance(run: Running, step: Step, body: Advance) -> None:
    """Let time pass."""
    del step
    await run.bench.advance(body.by_us)


async def settle(run: Running, step: Step, body: Settle) -> None:
    """Let what is under way end. Raises `NotSettled` when it does not in time."""
    del step
    within_us = body.within_us if body.within_us is not None else SYNC_DEADLINE_STEPPED_US
    if not await run.bench.settle(run.bench.now_us() + within_us):
        raise NotSettled("work was still under way when that time had passed")


Action = Callable[[Running, "Step", Any], Awaitable[Any]]

ACTIONS: Final[Mapping[str, Action]] = {
    "create_multiple": create_multiple,
    "keypad": keypad,
    "program_at_keypad": program_at_keypad,
    "thumbturn": thumbturn,
    "inject": inject,
    "radio": radio,
    "power": power,
    "advance": advance,
    "settle": settle,
}
