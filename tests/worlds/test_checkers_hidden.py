"""What a lock hides by showing the past is found later, and behind a mask perhaps never."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.policy.records import Want
from latchbench.pin import Pin
from simulator.worlds.checkers.convergence import convergence
from simulator.worlds.checkers.schedule_kept import schedule_kept
from simulator.worlds.checkers.throw_atomicity import throw_atomicity
from tests.worlds.history import History, messages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.worlds.seen import Seen, Violation

    Checker = Callable[[Seen], Iterator[Violation]]

HOUR_US = 3_600_000_000


def left_behind(profile: str, times: int, hours: float = 24) -> History:
    """A code of a refused call that ended so long ago; its lock holds it and has shown the past."""
    history = History(profile)
    row = history.row("1234", starts_at_us=0, ends_at_us=HOUR_US)
    history.saves(row, group=history.group("pending"))
    history.writes(1, "1234")
    gone = history.row("1234", starts_at_us=0, ends_at_us=HOUR_US, want=Want.ABSENT)
    history.saves(gone, group=history.group("aborted"))
    history.at(10)
    if times:
        history.tell("front", "lock.fault.armed", fault="stale_read", times=str(times))
    for left in reversed(range(times)):
        history.tell("front", "lock.fault.fired", fault="stale_read", left=str(left))
    history.saves(gone=["front"])
    history.at(3600 + hours * 3600)
    history.lists()
    history.memory = {1: Pin("1234")}
    history.unmanaged = [{"code": None}]
    return history


@pytest.mark.parametrize("checker", [convergence, schedule_kept, throw_atomicity])
def test_a_lock_that_masks_and_shows_the_past_twice_hides_a_code(checker: Checker) -> None:
    assert messages(checker, left_behind("schlage-be469", 2)) == []
    assert messages(checker, left_behind("schlage-be469", 1)) != []
    assert messages(checker, left_behind("deadbolt-30", 2)) != []


def test_what_a_lock_has_hidden_once_is_there_until_it_is_read_as_a_whole() -> None:
    assert messages(schedule_kept, left_behind("deadbolt-30", 1, hours=6)) == []
    assert messages(schedule_kept, left_behind("deadbolt-30", 1, hours=8)) != []
    assert messages(schedule_kept, left_behind("deadbolt-30", 0, hours=1)) != []
