"""Whether what a step expects holds. Each check gives the ways in which it does not, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from simulator.http_door import NO_ANSWER
from simulator.processes import NotPossible, State
from simulator.scenario.answers import CallResult, row_of
from simulator.scenario.call_checks import check_call, matched
from simulator.scenario.call_expectations import CallExpect
from simulator.scenario.expectations import (
    CodesExpect,
    DeviceExpect,
    EventsExpect,
    KeypadExpect,
    MetricsExpect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from latchbench.trace import TraceEvent
    from simulator.scenario.world import Running


async def check(run: Running, what: object, result: object) -> list[str]:
    """Every way in which `what` does not hold after a step that came to `result`."""
    if isinstance(what, CallExpect) and isinstance(result, CallResult):
        return list(check_call(run.asking(), what, result))
    if isinstance(what, KeypadExpect):
        return list(matched(run.asking(), "keypad", what.answer, result))
    if isinstance(what, DeviceExpect):
        return await _devices(run, what)
    if isinstance(what, CodesExpect):
        return await _codes(run, what)
    if isinstance(what, EventsExpect):
        return list(_events(run, what))
    if isinstance(what, MetricsExpect):
        return await _metrics(run, what)
    raise TypeError(f"nothing checks {type(what).__name__}")


# expect_device


async def _devices(run: Running, what: DeviceExpect) -> list[str]:
    found: list[str] = []
    for lock, matcher in what.devices.items():
        found += matched(run.asking(), lock, matcher, await device_truth(run, lock))
    return found


async def device_truth(run: Running, lock: str) -> Mapping[str, Any]:
    """A lock as it really is, in the fields that an expectation can name."""
    truth = await run.bench.truth(lock)
    slots = {slot.slot: Pin(slot.code) for slot in truth.slots}
    return {
        "slots_used": len(slots),
        "has_code": list(slots.values()),
        "lacks_code": list(slots.values()),
        "slots": slots,
        "radio": truth.radio,
        "power": truth.power,
        "battery": truth.battery,
        "mechanics": truth.mechanics,
        "frozen": truth.frozen,
        "keypad": truth.keypad,
        "bolt": truth.bolt,
        "profile": truth.profile,
        "faults_armed": list(truth.faults_armed),
    }


# expect_codes


async def _codes(run: Running, what: CodesExpect) -> list[str]:
    saved = run.saved.get(what.of)
    if saved is None:
        return [f"of: nothing was saved as '{what.of}', because that call was refused"]
    ids = [row["access_code_id"] for row in saved.rows.values()]
    try:
        reply = await run.bench.http("POST", "/access_codes/list", {"access_code_ids": ids})
    except NotPossible as error:
        return [f"of: the API cannot be asked: {error}"]
    if reply.status == NO_ANSWER:
        return [f"of: the API did not answer: {reply.body['error']['message']}"]
    rows = {run.lock_of(row["device_id"]): row_of(row) for row in reply.body["access_codes"]}
    found: list[str] = []
    if what.count is not None:
        found += matched(run.asking(), "count", what.count, len(rows))
    if what.listed is not None and bool(rows) != what.listed:
        wanted = "listed" if what.listed else "not listed"
        found.append(f"listed: wanted the codes {wanted}, the API lists {len(rows)} of {len(ids)}")
    if what.each is not None and not rows:
        found.append("each: the API does not list one code of this call any more")
    for lock, row in rows.items():
        if what.each is not None:
            found += matched(run.asking(), f"each ({lock})", what.each, row)
    for lock, matcher in (what.devices or {}).items():
        if lock in rows:
            found += matched(run.asking(), f"devices.{lock}", matcher, rows[lock])
        else:
            found.append(f"devices.{lock}: the API does not list its code any more")
    return found


# expect_events


def _events(run: Running, what: EventsExpect) -> Iterator[str]:
    events = [event_fields(event) for event in run.bench.trace()]
    asking = run.asking()
    position = 0
    for number, matcher in enumerate(what.in_order, 1):
        at = next(
            (i for i in range(position, len(events)) if matcher.fits(events[i], asking)), None
        )
        if at is None:
            before = any(matcher.fits(event, asking) for event in events[:position])
            why = "it happened only before the one above" if before else "it never happened"
            yield f"in_order[{number}]: {why}: {matcher.words}"
            return
        position = at + 1
    for number, matcher in enumerate(what.contains, 1):
        if not any(matcher.fits(event, asking) for event in events):
            yield f"contains[{number}]: it never happened: {matcher.words}"
    for number, matcher in enumerate(what.none, 1):
        hit = next((event for event in events if matcher.fits(event, asking)), None)
        if hit is not None:
            yield f"none[{number}]: it happened: {hit['source']} {hit['kind']}"


def event_fields(event: TraceEvent) -> Mapping[str, Any]:
    """An event in the fields that an expectation can name."""
    return {"kind": event.kind, "source": event.source, **event.fields}


# expect_metrics


async def _metrics(run: Running, what: MetricsExpect) -> list[str]:
    if run.bench.crew.gateway.state is not State.RUNNING:
        return ["the gateway does not run, so nobody can be asked what it counted"]
    counted = await run.bench.counters()
    found: list[str] = []
    for name, matcher in what.counters.items():
        found += matched(run.asking(), name, matcher, counted.get(name, 0))
    return found
