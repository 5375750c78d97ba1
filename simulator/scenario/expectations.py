"""What a step can expect: of an answer, of a keypad, of locks, of codes, of the trace.

Each shape lists the fields that exist, so that a misspelt one is an error when the file is read.
"""

# ruff: noqa: TC001, TC003 - pydantic evaluates the annotations of its models

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from pydantic import Field, InstanceOf, PlainValidator, ValidationInfo, model_validator

from simulator.scenario.event_matchers import EVENT, EventMatcher, read_event
from simulator.scenario.fields import Known, Strict, by_lock, each, known
from simulator.scenario.matchers import Matcher
from simulator.scenario.problems import Gathering, Trouble, kind_of, shown, suggest
from simulator.scenario.scalars import Flag
from simulator.scenario.shapes import FLAG, NUMBER, PIN, TEXT, Shape, read_matcher
from simulator.scenario.told import ByLock, ListOf, tells
from simulator.scenario.words import (
    BOLT_TRUTHS,
    CODE_TYPES,
    FEEDBACKS,
    KEYPAD_TRUTHS,
    MECHANICS_TRUTHS,
    METRICS,
    POWER_TRUTHS,
    RADIO_TRUTHS,
    STATUSES,
)

_M = TypeVar("_M", bound=Matcher)


def _complaints(code_field: str) -> Shape:
    """The `errors` or `warnings` of an access code."""
    item = Shape(
        "map",
        fields={
            code_field: TEXT,
            "message": TEXT,
            "created_at": TEXT,
            "is_access_code_error": FLAG,
            "is_device_error": FLAG,
            "managed_access_code_id": TEXT,
            "unmanaged_access_code_id": TEXT,
        },
    )
    return Shape("list", item=item)


# An access code as the API shows it: the required fields of Seam's resource and those of its
# optional ones that the gateway fills.
ROW: Final = Shape(
    "map",
    fields={
        "status": Shape("text", STATUSES, "status"),
        "code": PIN,
        "name": TEXT,
        "type": Shape("text", CODE_TYPES, "type of code"),
        "errors": _complaints("error_code"),
        "warnings": _complaints("warning_code"),
        "pending_mutations": Shape(
            "list",
            item=Shape(
                "map", fields={"mutation_code": TEXT, "message": TEXT, "scheduled_at": TEXT}
            ),
        ),
        "starts_at": TEXT,
        "ends_at": TEXT,
        "created_at": TEXT,
        "access_code_id": TEXT,
        "device_id": TEXT,
        "workspace_id": TEXT,
        "common_code_key": TEXT,
        "is_managed": FLAG,
        "is_backup": FLAG,
        "is_backup_access_code_available": FLAG,
        "pulled_backup_access_code_id": TEXT,
        "is_external_modification_allowed": FLAG,
        "is_one_time_use": FLAG,
        "is_offline_access_code": FLAG,
        "is_scheduled_on_device": FLAG,
        "is_waiting_for_code_assignment": FLAG,
        "appearance": Shape("map", fields={"name": TEXT}),
    },
)

KEYPAD: Final = Shape(
    "map",
    fields={
        "opens": FLAG,
        "locked_out": FLAG,
        "feedback": Shape("text", FEEDBACKS, "feedback of a keypad"),
    },
)

# The truth about a lock, from the bench and not through the radio.
DEVICE: Final = Shape(
    "map",
    fields={
        "slots_used": NUMBER,
        "has_code": Shape("some"),
        "lacks_code": Shape("none"),
        "slots": Shape("slots"),
        "radio": Shape("text", RADIO_TRUTHS, "state of the radio"),
        "power": Shape("text", POWER_TRUTHS, "state of the power"),
        "battery": NUMBER,
        "mechanics": Shape("text", MECHANICS_TRUTHS, "condition of the mechanics"),
        "frozen": FLAG,
        "keypad": Shape("text", KEYPAD_TRUTHS, "condition of a keypad"),
        "bolt": Shape("text", BOLT_TRUTHS, "place of a bolt"),
        "profile": TEXT,
        "faults_armed": Shape("list", item=TEXT),
    },
)


@dataclass(frozen=True, slots=True)
class KeypadExpect:
    """What the keypad answers: `opens`, `locked_out`, `feedback`."""

    answer: Matcher


@dataclass(frozen=True, slots=True)
class DeviceExpect:
    """The truth about each lock by name, as `DEVICE` has it."""

    devices: Mapping[str, Matcher]


@tells(KEYPAD)
def read_keypad(raw: object, context: Known) -> KeypadExpect:
    """`expect:` of a `keypad` step."""
    return KeypadExpect(read_matcher(raw, KEYPAD, context.judge))


@tells(ByLock(DEVICE))
def read_devices(raw: object, context: Known) -> DeviceExpect:
    """What `expect_device` says."""
    return DeviceExpect(by_lock(raw, context, matcher_of(DEVICE)))


def matcher_of(shape: Shape) -> Callable[[object, Known], Matcher]:
    """A reader of what a value of this shape must be."""
    return lambda raw, context: read_matcher(raw, shape, context.judge)


def matching(shape: Shape) -> PlainValidator:
    """The same for a field of a model."""

    @tells(shape)
    def read(raw: object, info: ValidationInfo) -> Matcher:
        return read_matcher(raw, shape, known(info).judge)

    return PlainValidator(read)


@tells({"type": "string", "description": "The save_as of an earlier call."})
def _saved_name(raw: object, info: ValidationInfo) -> str:
    if not isinstance(raw, str):
        raise Trouble.here(f"must be the save_as of an earlier step, not {kind_of(raw)}")
    complaint = known(info).judge_name(raw)
    if complaint is not None:
        raise Trouble.here(complaint)
    return raw


@tells(ByLock(ROW))
def _rows_of_saved(raw: object, info: ValidationInfo) -> Mapping[str, Matcher]:
    context = known(info)
    name = info.data.get("of")
    if isinstance(name, str) and name in context.saved:
        context = context.about(context.saved[name].locks, f"'{name}'")
    return by_lock(raw, context, matcher_of(ROW))


class CodesExpect(Strict):
    """The access codes of an earlier call, asked from the API now.

    `count` is how many there are, `each` holds for every one, `devices` by lock; `listed` is
    whether the list of codes has them.
    """

    of: Annotated[str, PlainValidator(_saved_name)]
    count: Annotated[Matcher, matching(NUMBER)] | None = None
    each: Annotated[Matcher, matching(ROW)] | None = None
    devices: Annotated[Mapping[str, Matcher], PlainValidator(_rows_of_saved)] | None = None
    listed: Flag | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> CodesExpect:
        if self.model_fields_set <= {"of"}:
            raise Trouble.here("this expects nothing: say count, each, devices or listed")
        return self


@tells(ListOf(EVENT))
def _events(raw: object, info: ValidationInfo) -> tuple[EventMatcher, ...]:
    if not isinstance(raw, list) or not raw:
        raise Trouble.here("must be a list of events, each a map of fields")
    return _each_of(raw, lambda item: read_event(item, known(info)))


def _each_of(raw: list[object], read: Callable[[object], _M]) -> tuple[_M, ...]:
    gathering = Gathering()
    events: list[_M] = []
    for index, item in enumerate(raw):
        try:
            events.append(read(item))
        except Trouble as trouble:
            gathering.take(trouble, (index,))
    gathering.settle()
    return tuple(events)


@tells(ListOf(ROW))
def rows(raw: object, info: ValidationInfo) -> tuple[Matcher, ...]:
    """A list of access codes. Raises `Trouble`."""
    if not isinstance(raw, list) or not raw:
        raise Trouble.here("must be a list of access codes, each a map of fields")
    return _each_of(raw, lambda item: read_matcher(item, ROW, known(info).judge))


Events = Annotated[tuple[InstanceOf[EventMatcher], ...], PlainValidator(_events)]


Rows = Annotated[tuple[InstanceOf[Matcher], ...], PlainValidator(rows)]


class EventsExpect(Strict):
    """The trace since the start: these in this order, all of these, none of these.

    A field is that of the trace: `kind`, `source` (a lock, `gateway` or `bench`), or one of the
    event's own. PINs are masked in a trace, so an event is not found by its PIN.
    """

    in_order: Events = Field(default=())
    contains: Events = Field(default=())
    none: Events = Field(default=())

    @model_validator(mode="after")
    def _expects_something(self) -> EventsExpect:
        if not (self.in_order or self.contains or self.none):
            raise Trouble.here("this expects nothing: say in_order, contains or none")
        return self


@dataclass(frozen=True, slots=True)
class MetricsExpect:
    """What the gateway has counted since it started, by the counter's name."""

    counters: Mapping[str, Matcher]


@tells(Shape("map", fields=dict.fromkeys(METRICS, NUMBER)))
def read_metrics(raw: object, context: Known) -> MetricsExpect:
    """What `expect_metrics` says."""

    def one(name: str, wanted: object) -> Matcher:
        if name not in METRICS:
            message = f"the gateway does not count {shown(name)}{suggest(name, METRICS)}"
            raise Trouble.here(message, on_key=True)
        return read_matcher(wanted, NUMBER, context.judge)

    counters = each(raw, "counters to numbers", one)
    if not counters:
        raise Trouble.here("this map is empty, so it is about nothing")
    return MetricsExpect(counters)
