"""What in a trace shows that a row of docs/DECISIONS.md was decided so, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from latchbench.trace import TraceEvent

Trace = "Sequence[TraceEvent]"


def events(trace: Iterable[TraceEvent], kind: str, **fields: str) -> Iterator[TraceEvent]:
    """Those of a kind in which these fields are so."""
    for event in trace:
        if event.kind == kind and all(event.fields.get(name) == it for name, it in fields.items()):
            yield event


def told(trace: Iterable[TraceEvent], event_type: str) -> bool:
    """Whether callers were told of such an event."""
    return any(events(trace, "gateway.event", event_type=f"access_code.{event_type}"))


def answered(trace: Iterable[TraceEvent], **fields: str) -> bool:
    """Whether a call was answered so."""
    return any(events(trace, "bench.answered", **fields))


def later(trace: Iterable[TraceEvent], first: str, then: str, same: str = "pin") -> bool:
    """Whether something followed upon something else about the same PIN (or the same lock)."""
    seen = set()
    for event in trace:
        if event.kind == then and event.fields.get(same) in seen:
            return True
        if event.kind == first:
            seen.add(event.fields.get(same))
    return False


def admitted(trace: Iterable[TraceEvent], **fields: str) -> list[TraceEvent]:
    """Groups that were admitted so."""
    return list(events(trace, "gateway.group.admitted", **fields))


def decided_late_and_early(trace: Sequence[TraceEvent]) -> bool:
    """1: an async answer stands although its lock refuses later."""
    return bool(admitted(trace, state="committed")) and told(trace, "failed_to_set_on_device")


def refused_before_anything_was_sent(trace: Sequence[TraceEvent]) -> bool:
    """2: refused at admission, and nothing was written anywhere."""
    refused = any(events(trace, "gateway.refused"))
    return refused and not any(events(trace, "gateway.command.sent", command="SetCode"))


def taken_back(trace: Sequence[TraceEvent]) -> bool:
    """3: stored, then the group aborted, then cleared and read as gone."""
    return later(trace, "lock.code.stored", "gateway.group.aborted") and later(
        trace, "gateway.group.aborted", "gateway.code.gone"
    )


def shares_among_most(trace: Sequence[TraceEvent]) -> bool:
    """4: several share, and one has its own."""
    return any(
        int(event.fields["sharers"]) > 1 and int(event.fields["random"]) > 0
        for event in admitted(trace)
    )


def lone_sharer(trace: Sequence[TraceEvent]) -> bool:
    """5: only one is left that shares."""
    return any(
        event.fields["sharers"] == "1" and int(event.fields["random"]) > 0
        for event in admitted(trace)
    )


def full_lock_waits(trace: Sequence[TraceEvent]) -> bool:
    """6: no other code for a full lock: once somebody frees a slot there, it gets this very one."""
    refused: dict[tuple[str, str], bool] = {}
    for event in trace:
        place = (event.fields.get("lock", ""), event.fields.get("pin", ""))
        if event.fields.get("event_type") == "access_code.failed_to_set_on_device":
            refused[place] = False
        elif event.kind == "lock.code.cleared":
            refused |= {where: True for where in refused if where[0] == event.source}
        elif event.kind == "gateway.code.verified" and refused.get(place):
            return True
    return False


def offline_then_set(trace: Sequence[TraceEvent]) -> bool:
    """7: a lock that was believed dead gets its code when it is back."""
    back = {event.fields["lock"] for event in events(trace, "gateway.lock.back")}
    verified = {event.fields["lock"] for event in events(trace, "gateway.code.verified")}
    dead = {event.fields["lock"] for event in events(trace, "gateway.lock.believed_dead")}
    return bool(back & verified & dead)


def adopted(trace: Sequence[TraceEvent]) -> bool:
    """9: the caller of a call hangs up, an equal one follows, and there is one group for both."""
    return later(trace, "gateway.caller.hung_up", "gateway.call.adopted", "call") and (
        len(admitted(trace)) == 1
    )


def two_groups_for_two(trace: Sequence[TraceEvent]) -> bool:
    """9: two equal calls are open at one time, nobody has hung up, and each gets a group."""
    if any(events(trace, "gateway.caller.hung_up")):
        return False
    open_calls: list[Mapping[str, str]] = []
    twins = 0
    for event in trace:
        if event.kind == "bench.answered":
            open_calls.clear()
        elif event.kind == "gateway.create_multiple":
            twins += event.fields in open_calls
            open_calls.append(event.fields)
    return twins == 1 and len(admitted(trace)) == 2


def recognised(trace: Sequence[TraceEvent]) -> bool:
    """9: four calls under one id are granted, and only the one that comes after a day is new."""
    granted = list(events(trace, "bench.answered", status="200"))
    known = list(events(trace, "gateway.call.recognised", call="create_multiple"))
    return (len(granted), len(known), len(admitted(trace))) == (4, 2, 2)


DECISIONS: Mapping[str, Callable[[Sequence[TraceEvent]], bool]] = {
    "D1": decided_late_and_early,
    "D2": refused_before_anything_was_sent,
    "D3": taken_back,
    "D4": shares_among_most,
    "D5": lone_sharer,
    "D6": full_lock_waits,
    "D7": offline_then_set,
    "D8": lambda trace: (
        answered(trace, type="invalid_input")
        and answered(trace, type="device_does_not_support_access_codes")
    ),
    "D9": adopted,
    "D9, both connected": two_groups_for_two,
    "D9, under one id": recognised,
    "D13": lambda trace: any(events(trace, "gateway.name.fitted")),
    "D10": lambda trace: told(trace, "scheduled_on_device") and told(trace, "set_on_device"),
    "D11": lambda trace: any(events(trace, "gateway.device.apart", reason="provider_chooses_pin")),
    "D12": lambda trace: any(events(trace, "gateway.device.apart", reason="offline_codes_only")),
    "D14": lambda trace: later(
        trace, "gateway.code.changed_at_lock", "gateway.code.verified", "lock"
    ),
    "D15": lambda trace: any(events(trace, "gateway.code.refused", reason="refused_by_lock")),
    "D16": lambda trace: told(trace, "backup_access_code_pulled"),
    "D17": lambda trace: answered(trace, verb="update_multiple", status="200"),
    "D18": lambda trace: answered(trace, warnings="few_codes_left"),
    "D19": lambda trace: any(
        "preferred_code_length" in event.fields["parameters"]
        for event in events(trace, "bench.called", verb="create_multiple")
    ),
}
