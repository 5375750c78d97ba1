"""What a terminal shows: verdicts, timelines, and both policies side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.processes import MEMORY, where
from simulator.scenario.report import (
    FAILED_LISTED_MAX,
    FEW,
    TIMELINE_MAX,
    brief_lines,
    case_lines,
    failed_lines,
    span,
    timeline,
)
from simulator.scenario.reports.comparison import (
    LOCKS_SHOWN_MAX,
    WIDTH,
    WIDTH_MIN,
    comparison_lines,
)
from simulator.scenario.reports.plain import place_of, printable
from simulator.scenario.verdict import Comparison, LockLeft
from tests.reports.made import HOSTILE, TRACE, broken, compared, event, failed, run_of, verdict


def test_the_columns_of_a_timeline_line_up_over_days() -> None:
    lines = list(timeline(failed()))
    assert {line.index("14:00:00.") for line in lines} == {len("06-03 ")}
    assert lines[-1].startswith("06-03 14:00:00.000  step 4 expect_device nothing is left")


def test_what_a_failure_is_about_is_told_even_if_it_is_long_ago() -> None:
    noise = [event(200_000 + n, "gate", "lock.notified", event="x") for n in range(100)]
    trace = sorted([*TRACE, *noise], key=lambda one: one.at_us)
    before, first, *_ = timeline(failed(trace=trace))
    assert before == "... 84 events before; --trace FILE writes them all"
    assert first.endswith("code stored                slot=3 pin=••••A   <-- still in the lock")
    assert len(list(timeline(failed(trace=trace)))) == TIMELINE_MAX + 2


def test_a_timeline_ends_where_the_failure_is() -> None:
    later = event(3 * 86_400_000_000, "gate", "lock.keypad", feedback="opened")
    assert list(timeline(failed(trace=[*TRACE, later]))) == list(timeline(failed()))


def test_an_exposure_that_goes_on_says_so() -> None:
    open_one = replace(verdict().exposures[0], ended=False)
    lines = list(case_lines(verdict(exposures=(open_one,))))
    assert "      front held the withdrawn ••••B for 81 ms, and still did at the end" in lines


def test_a_brief_verdict_says_what_is_in_the_locks_and_how_long_a_withdrawn_code_was() -> None:
    (line,) = brief_lines(verdict())
    assert line == (
        "PASS  a guest [policy=throw]  (1 code in 3 locks; a withdrawn one was there for 81 ms)"
    )
    open_one = replace(verdict().exposures[0], ended=False)
    (line,) = brief_lines(verdict(exposures=(*verdict().exposures, open_one)))
    assert line.endswith("; a withdrawn one still there)")
    (line,) = brief_lines(verdict(exposures=(), left=()))
    assert line == "PASS  a guest [policy=throw]  (no code in 0 locks)"


def test_after_many_cases_those_that_are_bad_are_named_again() -> None:
    few = run_of(*[verdict()] * (FEW - 1), failed())
    assert list(failed_lines(few)) == []
    assert list(failed_lines(run_of(*[verdict()] * (FEW + 1)))) == []
    assert list(failed_lines(run_of(*[verdict()] * FEW, failed(), broken()))) == [
        "what failed",
        "  scenarios/a.yaml:28:5: a guest [policy=throw]",
        "  scenarios/a.yaml: a guest [policy=throw]",
    ]
    lines = list(failed_lines(run_of(*[failed()] * (FAILED_LISTED_MAX + 2))))
    assert lines[-1] == "  and 2 more"
    assert len(lines) == FAILED_LISTED_MAX + 2


def test_a_lock_that_is_simulated_in_this_process_has_no_process_of_its_own() -> None:
    assert where(7, "127.0.0.1:9") == "pid 7 at 127.0.0.1:9"
    assert where(7, f"{MEMORY}host-1") == "in this process"


# Both policies.


def many_locks(count: int, differ: int) -> Comparison:
    comparison = compared()
    locks = tuple(LockLeft(f"door-{n}", "p", {}, 30, "") for n in range(count))
    other = tuple(
        replace(lock, slots={1: "••••C"}) if n < differ else lock for n, lock in enumerate(locks)
    )
    one, two = comparison.sides
    one = replace(one, before=locks, left=locks)
    return replace(comparison, sides=(one, replace(two, before=locks, left=other)))


@pytest.mark.parametrize(
    "comparison",
    [
        compared(),
        many_locks(3, 0),
        many_locks(80, 2),
        replace(compared(), sides=(compared().sides[0], broken(policy="create_random_code"))),
        replace(
            many_locks(2, 1),
            sides=tuple(  # type: ignore[arg-type]
                replace(side, story=(*HOSTILE, "word " * 60, "w" * 300))
                for side in many_locks(2, 1).sides
            ),
        ),
    ],
    ids=["plain", "alike", "many locks", "broken", "long"],
)
@pytest.mark.parametrize("width", [WIDTH, 80, WIDTH_MIN])
def test_a_comparison_fits_into_the_columns_that_there_are(
    comparison: Comparison, width: int
) -> None:
    lines = list(comparison_lines(comparison, width))
    assert max(map(len, lines)) <= width
    assert lines[3].split() == ["throw", "create_random_code"]


def test_of_many_locks_those_are_shown_that_differ() -> None:
    lines = list(comparison_lines(many_locks(80, 2)))
    shown = [line for line in lines if "door-" in line]
    assert [line.split()[:2] for line in shown] == [["*", "door-0"], ["*", "door-1"]]
    assert "        78 locks more hold the same under both" in lines
    few = list(comparison_lines(many_locks(LOCKS_SHOWN_MAX, 2)))
    assert len([line for line in few if "door-" in line]) == LOCKS_SHOWN_MAX


def test_two_policies_that_leave_the_same_say_so() -> None:
    lines = list(comparison_lines(many_locks(3, 0)))
    assert "        no lock: both policies leave the same behind" in lines


def test_a_side_that_failed_is_told_in_full_below() -> None:
    comparison = compared()
    one = failed(policy="throw")
    lines = list(comparison_lines(replace(comparison, sides=(one, comparison.sides[1]))))
    assert "FAIL  a guest [policy=throw]" in lines
    assert any("run scenarios/a.yaml --seed 7 --compare-policies" in line for line in lines)


# Texts.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – ••••A 日本 é", "plain – ••••A 日本 é"),
        ("two\nlines\r\x1b[2J", r"two\nlines\r\x1b[2J"),
        ("\u202eback\u2029", r"\u202eback\u2029"),
        ("\ud800\ufffe\x00", r"\ud800\ufffe\x00"),
        ("👩‍👧", "👩‍👧"),
    ],
)
def test_what_does_not_show_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_place_is_read_whatever_the_file_is_called() -> None:
    assert place_of("a:b:c.yaml:12:7") == ("a:b:c.yaml", 12, 7)


@pytest.mark.parametrize(
    ("us", "words"),
    [(0, "0 ms"), (412_000, "412 ms"), (3_200_000, "3.2 s"), (178_200_000_000, "2 d 1:30:00")],
)
def test_a_length_of_time_is_said_as_people_say_it(us: int, words: str) -> None:
    assert span(us) == words
