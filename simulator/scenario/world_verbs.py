"""Verbs for what happens to a lock where it hangs: its batteries, its bolt, its keypad, its reset.

`VERBS` in `simulator.scenario.verbs` lists them among the others.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator

from simulator.model.limits import BATTERY_PERCENT_MAX
from simulator.scenario.fields import Body
from simulator.scenario.scalars import Flag, Locks, whole, word
from simulator.scenario.words import FAULTS, KEYPAD_STATES


class Battery(Body):
    """Puts in batteries that hold `percent`; 0 is a lock that nothing moves any more."""

    locks: Locks = Field(alias="lock")
    percent: Annotated[int, PlainValidator(whole(0, BATTERY_PERCENT_MAX))]


class FactoryReset(Body):
    """Somebody holds the reset button."""

    locks: Locks = Field(alias="lock")


class Jam(Body):
    """Puts something in the bolt's way, or takes it out."""

    locks: Locks = Field(alias="lock")
    jammed: Flag


class KeypadState(Body):
    """Brings the keypad into a condition, as somebody who stands there with the master code can."""

    locks: Locks = Field(alias="lock")
    state: Annotated[str, PlainValidator(word(KEYPAD_STATES))]


class ClearFaults(Body):
    """Takes the faults of one word away, or all."""

    locks: Locks = Field(alias="lock")
    fault: Annotated[str, PlainValidator(word(FAULTS))] | None = None
