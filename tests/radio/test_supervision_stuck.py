from __future__ import annotations

from simulator.radio.faults import arm, armed
from simulator.radio.link import FiredFault
from simulator.radio.words import CommandKind, TransmitOutcome, Treatment
from tests.radio.builders import a_link, travelled


def test_a_write_arrives_and_its_end_is_to_be_kept_back() -> None:
    link, journey, _ = travelled(
        arm(a_link(), "supervision_stuck", times=1), CommandKind.OPERATE_BOLT
    )
    honest, plain, _ = travelled(a_link(), CommandKind.OPERATE_BOLT)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.STAY_WORKING]
    assert journey.arrivals[0].at_us == plain.arrivals[0].at_us
    assert journey.fired == (FiredFault("supervision_stuck", left=0),)
    assert (armed(link), link) == ((), honest)


def test_the_hub_gets_an_answer_as_ever() -> None:
    _, _, end = travelled(arm(a_link(), "supervision_stuck", times=1), CommandKind.OPERATE_BOLT)
    assert end == travelled(a_link(), CommandKind.OPERATE_BOLT)[2]
    assert end.outcome is TransmitOutcome.OK
