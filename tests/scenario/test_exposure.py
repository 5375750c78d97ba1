from __future__ import annotations

import pytest

from latchbench.trace import TraceEvent
from simulator.scenario.exposure import Exposure, exposures


def event(at_us: int, source: str, kind: str, **fields: str) -> TraceEvent:
    return TraceEvent(at_us, 0, source, at_us, kind, fields)


def admitted(
    at_us: int, group: str, pin: str | None = "A", locks: str = "front"
) -> list[TraceEvent]:
    carried = {"pin": pin} if pin is not None else {}
    return [
        event(at_us, "gateway", "gateway.create_multiple", devices=locks),
        event(at_us, "gateway", "gateway.group.admitted", group=group, **carried),
    ]


def sent(at_us: int, lock: str = "front", slot: str = "1", pin: str = "A") -> TraceEvent:
    fields = {"command": "SetCode", "lock": lock, "slot": slot, "pin": pin}
    return event(at_us, "gateway", "gateway.command.sent", **fields)


def stored(at_us: int, lock: str = "front", slot: str = "1", **fields: str) -> TraceEvent:
    return event(at_us, lock, "lock.code.stored", slot=slot, **{"pin": "A", **fields})


def cleared(at_us: int, lock: str = "front", slot: str = "1") -> TraceEvent:
    return event(at_us, lock, "lock.code.cleared", slot=slot)


def aborted(at_us: int, group: str = "g1", **fields: str) -> TraceEvent:
    return event(at_us, "gateway", "gateway.group.aborted", group=group, **fields)


START = [*admitted(1, "g1"), sent(5)]


def test_the_time_between_storing_and_clearing_is_the_exposure() -> None:
    trace = [*START, stored(10), aborted(50, pin="A"), cleared(70)]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 10, 60, ended=True)]


def test_a_code_that_is_still_there_is_exposed_until_the_end() -> None:
    trace = [*START, stored(10), aborted(50, pin="A")]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 10, 90, ended=False)]


def test_a_code_that_arrives_after_its_group_was_aborted_is_exposed_too() -> None:
    trace = [*START, aborted(50, pin="A"), stored(60), cleared(70)]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 60, 10, ended=True)]


@pytest.mark.parametrize(
    "end",
    [
        stored(30, pin="B"),
        stored(30, status="disabled"),
        cleared(30),
        event(30, "front", "lock.reset"),
    ],
    ids=["another code", "disabled", "cleared", "reset"],
)
def test_whatever_takes_the_code_out_of_its_slot_ends_the_exposure(end: TraceEvent) -> None:
    trace = [*START, stored(10), end, aborted(50, pin="A")]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 10, 20, ended=True)]


def test_writing_the_same_code_again_does_not_start_the_clock_afresh() -> None:
    trace = [*START, stored(10), sent(20), stored(30), aborted(50, pin="A"), cleared(70)]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 10, 60, ended=True)]


def test_each_lock_and_each_time_is_told_apart() -> None:
    trace = [
        *admitted(1, "g1", locks="front,back"),
        sent(5),
        sent(6, "back"),
        stored(10),
        stored(12, "back"),
        aborted(50, pin="A"),
        cleared(60),
        cleared(65, "back"),
        stored(80),
    ]
    assert exposures(trace, 100) == [
        Exposure("front", "1", "A", 10, 50, ended=True),
        Exposure("back", "1", "A", 12, 53, ended=True),
        Exposure("front", "1", "A", 80, 20, ended=False),
    ]


def test_a_code_of_a_group_that_was_committed_is_no_exposure() -> None:
    assert exposures([*START, stored(10)], 100) == []


def test_the_same_pin_in_a_later_group_that_was_committed_is_no_exposure() -> None:
    trace = [*START, stored(10), aborted(20, pin="A"), cleared(30)]
    trace += [*admitted(40, "g2"), sent(45), stored(50)]
    assert exposures(trace, 100) == [Exposure("front", "1", "A", 10, 20, ended=True)]


def test_the_same_digits_made_at_the_keypad_are_somebody_elses() -> None:
    trace = [*START, stored(10, slot="5"), aborted(50, pin="A")]
    assert exposures(trace, 100) == []


def test_a_lock_that_strays_has_the_gateways_code_in_another_slot() -> None:
    fired = event(8, "front", "lock.fault.fired", fault="wrong_slot")
    trace = [*START, fired, stored(10, slot="5"), aborted(50, pin="A")]
    assert exposures(trace, 100) == [Exposure("front", "5", "A", 10, 90, ended=False)]


def test_a_restart_that_aborts_without_naming_a_pin_withdraws_all_of_its_group() -> None:
    trace = [*admitted(1, "g1", pin=None), sent(5, pin="B"), stored(10, pin="B"), aborted(50)]
    assert exposures(trace, 100) == [Exposure("front", "1", "B", 10, 90, ended=False)]
