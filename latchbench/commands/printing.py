"""How commands print what they were told: for people, for programs, and never a PIN by accident."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits
from latchbench.pin import Pin
from latchbench.trace import Masker, PinLetters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_US: Final = (
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
)


class CodeMarks:
    """PINs as a command shows them: a mask and a letter, equal for equal PINs, or their digits."""

    def __init__(self, *, show: bool) -> None:
        self._masker = Masker(secrets.token_bytes(32), show=show)
        self._letters = PinLetters()

    def shown(self, code: str) -> str:
        """What stands for this PIN."""
        return self._letters.shown(self._masker.token(Pin(code)))

    def shown_or_none(self, code: str | None) -> str | None:
        """Likewise, if there is one."""
        return None if code is None else self.shown(code)


def emit(
    output: str,
    *,
    whole: Callable[[], object],
    items: Sequence[Mapping[str, Any]],
    lines: Callable[[], Sequence[str]],
) -> None:
    """Print one JSON document, one JSON a line for each item, or lines for people."""
    if output == "table":
        exits.say(*lines())
    elif output == "jsonl":
        exits.say(*(to_json(item) for item in items))
    else:
        exits.say(to_json(whole()))


def to_json(value: object) -> str:
    """On one line."""
    return json.dumps(value, ensure_ascii=False)


def pairs(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Names and values, a line each."""
    width = max(len(name) for name, _ in rows)
    return [f"{name.ljust(width)}  {value}".rstrip() for name, value in rows]


def utc(at_us: int) -> str:
    """An instant to the second, as the API writes it."""
    return f"{_EPOCH + timedelta(microseconds=at_us):%Y-%m-%dT%H:%M:%SZ}"


def span(duration_us: int) -> str:
    """A duration for people, in its two largest units: `3 d 2 h`."""
    words = []
    rest_us = duration_us
    for unit, unit_us in _UNITS_US:
        count, rest_us = divmod(rest_us, unit_us)
        if count:
            words.append(f"{count} {unit}")
        elif words:
            break
    return " ".join(words[:2]) or "0 s"
