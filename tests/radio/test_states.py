from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from simulator.radio.faults import arm, armed
from simulator.radio.link import Link, notify
from simulator.radio.timing import FAST, INSTANT, ZWAVE, Timing
from simulator.radio.words import RadioState, TransmitOutcome
from tests.radio.builders import NOW_US, a_link, travelled


@pytest.mark.parametrize("state", RadioState)
def test_what_a_hub_learns_of_a_lock_in_each_state(state: RadioState) -> None:
    link = replace(a_link(state), loss=0)
    _, journey, end = travelled(link)
    _, news_us, _ = notify(link, NOW_US, FAST, Random(1))
    met = (bool(journey.arrivals), end.outcome.value, end.carries_reply, bool(news_us))
    assert (
        met
        == {
            RadioState.AWAKE: (True, "ok", True, True),
            RadioState.ASLEEP: (True, "ok", True, True),
            RadioState.DEGRADED: (True, "ok", True, True),
            RadioState.DEAF: (False, "no_ack", False, True),
            RadioState.DEAD: (False, "no_ack", False, False),
            RadioState.KEY_LOST: (True, "ok", False, False),
        }[state]
    )


def test_a_fault_at_the_lock_is_not_used_up_on_what_it_cannot_decrypt() -> None:
    link = arm(arm(a_link(RadioState.KEY_LOST), "refuse", times=1), "lost_ack", times=1)
    after, _, end = travelled(link)
    assert armed(after) == ("refuse, once",)
    assert end.outcome is TransmitOutcome.NO_ACK


def outcomes(link: Link, count: int = 1_000) -> Counter[TransmitOutcome]:
    rng, seen = Random(1), Counter[TransmitOutcome]()
    for _ in range(count):
        link, _, end = travelled(link, rng=rng)
        seen[end.outcome] += 1
    return seen


def test_a_degraded_radio_loses_about_half_of_all_commands_unless_told_otherwise() -> None:
    bad = a_link(RadioState.DEGRADED)
    # 49 of 100, as measured; three standard deviations are 47 of 1,000.
    assert 440 <= outcomes(bad)[TransmitOutcome.NO_ACK] <= 545
    assert outcomes(replace(bad, loss=0), 100) == {TransmitOutcome.OK: 100}
    assert outcomes(replace(bad, loss=1), 100) == {TransmitOutcome.NO_ACK: 100}


def test_some_of_what_a_degraded_radio_loses_was_obeyed() -> None:
    rng = Random(1)
    obeyed = Counter[bool]()
    for _ in range(300):
        _, journey, end = travelled(a_link(RadioState.DEGRADED), rng=rng)
        if end.outcome is TransmitOutcome.NO_ACK:
            obeyed[bool(journey.arrivals)] += 1
    assert min(obeyed[True], obeyed[False]) > 30


def test_a_degraded_radio_loses_news_too() -> None:
    rng, link = Random(1), a_link(RadioState.DEGRADED)
    arrived = sum(bool(notify(link, NOW_US, FAST, rng)[1]) for _ in range(1_000))
    assert 660 <= arrived <= 760


@pytest.mark.parametrize(("timing", "late_us"), [(FAST, 82_000), (ZWAVE, 820_000), (INSTANT, 0)])
def test_a_degraded_radio_is_slower_both_ways(timing: Timing, late_us: int) -> None:
    link = replace(a_link(RadioState.DEGRADED), loss=0)
    _, slow, end = travelled(link, timing=timing)
    rng = Random(1)
    low_us, high_us = timing.frame_us.low_us, timing.frame_us.high_us
    out_us = slow.arrivals[0].at_us - NOW_US
    assert late_us + low_us <= out_us <= late_us + high_us
    assert late_us + low_us <= end.at_us - slow.arrivals[0].at_us <= late_us + high_us
    (told_us,) = notify(link, NOW_US, timing, rng)[1]
    assert late_us + low_us <= told_us - NOW_US <= late_us + high_us


def test_an_answer_that_comes_too_late_is_none_and_a_frame_that_does_is_lost() -> None:
    slow = replace(a_link(RadioState.DEGRADED), loss=0)
    _, journey, end = travelled(replace(slow, latency_us=600_000))
    assert len(journey.arrivals) == 1
    assert (end.outcome, end.at_us) == (TransmitOutcome.NO_ACK, journey.no_ack_at_us)
    _, journey, end = travelled(replace(slow, latency_us=60_000_000))
    assert journey.arrivals == ()
    assert end.outcome is TransmitOutcome.NO_ACK
