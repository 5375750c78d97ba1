from __future__ import annotations

from random import Random

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, travelled


def test_a_refused_write_arrives_and_is_answered() -> None:
    rng = Random(1)
    link = arm(a_link(), "refuse", kind=CommandKind.CLEAR_USER_CODE, times=1)
    link, other, _ = travelled(link, CommandKind.SET_USER_CODE, rng=rng)
    assert [arrival.treatment for arrival in other.arrivals] == [Treatment.NORMAL]
    link, journey, end = travelled(link, CommandKind.CLEAR_USER_CODE, rng=rng)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.REFUSE]
    assert journey.fired == (FiredFault("refuse", left=0),)
    assert (end.outcome, end.carries_reply) == (TransmitOutcome.OK, True)
    assert armed(link) == ()


def test_the_older_of_two_lies_is_told_and_the_other_waits() -> None:
    rng = Random(1)
    link = arm(arm(a_link(), "refuse", times=1), "ack_without_write", times=1)
    link, first, _ = travelled(link, rng=rng)
    assert [arrival.treatment for arrival in first.arrivals] == [Treatment.REFUSE]
    assert [fault.name for fault in first.fired] == ["refuse"]
    _, second, _ = travelled(link, rng=rng)
    assert [fault.name for fault in second.fired] == ["ack_without_write"]
