from __future__ import annotations

import math
from pathlib import Path
from random import Random

import pytest

from simulator.radio import faults
from simulator.radio.errors import ContradictoryFault, UnknownFault
from simulator.radio.faults import FAULTS, arm, armed, clear
from simulator.radio.faults.fault import Armed, Fault, Point
from simulator.radio.link import Arrival, FiredFault, Link, notify
from simulator.radio.timing import FAST
from simulator.radio.words import CommandKind, RadioState, Treatment
from tests.radio.builders import NOW_US, a_link, sent, travelled

WORDS = [
    "lost_frame",
    "lost_ack",
    "duplicate",
    "delay",
    "reorder",
    "ack_without_write",
    "write_without_ack",
    "refuse",
    "stale_read",
    "masked_read",
    "wrong_slot",
    "truncated_code",
    "supervision_stuck",
    "event_suppressed",
    "event_duplicated",
    "freeze",
    "reboot",
    "brown_out",
    "clock_drift",
]


def test_every_fault_word_has_a_row_that_says_what_it_means_and_where_it_bites() -> None:
    assert list(FAULTS) == WORDS
    for name, row in FAULTS.items():
        assert row.name == name
        assert row.meaning
        assert isinstance(row.point, Point)


@pytest.mark.parametrize("name", WORDS)
def test_every_fault_is_armed_by_its_word(name: str) -> None:
    assert armed(arm(a_link(), name, times=2)) == (f"{name}, 2 times",)


@pytest.mark.parametrize("name", WORDS)
def test_every_fault_has_a_file_and_a_test_of_its_own(name: str) -> None:
    assert (Path(faults.__file__).parent / f"{name}.py").is_file()
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


def test_a_slip_of_the_pen_is_answered_with_the_word_that_was_meant() -> None:
    with pytest.raises(UnknownFault, match=r"unknown fault 'lost_akc'; did you mean lost_ack\?"):
        arm(a_link(), "lost_akc", times=1)
    with pytest.raises(UnknownFault, match="did you mean refuse"):
        clear(a_link(), "refused")


def test_a_word_that_is_like_none_is_answered_with_all_of_them() -> None:
    with pytest.raises(UnknownFault, match=r"known are: lost_frame, .*, clock_drift"):
        arm(a_link(), "zzz", times=1)


@pytest.mark.parametrize(
    ("times", "probability"),
    [(None, None), (1, 0.5), (0, None), (-1, None), (None, 0.0), (None, 1.01), (None, math.nan)],
)
def test_a_fault_needs_one_sensible_answer_to_how_often(
    times: int | None, probability: float | None
) -> None:
    with pytest.raises(ContradictoryFault, match="lost_ack"):
        arm(a_link(), "lost_ack", times=times, probability=probability)


@pytest.mark.parametrize("name", WORDS)
def test_a_fault_cannot_wait_for_what_it_never_befalls(name: str) -> None:
    for kind in CommandKind:
        if kind in FAULTS[name].befalls:
            assert armed(arm(a_link(), name, kind=kind, times=1))
        else:
            with pytest.raises(ContradictoryFault, match=f"{name} can never befall {kind.value}"):
                arm(a_link(), name, kind=kind, times=1)


def test_faults_of_writing_reading_and_news_befall_what_they_are_about() -> None:
    read, write = CommandKind.GET_USER_CODE, CommandKind.SET_USER_CODE
    met = {name: (read in row.befalls, write in row.befalls) for name, row in FAULTS.items()}
    assert [name for name, both in met.items() if both == (True, False)] == [
        "stale_read",
        "masked_read",
    ]
    assert [name for name, both in met.items() if both == (False, False)] == [
        "event_suppressed",
        "event_duplicated",
    ]
    assert [name for name, both in met.items() if both == (False, True)] == [
        "ack_without_write",
        "write_without_ack",
        "refuse",
        "wrong_slot",
        "truncated_code",
        "supervision_stuck",
        "brown_out",
    ]


def test_what_is_armed_is_listed_oldest_first_in_words() -> None:
    link = arm(a_link(), "lost_ack", kind=CommandKind.SET_USER_CODE, times=1)
    link = arm(link, "lost_frame", probability=0.25)
    link = arm(link, "refuse", times=3)
    assert armed(link) == (
        "lost_ack on set_user_code, once",
        "lost_frame, probability 0.25",
        "refuse, 3 times",
    )


def test_clearing_takes_one_word_or_everything() -> None:
    link = arm(arm(a_link(), "lost_ack", times=1), "refuse", times=1)
    link = arm(link, "lost_ack", probability=0.5)
    assert armed(clear(link, "lost_ack")) == ("refuse, once",)
    assert clear(link) == clear(link, None) == a_link()
    assert clear(a_link(), "lost_ack") == a_link()


def test_a_fault_waits_for_the_one_command_that_it_was_armed_for() -> None:
    rng = Random(1)
    link = arm(a_link(), "lost_ack", kind=CommandKind.PING, times=1)
    link, _, end = travelled(link, CommandKind.SET_USER_CODE, rng=rng)
    assert end.fired == ()
    _, _, end = travelled(link, CommandKind.PING, rng=rng)
    assert end.fired == (FiredFault("lost_ack", left=0),)


def test_a_count_tells_how_often_the_fault_is_still_to_come() -> None:
    rng = Random(1)
    link = arm(a_link(), "lost_frame", times=2)
    link, first, _ = travelled(link, rng=rng)
    assert first.fired == (FiredFault("lost_frame", left=1),)
    assert armed(link) == ("lost_frame, once",)
    link, second, _ = travelled(link, rng=rng)
    assert second.fired == (FiredFault("lost_frame", left=0),)
    assert armed(link) == ()


def test_a_fault_is_not_used_up_on_a_lock_that_hears_nothing() -> None:
    for name in WORDS:
        link = arm(a_link(RadioState.DEAD), name, times=1)
        for kind in (CommandKind.SET_USER_CODE, CommandKind.GET_USER_CODE):
            after, journey, end = travelled(link, kind)
            assert (after, journey.fired, end.fired) == (link, (), ())
        assert notify(link, NOW_US, FAST, Random(1)) == (link, (), ())


def test_a_lie_is_not_used_up_on_a_frame_that_is_lost() -> None:
    link = arm(arm(a_link(), "refuse", times=1), "lost_frame", times=1)
    link, journey = sent(link)
    assert [fault.name for fault in journey.fired] == ["lost_frame"]
    assert armed(link) == ("refuse, once",)


def test_a_probability_of_one_fires_always_and_is_never_used_up() -> None:
    rng = Random(1)
    link = arm(a_link(), "lost_ack", probability=1)
    for _ in range(20):
        link, _, end = travelled(link, rng=rng)
        assert end.fired == (FiredFault("lost_ack", left=None),)


def test_a_probability_fires_about_as_often_as_it_says() -> None:
    rng = Random(1)
    link = arm(a_link(), "lost_frame", probability=0.3)
    fired = 0
    for _ in range(1_000):
        link, journey, _ = travelled(link, rng=rng)
        fired += len(journey.fired)
    assert 250 <= fired <= 350  # more than three standard deviations to either side


def _twice(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    return tuple(
        Arrival(arrival.at_us + late_us, arrival.treatment)
        for arrival in arrivals
        for late_us in (0, 1)
    )


def test_a_fault_of_notifications_is_one_more_function_on_arrivals() -> None:
    echo = Fault("echo", Point.NEWS, "heard twice", _twice, befalls=frozenset())
    link = Link(RadioState.AWAKE, faults=(Armed(echo, kind=None, left=1, probability=None),))
    link, journey, _ = travelled(link)
    assert [arrival.treatment for arrival in journey.arrivals] == [Treatment.NORMAL]
    link, arrivals_us, fired = notify(link, NOW_US, FAST, Random(1))
    assert arrivals_us == (arrivals_us[0], arrivals_us[0] + 1)
    assert fired == (FiredFault("echo", left=0),)
    assert link.news_until_us == arrivals_us[1]
    assert armed(link) == ()


def test_a_fault_at_the_far_end_of_the_air_moves_everything_that_follows() -> None:
    def later(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
        return tuple(Arrival(arrival.at_us + 100, arrival.treatment) for arrival in arrivals)

    _, plain = sent(a_link())
    held_up = Fault("held_up", Point.OUT, "arrives 100 us late", later)
    link = Link(RadioState.AWAKE, faults=(Armed(held_up, kind=None, left=1, probability=None),))
    _, journey = sent(link)
    assert journey.arrivals[0].at_us == plain.arrivals[0].at_us + 100
    assert journey.report_at_us == plain.report_at_us + 100
    assert journey.quiet_until_us == plain.quiet_until_us + 100
    assert journey.awake_until_us == plain.awake_until_us + 100
    assert journey.no_ack_at_us == plain.no_ack_at_us
