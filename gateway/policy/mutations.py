"""Changes of an access code that its lock has to follow: what they are called, from what to what.

A mutation never holds a PIN, because it is kept as text: the PIN before a change stands in the
row's `old_pins`, and the one after it is the row's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Change(StrEnum):
    """What is changed, as `pending_mutations` words it."""

    CODE = "updating_code"
    NAME = "updating_name"
    TIME_FRAME = "updating_time_frame"


@dataclass(frozen=True, slots=True)
class Terms:
    """One side of a change: its name, or its time frame (both None: an ongoing code)."""

    name: str | None = None
    starts_at_us: int | None = None
    ends_at_us: int | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change. For `Change.CODE` both sides are empty."""

    mutation_code: Change
    requested_at_us: int
    before: Terms = Terms()
    after: Terms = Terms()


def followed_by(earlier: Iterable[Mutation], later: Iterable[Mutation]) -> tuple[Mutation, ...]:
    """All changes that are still to come to a lock: a second one of a kind goes on from the first.

    What leads back to where it began is no change any more.
    """
    merged = {mutation.mutation_code: mutation for mutation in earlier}
    for mutation in later:
        first = merged.get(mutation.mutation_code)
        merged[mutation.mutation_code] = (
            mutation if first is None else replace(mutation, before=first.before)
        )
    return tuple(
        mutation
        for mutation in merged.values()
        if mutation.mutation_code is Change.CODE or mutation.before != mutation.after
    )
