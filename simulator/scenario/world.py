"""A case while it runs: its bench, what was saved, and how values are filled in and shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from latchbench.pin import MASK, Pin
from simulator.scenario.interpolate import MISSING, Late, Reference
from simulator.scenario.matchers import Asking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.bench import Bench
    from simulator.http_door import HttpReply
    from simulator.members import OpenCall
    from simulator.scenario.cases import Case, Step


# What is done in place of a step.
Instead = Callable[["Bench", "Step"], Awaitable[None]]


@dataclass(slots=True)
class SavedCall:
    """What a step kept of a call: its rows by lock, and the names that later steps may ask for."""

    rows: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InFlight:
    """A call that a step let in and that none has awaited yet."""

    call: OpenCall[HttpReply]


@dataclass(slots=True)
class Running:
    """One case under way; `instead`: by the number of a step."""

    case: Case
    bench: Bench
    show_codes: bool = False
    instead: Mapping[int, Instead] = field(default_factory=dict)
    saved: dict[str, SavedCall] = field(default_factory=dict)
    in_flight: dict[str, InFlight] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    def lookup(self, reference: Reference) -> object:
        """What an earlier step saved: `booking.code`, `booking.devices.front.code`."""
        name, *inner = reference.parts
        call = self.saved.get(name)
        if call is None or not inner:
            return MISSING
        if inner[0] == "devices" and len(inner) == 3:
            return call.rows.get(inner[1], {}).get(inner[2], MISSING)
        return call.names.get(inner[0], MISSING)

    def fill(self, value: object) -> Any:
        """A value with nothing left open. Raises `Unfilled` when nothing was saved under a name."""
        if not isinstance(value, Late):
            return value
        filled = value.fill(self.lookup)
        if filled is MISSING:
            raise Unfilled(", ".join(str(reference) for reference in value.references))
        return filled

    def pin(self, value: object) -> Pin:
        """A code that a step names."""
        filled = self.fill(value)
        return filled if isinstance(filled, Pin) else Pin(str(filled))

    def asking(self) -> Asking:
        """What a matcher needs while it looks."""
        return Asking(self.lookup, lambda pin: pin.reveal() if self.show_codes else MASK)

    def give_up(self) -> None:
        """Wait no longer for calls that are in flight: the case has ended without their answer."""
        for flight in self.in_flight.values():
            flight.call.task.cancel()

    def lock_of(self, device_id: str) -> str:
        """The lock's name, or the id itself for a device that is none of the bench's."""
        for name, lock in self.bench.locks.items():
            if lock.device_id == device_id:
                return name
        return device_id


class Unfilled(Exception):
    """A step needs what no earlier step saved, because that step did not go as written."""


class StepFailed(Exception):
    """A step could not be taken, or did not come to its end, in words for the verdict."""
