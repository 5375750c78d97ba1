"""Finds PINs where none may be: in logs, traces, error messages, file names and process lists.

Canaries are PINs of eight digits or more, so that none of them is met by accident. A PIN leaks in
more forms than its own: escaped in JSON, with each key on its own, in base64 inside metadata.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CANARY_DIGITS_MIN: Final = 8


class Scanner:
    """Looks for some PINs in texts. The PINs are told apart from numbers that merely hold them."""

    def __init__(self, pins: Iterable[str] = ()) -> None:
        self._patterns: dict[str, re.Pattern[str]] = {}
        for pin in pins:
            self.watch(pin)

    def watch(self, pin: str) -> None:
        """Look for this one too. Raises `ValueError` if it is short enough to be met by chance."""
        if not (pin.isascii() and pin.isdigit()) or len(pin) < CANARY_DIGITS_MIN:
            raise ValueError(f"a canary has {CANARY_DIGITS_MIN} digits or more")
        self._patterns[pin] = re.compile("|".join(_forms(pin)))

    @property
    def pins(self) -> tuple[str, ...]:
        """What is looked for."""
        return tuple(self._patterns)

    def leaks(self, text: str) -> list[str]:
        """The surroundings of every PIN in `text`, the PIN itself not shown."""
        return [
            _surroundings(text, match)
            for pattern in self._patterns.values()
            for match in pattern.finditer(text)
        ]

    def leaks_in_bytes(self, data: bytes) -> list[str]:
        """The same for bytes of any encoding."""
        return self.leaks(data.decode("latin-1"))


def _forms(pin: str) -> Iterable[str]:
    # Not inside a larger number, and not behind its decimal point: a time in microseconds that
    # happens to hold the digits gives nothing away.
    yield rf"(?<![0-9])(?<![0-9]\.){pin}(?!\.?[0-9])"
    # In JSON and in URLs any character can be written by its number.
    escaped = "".join(rf"(?:{digit}|\\u003{digit}|%3{digit})" for digit in pin)
    yield rf"(?<![0-9])(?<![0-9]\.){escaped}(?!\.?[0-9])"
    # Key by key: `4, 8, 2`, `'4' '8' '2'`, a line for each key.
    yield r"(?<![0-9])" + r"[^0-9A-Za-z]{1,4}".join(pin) + r"(?![0-9])"
    yield from map(re.escape, _in_base64(pin))


def _in_base64(pin: str) -> Iterable[str]:
    """What every base64 text has that holds the digits, wherever they stand in it."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + pin.encode()).decode()
        # The characters at both ends also hold bits of what stands beside the digits.
        start = -(-before * 8 // 6)
        end = (before + len(pin)) * 8 // 6
        yield whole[start:end]


def _surroundings(text: str, match: re.Match[str]) -> str:
    before = text[max(0, match.start() - 60) : match.start()]
    after = text[match.end() : match.end() + 30]
    return f"...{before}<a canary>{after}..."
