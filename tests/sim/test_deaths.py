"""A process dies at each effect of a call over three locks: nothing is left, or the whole group.

Before the effect and behind it, what it had said heard and unheard; then it starts again, and all
is given the time to heal.
"""

from __future__ import annotations

from itertools import count, product
from typing import TYPE_CHECKING, Any

import pytest

from latchbench.trace import to_json_line
from simulator.processes import GATEWAY
from simulator.sim.deaths import Death
from tests.sim.crash_site import LOCKS, Ending, lived, nothing_more

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from tests.bench.site import Codes, Site

THROW = {"behavior_when_code_cannot_be_shared": "throw"}
RANDOM = {"behavior_when_code_cannot_be_shared": "create_random_code"}
OWNERS_SLOT = 5
OWNERS = "1353"


async def side_refuses(here: Site) -> None:
    await here.fault("side", "refuse", "set_user_code")


async def side_has_it(here: Site) -> None:
    await here.at_keypad("side", OWNERS_SLOT, OWNERS)
    await here.settle()


Case = tuple[dict[str, Any], "Callable[[Site], Awaitable[None]]"]

# A call, and how the locks are before it. Undisturbed, how each is answered.
CASES: Mapping[str, Case] = {
    "throw": (THROW, nothing_more),
    "throw, refused": (THROW, side_refuses),
    "random": (RANDOM, nothing_more),
    "random, refused": (RANDOM, side_refuses),
    "random, not shareable": ({**RANDOM, "code": OWNERS}, side_has_it),
}
ANSWERED = dict(zip(CASES, (200, 400, 200, 200, 200), strict=True))


def each_death(nth: int) -> Iterator[Death]:
    for is_kept, is_heard in product((False, True), repeat=2):
        yield Death(nth, is_kept=is_kept, is_heard=is_heard)


def endings(case: str, of: str, order: str | None = None) -> list[tuple[Death, Ending]]:
    """What came of a death at each effect that a process has because of the call."""
    call, prepare = CASES[case]
    found: list[tuple[Death, Ending]] = []
    for nth in count(1):
        more = [(death, lived(call, {of: [death]}, prepare, order)) for death in each_death(nth)]
        reached = [(death, ending) for death, ending in more if ending.died]
        found += reached
        if not reached:
            return found
    raise AssertionError("processes have no end of effects")


def without_owners(codes: Codes) -> list[str]:
    return sorted(code for slot, code in codes.items() if (slot, code) != (OWNERS_SLOT, OWNERS))


def is_whole(ending: Ending) -> bool:
    """Whether every lock has its code; none has one otherwise, nor any that the API hides."""
    inside = {lock: without_owners(codes) for lock, codes in ending.inside.items()}
    assert inside == ending.promised
    assert {len(codes) for codes in inside.values()} in ({0}, {1})
    rows = [row for rows in ending.listed.values() for row in rows]
    assert [row for row in rows if row["status"] != "set" or row["errors"]] == []
    return bool(rows)


def check(case: str, ending: Ending) -> None:
    whole = is_whole(ending)
    if ending.status:
        assert whole == (ending.status == 200)
    if whole and case.startswith("throw"):
        assert len({tuple(codes) for codes in ending.promised.values()}) == 1
    decided = [event for event in ending.trace if event.kind == "gateway.group.committed"]
    assert len(decided) == whole, "told of a decision that was lost, or not of one that was taken"
    assert told_of_locks(ending) == ending.inside


def told_of_locks(ending: Ending) -> dict[str, Codes]:
    """What locks hold as the trace tells it."""
    told: dict[str, Codes] = {lock: {} for lock in LOCKS}
    for event in ending.trace:
        if event.kind == "lock.code.stored":
            told[event.source][int(event.fields["slot"])] = event.fields["pin"]
        elif event.kind == "lock.code.cleared":
            del told[event.source][int(event.fields["slot"])]
    return told


@pytest.mark.parametrize("case", CASES)
def test_undisturbed_a_call_ends_as_it_should(case: str) -> None:
    call, prepare = CASES[case]
    ending = lived(call, {}, prepare)
    assert (ending.status, ending.died) == (ANSWERED[case], 0)
    check(case, ending)


@pytest.mark.parametrize("case", CASES)
def test_a_gateway_that_dies_at_any_commit_leaves_nothing_or_the_whole_group(case: str) -> None:
    call, prepare = CASES[case]
    reached = endings(case, GATEWAY)
    assert len(reached) >= 4 * lived(call, {}, prepare).commits >= 8
    assert any(is_whole(ending) for _, ending in reached) == (ANSWERED[case] == 200)
    assert not all(is_whole(ending) for _, ending in reached)
    for _, ending in reached:
        check(case, ending)


@pytest.mark.parametrize(
    ("case", "of"),
    [("throw", "front"), ("throw, refused", "front"), ("throw, refused", "side"),
     ("random, refused", "front")],
)  # fmt: skip
def test_a_host_that_dies_at_any_write_leaves_nothing_or_the_whole_group(
    case: str, of: str
) -> None:
    reached = endings(case, of)
    assert len(reached) >= 12
    for _, ending in reached:
        check(case, ending)


@pytest.mark.parametrize("order", ["one", "another"])
@pytest.mark.parametrize("case", ["throw, refused", "random, refused"])
def test_the_order_of_what_comes_at_one_instant_does_not_matter_to_that(
    case: str, order: str
) -> None:
    reached = endings(case, GATEWAY, order)
    assert len(reached) >= 12
    for _, ending in reached:
        check(case, ending)


@pytest.mark.parametrize("again", list(each_death(1)), ids=lambda death: death.words)
def test_a_gateway_that_dies_again_while_it_starts_takes_nothing_back_by_halves(
    again: Death,
) -> None:
    call, prepare = CASES["throw"]
    first = Death(2, is_kept=False, is_heard=True)
    ending = lived(call, {GATEWAY: [first, again, again]}, prepare)
    assert ending.died == 3
    check("throw", ending)
    assert not is_whole(ending)


def test_gateway_and_host_may_die_of_one_call() -> None:
    call, prepare = CASES["throw, refused"]
    for nth in range(1, 4):
        death = Death(nth, is_kept=True, is_heard=False)
        ending = lived(call, {GATEWAY: [death], "front": [death], "side": [death]}, prepare)
        assert ending.died >= 2
        check("throw, refused", ending)


def test_a_process_that_has_not_got_there_in_its_time_lives_on() -> None:
    call, prepare = CASES["throw"]
    death = Death(2, is_kept=False, is_heard=True, within_us=1)
    ending = lived(call, {GATEWAY: [death]}, prepare)
    assert (ending.status, ending.died) == (200, 0)


def test_the_trace_says_who_died_and_where() -> None:
    call, prepare = CASES["throw"]
    deaths = {
        GATEWAY: [Death(2, is_kept=True, is_heard=True)],
        "front": [Death(1, is_kept=False, is_heard=False)],
    }
    ending = lived(call, deaths, prepare)
    told = [event.fields for event in ending.trace if event.kind == "bench.died"]
    assert {fields["of"]: fields["point"] for fields in told} == {
        "front": "before effect 1 from here, unheard",
        "gateway": "behind effect 2 from here, heard",
    }


def test_the_same_death_is_the_same_trace() -> None:
    call, prepare = CASES["throw, refused"]
    for order in (None, "drawn"):
        deaths = {GATEWAY: [Death(2, is_kept=True, is_heard=False)]}
        one, other = (lived(call, deaths, prepare, order) for _ in range(2))
        assert [*map(to_json_line, one.trace)] == [*map(to_json_line, other.trace)]
