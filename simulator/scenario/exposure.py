"""How long a code that was withdrawn opened a door, read from the trace.

A call that is refused after some locks had stored its code takes it back, but between the two it
worked. Nobody can undo a door that was opened meanwhile, so the time is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from latchbench.trace import TraceEvent

# After this fault the lock has the gateway's code in another slot than it was told.
_STRAYS: Final = "wrong_slot"


@dataclass(frozen=True, slots=True)
class Exposure:
    """`lock` held the withdrawn `pin` (its letter) for `us`, from `from_us` on.

    `ended` is False if it still did when the case ended.
    """

    lock: str
    slot: str
    pin: str
    from_us: int
    us: int
    ended: bool


@dataclass(frozen=True, slots=True)
class _Spell:
    """A code of the gateway's in a lock, since it was stored; `group` made it, if that is known."""

    pin: str
    group: str | None
    since_us: int


@dataclass(slots=True)
class _Reading:
    """What is known at one place of the trace."""

    groups: dict[str, str] = field(default_factory=dict)  # by PIN: the latest that carries it
    groups_on: dict[str, str] = field(default_factory=dict)  # by lock: the latest that names it
    named: tuple[str, ...] = ()  # the locks of the call that is looked at
    sent: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    strays: set[str] = field(default_factory=set)
    spells: dict[tuple[str, str], _Spell] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    withdrawn_pins: set[str] = field(default_factory=set)

    def spell(self, event: TraceEvent) -> _Spell | None:
        """What begins when a lock stores a code, if it is the gateway's and opens the door."""
        lock, pin = event.source, event.fields.get("pin", "")
        slot, group = self.sent.get((lock, pin), (None, None))
        # The same digits may have been made at the keypad: those are somebody else's.
        ours = slot is not None and (slot == event.fields.get("slot") or lock in self.strays)
        return _Spell(pin, group, event.at_us) if ours and "status" not in event.fields else None

    def was_withdrawn(self, spell: _Spell) -> bool:
        """Whether the group that the code was of has been aborted, before or after this."""
        if spell.group is not None:
            return spell.group in self.withdrawn
        return spell.pin in self.withdrawn_pins


def exposures(trace: Sequence[TraceEvent], end_us: int) -> list[Exposure]:
    """Every time that a lock held a code of an aborted group, by its end, the open ones last."""
    reading = _Reading()
    ended: list[tuple[tuple[str, str], _Spell, int | None]] = []
    for event in trace:
        if event.source == "gateway":
            _hear_gateway(reading, event)
        else:
            ended += ((place, spell, event.at_us) for place, spell in _hear_lock(reading, event))
    ended += ((place, spell, None) for place, spell in reading.spells.items())
    return [
        Exposure(
            lock,
            slot,
            spell.pin,
            spell.since_us,
            (end_us if at_us is None else at_us) - spell.since_us,
            ended=at_us is not None,
        )
        for (lock, slot), spell, at_us in ended
        if reading.was_withdrawn(spell)
    ]


def _hear_gateway(reading: _Reading, event: TraceEvent) -> None:
    fields = event.fields
    match event.kind:
        case "gateway.create_multiple":
            reading.named = tuple(fields.get("devices", "").split(","))
        case "gateway.group.admitted":
            if "pin" in fields:
                reading.groups[fields["pin"]] = fields["group"]
            reading.groups_on.update(dict.fromkeys(reading.named, fields["group"]))
        case "gateway.command.sent" if fields.get("command") == "SetCode":
            lock, pin = fields["lock"], fields["pin"]
            group = reading.groups.get(pin, reading.groups_on.get(lock))
            reading.sent[lock, pin] = (fields["slot"], group)
        case "gateway.group.aborted":
            reading.withdrawn.add(fields.get("group", ""))
            reading.withdrawn_pins.add(fields.get("pin", ""))


def _hear_lock(reading: _Reading, event: TraceEvent) -> Iterator[tuple[tuple[str, str], _Spell]]:
    """The spells that this ends; one that goes on with the same code in its slot does not end."""
    place = (event.source, event.fields.get("slot", ""))
    if event.kind == "lock.fault.fired" and event.fields.get("fault") == _STRAYS:
        reading.strays.add(event.source)
    elif event.kind == "lock.reset":
        for other in [other for other in reading.spells if other[0] == event.source]:
            yield other, reading.spells.pop(other)
    elif event.kind in ("lock.code.stored", "lock.code.cleared"):
        held = reading.spells.get(place)
        new = reading.spell(event) if event.kind == "lock.code.stored" else None
        if held is not None and new is not None and (held.pin, held.group) == (new.pin, new.group):
            return
        if held is not None:
            yield place, reading.spells.pop(place)
        if new is not None:
            reading.spells[place] = new
