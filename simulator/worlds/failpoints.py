"""What goes wrong: the air, the power, the locks' own bugs, and processes that die.

Each world has a *weather*: how often each kind comes. In `light` most groups commit, so the good
path is tested too; in `heavy` hardly one does; in `swarm` each kind is off altogether in half of
all worlds and may come often in the others, because what two kinds do together is best seen when
the rest is quiet (Groce et al., "Swarm Testing", ISSTA 2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from simulator.scenario.words import COMMANDS, FAULTS, can_befall
from simulator.sim.deaths import Death
from simulator.worlds.chance import instants, span_ms
from simulator.worlds.plan import Happening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from simulator.worlds.fleets import Fleet
    from simulator.worlds.plan import Ask, Plain

    Timed = tuple[int, Plain] | tuple[int, Plain, Death]

# Only some locks can have these; see `Fleet.keeps_hours`, `Fleet.reports_outcomes`.
_ONLY_WITH_HOURS: Final = "clock_drift"
_ONLY_WITH_OUTCOMES: Final = "supervision_stuck"


@dataclass(frozen=True, slots=True)
class Site:
    """Where things go wrong."""

    fleet: Fleet
    dice: Random


def _bites(fault: str) -> list[str | None]:
    """The commands that a fault can be told to wait for; None: any."""
    return [None, *(word for word in COMMANDS.words if can_befall(fault, word))]


def _fault(fault: str) -> Callable[[Site], Iterator[Timed]]:
    def arm(site: Site) -> Iterator[Timed]:
        dice = site.dice
        able = site.fleet.able_to(fault)
        if not able:
            return
        body: Plain = {"lock": dice.choice(able), "fault": fault}
        command = dice.choice(_bites(fault))
        if command is not None:
            body["command"] = command
        if dice.random() < 0.8:
            body["times"] = dice.choice([1, 1, 1, 2, 3, 6])
            yield 0, {"inject": body}
        else:
            yield 0, {"inject": {**body, "probability": dice.choice([0.05, 0.2, 0.5])}}
            off = {"lock": body["lock"], "fault": fault}
            yield span_ms(dice, 10_000, 900_000), {"clear_faults": off}
        if fault == "freeze":
            # Nothing but fresh batteries brings it back.
            later_ms = span_ms(dice, 10_000, 900_000)
            yield later_ms, {"power": {"lock": body["lock"], "action": "cycle"}}

    return arm


def _radio(state: str) -> Callable[[Site], Iterator[Timed]]:
    def change(site: Site) -> Iterator[Timed]:
        lock = site.dice.choice(site.fleet.locks)
        yield 0, {"radio": {"lock": lock, "state": state}}
        later_ms = span_ms(site.dice, 200, 1_200_000)
        yield later_ms, {"radio": {"lock": lock, "state": "awake"}}

    return change


def _power_fails(site: Site) -> Iterator[Timed]:
    lock = site.dice.choice(site.fleet.locks)
    yield 0, {"power": {"lock": lock, "action": "cut"}}
    later_ms = span_ms(site.dice, 200, 1_200_000)
    yield later_ms, {"power": {"lock": lock, "action": "restore"}}


def _power_cycles(site: Site) -> Iterator[Timed]:
    yield 0, {"power": {"lock": site.dice.choice(site.fleet.locks), "action": "cycle"}}


def _hub_goes_down(site: Site) -> Iterator[Timed]:
    if not site.fleet.hubs:
        return
    hub = site.dice.choice(sorted(site.fleet.hubs))
    yield 0, {"hub": {"hub": hub, "state": "down"}}
    yield span_ms(site.dice, 200, 900_000), {"hub": {"hub": hub, "state": "up"}}


def _gateway_dies(site: Site) -> Iterator[Timed]:
    if site.dice.random() < 0.4:
        yield 0, {"gateway": "restart"}
        return
    yield 0, {"gateway": "kill"}
    yield span_ms(site.dice, 10, 300_000), {"gateway": "start"}


def _gateway_stands_still(site: Site) -> Iterator[Timed]:
    yield 0, {"gateway": "stop"}
    yield span_ms(site.dice, 10, 300_000), {"gateway": "continue"}


def _host_dies(site: Site) -> Iterator[Timed]:
    locks = site.dice.choice(site.fleet.hosts)
    yield 0, {"host": {"of": locks, "action": "kill"}}
    yield span_ms(site.dice, 10, 300_000), {"host": {"of": locks, "action": "start"}}


def _host_stands_still(site: Site) -> Iterator[Timed]:
    locks = site.dice.choice(site.fleet.hosts)
    yield 0, {"host": {"of": locks, "action": "stop"}}
    yield span_ms(site.dice, 10, 300_000), {"host": {"of": locks, "action": "continue"}}


def _clock_jumps(site: Site) -> Iterator[Timed]:
    able = site.fleet.able_to(_ONLY_WITH_HOURS)
    if able:
        by = site.dice.choice(["3h", "-3h", "20m", "-20m"])
        yield 0, {"shift_clock": {"lock": site.dice.choice(able), "by": by}}


def _dies_at_commit(site: Site) -> Iterator[Timed]:
    later_ms = span_ms(site.dice, 10_000, 900_000)
    yield 0, {"gateway": "kill"}, _death(site.dice, later_ms)
    yield later_ms, {"gateway": "start"}


def _dies_at_write(site: Site) -> Iterator[Timed]:
    locks = site.dice.choice(site.fleet.hosts)
    later_ms = span_ms(site.dice, 10_000, 900_000)
    yield 0, {"host": {"of": locks, "action": "kill"}}, _death(site.dice, later_ms)
    yield later_ms, {"host": {"of": locks, "action": "start"}}


def _death(dice: Random, within_ms: int) -> Death:
    """At one of the next effects: those of one call are few. It starts again afterwards or not."""
    nth = dice.choice([1, 1, 1, 2, 2, 3, 4, 6])
    return Death(nth, dice.random() < 0.5, dice.random() < 0.5, within_us=within_ms * 1000)


FAILPOINTS: Final[Mapping[str, Callable[[Site], Iterator[Timed]]]] = MappingProxyType(
    {
        **{f"fault.{fault}": _fault(fault) for fault in FAULTS.words},
        **{
            f"radio.{state}": _radio(state)
            for state in ("asleep", "degraded", "deaf", "dead", "key_lost")
        },
        "power.cut": _power_fails,
        "power.cycle": _power_cycles,
        "hub.down": _hub_goes_down,
        "gateway.kill": _gateway_dies,
        "gateway.dies_at_commit": _dies_at_commit,
        "gateway.stop": _gateway_stands_still,
        "host.kill": _host_dies,
        "host.dies_at_write": _dies_at_write,
        "host.stop": _host_stands_still,
        "clock.jump": _clock_jumps,
    }
)
_FAULTS: Final = sum(1 for name in FAILPOINTS if name.startswith("fault."))


@dataclass(frozen=True, slots=True)
class Weather:
    """How often things go wrong, an hour: faults of locks in all, and each other kind."""

    faults: float
    others: float
    off: float  # the share of kinds that do not come at all


WEATHER: Final[Mapping[str, Weather]] = MappingProxyType(
    {
        "light": Weather(faults=6, others=0.3, off=0.5),
        "heavy": Weather(faults=60, others=4, off=0.1),
        "swarm": Weather(faults=60, others=4, off=0.5),
    }
)


class Failpoints:
    """What goes wrong in one world."""

    def __init__(self, ask: Ask, fleet: Fleet) -> None:
        self._ask = ask
        self._weather = WEATHER[ask.faults]
        self._fleet = fleet
        # Each by itself, so that another kind changes the plan of no world but by what it adds.
        off = self._weather.off
        self.on = tuple(name for name in FAILPOINTS if ask.dice(f"{name} at all").random() >= off)

    def happenings(self) -> Iterator[Happening]:
        """All of it; knots count from 0."""
        knot = 0
        for name in self.on:
            dice = self._ask.dice(name)
            site = Site(self._fleet, dice)
            is_fault = name.startswith("fault.")
            per_hour = self._weather.faults / _FAULTS if is_fault else self._weather.others
            for at_ms in instants(dice, self._ask.hours, per_hour):
                for later_ms, step, *deaths in FAILPOINTS[name](site):
                    death = deaths[0] if deaths else None
                    yield Happening(at_ms + later_ms, knot, name, step, death=death)
                knot += 1
