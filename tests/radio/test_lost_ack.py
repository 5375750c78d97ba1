from __future__ import annotations

from random import Random

import pytest

from simulator.radio.faults import arm
from simulator.radio.link import FiredFault, answer
from simulator.radio.timing import FAST
from simulator.radio.words import CommandKind, RadioState, TransmitOutcome, Treatment
from tests.radio.builders import a_link, sent, travelled


@pytest.mark.parametrize("kind", [CommandKind.SET_USER_CODE, CommandKind.GET_USER_CODE])
def test_a_lost_ack_hides_from_the_hub_that_the_lock_acted(kind: CommandKind) -> None:
    link = arm(a_link(), "lost_ack", times=1)
    rng = Random(1)
    link, journey, end = travelled(link, kind, rng=rng)
    (arrival,) = journey.arrivals
    assert (arrival.treatment, journey.fired) == (Treatment.NORMAL, ())
    assert (end.outcome, end.carries_reply) == (TransmitOutcome.NO_ACK, False)
    assert end.at_us == journey.no_ack_at_us
    assert end.attempts == FAST.attempts_max
    assert end.fired == (FiredFault("lost_ack", left=0),)
    _, _, end = travelled(link, kind, rng=rng)
    assert (end.outcome, end.fired) == (TransmitOutcome.OK, ())


def test_a_lock_whose_ack_is_lost_is_awake_all_the_same() -> None:
    link, journey, _ = travelled(arm(a_link(RadioState.ASLEEP), "lost_ack", times=1))
    assert link.awake_until_us == journey.arrivals[0].at_us + FAST.awake_window_us


def test_a_lost_ack_is_never_learned_in_the_past() -> None:
    link, journey = sent(arm(a_link(), "lost_ack", times=1))
    late_us = journey.no_ack_at_us + 5
    _, end = answer(link, journey, late_us, Random(1))
    assert (end.outcome, end.at_us) == (TransmitOutcome.NO_ACK, late_us)
