"""Calls in the background, while a case is read: which are in flight, and who ends them.

A call that no step awaits or hangs up on would be a call whose answer nobody looks at, so it is an
error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.scenario.problems import Trouble, shown, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.fields import Body
    from simulator.scenario.outline import Outline


@dataclass(frozen=True, slots=True)
class Flight:
    """One call in the background. `body` is None if what stands under its verb cannot be read."""

    outline: Outline
    body: Body | None


class Flights:
    """Those of one case, by the name under which each will save."""

    def __init__(self) -> None:
        self._open: dict[str, Flight] = {}
        self._ended: dict[str, str] = {}

    def start(self, flight: Flight) -> None:
        """A step starts a call in the background."""
        if flight.outline.save_as is not None:
            self._open[flight.outline.save_as] = flight

    def end(self, name: str, how: str) -> Flight:
        """The call that a step ends; `how` says who did, as in "step 3 has awaited".

        Raises `Trouble` if none is in flight as `name`.
        """
        if name in self._ended:
            raise Trouble.here(f"{self._ended[name]} {shown(name)} already")
        if name not in self._open:
            hint = suggest(name, tuple(self._open), "in flight")
            raise Trouble.here(f"no call is in the background as {shown(name)} here{hint}")
        self._ended[name] = how
        return self._open.pop(name)

    def left(self) -> Iterator[Flight]:
        """Those that no step has ended."""
        yield from self._open.values()
