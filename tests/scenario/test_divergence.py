from __future__ import annotations

from latchbench.trace import TraceEvent
from simulator.scenario.divergence import Divergence, first_divergence


def event(at_us: int, source: str, kind: str, **fields: str) -> TraceEvent:
    return TraceEvent(at_us, 0, source, at_us, kind, fields)


def sent(at_us: int, slot: str = "1", pin: str = "A") -> TraceEvent:
    fields = {"command": "SetCode", "lock": "front", "slot": slot, "pin": pin}
    return event(at_us, "gateway", "gateway.command.sent", **fields)


def stored(at_us: int, slot: str = "1", pin: str = "A") -> TraceEvent:
    return event(at_us, "front", "lock.code.stored", slot=slot, pin=pin)


def cleared(at_us: int) -> TraceEvent:
    return event(at_us, "front", "lock.code.cleared", slot="1")


def told(at_us: int, what: str, **fields: str) -> TraceEvent:
    fields = {"lock": "front", "slot": "1", **fields}
    return event(at_us, "gateway", f"gateway.code.{what}", **fields)


VERIFIED = [sent(1), stored(2), told(3, "verified", pin="A")]


def test_there_is_none_while_the_gateway_has_it_right() -> None:
    assert first_divergence(VERIFIED, 9) is None
    gone = [*VERIFIED, cleared(4), told(5, "gone", pin="A")]
    assert first_divergence(gone, 9) is None
    noticed = [*VERIFIED, cleared(4), told(5, "changed_at_lock", change="removed")]
    assert first_divergence(noticed, 9) is None


def test_a_code_that_somebody_removed_is_where_they_part() -> None:
    found = first_divergence([*VERIFIED, cleared(4)], 9)
    assert found == Divergence(3, "front", "the gateway still takes A for stored here")
    assert first_divergence([*VERIFIED, cleared(4)], 3) is None


def test_a_code_that_is_taken_for_gone_and_is_there_is_told_from_that_on() -> None:
    found = first_divergence([*VERIFIED, told(5, "gone", pin="A")], 9)
    assert found == Divergence(3, "front", "front holds A, and the gateway takes it for gone")
    late = first_divergence([sent(1), told(2, "gone", pin="A"), stored(5)], 9)
    assert late == Divergence(2, "front", "front holds A, and the gateway takes it for gone")


def test_what_was_stored_and_never_read_is_told() -> None:
    found = first_divergence([sent(1), stored(2)], 9)
    assert found == Divergence(1, "front", "the gateway has not read this back")


def test_a_factory_reset_takes_the_code_from_under_the_gateway() -> None:
    reset = event(4, "front", "lock.reset")
    found = first_divergence([*VERIFIED, reset], 9)
    assert found == Divergence(3, "front", "the gateway still takes A for stored here")
    swapped = event(5, "gateway", "gateway.lock.new_incarnation", lock="front")
    assert first_divergence([*VERIFIED, reset, swapped], 9) is None


def test_nothing_is_said_of_codes_that_are_somebody_elses() -> None:
    assert first_divergence([stored(2, slot="7", pin="B"), *VERIFIED], 9) is None
    assert first_divergence([*VERIFIED, stored(4, slot="5", pin="A")], 9) is None


def test_the_earliest_of_several_is_told() -> None:
    trace = [*VERIFIED, sent(4, "2", "B"), stored(5, "2", "B"), cleared(6)]
    found = first_divergence(trace, 9)
    assert found is not None
    assert found.index == 4


def test_a_code_that_was_read_and_never_stored_is_where_they_part() -> None:
    found = first_divergence([sent(1), told(3, "verified", pin="A")], 9)
    assert found == Divergence(1, "front", "the gateway still takes A for stored here")


def test_a_code_that_was_changed_by_the_gateway_is_no_difference() -> None:
    changed = [*VERIFIED, sent(4, pin="B"), stored(5, pin="B"), told(6, "verified", pin="B")]
    assert first_divergence(changed, 9) is None


def test_a_code_that_is_there_and_was_taken_for_removed_is_told_from_that_on() -> None:
    found = first_divergence([*VERIFIED, told(5, "changed_at_lock", change="removed")], 9)
    words = "front holds A, and the gateway takes it for changed by somebody"
    assert found == Divergence(3, "front", words)
