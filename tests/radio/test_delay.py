from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.radio.faults import arm
from simulator.radio.link import FiredFault
from simulator.radio.timing import FAST, INSTANT, ZWAVE, Timing
from simulator.radio.words import RadioState, TransmitOutcome
from tests.radio.builders import a_link, travelled


@pytest.mark.parametrize("timing", [FAST, ZWAVE])
@pytest.mark.parametrize("state", [RadioState.AWAKE, RadioState.ASLEEP, RadioState.DEGRADED])
def test_the_answer_of_a_frame_that_is_held_up_is_just_in_time(
    timing: Timing, state: RadioState
) -> None:
    link = replace(arm(a_link(state), "delay", times=1), loss=0)
    _, journey, end = travelled(link, timing=timing)
    _, plain, _ = travelled(replace(a_link(state), loss=0), timing=timing)
    assert journey.arrivals[0].at_us > plain.arrivals[0].at_us
    assert (end.outcome, end.at_us) == (TransmitOutcome.OK, journey.no_ack_at_us - 1)
    assert journey.no_ack_at_us == plain.no_ack_at_us
    assert journey.fired == (FiredFault("delay", left=0),)


def test_where_nobody_waits_there_is_no_room_for_a_delay() -> None:
    link = arm(a_link(), "delay", times=1)
    after, journey, end = travelled(link, timing=INSTANT)
    assert (journey.fired, end.outcome, after.faults) == ((), TransmitOutcome.OK, link.faults)
