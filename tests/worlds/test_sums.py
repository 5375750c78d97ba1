"""What many worlds come to, and when it counts that something never happened."""

from __future__ import annotations

from collections import Counter
from unittest import mock

import pytest

from simulator.worlds import campaign
from simulator.worlds.campaign import Result, Sum, WorldBroke, run_seed
from simulator.worlds.coverage import CAMPAIGN_MIN_H, EXPECTED, counted
from simulator.worlds.plan import Ask
from simulator.worlds.planning import make_plan
from simulator.worlds.summary import sum_lines


def total(worlds: int, counts: Counter[str], *, locks: int = 5, hours: float = 1.0) -> Sum:
    found = Sum()
    for seed in range(worlds):
        found.add(Result(Ask(seed, locks, hours), (), "", counts, 1, 1.0))
    return found


def test_a_campaign_names_each_thing_that_never_happened() -> None:
    for word in EXPECTED:
        counts = Counter({other: 1 for other in EXPECTED if other != word})
        found = total(CAMPAIGN_MIN_H, counts)
        assert found.lacks == [word]
        assert list(sum_lines(found, 1.0))[-1] == f"NEVER HAPPENED, in so many hours: {word}"


def test_few_hours_or_few_locks_need_not_have_met_everything() -> None:
    assert total(CAMPAIGN_MIN_H - 1, Counter()).lacks == []
    assert total(CAMPAIGN_MIN_H, Counter(), hours=0.5).lacks == []
    assert total(CAMPAIGN_MIN_H, Counter(), locks=2).lacks == []
    assert total(CAMPAIGN_MIN_H, Counter(), locks=3).lacks != []


def test_a_world_that_ends_in_a_fault_of_ours_says_which_it_was() -> None:
    with (
        mock.patch.object(campaign, "run_world", side_effect=KeyError("x")),
        pytest.raises(WorldBroke, match=r"^latchbench simulate --seed 7: KeyError"),
    ):
        run_seed(Ask(7))


def test_callers_who_hang_up_and_call_again_are_counted() -> None:
    counts = sum((counted(make_plan(Ask(seed)), ()) for seed in range(20)), Counter())
    assert counts["call.hang_up"] > counts["call.once_more"] > 0
