"""Models of lock for `test_lock_machine`: small variants of those that come with the product."""

from __future__ import annotations

from dataclasses import replace

from latchbench.pin import Pin
from simulator.model.profile import Lockout
from simulator.model.words import Constraint, DuplicatePolicy, Schedules
from simulator.profiles import load

SECOND_US = 1_000_000
DEADBOLT = replace(load("deadbolt-30").lock, slots_max=4)

# Each with codes that are few enough to meet again: equal on five buttons, beginning one another,
# or against a rule.
KINDS = {
    "plain": (
        replace(
            DEADBOLT,
            reserved_slots=frozenset({3}),
            lockout=Lockout(2, 5 * SECOND_US, 20 * SECOND_US, (40 * SECOND_US,)),
        ),
        "1234 12345 1111 0123 5678901234 123 12x4",
    ),
    "buttons": (
        replace(load("kwikset-914").lock, slots_max=4, admin_code=Pin("13579")),
        "1357 2468 1458 13579 24680 1111 9900",
    ),
    "uniform": (
        replace(load("schlage-be469").lock, slots_max=4),
        "1234 5678 48271 13579 1111 428913",
    ),
    "hours": (
        replace(load("nuki").lock, slots_max=4, code_lengths=(4, 6), relock_after_us=5 * SECOND_US),
        "340921 658743 123456 134567 3456 999",
    ),
    "six keys": (
        replace(
            load("ttlock-1-6").lock,
            slots_max=4,
            lockout=Lockout(2, 5 * SECOND_US, 5 * SECOND_US, ()),
        ),
        "1234 1235 123456 1789 6543 0123",
    ),
    "no enter key": (
        replace(
            DEADBOLT,
            matches_prefix=True,
            admin_code=Pin("2222"),
            lockout=Lockout(2, 5 * SECOND_US, 20 * SECOND_US, (40 * SECOND_US, 60 * SECOND_US)),
        ),
        "1234 12345 123456 2222 22223 3333 33",
    ),
    "first four": (
        replace(
            DEADBOLT,
            constraints=frozenset({Constraint.UNIQUE_FIRST_FOUR_DIGITS}),
            schedules=Schedules.NATIVE,
            lockout=None,
        ),
        "1234 12345 1243 1123 5678 56789 4321",
    ),
    "duplicates": (
        replace(
            DEADBOLT,
            duplicate_policy=DuplicatePolicy.ACCEPT,
            relock_after_us=None,
            lockout=Lockout(2, None, 20 * SECOND_US, ()),
            factory_codes=((2, Pin("1234")),),
            admin_code=Pin("5678"),
            schedules=Schedules.NATIVE,
        ),
        "1234 2143 1111 5678 98765 123",
    ),
}
