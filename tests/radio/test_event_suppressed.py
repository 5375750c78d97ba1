from __future__ import annotations

from random import Random

from simulator.radio.faults import arm
from simulator.radio.link import FiredFault, notify
from simulator.radio.timing import FAST
from tests.radio.builders import NOW_US, a_link, travelled


def test_a_notification_that_is_kept_back_arrives_nowhere() -> None:
    link, arrivals_us, fired = notify(
        arm(a_link(), "event_suppressed", times=1), NOW_US, FAST, Random(1)
    )
    assert (arrivals_us, fired) == ((), (FiredFault("event_suppressed", left=0),))
    assert len(notify(link, NOW_US, FAST, Random(1))[1]) == 1


def test_no_command_meets_it() -> None:
    link = arm(a_link(), "event_suppressed", times=1)
    assert travelled(link)[0].faults == link.faults
