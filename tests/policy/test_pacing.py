"""Whose turn it is on a hub, and what its failures mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.pacing import (
    FAILURES_UNTIL_DOWN,
    ROOM_LEARNED_US,
    HubPace,
    Security,
    failed,
    goes_beside,
    has_room,
    has_turn,
    worked,
)
from gateway.policy.retry import BACKOFF_MAX_US, RESYNC_FIRST_US

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US


def no_jitter(bound: int) -> int:
    assert bound > 0
    return 0


def fail(pace: HubPace, now_us: int, *, under_way: int = 0, wanted: bool = True) -> HubPace:
    return failed(pace, under_way=under_way, wanted=wanted, now_us=now_us, draw=no_jitter)


def down(now_us: int = 0, *, wanted: bool = True) -> HubPace:
    pace = HubPace()
    while pace.down_since_us is None:
        pace = fail(pace, pace.pause_until_us or now_us, wanted=wanted)
    return pace


@pytest.mark.parametrize(
    ("limit", "under_way", "room"),
    [(4, 0, True), (4, 3, True), (4, 4, False), (1, 1, False), (None, 10_000, True)],
)
def test_a_hub_has_room_up_to_its_limit(limit: int | None, under_way: int, room: bool) -> None:
    assert has_room(HubPace(), limit, under_way, 0) is room


def test_a_lock_waits_for_those_before_it_unless_it_ends_what_it_began() -> None:
    assert has_turn([], "a", goes_on=False)
    assert has_turn(["a", "b"], "a", goes_on=False)
    assert not has_turn(["b", "a"], "a", goes_on=False)
    assert has_turn(["b", "a"], "a", goes_on=True)


@pytest.mark.parametrize(
    ("security", "under_way", "goes"),
    [
        (Security.S0, [], True),
        (Security.S0, [Security.NONE, Security.S2], True),
        (Security.S0, [Security.S2, Security.S0], False),
        (Security.S2, [Security.S0, Security.S2], True),
        (Security.NONE, [Security.S0], True),
    ],
)
def test_only_locks_with_s0_wait_and_only_for_each_other(
    security: Security, under_way: list[Security], goes: bool
) -> None:
    assert goes_beside(security, under_way) is goes


def test_a_failure_with_others_under_way_teaches_how_much_the_hub_holds() -> None:
    pace = HubPace()
    for under_way in (7, 6, 5, 4):
        pace = fail(pace, 0, under_way=under_way)
    assert (pace.room, pace.failures) == (4, 1)
    pace = worked(pace, 1)
    assert has_room(pace, 8, 3, 1)
    assert not has_room(pace, 8, 4, 1)


def test_what_was_learned_is_forgotten_after_a_minute_without_failures() -> None:
    pace = worked(fail(HubPace(), 0, under_way=2), 1)
    assert not has_room(pace, 4, 2, ROOM_LEARNED_US)
    assert worked(pace, ROOM_LEARNED_US) == HubPace()


def test_failures_within_one_pause_are_one() -> None:
    pace = fail(HubPace(), 0)
    for now_us in (0, 1, SECOND_US - 1):
        pace = fail(pace, now_us)
    assert (pace.failures, pace.pause_until_us) == (1, SECOND_US)
    assert fail(pace, SECOND_US).failures == 2


def test_pauses_grow_to_a_minute_and_no_further() -> None:
    pace, now_us, pauses = HubPace(), 0, []
    for _ in range(9):
        pace = fail(pace, now_us)
        assert pace.pause_until_us is not None
        pauses.append((pace.pause_until_us - now_us) // SECOND_US)
        now_us = pace.pause_until_us
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_three_failures_in_a_row_mean_down_and_one_success_means_up() -> None:
    pace = down()
    assert pace.failures == FAILURES_UNTIL_DOWN
    assert pace.down_since_us == 3 * SECOND_US
    later = fail(pace, pace.pause_until_us or 0)
    assert later.down_since_us == pace.down_since_us
    assert worked(later, HOUR_US) == HubPace()


def test_a_hub_that_is_down_and_not_wanted_is_left_alone_for_long() -> None:
    pace = down(wanted=False)
    assert pace.pause_until_us == (pace.down_since_us or 0) + RESYNC_FIRST_US


def test_nothing_is_sent_in_a_pause_and_one_command_after_it() -> None:
    pace = fail(HubPace(), 0)
    assert not has_room(pace, 4, 0, SECOND_US - 1)
    assert has_room(pace, 4, 0, SECOND_US)
    assert not has_room(pace, 4, 1, SECOND_US)


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 2 * BACKOFF_MAX_US), st.integers(0, 9)),
        max_size=30,
    )
)
def test_whatever_a_hub_shows_it_gets_a_command_some_time(
    shown: list[tuple[bool, int, int]],
) -> None:
    """No history leaves a hub without room for ever, or down after it worked."""
    pace, now_us = HubPace(), 0
    for works, wait_us, under_way in shown:
        now_us += wait_us
        pace = worked(pace, now_us) if works else fail(pace, now_us, under_way=under_way)
        assert pace.room is None or pace.room >= 1
        if works:
            assert pace.down_since_us is None
            assert not pace.is_paused(now_us)
    assert has_room(pace, 1, 0, now_us + 2 * BACKOFF_MAX_US)
