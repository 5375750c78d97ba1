from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from simulator.radio.link import Link, answer, arrives, notify, unheard
from simulator.radio.timing import FAST, INSTANT, ZWAVE, Timing
from simulator.radio.words import CommandKind, RadioState, TransmitOutcome, Treatment
from tests.radio.builders import NOW_US, a_link, sent, travelled


def test_a_lock_that_is_awake_answers_at_once() -> None:
    _, journey, end = travelled(a_link())
    (arrival,) = journey.arrivals
    assert 1_000 <= arrival.at_us - NOW_US <= 50_000
    assert arrival.treatment is Treatment.NORMAL
    assert 1_000 <= end.at_us - arrival.at_us <= 50_000
    assert (end.outcome, end.carries_reply, end.attempts) == (TransmitOutcome.OK, True, 1)
    assert end.at_us == journey.report_at_us


def test_the_first_frame_to_a_sleeping_lock_costs_a_beam() -> None:
    _, journey, end = travelled(a_link(RadioState.ASLEEP), timing=ZWAVE)
    assert 1_240_000 <= journey.arrivals[0].at_us - NOW_US <= 1_400_000
    assert (end.outcome, end.attempts) == (TransmitOutcome.OK, 2)


def test_a_command_to_a_lock_that_needs_nonces_and_its_answer_are_six_frames() -> None:
    _, plain, end = travelled(a_link(), timing=ZWAVE)
    _, slow, slow_end = travelled(replace(a_link(), needs_nonce=True), timing=ZWAVE)
    there_us = plain.arrivals[0].at_us - NOW_US
    back_us = end.at_us - plain.arrivals[0].at_us
    assert slow.arrivals[0].at_us - NOW_US == 3 * there_us
    assert slow_end.at_us - slow.arrivals[0].at_us == 3 * back_us
    assert slow.speaks_until_us == plain.speaks_until_us  # then the hub listens for the nonce
    assert (slow_end.outcome, slow_end.carries_reply) == (end.outcome, end.carries_reply)
    assert slow.no_ack_at_us == plain.no_ack_at_us


def test_the_beam_to_a_sleeping_lock_is_paid_once_whatever_its_messages_need() -> None:
    _, plain, _ = travelled(a_link(RadioState.ASLEEP), timing=ZWAVE)
    link = replace(a_link(RadioState.ASLEEP), needs_nonce=True)
    _, slow, end = travelled(link, timing=ZWAVE)
    assert 20_000 <= slow.arrivals[0].at_us - plain.arrivals[0].at_us <= 100_000
    assert end.attempts == 2


def test_what_a_lock_that_needs_nonces_says_unasked_is_three_frames() -> None:
    _, (plain_us,), _ = notify(a_link(), NOW_US, ZWAVE, Random(1))
    _, (slow_us,), _ = notify(replace(a_link(), needs_nonce=True), NOW_US, ZWAVE, Random(1))
    assert slow_us - NOW_US == 3 * (plain_us - NOW_US)


@pytest.mark.parametrize("timing", [FAST, INSTANT], ids=lambda timing: timing.name)
def test_nonces_cost_nothing_where_times_are_not_measured(timing: Timing) -> None:
    assert (
        travelled(a_link(), timing=timing)[1:]
        == (travelled(replace(a_link(), needs_nonce=True), timing=timing)[1:])
    )


def test_a_woken_lock_hears_the_next_frame_without_a_beam() -> None:
    link, first, _ = travelled(a_link(RadioState.ASLEEP))
    _, second = sent(link, now_us=first.report_at_us)
    assert second.arrivals[0].at_us - first.report_at_us <= 50_000
    assert second.attempts == 1


def test_a_woken_lock_falls_asleep_again() -> None:
    link, first, _ = travelled(a_link(RadioState.ASLEEP))
    heard_us = first.arrivals[0].at_us
    assert link.awake_until_us == heard_us + FAST.awake_window_us
    _, late = sent(link, now_us=link.awake_until_us)
    assert late.attempts == 2


def test_a_frame_that_would_come_after_the_window_needs_a_beam() -> None:
    latency_us = sent(a_link())[1].arrivals[0].at_us - NOW_US
    in_time = Link(RadioState.ASLEEP, awake_until_us=NOW_US + latency_us + 1)
    too_late = Link(RadioState.ASLEEP, awake_until_us=NOW_US + latency_us)
    assert sent(in_time)[1].attempts == 1
    assert sent(too_late)[1].attempts == 2


def test_each_frame_that_is_heard_keeps_the_lock_awake_longer() -> None:
    link, first, _ = travelled(a_link(RadioState.ASLEEP))
    link, second, _ = travelled(link, now_us=first.report_at_us)
    assert link.awake_until_us == second.arrivals[0].at_us + FAST.awake_window_us


def test_an_answer_never_shortens_the_window() -> None:
    link = Link(RadioState.ASLEEP, awake_until_us=NOW_US + 10**9)
    link, _, _ = travelled(link)
    assert link.awake_until_us == NOW_US + 10**9


@pytest.mark.parametrize("timing", [FAST, ZWAVE, INSTANT], ids=lambda timing: timing.name)
def test_nothing_reaches_a_dead_lock(timing: Timing) -> None:
    _, journey, end = travelled(a_link(RadioState.DEAD), timing=timing)
    assert journey.arrivals == ()
    assert end.outcome is TransmitOutcome.NO_ACK
    assert not end.carries_reply
    assert end.at_us == journey.no_ack_at_us == journey.quiet_until_us
    assert end.attempts == journey.attempts == timing.attempts_max


@pytest.mark.parametrize("word", ["awake", "asleep", "dead"])
def test_without_power_a_lock_neither_hears_nor_speaks(word: str) -> None:
    link = a_link(RadioState(word), powered=False)
    _, journey, end = travelled(link)
    assert journey.arrivals == ()
    assert end.outcome is TransmitOutcome.NO_ACK
    assert notify(link, NOW_US, FAST, Random(1))[1] == ()


def test_a_sleeping_lock_without_power_costs_a_beam_for_each_attempt() -> None:
    _, _, end = travelled(a_link(RadioState.ASLEEP, powered=False), timing=ZWAVE)
    assert end.attempts == 6


@pytest.mark.parametrize(
    "gone",
    [Link(RadioState.AWAKE, powered=False), Link(RadioState.DEAD)],
    ids=["power cut", "radio dead"],
)
def test_a_lock_that_goes_while_the_frame_is_under_way_does_not_hear_it(gone: Link) -> None:
    link, journey = sent(a_link())
    at_us = journey.arrivals[0].at_us
    assert arrives(link, journey, at_us)
    assert not arrives(gone, journey, at_us)
    end = unheard(journey)
    assert (end.outcome, end.at_us) == (TransmitOutcome.NO_ACK, journey.no_ack_at_us)
    assert end.attempts == FAST.attempts_max


def test_a_frame_is_heard_by_a_lock_that_was_put_to_sleep_meanwhile() -> None:
    link, journey = sent(a_link())
    asleep = replace(link, state=RadioState.ASLEEP)
    assert arrives(asleep, journey, journey.arrivals[0].at_us)


def test_a_lock_that_comes_back_does_not_hear_what_was_sent_before() -> None:
    link, journey = sent(a_link(RadioState.DEAD))
    back = replace(link, state=RadioState.AWAKE)
    assert not arrives(back, journey, journey.no_ack_at_us)


def test_nothing_has_arrived_before_its_time() -> None:
    link, journey = sent(a_link())
    early_us = journey.arrivals[0].at_us - 1
    assert not arrives(link, journey, early_us)
    with pytest.raises(ValueError, match="has not arrived"):
        answer(link, journey, early_us, Random(1))


def test_nobody_answers_what_never_arrives() -> None:
    link, journey = sent(a_link(RadioState.DEAD))
    with pytest.raises(ValueError, match="has not arrived"):
        answer(link, journey, journey.no_ack_at_us, Random(1))


def test_a_timer_that_fires_late_never_puts_the_end_into_the_past() -> None:
    link, journey = sent(a_link())
    late_us = journey.no_ack_at_us + 1
    assert arrives(link, journey, late_us)
    _, end = answer(link, journey, late_us, Random(1))
    assert end.at_us == late_us


def test_a_read_is_quiet_until_its_report_and_a_write_until_a_notification_could_come() -> None:
    _, read = sent(a_link(), CommandKind.GET_USER_CODE)
    _, write = sent(a_link(), CommandKind.SET_USER_CODE)
    assert read.quiet_until_us == read.report_at_us
    assert write.quiet_until_us == write.arrivals[0].at_us + 1_000


def test_a_notification_takes_one_latency() -> None:
    for state in (RadioState.AWAKE, RadioState.ASLEEP):
        link, arrivals_us, fired = notify(a_link(state), NOW_US, FAST, Random(1))
        (at_us,) = arrivals_us
        assert 1_000 <= at_us - NOW_US <= 50_000
        assert fired == ()
        assert link.news_until_us == at_us
        assert link.awake_until_us == 0


def test_a_dead_lock_says_nothing() -> None:
    link = a_link(RadioState.DEAD)
    assert notify(link, NOW_US, FAST, Random(1)) == (link, (), ())


def test_a_notification_cannot_overtake_an_older_one() -> None:
    rng = Random(3)
    link = a_link()
    heard_us: list[int] = []
    for said in range(200):
        link, arrivals_us, _ = notify(link, NOW_US + said, FAST, rng)
        heard_us.extend(arrivals_us)
    assert len(heard_us) == 200
    assert heard_us == sorted(heard_us)


def test_instant_takes_no_time_even_to_wake_a_lock() -> None:
    _, journey, end = travelled(a_link(RadioState.ASLEEP), timing=INSTANT)
    assert journey.arrivals[0].at_us == end.at_us == journey.quiet_until_us == NOW_US
    assert end.outcome is TransmitOutcome.OK
