"""What the readers of values say of themselves to editors.

A reader is a function; `tells` notes on it what it reads, as JSON Schema or as the thing that the
schema is made from. `export` puts the whole schema together, so there is no second grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from simulator.scenario.fields import Strict
    from simulator.scenario.shapes import Shape

JsonSchema = Mapping[str, Any]
Read = TypeVar("Read", bound=Callable[..., object])

_KEY: Final = "told"


@dataclass(frozen=True, slots=True)
class ByLock:
    """A map from lock names and patterns to values of this shape."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of this shape."""

    shape: Shape


def tells(
    told: JsonSchema | type[Strict] | Shape | ByLock | ListOf,
) -> Callable[[Read], Read]:
    """Notes on a reader what it reads; of a plain schema, without `${...}`."""

    def note(read: Read) -> Read:
        vars(read)[_KEY] = told
        return read

    return note


def told_by(read: object) -> JsonSchema | type[Strict] | Shape | ByLock | ListOf | None:
    """What a reader tells, or None."""
    return getattr(read, _KEY, None)
