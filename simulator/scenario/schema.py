"""The top level of a scenario file, key by key; steps are in `verbs`."""

# ruff: noqa: TC001 - pydantic evaluates the annotations of its models

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, PlainValidator

from latchbench.pin import Pin
from simulator import profiles
from simulator.profiles.fields import LOCK_FIELDS, SHARED_FIELDS
from simulator.scenario.fields import Strict, each
from simulator.scenario.problems import Gathering, Trouble, kind_of, shown
from simulator.scenario.scalars import (
    PIN,
    Count,
    Duration,
    Instant,
    Locks,
    Positive,
    PositiveDuration,
    Text,
    Zone,
    parse_instant,
    read_pin,
    read_text,
    whole,
    word,
)
from simulator.scenario.told import tells
from simulator.scenario.words import (
    POWER_STATES,
    PROGRAMMING,
    RADIO_STATES,
    TIMINGS,
    TOP_LEVEL_LATER,
)

VERSION: Final = 1
# Hosts are processes; more than the locks of the largest fleet make no sense.
HOSTS_MAX: Final = 256
SEED_MAX: Final = 2**53  # beyond, a number is not the same in every JSON reader
# Every run of a scenario without a clock of its own starts at the same instant, or it would not
# repeat.
START_DEFAULT: Final = "2030-06-01T14:00:00Z"

# A profile's fields are read where profiles are; editors are told their names.
_PROFILE: Final = {
    "type": "object",
    "properties": {
        "extends": {"type": "string", "description": "The profile to start from."},
        **{name: {} for name in sorted({*LOCK_FIELDS, *SHARED_FIELDS})},
    },
    "required": ["extends"],
}
_SLOT: Final = re.compile(r"^[1-9][0-9]{0,4}$")
_PROFILE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class Clock(Strict):
    """When the virtual clock starts, and the zone in which people read it."""

    start_us: Instant = Field(alias="start", default=parse_instant(START_DEFAULT))
    zone: Zone = "UTC"


class Gateway(Strict):
    """Settings of the gateway under test; None leaves its own default."""

    programming: Annotated[str, PlainValidator(word(PROGRAMMING))] | None = None
    jit_lead_us: Duration | None = Field(alias="jit_lead", default=None)
    sync_deadline_us: PositiveDuration | None = Field(alias="sync_deadline", default=None)
    commands_per_hub: Positive | None = None


@tells({"anyOf": [{"enum": list(profiles.names())}, {"type": "string", "minLength": 1}]})
def _profile_name(raw: object) -> str:
    return read_text(raw)


ProfileName = Annotated[str, PlainValidator(_profile_name)]


class Defaults(Strict):
    """What a lock has that does not say it itself."""

    profile: ProfileName | None = None


class Hub(Strict):
    """One radio, and the locks that share it."""

    locks: Locks = ()


@tells({"type": "object", "patternProperties": {_SLOT.pattern: PIN}, "additionalProperties": False})
def _codes(raw: object) -> Mapping[int, Pin]:
    by_text = each(raw, "slot numbers to codes", lambda key, value: read_pin(value))
    gathering = Gathering()
    for key in by_text:
        if not _SLOT.fullmatch(key):
            gathering.add((key,), f"{shown(key)} is not a slot number", on_key=True)
    gathering.settle()
    return {int(key): pin for key, pin in by_text.items()}


class Lock(Strict):
    """One lock, or all that a name such as `door-{01..60}` stands for."""

    profile: ProfileName | None = None
    radio: Annotated[str, PlainValidator(word(RADIO_STATES))] = "awake"
    power: Annotated[str, PlainValidator(word(POWER_STATES))] = "good"
    codes: Annotated[Mapping[int, Pin], PlainValidator(_codes)] = Field(default_factory=dict)
    fill_slots: Count = 0
    zone: Zone | None = None
    hub: Text | None = None


@dataclass(frozen=True, slots=True)
class DerivedProfile:
    """A profile of this file: the one that it extends, with some values changed."""

    extends: str
    overrides: Mapping[str, Any]


@tells({"type": "object", "additionalProperties": _PROFILE})
def _profiles(raw: object) -> Mapping[str, DerivedProfile]:
    return each(raw, "names to profiles", _profile)


def _profile(name: str, raw: object) -> DerivedProfile:
    if not _PROFILE_NAME.fullmatch(name):
        message = f"{shown(name)} is not a name: letters, digits, '-', '_' and '.'"
        raise Trouble.here(message, on_key=True)
    if not isinstance(raw, Mapping):
        raise Trouble.here(f"must be a map with extends, not {kind_of(raw)}")
    if not isinstance(raw.get("extends"), str):
        raise Trouble.here("'extends' is missing: the name of the profile to start from")
    overrides = {key: value for key, value in raw.items() if key != "extends"}
    return DerivedProfile(raw["extends"], overrides)


@tells({"anyOf": [{"const": "per-lock"}, {"type": "integer", "minimum": 1, "maximum": HOSTS_MAX}]})
def _hosts(raw: object) -> int | Literal["per-lock"]:
    if raw == "per-lock":
        return "per-lock"
    if isinstance(raw, str):
        raise Trouble.here(f"must be per-lock or a number of hosts, not {shown(raw)}")
    return whole(1, HOSTS_MAX)(raw)


def _list_of(many: str, one: str) -> Callable[[object], tuple[str, ...]]:
    """Reads a list of texts; `many` and `one` name them in messages."""

    @tells({"type": "array", "items": {"type": "string", "minLength": 1}})
    def read(raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list):
            raise Trouble.here(f"must be a list of {many}, not {kind_of(raw)}")
        gathering = Gathering()
        for index, text in enumerate(raw):
            if not isinstance(text, str) or not text:
                gathering.add((index,), f"must be {one}, not {kind_of(text)}")
        gathering.settle()
        return tuple(raw)

    return read


@tells({"const": VERSION})
def _version(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw == VERSION:
        return raw
    is_short = isinstance(raw, int | float) and abs(raw) < 1000  # and therefore no PIN
    what = f"version {raw}" if is_short else "this version"
    raise Trouble.here(f"{what} is not read: write {VERSION}")


class File(Strict):
    """Every top-level key. `vars`, `matrix`, steps and what hangs on them are read elsewhere."""

    later: ClassVar[tuple[str, ...]] = TOP_LEVEL_LATER

    version: Annotated[int, PlainValidator(_version)]
    name: Text | None = None
    description: Text | None = None
    tags: Annotated[tuple[str, ...], PlainValidator(_list_of("words", "a word"))] = ()
    references: Annotated[tuple[str, ...], PlainValidator(_list_of("texts", "text"))] = ()
    seed: Annotated[int, PlainValidator(whole(0, SEED_MAX))] | None = None
    clock: Clock = Field(default_factory=lambda: Clock.model_validate({}))
    timing: Annotated[str, PlainValidator(word(TIMINGS))] = "fast"
    hosts: Annotated[int | Literal["per-lock"], PlainValidator(_hosts)] | None = None
    defaults: Defaults = Field(default_factory=lambda: Defaults.model_validate({}))
    profiles: Annotated[Mapping[str, DerivedProfile], PlainValidator(_profiles)] = Field(
        default_factory=dict
    )
    hubs: dict[str, Hub] = Field(default_factory=dict)
    locks: dict[str, Lock]
    gateway: Gateway = Field(default_factory=lambda: Gateway.model_validate({}))
    vars: Any = None
    matrix: Any = None
    always: Any = None
    on_event: Any = None
    steps: Any = None
    endings: Any = Field(alias="finally", default=None)
