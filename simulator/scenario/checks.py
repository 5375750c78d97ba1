"""Whether what a step expects holds. Each check gives the ways in which it does not, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from latchbench.pin import Pin
from simulator.scenario.expectations import (
    CodesExpect,
    CreateMultipleExpect,
    DeviceExpect,
    EventsExpect,
    KeypadExpect,
)
from simulator.scenario.world import CallResult, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from latchbench.trace import TraceEvent
    from simulator.scenario.matchers import Matcher
    from simulator.scenario.world import Running


async def check(run: Running, what: object, result: object) -> list[str]:
    """Every way in which `what` does not hold after a step that came to `result`."""
    if isinstance(what, CreateMultipleExpect) and isinstance(result, CallResult):
        return list(_call(run, what, result))
    if isinstance(what, KeypadExpect):
        return list(_matched(run, "keypad", what.answer, result))
    if isinstance(what, DeviceExpect):
        return await _devices(run, what)
    if isinstance(what, CodesExpect):
        return await _codes(run, what)
    if isinstance(what, EventsExpect):
        return list(_events(run, what))
    raise TypeError(f"nothing checks {type(what).__name__}")


def _matched(run: Running, what: str, matcher: Matcher, value: object) -> Iterator[str]:
    for mismatch in matcher.mismatches(value, run.asking()):
        place = "".join(f".{part}" for part in mismatch.at)
        yield f"{what}{place}: {mismatch.message}"


# create_multiple


def _call(run: Running, what: CreateMultipleExpect, result: CallResult) -> Iterator[str]:
    if what.raises is not None:
        yield from _raised(run, what, result)
        return
    if result.status != 200:
        reasons = ", ".join(f"{lock}: {reason}" for lock, reason in result.reasons.items())
        yield (
            f"the call was refused: {result.status} {result.error_type} "
            f"({reasons or result.message})"
        )
        return
    for lock, matcher in (what.devices or {}).items():
        yield from _matched(run, lock, matcher, result.rows.get(lock, {}))
    for word, wanted, got in (
        ("shared", what.shared, result.shared),
        ("random", what.random, result.random),
    ):
        if wanted is not None and set(wanted) != set(got):
            yield f"{word}: wanted {_names(wanted)}, got {_names(got)}"


def _raised(run: Running, what: CreateMultipleExpect, result: CallResult) -> Iterator[str]:
    raises = what.raises
    if raises is None:
        return
    if result.status == 200:
        yield f"wanted a refusal, but the call created codes on {_names(tuple(result.rows))}"
        return
    if raises.type is not None:
        yield from _matched(run, "raises.type", raises.type, result.error_type)
    if raises.status is not None:
        yield from _matched(run, "raises.status", raises.status, result.status)
    if raises.devices is None:
        return
    for lock, matcher in raises.devices.items():
        if lock not in result.reasons:
            yield f"raises.devices.{lock}: it did not refuse ({_reasons(result)})"
        else:
            yield from _matched(run, f"raises.devices.{lock}", matcher, result.reasons[lock])
    others = [lock for lock in result.reasons if lock not in raises.devices]
    if others:
        yield f"raises.devices: {_names(others)} refused too ({_reasons(result)})"


def _reasons(result: CallResult) -> str:
    return ", ".join(f"{lock}: {reason}" for lock, reason in result.reasons.items()) or "none did"


def _names(names: Sequence[str] | tuple[str, ...]) -> str:
    return ", ".join(names) if names else "nobody"


# expect_device


async def _devices(run: Running, what: DeviceExpect) -> list[str]:
    found: list[str] = []
    for lock, matcher in what.devices.items():
        found += _matched(run, lock, matcher, await device_truth(run, lock))
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
    reply = await run.bench.http("POST", "/access_codes/list", {"access_code_ids": ids})
    rows = {run.lock_of(row["device_id"]): row_of(row) for row in reply.body["access_codes"]}
    found: list[str] = []
    if what.count is not None:
        found += _matched(run, "count", what.count, len(rows))
    if what.listed is not None and bool(rows) != what.listed:
        wanted = "listed" if what.listed else "not listed"
        found.append(f"listed: wanted the codes {wanted}, the API lists {len(rows)} of {len(ids)}")
    for lock, row in rows.items():
        if what.each is not None:
            found += _matched(run, f"each ({lock})", what.each, row)
    for lock, matcher in (what.devices or {}).items():
        if lock in rows:
            found += _matched(run, f"devices.{lock}", matcher, rows[lock])
        else:
            found.append(f"devices.{lock}: the API does not list its code any more")
    return found


# expect_events


def _events(run: Running, what: EventsExpect) -> Iterator[str]:
    events = [_event_fields(event) for event in run.bench.trace()]
    asking = run.asking()
    position = 0
    for number, matcher in enumerate(what.in_order, 1):
        at = next(
            (i for i in range(position, len(events)) if matcher.fits(events[i], asking)), None
        )
        if at is None:
            before = any(matcher.fits(event, asking) for event in events[:position])
            why = "it happened only before the one above" if before else "it never happened"
            yield f"in_order[{number}]: {why}"
            return
        position = at + 1
    for number, matcher in enumerate(what.contains, 1):
        if not any(matcher.fits(event, asking) for event in events):
            yield f"contains[{number}]: it never happened"
    for number, matcher in enumerate(what.none, 1):
        hit = next((event for event in events if matcher.fits(event, asking)), None)
        if hit is not None:
            yield f"none[{number}]: it happened: {hit['source']} {hit['kind']}"


def _event_fields(event: TraceEvent) -> Mapping[str, Any]:
    return {"kind": event.kind, "source": event.source, **event.fields}
