"""`schedule_kept`: what it lets pass and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.records import CodeRecord, Want
from simulator.worlds.checkers.schedule_kept import HOUR_US, schedule_kept
from simulator.worlds.plan import DIES
from tests.worlds.history import History, messages

HOUR_S = HOUR_US // 1_000_000
START_S, END_S = 3 * HOUR_S, 4 * HOUR_S
HOURS = (START_S * 1_000_000, END_S * 1_000_000)


def booked(history: History, **more: Any) -> CodeRecord:
    """A code from the third to the fourth hour."""
    return history.row("1234", starts_at_us=HOURS[0], ends_at_us=HOURS[1], **more)


def loaded(at_s: float) -> History:
    """It is loaded then."""
    history = History()
    history.saves(booked(history), group=history.group())
    history.at(at_s)
    history.writes(1, "1234")
    return history


def ended(history: History, cleared_s: float) -> History:
    """Its end comes, and some time later it is cleared."""
    history.at(END_S)
    history.saves(booked(history, want=Want.ABSENT))
    history.at(END_S + cleared_s)
    history.asks("clear_user_code", 1)
    history.clears(1)
    history.saves(gone=["front"])
    return history


def test_a_code_that_keeps_its_time() -> None:
    assert messages(schedule_kept, ended(loaded(START_S - HOUR_S), 1)) == []


def test_a_code_that_is_loaded_too_early() -> None:
    assert messages(schedule_kept, ended(loaded(START_S - HOUR_S - 1), 1)) == [
        "front is sent a code long before its start"
    ]


def test_a_code_that_is_wanted_after_its_end() -> None:
    history = loaded(START_S - 60)
    history.at(END_S + 60)
    history.lists()
    assert messages(schedule_kept, history) == ["front: a code is wanted after its end"]


def test_a_gateway_that_does_not_run_comes_late() -> None:
    history = loaded(START_S - 60)
    history.at(END_S + 60)
    history.starts_again(booked(history), group=history.group())
    history.at(END_S + 70)
    history.lists()
    assert messages(schedule_kept, history) == []


@pytest.mark.parametrize("later_s", [0, 60])
def test_a_code_that_had_ended_when_its_group_was_committed(later_s: int) -> None:
    history = History()
    history.saves(booked(history), group=history.group("pending"))
    history.at(END_S + 10)
    history.saves(group=history.group("committed"))
    history.at(END_S + 10 + later_s)
    history.lists()
    late = ["front: a code is wanted after its end"] if later_s else []
    assert messages(schedule_kept, history) == late


def test_a_gateway_that_dies_as_it_starts_cannot_act() -> None:
    history = loaded(START_S - 60)
    history.steps = [{"gateway": "kill"}, {"gateway": "start"}]
    for number in ("1", "2"):
        history.tell("bench", "bench.step", number=number, verb="gateway")
    history.tell("bench", "bench.died", of="gateway", point="before effect 1")
    history.at(END_S + 60)
    history.lists()
    assert messages(schedule_kept, history) == []


@pytest.mark.parametrize(
    "steps",
    [
        [{"gateway": "kill"}, {"gateway": "restart"}],  # which was left out
        [{"gateway": "stop"}, {"name": f"{DIES}before 1", "gateway": "kill"}, {"gateway": "start"}],
    ],
)
def test_a_gateway_is_not_back_after_a_step_that_could_not_be_done(steps: list[Any]) -> None:
    history = loaded(START_S - 60)
    history.steps = steps
    for number in range(1, len(steps) + 1):
        history.tell("bench", "bench.step", number=str(number), verb="gateway")
    history.at(END_S + 600)
    history.lists()
    history.at(END_S + 700)
    assert messages(schedule_kept, history) == []


def test_a_code_that_stays_in_its_lock() -> None:
    assert messages(schedule_kept, ended(loaded(START_S - 60), 2 * HOUR_S)) == [
        "front holds pin:1234 in slot 1 long after its end"
    ]


def test_a_lock_that_is_away_keeps_it_longer() -> None:
    history = loaded(START_S - 60)
    history.tell("front", "lock.radio", state="dead")
    history = ended(history, HOUR_S)
    history.tell("front", "lock.radio", state="awake")
    assert messages(schedule_kept, history) == []


def moved(cleared_s: float) -> History:
    """A code that has been in its lock for long is moved to later, and some time later cleared."""
    history = loaded(START_S - HOUR_S)
    times: dict[str, Any] = {"starts_at_us": 9 * HOUR_US, "ends_at_us": 10 * HOUR_US}
    history.at(START_S)
    history.saves(history.row("1234", **times))
    history.at(START_S + cleared_s)
    history.asks("clear_user_code", 1)
    history.clears(1)
    return history


def test_a_code_that_was_moved_to_later_and_is_cleared() -> None:
    assert messages(schedule_kept, moved(1)) == []


def test_a_code_that_was_moved_to_later_and_stays() -> None:
    history = moved(HOUR_S)
    assert messages(schedule_kept, history) == [
        "front holds pin:1234 in slot 1 long before its start"
    ]


def test_a_code_that_is_sent_after_its_end() -> None:
    history = ended(loaded(START_S - 60), 1)
    history.saves(booked(history, want=Want.ABSENT))
    history.asks("set_user_code", 1, "1234")
    assert messages(schedule_kept, history) == ["front is sent a code after its end"]


def native(*read: tuple[int | None, int | None]) -> History:
    """A lock that keeps hours, and what was read of them before the code was sent."""
    history = History("nuki")
    history.saves(booked(history, is_native=True), group=history.group())
    history.asks("set_schedule", 1, hours=HOURS)
    for hours in read:
        history.reads_hours(1, hours)
    history.asks("set_user_code", 1, "1234")
    return history


def test_hours_that_were_read_before_the_code_is_sent() -> None:
    assert messages(schedule_kept, native(HOURS)) == []


def test_hours_that_were_only_written() -> None:
    assert messages(schedule_kept, native()) == [
        "front is sent a code whose hours were not read there"
    ]


def test_other_hours() -> None:
    assert messages(schedule_kept, native((HOURS[0], None))) == [
        "front is sent a code, and keeps other hours for it"
    ]
