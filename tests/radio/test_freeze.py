from __future__ import annotations

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault, unanswered
from simulator.radio.timing import FAST
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, sent, travelled


def test_any_command_arrives_and_lets_the_lock_hang() -> None:
    link, journey, _ = travelled(arm(a_link(), "freeze", times=1), CommandKind.PING)
    honest, plain, _ = travelled(a_link(), CommandKind.PING)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.HANG]
    assert journey.arrivals[0].at_us == plain.arrivals[0].at_us
    assert journey.fired == (FiredFault("freeze", left=0),)
    assert (armed(link), link) == ((), honest)


def test_its_silence_is_to_the_hub_what_a_lost_frame_is() -> None:
    link, journey = sent(arm(a_link(), "freeze", times=1), CommandKind.PING)
    link, end = unanswered(link, journey, journey.arrivals[0].at_us)
    assert (end.outcome, end.carries_reply) == (TransmitOutcome.NO_ACK, False)
    assert (end.at_us, end.attempts) == (journey.no_ack_at_us, FAST.attempts_max)
    assert end.fired == ()
