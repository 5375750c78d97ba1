from __future__ import annotations

import itertools
from dataclasses import replace

from simulator.scenario.reports.lanes import LANES_DRAWN_MAX, Lanes, lay_out
from simulator.scenario.verdict import LockLeft
from tests.reports.made import DAY_US, START_US, TRACE, event, failed, step, verdict


def drawn() -> Lanes:
    return lay_out(verdict())


def test_there_is_a_lane_for_each_lock_in_the_order_of_the_file_and_one_for_the_gateway() -> None:
    assert drawn().names == ["front", "garage", "gate", "gateway"]


def test_a_code_is_a_bar_from_its_storing_to_its_end() -> None:
    bars = {(bar.lane, bar.slot): bar for bar in drawn().bars}
    assert set(bars) == {("front", "1"), ("garage", "3")}
    assert bars["front", "1"].exposed
    assert not bars["garage", "3"].exposed
    assert bars["front", "1"].x < bars["front", "1"].end_x < bars["garage", "3"].end_x


def test_events_stand_in_their_order_and_none_on_another_of_its_lane() -> None:
    lanes = drawn()
    for name in lanes.names:
        places = [mark.x for mark in lanes.marks if mark.lane == name]
        assert places == sorted(set(places))
    steps = [one.x for one in lanes.steps]
    assert [one.number for one in lanes.steps] == ["1", "2", "3", "4"]
    assert all(later - earlier > 18 for earlier, later in itertools.pairwise(steps))
    assert max(mark.x for mark in lanes.marks) < lanes.width


def test_a_long_time_without_events_is_cut_short_and_says_how_long_it_was() -> None:
    lanes = drawn()
    assert [cut.words for cut in lanes.cuts] == ["23:59:59", "1 d 0:00:00"]
    assert lanes.width < 1_000


def test_the_words_of_a_cut_do_not_stand_on_a_time_of_day() -> None:
    times = [n * 3_000_000 + k * 200_000 for n in range(9) for k in range(4)]
    lanes = lay_out(verdict(trace=[event(at_us, "front", "lock.radio") for at_us in times]))
    assert len(lanes.cuts) == len(lanes.ticks) == 9
    for cut in lanes.cuts:
        for tick in lanes.ticks:
            assert tick.x >= cut.end_x or tick.end_x <= cut.x


def test_routine_reads_in_an_idle_time_are_not_drawn() -> None:
    reads = [
        event(
            n * 3_600_000_000, "gateway", "gateway.command.sent", command="ReadInfo", lock="front"
        )
        for n in range(1, 20)
    ]
    trace = sorted([*TRACE, *reads], key=lambda one: one.at_us)
    assert lay_out(verdict(trace=trace)).cuts == drawn().cuts


def test_the_failure_stands_behind_all_that_led_to_it() -> None:
    lanes = lay_out(failed())
    assert lanes.failed_x is not None
    assert lanes.failed_x > max(one.x for one in lanes.steps)
    assert drawn().failed_x is None


def test_a_keypad_that_opens_looks_other_than_one_that_does_not() -> None:
    words = ("opened", "rejected", "locked_out", "done")
    trace = [event(n, "gate", "lock.keypad", feedback=word) for n, word in enumerate(words)]
    kinds = [mark.kind for mark in lay_out(verdict(trace=trace)).marks]
    assert kinds == ["opened", "denied", "denied", "world"]


def test_codes_that_are_there_at_one_time_stand_below_each_other() -> None:
    trace = [
        event(n, "front", "lock.code.stored", slot=str(n), pin=f"••••{n}") for n in range(1, 4)
    ]
    trace += [event(5, "front", "lock.code.cleared", slot="2")]
    trace += [event(6, "front", "lock.code.stored", slot="9", pin="••••X")]
    lanes = lay_out(verdict(trace=trace))
    assert {bar.slot: bar.row for bar in lanes.bars} == {"1": 0, "2": 1, "3": 2, "9": 1}
    assert lanes.rows("front") == 3


def test_of_many_locks_those_are_drawn_to_which_something_happened() -> None:
    locks = tuple(LockLeft(f"door-{n}", "p", {}, 30, "") for n in range(100))
    trace = [
        step(0, 1, "radio"),
        *(event(n, f"door-{n}", "lock.radio", state="dead") for n in (70, 90, 80)),
    ]
    lanes = lay_out(replace(verdict(trace=trace), left=locks, before=locks))
    assert lanes.names == ["door-70", "door-80", "door-90", "gateway"]
    assert lanes.lanes_left_out == 97
    assert len(lay_out(replace(verdict(), left=locks[:LANES_DRAWN_MAX])).names) == 41


def test_an_empty_case_is_an_empty_picture() -> None:
    lanes = lay_out(verdict(trace=[], end_us=START_US + DAY_US, exposures=()))
    assert (lanes.marks, lanes.bars, lanes.steps) == ([], [], [])
    assert lanes.width > 0
