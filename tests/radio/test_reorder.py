from __future__ import annotations

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault
from simulator.radio.words import TransmitOutcome
from tests.radio.builders import a_link, travelled


def test_a_frame_that_is_overtaken_reaches_nobody_while_the_hub_waits() -> None:
    link, journey, end = travelled(arm(a_link(), "reorder", times=1))
    assert (journey.arrivals, journey.is_overtaken) == ((), True)
    assert (end.outcome, end.at_us) == (TransmitOutcome.NO_ACK, journey.no_ack_at_us)
    assert journey.quiet_until_us == journey.no_ack_at_us
    assert journey.fired == (FiredFault("reorder", left=0),)
    assert not travelled(link)[1].is_overtaken


def test_a_lie_is_not_used_up_on_a_frame_that_is_overtaken() -> None:
    link = arm(arm(a_link(), "refuse", times=1), "reorder", times=1)
    assert armed(travelled(link)[0]) == ("refuse, once",)
