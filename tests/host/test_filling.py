"""Codes of a lock's own making. The judge is the lock itself, when they are typed in at it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latchbench.pin import Pin
from simulator.host.filling import CannotHold, to_fill, with_codes
from simulator.model import rules
from simulator.model.events import ProgrammedAtKeypad
from simulator.model.lock import step
from simulator.model.state import boot, check_invariants, fresh
from simulator.model.words import Constraint, DuplicatePolicy
from simulator.profiles import load, names
from tests.model.builders import a_profile


@pytest.mark.parametrize("name", names())
def test_every_slot_of_every_profile_can_be_filled(name: str) -> None:
    profile = load(name).lock
    state = fresh(profile, 1)
    usable = profile.slots_max - len(profile.reserved_slots)
    codes = to_fill(profile, state.memory, usable, "7/front")
    assert len(codes) == usable - len(state.memory.slots)
    for slot, pin in codes.items():
        state, _ = step(profile, state, ProgrammedAtKeypad(slot, pin), 0)
    assert len(state.memory.slots) == usable
    check_invariants(state, profile)
    assert with_codes(profile, fresh(profile, 1).memory, codes) == state.memory


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(Constraint)), max_size=4),
    st.sampled_from(DuplicatePolicy),
    st.booleans(),
    st.booleans(),
    st.integers(0, 12),
)
def test_no_code_opens_for_another_whatever_the_rules(
    constraints: set[Constraint],
    duplicates: DuplicatePolicy,
    five_buttons: bool,
    matches_prefix: bool,
    used: int,
) -> None:
    existing = frozenset({Pin("2537"), Pin("4716"), Pin("3524"), Pin("624351")})
    needs_set = Constraint.PIN_CODE_MATCHES_EXISTING_SET in constraints
    profile = a_profile(
        constraints=frozenset(constraints),
        existing_pins=existing if needs_set else frozenset(),
        duplicate_policy=duplicates,
        five_buttons=five_buttons,
        matches_prefix=matches_prefix,
    )
    memory = fresh(profile, 1).memory
    try:
        codes = to_fill(profile, memory, used, "seed")
    except CannotHold:
        assert needs_set, "only a closed set of codes is smaller than this lock"
        return
    assert sorted(codes) == list(range(1, used + 1))
    for one, other in combinations(codes.values(), 2):
        assert not rules.are_one(profile, one, other)
    boot(profile, with_codes(profile, memory, codes), 0)


def test_the_same_seed_gives_the_same_codes_and_another_lock_gives_others() -> None:
    profile = a_profile()
    memory = fresh(profile, 1).memory
    front, again, back = (to_fill(profile, memory, 9, f"7/{name}") for name in ("f", "f", "b"))
    assert front == again
    assert not set(front.values()) & set(back.values())


def test_only_as_many_as_are_missing_are_made_for_the_lowest_free_slots() -> None:
    profile = a_profile()
    memory = with_codes(profile, fresh(profile, 1).memory, {2: Pin("4821"), 9: Pin("9137")})
    assert list(to_fill(profile, memory, 5, "s")) == [1, 3, 4]
    assert to_fill(profile, memory, 2, "s") == {}
    assert to_fill(profile, memory, 0, "s") == {}


def test_more_slots_than_there_are_cannot_be_filled() -> None:
    profile = a_profile(slots_max=10, reserved_slots=frozenset({1}))
    memory = fresh(profile, 1).memory
    assert list(to_fill(profile, memory, 9, "s")) == list(range(2, 11))
    with pytest.raises(CannotHold, match="the lock has only 9"):
        to_fill(profile, memory, 10, "s")


def test_a_lock_with_too_few_codes_is_found_out_by_walking_through_all_of_them() -> None:
    # Digits 1 to 6 lie on three buttons, so the keypad can tell 3 ** 4 codes apart.
    profile = a_profile(
        slots_max=250,
        code_lengths=(4,),
        five_buttons=True,
        constraints=frozenset({Constraint.CANNOT_CONTAIN_0789}),
    )
    memory = fresh(profile, 1).memory
    assert len(to_fill(profile, memory, 81, "s")) == 81
    with pytest.raises(CannotHold, match="only 81 codes differ"):
        to_fill(profile, memory, 82, "s")


def test_even_a_lock_that_accepts_duplicates_gets_none_not_even_of_its_master() -> None:
    admin = Pin("1357")
    profile = a_profile(
        slots_max=250,
        code_lengths=(4,),
        five_buttons=True,
        duplicate_policy=DuplicatePolicy.ACCEPT,
        constraints=frozenset({Constraint.CANNOT_CONTAIN_089}),
        admin_code=admin,
    )
    codes = to_fill(profile, fresh(profile, 1).memory, 250, "s")
    presses = {rules.presses(profile, pin) for pin in (admin, *codes.values())}
    assert len(presses) == 251


def test_the_codes_of_a_scenario_are_held_to_the_locks_own_rules() -> None:
    profile = a_profile()
    memory = fresh(profile, 1).memory
    with pytest.raises(CannotHold, match="code of slot 2: pin_in_use") as caught:
        with_codes(profile, memory, {1: Pin("4821"), 2: Pin("4821")})
    assert "4821" not in str(caught.value)
    accepting = replace(profile, duplicate_policy=DuplicatePolicy.ACCEPT)
    assert len(with_codes(accepting, memory, {1: Pin("4821"), 2: Pin("4821")}).slots) == 2
