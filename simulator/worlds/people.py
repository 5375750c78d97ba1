"""People at the locks: guests who type codes, residents with the master code, toddlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.worlds.chance import instants, one_of, span_ms
from simulator.worlds.plan import Happening
from simulator.worlds.traffic import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.worlds.plan import Ask, Plain

ACTS_PER_HOUR: Final = 20
_KINDS: Final = {
    "types": 30,
    "stores": 14,
    "erases": 6,
    "turns": 8,
    "is_locked_out": 5,
    "changes_batteries": 6,
    "resets": 2,
    "jams": 5,
    "sets_keypad": 4,
}
ACTS: Final = tuple(_KINDS)
# Nobody makes codes at the keypad in half of all worlds: the gateway may meet none or many.
_MAKE_CODES: Final = ("stores", "erases", "resets")


class People:
    """What people do in one world."""

    def __init__(self, ask: Ask, locks: Sequence[str]) -> None:
        self._dice = ask.dice("people")
        self._hours = ask.hours
        self._locks = locks
        self._kinds = dict(_KINDS)
        if self._dice.random() < 0.5:
            for kind in _MAKE_CODES:
                del self._kinds[kind]

    def happenings(self) -> Iterator[Happening]:
        """All of it; knots count from 0."""
        for knot, at_ms in enumerate(instants(self._dice, self._hours, ACTS_PER_HOUR)):
            kind = one_of(self._dice, self._kinds)
            lock = self._dice.choice(self._locks)
            for later_ms, step in self._acts(kind, lock):
                yield Happening(at_ms + later_ms, knot, f"people.{kind}", step)

    def _acts(self, kind: str, lock: str) -> Iterator[tuple[int, Plain]]:
        dice = self._dice
        match kind:
            case "types":
                yield 0, {"keypad": {"lock": lock, "code": dice.choice(CODES)}}
            case "stores":
                slot = dice.choice([1, 2, 3, 5, 8, 13])
                body = {"lock": lock, "slot": slot, "code": dice.choice(CODES)}
                yield 0, {"program_at_keypad": body}
            case "erases":
                slot = dice.choice([1, 2, 3, 5, 8, 13])
                yield 0, {"program_at_keypad": {"lock": lock, "slot": slot, "code": None}}
            case "turns":
                yield 0, {"thumbturn": {"lock": lock, "locked": dice.random() < 0.5}}
            case "is_locked_out":
                for turn in range(6):
                    yield turn * 3000, {"keypad": {"lock": lock, "code": "6666"}}
            case "changes_batteries":
                yield 0, {"battery": {"lock": lock, "percent": dice.choice([100, 20, 8, 4, 100])}}
            case "resets":
                yield 0, {"factory_reset": {"lock": lock}}
            case "jams":
                yield 0, {"jam": {"lock": lock, "jammed": True}}
                yield span_ms(dice, 1000, 600_000), {"jam": {"lock": lock, "jammed": False}}
            case "sets_keypad":
                state = dice.choice(["privacy", "vacation", "busy"])
                yield 0, {"keypad_state": {"lock": lock, "state": state}}
                later_ms = span_ms(dice, 1000, 600_000)
                yield later_ms, {"keypad_state": {"lock": lock, "state": "clear"}}
