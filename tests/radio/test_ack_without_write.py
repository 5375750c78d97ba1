from __future__ import annotations

from random import Random

from simulator.radio.faults import arm
from simulator.radio.link import FiredFault
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, travelled


def test_a_write_that_is_only_acknowledged_looks_to_the_hub_like_any_other() -> None:
    honest_link, honest, honest_end = travelled(a_link())
    link, journey, end = travelled(arm(a_link(), "ack_without_write", times=1))
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.SKIP_WRITE]
    assert journey.fired == (FiredFault("ack_without_write", left=0),)
    assert end == honest_end
    assert end.outcome is TransmitOutcome.OK
    assert journey.report_at_us == honest.report_at_us
    assert link == honest_link


def test_a_read_does_not_use_up_a_lie_about_writing() -> None:
    rng = Random(1)
    link = arm(a_link(), "ack_without_write", times=1)
    link, read, _ = travelled(link, CommandKind.GET_USER_CODE, rng=rng)
    assert ([arrival.treatment for arrival in read.arrivals], read.fired) == (
        [Treatment.NORMAL],
        (),
    )
    _, write, _ = travelled(link, CommandKind.SET_USER_CODE, rng=rng)
    assert [arrival.treatment for arrival in write.arrivals] == [Treatment.SKIP_WRITE]
