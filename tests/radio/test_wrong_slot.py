from __future__ import annotations

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, travelled


def test_a_write_arrives_and_is_to_go_to_another_slot() -> None:
    link, journey, _ = travelled(arm(a_link(), "wrong_slot", times=1), CommandKind.CLEAR_USER_CODE)
    honest, plain, _ = travelled(a_link(), CommandKind.CLEAR_USER_CODE)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.USE_OTHER_SLOT]
    assert journey.arrivals[0].at_us == plain.arrivals[0].at_us
    assert journey.fired == (FiredFault("wrong_slot", left=0),)
    assert (armed(link), link) == ((), honest)


def test_the_hub_gets_an_answer_as_ever() -> None:
    _, _, end = travelled(arm(a_link(), "wrong_slot", times=1), CommandKind.CLEAR_USER_CODE)
    assert end == travelled(a_link(), CommandKind.CLEAR_USER_CODE)[2]
    assert end.outcome is TransmitOutcome.OK
