"""The planner against brute force: what it finds, counts, shares and explains."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.policy.choose import Choice, Rooms, pick
from gateway.policy.explain import explain
from gateway.policy.judge import judge
from gateway.policy.largest import largest
from gateway.policy.plan import Decision, decide
from gateway.policy.rules import HARD, STRICT, weak_rules
from gateway.policy.space import Counters, Spaces
from latchbench.pin import Pin
from tests.properties.planner_brute import (
    CODES,
    KEEPS,
    KEEPS_STRICTLY,
    KEPT,
    OWNER,
    UP_TO_3,
    UP_TO_4,
    Oracle,
    blocked_by,
    codes_of,
    fleets,
    weak,
    words_against,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.keypad import LockFacts, Owner


class Numbered:
    """Chance that always gives one number, and remembers from how many it was asked."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.asked: list[int] = []

    def below(self, n: int) -> int:
        self.asked.append(n)
        return self.number % n


SPACES = Spaces()


def picked(locks: Sequence[LockFacts], number: int, preferred: int | None = None) -> Choice | None:
    return pick(locks, Numbered(number), preferred=preferred, spaces=SPACES, counters=Counters())


@pytest.mark.parametrize("word", list(KEEPS))
def test_every_automaton_agrees_with_its_rule_on_every_code(word: str) -> None:
    for code in (*UP_TO_4, *CODES[5]):
        assert HARD[word].keeps(code) == KEEPS[word](code), code


@pytest.mark.parametrize("word", list(KEEPS_STRICTLY))
def test_every_strict_reading_agrees_with_its_rule(word: str) -> None:
    for code in (*UP_TO_4, *CODES[5][::7]):
        strictly = all(rule.keeps(code) for rule in STRICT[word])
        # The strict reading is held together with the hard one, never alone.
        both = strictly and HARD[word].keeps(code)
        assert both == (KEEPS_STRICTLY[word](code) and KEEPS[word](code)), code


def test_the_weak_codes_are_those_that_the_definition_names() -> None:
    for code in UP_TO_4:
        strong = all(rule.keeps(code) for rule in weak_rules(len(code)))
        assert strong == (not weak(code)), code


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_classes_are_exactly_the_sets_of_rules_that_some_code_breaks(length: int) -> None:
    words = tuple(HARD)
    found = SPACES.classes(words, length, Counters()).broken
    by_trying = {
        sum(1 << at for at, word in enumerate(words) if not KEEPS[word](code))
        for code in CODES[length]
    }
    assert found == by_trying


@settings(max_examples=80, deadline=None)
@given(fleet=fleets(), preferred=st.sampled_from((None, None, 2, 3, 4)))
def test_a_code_is_found_exactly_when_one_exists_and_any_of_the_free_ones_can_be_drawn(
    fleet: list[LockFacts], preferred: int | None
) -> None:
    room = Oracle(fleet).room(preferred)
    first = picked(fleet, 0, preferred)
    assert (first is None) == (room is None)
    if first is None or room is None:
        return
    length, codes, strong = room
    assert (len(first.pin), first.free, first.strong) == (length, len(codes), strong)
    assert first.total == len(Oracle(fleet).legal(length, strong=strong))
    # A bijection from the numbers to the free codes: uniform numbers are uniform codes.
    free = Rooms(fleet, SPACES, Counters()).look(length, strong).codes
    assert [free.code(number) for number in range(len(codes))] == sorted(codes)
    last = picked(fleet, len(codes) - 1, preferred)
    assert last is not None
    assert (first.pin.reveal(), last.pin.reveal()) == (min(codes), max(codes))


@settings(max_examples=25, deadline=None)
@given(fleet=fleets(lengths=(3, 4), most=3))
def test_the_number_of_free_codes_is_exact_at_four_digits_too(fleet: list[LockFacts]) -> None:
    oracle = Oracle(fleet)
    common = oracle.common()
    rooms = Rooms(fleet, SPACES, Counters())
    for length in (3, 4):
        if not all(length in lock.keypad.lengths for lock in fleet):
            continue
        for strong, codes in ((True, oracle.strong(common)), (False, common)):
            room = rooms.look(length, strong)
            free = sorted(code for code in codes if len(code) == length)
            assert room.codes.count == len(free)
            some = range(0, len(free), 1 + len(free) // 200)
            assert [room.codes.code(number) for number in some] == [free[at] for at in some]


@settings(max_examples=80, deadline=None)
@given(fleet=fleets())
def test_the_sharers_are_the_largest_and_then_the_earliest_set(fleet: list[LockFacts]) -> None:
    found = largest(fleet, spaces=SPACES, counters=Counters())
    assert [fleet.index(lock) for lock in found] == list(Oracle(fleet).best_set())


@settings(max_examples=50, deadline=None)
@given(fleet=fleets(), number=st.integers(0, 10**6))
def test_a_lock_outside_the_sharers_never_accepts_the_shared_code(
    fleet: list[LockFacts], number: int
) -> None:
    oracle = Oracle(fleet)
    answer = decide(
        fleet,
        behavior="create_random_code",
        code=None,
        preferred_length=None,
        draw=Numbered(number),
    )
    places = {lock.device_id: place for place, lock in enumerate(fleet)}
    best = oracle.best_set()
    assert tuple(places[device] for device in answer.sharers) == best
    if answer.shared_pin:
        accepting = [
            place
            for place, codes in enumerate(oracle.accepted)
            if answer.shared_pin.reveal() in codes
        ]
        assert tuple(accepting) == best
    for straggler in answer.stragglers:
        assert straggler.pin is not None
        assert straggler.reasons
        assert straggler.pin.reveal() in oracle.accepted[places[straggler.device_id]]
    for refusal in answer.refusals:
        assert oracle.accepted[places[refusal.device_id]] == set()
    everyone = {*answer.sharers, *(apart.device_id for apart in answer.stragglers)}
    everyone.update(refusal.device_id for refusal in answer.refusals)
    assert everyone == set(places)


@settings(max_examples=50, deadline=None)
@given(fleet=fleets())
def test_throw_lets_all_share_or_says_who_is_in_the_way_and_why(fleet: list[LockFacts]) -> None:
    answer = decide(fleet, behavior="throw", code=None, preferred_length=None, draw=Numbered(1))
    possible = bool(Oracle(fleet).common())
    assert (answer.shared_pin is not None) == possible == (not answer.refusals)
    assert len(answer.sharers) == (len(fleet) if possible else 0)
    assert answer.stragglers == ()
    assert bool(answer.explanation) != possible
    assert all(refusal.reasons and refusal.message for refusal in answer.refusals)
    in_order = [lock.device_id for lock in fleet]
    refusing = [refusal.device_id for refusal in answer.refusals]
    assert refusing == [device for device in in_order if device in refusing]


@settings(max_examples=40, deadline=None)
@given(fleet=fleets(lengths=(2, 3, 4), most=3), codes=st.lists(codes_of(st.integers(1, 4))))
def test_every_reason_against_a_given_code_is_reported(
    fleet: list[LockFacts], codes: list[str]
) -> None:
    for lock in fleet:
        some = [pin.reveal() for pin in lock.in_use][:4]
        for code in (*codes, *some, "1234", "1111", "0789"):
            if len(code) <= 4:
                found = {reason.word for reason in judge(lock, Pin(code))}
                assert found == words_against(lock, code), code


@settings(max_examples=40, deadline=None)
@given(fleet=fleets(lengths=(2,), most=2))
def test_a_lock_accepts_exactly_the_codes_that_could_be_drawn_for_it(
    fleet: list[LockFacts],
) -> None:
    for lock in fleet:
        rooms = Rooms([lock], SPACES, Counters())
        for length in lock.keypad.lengths:
            codes = rooms.look(length, strong=False).codes
            drawable = {codes.code(number) for number in range(codes.count)}
            accepted = {code for code in CODES[length] if not judge(lock, Pin(code))}
            assert drawable == accepted


Wanted = tuple[tuple[int, ...], str | None]


def wants(lock: LockFacts) -> set[Wanted]:
    return {(lock.keypad.lengths, None), *(((), word) for word in lock.keypad.rules)}


def suits(code: str, wanted: Wanted) -> bool:
    lengths, word = wanted
    return code in KEPT[word] if word else len(code) in lengths


BROKEN = {
    length: {frozenset(word for word in KEEPS if code not in KEPT[word]) for code in CODES[length]}
    for length in range(1, 5)
}


def broken_by_classes(wanted: Sequence[Wanted]) -> set[frozenset[Wanted]]:
    """What codes of 1 to 4 digits break; longer ones break every length and no rule."""
    lengths = [one for one in wanted if one[1] is None]
    found = {frozenset(lengths)}
    for length, classes in BROKEN.items():
        wrong = {one for one in lengths if length not in one[0]}
        for broken in classes:
            found.add(frozenset(wrong | {one for one in wanted if one[1] in broken}))
    return found


@settings(max_examples=50, deadline=None)
@given(fleet=fleets(lengths=(1, 2, 3, 4), most=5))
def test_a_conflict_of_rules_is_the_smallest_there_is(fleet: list[LockFacts]) -> None:
    fleet = [replace(lock, in_use={}, refused=frozenset()) for lock in fleet]
    assume(picked(fleet, 0) is None)
    conflict = explain(fleet, spaces=SPACES, counters=Counters())
    wanted = sorted(set.union(*map(wants, fleet)), key=str)
    classes = broken_by_classes(wanted)
    chosen = {(element.lengths, element.word) for element in conflict.elements}
    assert all(broken & chosen for broken in classes), "some code suits what is called a conflict"
    for size in range(len(chosen)):
        for fewer in combinations(wanted, size):
            assert not all(broken & set(fewer) for broken in classes), "a smaller conflict"
    involved = {place for place, lock in enumerate(fleet) if wants(lock) & chosen}
    assert {place for place, _ in conflict.reasons} == involved


def filled_up(fleet: Sequence[LockFacts]) -> list[LockFacts]:
    """The locks with two-digit codes allowed, and what they could share put in use on them."""
    both = [
        replace(lock, keypad=replace(lock.keypad, lengths=(2, *lock.keypad.lengths)))
        for lock in fleet
    ]
    more: list[dict[Pin, Owner]] = [dict(lock.in_use) for lock in both]
    for number, code in enumerate(sorted(Oracle(both).common())):
        more[number % len(both)][Pin(code)] = OWNER
    return [replace(lock, in_use=used) for lock, used in zip(both, more, strict=True)]


@settings(max_examples=50, deadline=None)
@given(fleet=fleets().map(filled_up))
def test_a_conflict_of_codes_in_use_is_one_and_nothing_in_it_can_be_left_out(
    fleet: list[LockFacts],
) -> None:
    conflict = explain(fleet, spaces=SPACES, counters=Counters())
    assume(conflict.codes_in_use is not None)
    wanted = [(element.lengths, element.word) for element in conflict.elements]
    blocked = [blocked_by(lock, UP_TO_3) for lock in fleet]

    def fitting(elements: Sequence[Wanted]) -> set[str]:
        return {code for code in UP_TO_3 if all(suits(code, one) for one in elements)}

    users = dict(conflict.users)
    fit = fitting(wanted)
    assert conflict.codes_in_use == len(fit) == sum(users.values())
    assert fit <= set.union(*(blocked[place] for place in users))
    for place in users:
        others = (blocked[other] for other in users if other != place)
        assert not fit <= set().union(*others), "this lock need not be named"
    for one in wanted:
        rest = [other for other in wanted if other != one]
        if any(word is None for _, word in rest):
            assert not fitting(rest) <= set.union(*blocked), "this want need not be named"


def free_codes(fleet: Sequence[LockFacts], length: int) -> int:
    return Rooms(fleet, SPACES, Counters()).look(length, strong=False).codes.count


@settings(max_examples=50, deadline=None)
@given(fleet=fleets(), more=fleets(most=1))
def test_one_more_lock_or_rule_never_leaves_more_codes(
    fleet: list[LockFacts], more: list[LockFacts]
) -> None:
    for length in (2, 3):
        before = free_codes(fleet, length)
        assert free_codes([*fleet, *more], length) <= before
        first = fleet[0]
        keypad = replace(first.keypad, rules=(*first.keypad.rules, *more[0].keypad.rules))
        assert free_codes([replace(first, keypad=keypad), *fleet[1:]], length) <= before


@settings(max_examples=25, deadline=None)
@given(fleet=fleets(), order=st.randoms(use_true_random=False))
def test_the_order_of_locks_decides_ties_and_nothing_else(
    fleet: list[LockFacts], order: object
) -> None:
    shuffled = list(fleet)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (largest(locks, spaces=SPACES, counters=Counters()) for locks in (fleet, shuffled))
    assert len(one) == len(other)
    first, second = picked(fleet, 5), picked(shuffled, 5)
    assert first == second


@settings(max_examples=25, deadline=None)
@given(fleet=fleets(), order=st.randoms(use_true_random=False))
def test_the_order_in_which_codes_in_use_are_known_changes_nothing(
    fleet: list[LockFacts], order: object
) -> None:
    def mixed(lock: LockFacts) -> LockFacts:
        codes = list(lock.in_use.items())
        order.shuffle(codes)  # type: ignore[attr-defined]
        return replace(lock, in_use=dict(codes))

    def answer(locks: Sequence[LockFacts], code: Pin | None) -> Decision:
        return decide(
            locks,
            behavior="create_random_code",
            code=code,
            preferred_length=None,
            draw=Numbered(3),
        )

    again = [mixed(lock) for lock in fleet]
    assert answer(fleet, None) == answer(again, None)
    assert answer(fleet, Pin("12")) == answer(again, Pin("12"))


@settings(max_examples=40, deadline=None)
@given(fleet=fleets())
def test_a_lock_given_twice_shares_as_it_does_once(fleet: list[LockFacts]) -> None:
    twin = replace(fleet[0], device_id="twin", name="twin")
    assert picked([*fleet, twin], 1) == picked(fleet, 1)
    assert free_codes([*fleet, twin], 2) == free_codes(fleet, 2)


@settings(max_examples=40, deadline=None)
@given(fleet=fleets(), codes=st.lists(codes_of(st.integers(5, 7)), max_size=5))
def test_codes_of_other_lengths_in_use_change_nothing_where_whole_codes_are_compared(
    fleet: list[LockFacts], codes: list[str]
) -> None:
    first = fleet[0]
    plain = replace(first, keypad=replace(first.keypad, matches_prefix=False))
    fuller = replace(plain, in_use={**plain.in_use, **{Pin(code): OWNER for code in codes}})
    assert picked([plain, *fleet[1:]], 2) == picked([fuller, *fleet[1:]], 2)
