"""Puts a plan together: the fleet, the calls, the people and what goes wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.worlds.failpoints import Failpoints
from simulator.worlds.fleets import make_fleet
from simulator.worlds.people import People
from simulator.worlds.plan import Plan
from simulator.worlds.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.worlds.plan import Ask, Happening


def make_plan(ask: Ask) -> Plan:
    """The same for the same `ask`, always and everywhere."""
    fleet = make_fleet(ask)
    sources = (
        Traffic(ask, fleet.locks).happenings(),
        People(ask, fleet.locks).happenings(),
        Failpoints(ask, fleet).happenings(),
    )
    happenings = tuple(sorted(_knotted(sources), key=lambda one: one.at_ms))
    return Plan(ask, fleet.sections, happenings, any_order=ask.dice("order").random() < 0.5)


def _knotted(sources: Iterable[Iterable[Happening]]) -> Iterator[Happening]:
    """The happenings of all, with knots that no two sources share."""
    first = 0
    for source in sources:
        last, known = first, -1
        for one in source:
            last = max(last, first + one.knot + 1)
            yield replace(one, knot=first + one.knot, first=one.knot != known)
            known = one.knot
        first = last
