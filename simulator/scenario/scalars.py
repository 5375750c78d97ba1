"""The scalars of the schema: each reads one plain value and says in plain words what it should be.

They are pydantic types, so a model lists its keys as ordinary annotated fields. Units are in the
names of the fields: durations and instants are integer microseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import PlainValidator, ValidationInfo

from latchbench.pin import Pin
from simulator.scenario.durations import NotADuration, parse_duration
from simulator.scenario.fields import Known, known
from simulator.scenario.interpolate import Late
from simulator.scenario.problems import Trouble, did_you_mean, kind_of, listed, shown
from simulator.scenario.selectors import select, select_each
from simulator.scenario.told import tells

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario.words import Words

# What a person can type on the keypads here; `#` is the enter key.
_KEYS: Final = re.compile(r"[0-9#]+")

# For editors.
DURATION: Final = {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$", "examples": ["30s", "3d"]}
PIN: Final = {"type": "string", "examples": ["4821"]}
SELECTOR_ITEM: Final = {
    "anyOf": [
        {"type": "string", "description": 'A lock, or a pattern such as "door-*".'},
        {
            "type": "object",
            "properties": {"profile": {"type": "string"}},
            "required": ["profile"],
            "additionalProperties": False,
        },
    ]
}
SELECTOR: Final = {
    "anyOf": [*SELECTOR_ITEM["anyOf"], {"type": "array", "items": SELECTOR_ITEM, "minItems": 1}]
}


@tells({"type": "string", "minLength": 1})
def read_text(raw: object) -> str:
    """Text that is not empty. Raises `Trouble`."""
    if isinstance(raw, str) and raw:
        return raw
    if isinstance(raw, str):
        raise Trouble.here("must not be empty")
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    hint = ": put it in quotes" if number else ""
    raise Trouble.here(f"must be text, not {kind_of(raw)}{hint}")


@tells({"type": "boolean"})
def _flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    hint = ": take the quotes away" if raw in ("true", "false") else ""
    raise Trouble.here(f"must be true or false, not {kind_of(raw)}{hint}")


def whole(least: int, most: int | None = None) -> Callable[[object], int]:
    """A reader of whole numbers in a range."""
    words = f"{least} or more" if most is None else f"{least} to {most}"

    limits = {"minimum": least} if most is None else {"minimum": least, "maximum": most}

    @tells({"type": "integer", **limits})
    def read(raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise Trouble.here(f"must be a whole number, {words}; not {kind_of(raw)}")
        if raw < least or (most is not None and raw > most):
            raise Trouble.here(f"must be {words}")
        return raw

    return read


@tells({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
def _probability(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Trouble.here(f"must be a number above 0 and up to 1, not {kind_of(raw)}")
    if not 0 < raw <= 1:
        raise Trouble.here("must be above 0 and up to 1")
    return float(raw)


@tells({"type": "number", "minimum": 0, "maximum": 1})
def _share(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Trouble.here(f"must be a number from 0 to 1, not {kind_of(raw)}")
    if not 0 <= raw <= 1:
        raise Trouble.here("must be 0 to 1")
    return float(raw)


def word(words: Words) -> Callable[[object], str]:
    """A reader of one of `words`."""

    @tells({"enum": list(words.words)})
    def read(raw: object) -> str:
        if not isinstance(raw, str):
            raise Trouble.here(
                f"must be a {words.what}, not {kind_of(raw)}{listed('one of', words.words)}"
            )
        return words.check(raw)

    return read


@tells({"type": "string", "pattern": "^-?[0-9]+(ms|s|m|h|d)$", "examples": ["90m", "-90m"]})
def _shift(raw: object) -> int:
    """Microseconds of `90m`, or of `-90m`."""
    read = duration(positive=True)
    return -read(raw[1:]) if isinstance(raw, str) and raw.startswith("-") else read(raw)


def duration(*, positive: bool) -> Callable[[object], int]:
    """A reader of durations in microseconds; zero only if not `positive`."""

    @tells(DURATION)
    def read(raw: object) -> int:
        try:
            duration_us = parse_duration(raw)
        except NotADuration as error:
            raise Trouble.here(str(error)) from None
        if positive and duration_us == 0:
            raise Trouble.here("must be longer than nothing")
        return duration_us

    return read


@tells({"type": "string", "examples": ["2030-06-01T14:00:00Z"]})
def parse_instant(raw: object) -> int:
    """Microseconds since 1970 of ISO 8601 text with a zone. Raises `Trouble`."""
    if not isinstance(raw, str):
        raise Trouble.here(f'must be a time such as "2030-06-01T14:00:00Z", not {kind_of(raw)}')
    try:
        instant = datetime.fromisoformat(raw)
    except ValueError:
        message = f"{shown(raw)} is not a time such as 2030-06-01T14:00:00Z"
        raise Trouble.here(message) from None
    if instant.tzinfo is None:
        raise Trouble.here("the time has no zone: end it with Z or +02:00")
    passed = instant.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


@tells({"type": "string", "examples": ["Europe/Berlin"]})
def _zone(raw: object) -> str:
    name = read_text(raw)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(name, sorted(available_timezones()))
        message = f"{shown(name)} is no time zone such as Europe/Berlin{hint}"
        raise Trouble.here(message) from None
    return name


@tells(PIN)
def read_pin(raw: object) -> Pin:
    """A code that is known now. Raises `Trouble`; the digits are never in it."""
    if isinstance(raw, str) and raw:
        return Pin(raw)
    raise Trouble.here(f"a code is text in quotes, not {'empty' if raw == '' else kind_of(raw)}")


@tells(PIN)
def _pin(raw: object) -> Pin | Late:
    return raw if isinstance(raw, Late) else read_pin(raw)


@tells({"type": "string", "pattern": "^[0-9#]+$"})
def _keys(raw: object) -> Pin:
    if not isinstance(raw, str) or not _KEYS.fullmatch(raw):
        raise Trouble.here('must be keys in quotes: digits, and # for enter, as in "4711#"')
    return Pin(raw)


@tells(SELECTOR)
def _locks(raw: object, info: ValidationInfo) -> tuple[str, ...]:
    if raw == []:
        raise Trouble.here("the list is empty: name a lock")
    return select(raw, known(info).roster)


@tells({"type": "array", "items": SELECTOR_ITEM})
def _locks_or_none(raw: object, info: ValidationInfo) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise Trouble.here(f"must be a list of locks, not {kind_of(raw)}")
    return select(raw, known(info).roster)


def device_ids(raw: object, context: Known) -> tuple[str, ...]:
    """What a request sends as `device_ids`: lock names, and raw ids as `$id`.

    Patterns become names. A name that is written twice stays twice, and an empty list empty: a
    scenario may want to see them refused.
    """
    return select_each(raw, context.roster, as_it_is=_is_raw_id)


def _is_raw_id(item: object) -> bool:
    return isinstance(item, str) and item.startswith("$")


Text = Annotated[str, PlainValidator(read_text)]
Flag = Annotated[bool, PlainValidator(_flag)]
Count = Annotated[int, PlainValidator(whole(0))]
Positive = Annotated[int, PlainValidator(whole(1))]
Probability = Annotated[float, PlainValidator(_probability)]
Share = Annotated[float, PlainValidator(_share)]
Duration = Annotated[int, PlainValidator(duration(positive=False))]
PositiveDuration = Annotated[int, PlainValidator(duration(positive=True))]
Shift = Annotated[int, PlainValidator(_shift)]
Instant = Annotated[int, PlainValidator(parse_instant)]
Zone = Annotated[str, PlainValidator(_zone)]
PinText = Annotated[Pin | Late, PlainValidator(_pin)]
Keys = Annotated[Pin, PlainValidator(_keys)]
Locks = Annotated[tuple[str, ...], PlainValidator(_locks)]
LocksOrNone = Annotated[tuple[str, ...], PlainValidator(_locks_or_none)]
