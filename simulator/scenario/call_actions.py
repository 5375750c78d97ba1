"""Calls of the access API, as a step makes them: answered at once, or in flight until awaited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from latchbench.pin import Pin
from simulator.layout import SYNC_DEADLINE_STEPPED_US
from simulator.scenario.answers import CallResult
from simulator.scenario.calls import After, Call
from simulator.scenario.durations import format_duration
from simulator.scenario.world import InFlight, Running, SavedCall, StepFailed, Unfilled

if TYPE_CHECKING:
    from simulator.members import OpenCall
    from simulator.scenario.cases import Step
    from simulator.scenario.verbs import Await, HangUp

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Longer than the gateway takes for any decision: a call that is open then will stay so.
TIMEOUT_DEFAULT_US: Final = 2 * SYNC_DEADLINE_STEPPED_US


async def call(run: Running, step: Step, body: Call) -> CallResult | None:
    """Make the call, and keep what the step wants saved; None while it is in the background.

    Raises `StepFailed` when it is not answered in time.
    """
    run.bench.note("bench.called", verb=step.verb, parameters=",".join(sorted(body.parameters())))
    headers = {name: str(run.fill(value)) for name, value in body.headers().items()}
    started = await run.bench.start_http(body.method, body.path, _request(run, body), headers)
    about = _about(step, body)
    if step.background:
        assert step.save_as is not None, "the reader asks for a name"
        run.in_flight[step.save_as] = InFlight(started)
        run.story.append(f"{about}, in the background")
        return None
    return await _ended(run, step, started, about, step.save_as)


async def await_call(run: Running, step: Step, body: Await) -> CallResult:
    """Let time pass until a call in the background is answered.

    Raises `StepFailed` when it is not in time, or was not let in.
    """
    started = _in_flight(run, body.call)
    return await _ended(run, step, started, f"await {body.call}", body.call)


async def hang_up(run: Running, step: Step, body: HangUp) -> None:
    """A caller in the background closes its connection, and never hears the answer.

    Raises `NotPossible` when it was answered before, or when the gateway could not notice.
    """
    del step
    started = _in_flight(run, body.call)
    run.bench.note("bench.hung_up", call=body.call)
    await run.bench.hang_up(started)
    run.story.append(f"hang up on {body.call}")


def _in_flight(run: Running, name: str) -> OpenCall[Any]:
    """The call that a step ends. Raises `Unfilled` when no step has let it in."""
    if name not in run.in_flight:
        raise Unfilled(name)
    return run.in_flight.pop(name).call


async def _ended(
    run: Running, step: Step, started: OpenCall[Any], about: str, save_as: str | None
) -> CallResult:
    within_us = step.timeout_us if step.timeout_us is not None else TIMEOUT_DEFAULT_US
    run.story.append(about)
    if not await run.bench.run_to_answer(started, run.bench.now_us() + within_us):
        started.task.cancel()
        raise StepFailed(f"the call was not answered within {format_duration(within_us)}")
    result = CallResult.from_reply(await started.result(), run.lock_of)
    run.story.append(f"  -> {result.told(run.bench.token)}")
    run.bench.note("bench.answered", verb=step.verb, **result.fields())
    if save_as is not None and result.is_ok:
        run.saved[save_as] = SavedCall(result.rows, result.names())
    return result


def _about(step: Step, body: Call) -> str:
    locks = body.answered_locks()
    over = f" over {', '.join(locks)}" if locks else ""
    behavior = body.parameters().get("behavior_when_code_cannot_be_shared", "throw")
    policy = f" (policy {behavior})" if step.verb == "create_multiple" else ""
    return f"{step.verb}{policy}{over}"


def _request(run: Running, body: Call) -> Mapping[str, Any]:
    request = {name: _sent(run, name, value) for name, value in body.parameters().items()}
    request.update(_plain(run, body.extra))
    return request


def _sent(run: Running, name: str, value: object) -> Any:
    if name == "device_ids" and isinstance(value, tuple):
        return [_device_id(run, lock) for lock in value]
    if name == "device_id" and isinstance(value, str):
        return _device_id(run, value)
    if isinstance(value, After):
        at = EPOCH + timedelta(microseconds=run.bench.now_us() + value.delay_us)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _plain(run, value)


def _device_id(run: Running, name: str) -> str:
    return name[1:] if name.startswith("$") else run.bench.locks[name].device_id


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
