"""What a trace says of the conditions in which a command was tried."""

from __future__ import annotations

from dataclasses import replace

from simulator.host.conditions import conditions
from simulator.model.events import BatteryLevel, Jammed
from simulator.model.lock import step
from simulator.model.state import fresh
from simulator.radio.link import Link
from simulator.radio.words import RadioState
from tests.model.builders import a_profile

PLAIN = a_profile()
AWAKE = Link(RadioState.AWAKE)


def test_a_lock_at_its_best_has_no_conditions() -> None:
    assert conditions(PLAIN, fresh(PLAIN, 1), AWAKE) == ()


def test_every_axis_has_its_word() -> None:
    state, _ = step(PLAIN, fresh(PLAIN, 1), BatteryLevel(PLAIN.battery_low_percent), 0)
    state, _ = step(PLAIN, state, Jammed(True), 0)
    link = replace(AWAKE, state=RadioState.DEAF)
    assert conditions(PLAIN, state, link) == ("radio:deaf", "power:low", "mechanics:jammed")
