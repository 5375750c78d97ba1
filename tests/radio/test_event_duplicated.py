from __future__ import annotations

from random import Random

from simulator.radio.faults import arm
from simulator.radio.faults.fault import ECHO_US
from simulator.radio.link import FiredFault, notify
from simulator.radio.timing import FAST
from tests.radio.builders import NOW_US, a_link


def test_a_notification_arrives_twice_and_the_next_does_not_come_between() -> None:
    link, arrivals_us, fired = notify(
        arm(a_link(), "event_duplicated", times=1), NOW_US, FAST, Random(1)
    )
    assert fired == (FiredFault("event_duplicated", left=0),)
    assert arrivals_us == (arrivals_us[0], arrivals_us[0] + ECHO_US)
    _, next_us, _ = notify(link, NOW_US, FAST, Random(1))
    assert next_us[0] >= arrivals_us[1]
