"""Locks for the planner's tests, by what matters to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.policy.keypad import Keypad, LockFacts, Owner, keypad_of
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.policy.plan import Decision

# Kinds of real keypads, as their vendors' guides at docs.seam.co describe them.
NUKI = keypad_of((6,), ("no_zeros", "cannot_start_with_12"))
TTLOCK_1_TO_6 = keypad_of(range(4, 10), ("cannot_contain_0789", "cannot_contain_089"))
SCHLAGE_AT_4 = keypad_of((4,), ("unique_first_four_digits",))
SALTO = keypad_of((6,), ("cannot_specify_pin_code",))
PLAIN_4 = Keypad((4,))


def owner_of(code: str) -> Owner:
    """Who holds a code in these tests: recognisable, and without the code in its name."""
    return Owner(access_code_id=f"id-{sum(map(ord, code))}", managed=True)


def a_lock(
    name: str, keypad: Keypad = PLAIN_4, used: Iterable[str] = (), refused: Iterable[str] = ()
) -> LockFacts:
    return LockFacts(
        device_id=f"device-{name}",
        name=name,
        keypad=keypad,
        in_use={Pin(code): owner_of(code) for code in used},
        refused=frozenset(map(Pin, refused)),
    )


class Chance:
    """Gives the numbers in turn, then the last one for ever; remembers the questions."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = list(numbers) or [0]
        self.asked: list[int] = []

    def below(self, n: int) -> int:
        self.asked.append(n)
        number = self._numbers.pop(0) if len(self._numbers) > 1 else self._numbers[0]
        return number % n


def names(device_ids: Sequence[str]) -> list[str]:
    return [device_id.removeprefix("device-") for device_id in device_ids]


def words(answer: Decision) -> dict[str, list[str]]:
    """The reason words of every refusal, by lock name."""
    return {
        refusal.device_id.removeprefix("device-"): [reason.word for reason in refusal.reasons]
        for refusal in answer.refusals
    }
