from __future__ import annotations

from dataclasses import replace

from simulator.radio.faults import arm, armed
from simulator.radio.faults.fault import ECHO_US
from simulator.radio.link import FiredFault
from simulator.radio.words import Treatment
from tests.radio.builders import a_link, travelled


def test_a_frame_that_is_heard_twice_is_answered_once() -> None:
    link, journey, end = travelled(arm(a_link(), "duplicate", times=1))
    first, second = journey.arrivals
    assert second == replace(first, at_us=first.at_us + ECHO_US)
    assert journey.fired == (FiredFault("duplicate", left=0),)
    assert end == travelled(a_link())[2]
    assert armed(link) == ()


def test_both_copies_of_a_lie_are_lies() -> None:
    link = arm(arm(a_link(), "refuse", times=1), "duplicate", times=1)
    _, journey, _ = travelled(link)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.REFUSE] * 2
