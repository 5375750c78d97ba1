"""`docs/RELIABILITY.md` says what the checkers promise and what the planted bugs are."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.worlds.campaign import Result, Sum
from simulator.worlds.coverage import CAMPAIGN_MIN_H, EXPECTED
from simulator.worlds.plan import Ask
from simulator.worlds.seen import Violation
from tests.worlds.reliability import PAGE, came_to, tables, written


def test_the_page_has_the_promises_and_the_planted_bugs_of_today() -> None:
    page = PAGE.read_text()
    assert written(page, tables()) == page


def test_a_part_without_a_place_on_the_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for weather reports"):
        written(PAGE.read_text(), {"weather reports": "rain"})


def a_result(*checkers: str) -> Result:
    """A world of a whole campaign, in which each of these found something."""
    ask = Ask(7, hours=CAMPAIGN_MIN_H)
    return Result(
        ask=ask,
        violations=tuple(Violation(checker, 0, "something") for checker in checkers),
        digest="",
        counts=Counter(dict.fromkeys(EXPECTED, 1)),
        virtual_us=3_600_000_000,
        cost_s=1.0,
    )


def test_a_campaign_names_the_worlds_that_broke_a_promise() -> None:
    sums = {"swarm": Sum()}
    sums["swarm"].add(a_result())
    assert "broke a promise:" not in came_to(sums)
    sums["swarm"].add(a_result("same_pin", "hands_off", "same_pin"))
    assert "| worlds that broke a promise | 1 |" in came_to(sums)
    assert came_to(sums).endswith(
        "These broke a promise:\n\n"
        "- `latchbench simulate --seed 7 --hours 200`: `hands_off`, `same_pin`\n"
    )


def test_a_campaign_that_missed_something_is_not_told_of() -> None:
    result = a_result()
    del result.counts["fault.freeze"]
    sums = {"swarm": Sum()}
    sums["swarm"].add(result)
    with pytest.raises(SystemExit, match=r"never happened: .*fault\.freeze"):
        came_to(sums)
