from __future__ import annotations

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, travelled


def test_any_command_arrives_and_the_clock_is_to_be_late() -> None:
    link, journey, _ = travelled(arm(a_link(), "clock_drift", times=1), CommandKind.PING)
    honest, plain, _ = travelled(a_link(), CommandKind.PING)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.LOSE_TIME]
    assert journey.arrivals[0].at_us == plain.arrivals[0].at_us
    assert journey.fired == (FiredFault("clock_drift", left=0),)
    assert (armed(link), link) == ((), honest)


def test_the_hub_gets_an_answer_as_ever() -> None:
    _, _, end = travelled(arm(a_link(), "clock_drift", times=1), CommandKind.PING)
    assert end == travelled(a_link(), CommandKind.PING)[2]
    assert end.outcome is TransmitOutcome.OK
