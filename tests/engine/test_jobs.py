"""Commits and choices side by side: what waits for what, in lockstep and on real time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from latchbench.jobs import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from latchbench.jobs import Ticket


def noting(told: list[str], what: str) -> Callable[[Ticket[None]], None]:
    return lambda ticket: told.append(what)


def test_on_real_time_a_long_choice_does_not_hold_up_a_commit() -> None:
    jobs, told = Jobs(), list[str]()
    choice = jobs.open("policy", "choose", noting(told, "choice"))
    commit = jobs.open("store", "commit", noting(told, "commit"))
    commit.resolve()
    jobs.drain(in_order=False)
    assert told == ["commit"]
    choice.resolve()
    jobs.drain(in_order=False)
    assert told == ["commit", "choice"]


@pytest.mark.parametrize("in_order", [True, False])
def test_two_commits_never_overtake_each_other(in_order: bool) -> None:
    jobs, told = Jobs(), list[str]()
    first = jobs.open("store", "commit", noting(told, "first"))
    second = jobs.open("store", "commit", noting(told, "second"))
    second.resolve()
    jobs.drain(in_order=in_order)
    assert told == []
    first.resolve()
    jobs.drain(in_order=in_order)
    assert told == ["first", "second"]


def test_in_lockstep_nothing_overtakes_anything() -> None:
    jobs, told = Jobs(), list[str]()
    choice = jobs.open("policy", "choose", noting(told, "choice"))
    commit = jobs.open("store", "commit", noting(told, "commit"))
    commit.resolve()
    jobs.drain()
    assert told == []
    choice.resolve()
    jobs.drain()
    assert told == ["choice", "commit"]
