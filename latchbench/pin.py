"""The one type for PINs: a digit string that prints masked.

A PIN is a secret even when its lock is simulated, because people test with the codes of their
real doors. `Pin` hides its digits from `repr`, `str`, `format` and therefore from logs, traces,
tracebacks and assertion messages. The digits come out through `reveal()` alone, a word that can be
searched for.
"""

from __future__ import annotations

from typing import Final, final

MASK: Final = "••••"


@final
class Pin:
    """A digit string of any length; leading zeros count, so it is never a number.

    Two pins are equal when their digits are; ordering follows the digits' text. Any text is held:
    what a code must look like is a rule of the request and of the lock, not of this type.
    """

    __slots__ = ("_digits",)
    _digits: str

    def __init__(self, digits: str) -> None:
        if not isinstance(digits, str):
            raise TypeError(f"a PIN is text, not {type(digits).__name__}: leading zeros count")
        object.__setattr__(self, "_digits", digits)

    def reveal(self) -> str:
        """The digits. Only for locks, stores, API bodies and what a user asked to see."""
        return self._digits

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Pin never changes")

    def __len__(self) -> int:
        return len(self._digits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pin) and self._digits == other._digits

    def __lt__(self, other: Pin) -> bool:
        return self._digits < other._digits

    def __hash__(self) -> int:
        return hash(("Pin", self._digits))

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> tuple[type[Pin], tuple[str]]:
        raise TypeError("a Pin is not pickled: it would leave its digits in a file")
