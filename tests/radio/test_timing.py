from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from simulator.radio.timing import FAST, INSTANT, TIMINGS, ZWAVE, Span

NEXT_BELOW_ONE = 1 - 2**-53


class _AlwaysGreatest(Random):
    """Draws the greatest number that `random` can return."""

    def random(self) -> float:
        return NEXT_BELOW_ONE


class _AlwaysLeast(Random):
    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize("high_us", [0, 1, 49_000, 4_930_000, 2**31])
def test_both_ends_of_a_span_are_drawn_and_nothing_beyond(high_us: int) -> None:
    assert Span(0, high_us).draw(_AlwaysGreatest()) == high_us
    assert Span(high_us, 2 * high_us).draw(_AlwaysLeast()) == high_us


def test_every_draw_takes_one_number_whatever_the_span() -> None:
    for span in (Span(0, 0), Span(3, 4), Span(1_000, 50_000)):
        rng, twin = Random(5), Random(5)
        span.draw(rng)
        twin.random()
        assert rng.getstate() == twin.getstate()


@pytest.mark.parametrize(("low_us", "high_us"), [(2, 1), (-1, 5)])
def test_a_span_that_holds_no_latency_is_refused(low_us: int, high_us: int) -> None:
    with pytest.raises(ValueError, match="no latency lies between"):
        Span(low_us, high_us)


def test_the_named_timings_are_found_by_their_names() -> None:
    assert dict(TIMINGS) == {"fast": FAST, "zwave": ZWAVE, "instant": INSTANT}


def test_fast_frames_take_1_to_50_ms() -> None:
    assert (FAST.frame_us.low_us, FAST.frame_us.high_us) == (1_000, 50_000)


def test_zwave_wakes_a_lock_as_slowly_as_the_logs_say() -> None:
    rng = Random(1)
    drawn_us = [ZWAVE.first_frame_us.draw(rng) for _ in range(500)]
    assert 1_240_000 <= min(drawn_us) < 1_245_000
    assert 1_395_000 < max(drawn_us) <= 1_400_000


def test_zwave_gives_a_dead_lock_up_after_13_to_16_seconds() -> None:
    rng = Random(1)
    for _ in range(200):
        assert 13_300_000 <= ZWAVE.draw_silence_us(rng) <= 15_790_000


def test_fast_gives_a_dead_lock_up_after_about_a_second() -> None:
    rng = Random(1)
    for _ in range(200):
        assert 870_000 <= FAST.draw_silence_us(rng) <= 1_036_000


def test_instant_takes_no_time() -> None:
    assert INSTANT.latency_min_us == 0
    assert INSTANT.draw_silence_us(Random(1)) == 0


def test_the_gaps_lie_between_the_attempts() -> None:
    exact = replace(FAST, no_ack_attempt_us=Span(500_000, 500_000), retry_gap_us=7, attempts_max=4)
    assert exact.draw_silence_us(Random(1)) == 4 * 500_000 + 3 * 7


def test_a_timing_that_tries_never_or_waits_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        replace(FAST, attempts_max=0)
    with pytest.raises(ValueError, match="out of range"):
        replace(FAST, retry_gap_us=-1)
    with pytest.raises(ValueError, match="out of range"):
        replace(FAST, awake_window_us=-1)
    with pytest.raises(ValueError, match="out of range"):
        replace(FAST, nonce_frames=-1)


def test_a_nonce_costs_two_frames_more_with_measured_times_and_none_with_the_others() -> None:
    assert ZWAVE.nonce_us(30_000, needed=True) == 60_000
    for timing in (FAST, INSTANT):
        assert timing.nonce_us(30_000, needed=True) == 0
    assert ZWAVE.nonce_us(30_000, needed=False) == 0


def test_a_beam_that_speeds_a_frame_up_is_refused() -> None:
    with pytest.raises(ValueError, match="beam"):
        replace(FAST, first_frame_us=Span(999, 140_000))


def test_a_hub_that_gives_up_before_the_slowest_answer_is_refused() -> None:
    slowest_us = FAST.first_frame_us.high_us + FAST.frame_us.high_us
    replace(FAST, no_ack_attempt_us=Span(slowest_us, slowest_us))
    with pytest.raises(ValueError, match="gives up"):
        replace(FAST, no_ack_attempt_us=Span(slowest_us - 1, slowest_us))


def test_the_slowest_answer_is_one_with_nonces() -> None:
    slowest_us = FAST.first_frame_us.high_us + 5 * FAST.frame_us.high_us
    replace(FAST, nonce_frames=2, no_ack_attempt_us=Span(slowest_us, slowest_us))
    with pytest.raises(ValueError, match="gives up"):
        replace(FAST, nonce_frames=2, no_ack_attempt_us=Span(slowest_us - 1, slowest_us))
