from __future__ import annotations

from latchbench.trace import TraceEvent
from simulator.scenario.exposure import Exposure, exposures


def event(at_us: int, source: str, kind: str, **fields: str) -> TraceEvent:
    return TraceEvent(at_us, 0, source, at_us, kind, fields)


SENT = event(
    5, "gateway", "gateway.command.sent", command="SetCode", lock="front", slot="1", pin="A"
)
ABORTED = event(50, "gateway", "gateway.group.aborted", pin="A")


def test_the_time_between_storing_and_clearing_is_the_exposure() -> None:
    trace = [
        SENT,
        event(10, "front", "lock.code.stored", slot="1", pin="A"),
        ABORTED,
        event(70, "front", "lock.code.cleared", slot="1"),
    ]
    assert exposures(trace, 100) == [Exposure("front", "A", 60, ended=True)]


def test_a_code_that_is_still_there_is_exposed_until_the_end() -> None:
    trace = [SENT, event(10, "front", "lock.code.stored", slot="1", pin="A"), ABORTED]
    assert exposures(trace, 100) == [Exposure("front", "A", 90, ended=False)]


def test_another_code_in_the_same_slot_ends_the_exposure() -> None:
    trace = [
        SENT,
        event(10, "front", "lock.code.stored", slot="1", pin="A"),
        event(30, "front", "lock.code.stored", slot="1", pin="B"),
        ABORTED,
    ]
    assert exposures(trace, 100) == [Exposure("front", "A", 20, ended=True)]


def test_a_code_of_a_group_that_was_committed_is_no_exposure() -> None:
    trace = [SENT, event(10, "front", "lock.code.stored", slot="1", pin="A")]
    assert exposures(trace, 100) == []


def test_the_same_digits_made_at_the_keypad_are_somebody_elses() -> None:
    trace = [SENT, event(10, "front", "lock.code.stored", slot="5", pin="A"), ABORTED]
    assert exposures(trace, 100) == []
