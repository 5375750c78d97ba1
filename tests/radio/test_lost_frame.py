from __future__ import annotations

from random import Random

from simulator.radio.faults import arm
from simulator.radio.link import FiredFault
from simulator.radio.timing import FAST
from simulator.radio.words import TransmitOutcome
from tests.radio.builders import a_link, sent, travelled


def test_a_lost_frame_never_reaches_the_lock_and_the_next_one_does() -> None:
    link = arm(a_link(), "lost_frame", times=1)
    rng = Random(1)
    link, journey, end = travelled(link, rng=rng)
    assert journey.arrivals == ()
    assert journey.fired == (FiredFault("lost_frame", left=0),)
    assert (end.outcome, end.carries_reply) == (TransmitOutcome.NO_ACK, False)
    assert end.at_us == journey.no_ack_at_us
    assert end.attempts == FAST.attempts_max
    _, journey, end = travelled(link, rng=rng)
    assert (end.outcome, journey.fired) == (TransmitOutcome.OK, ())


def test_nothing_is_owed_to_the_hub_before_it_gives_a_lost_frame_up() -> None:
    _, journey = sent(arm(a_link(), "lost_frame", times=1))
    assert journey.quiet_until_us == journey.no_ack_at_us
