"""The verbs of a scenario: what a step can do.

A new verb is a model of its keys and one line in `VERBS`. The reader does the rest: unknown keys,
places, `when`, `save_as` and `expect` are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from latchbench.pin import Pin
from simulator.scenario.expectations import (
    ROW,
    CodesExpect,
    CreateMultipleExpect,
    EventsExpect,
    read_devices,
    read_keypad,
)
from simulator.scenario.fields import Known, Strict, known, read_model
from simulator.scenario.interpolate import Late
from simulator.scenario.problems import Finding, Trouble, kind_of
from simulator.scenario.scalars import (
    Flag,
    Keys,
    Locks,
    PinText,
    Positive,
    PositiveDuration,
    Probability,
    device_ids,
    duration,
    word,
)
from simulator.scenario.words import COMMANDS, FAULTS, POWER_ACTIONS, RADIO_STATES, can_befall


class Body(Strict):
    """What stands under a verb."""

    def answered_locks(self) -> tuple[str, ...] | None:
        """The locks that the step's expectation can speak of; None: all of the scenario."""
        return None


@dataclass(frozen=True, slots=True)
class After:
    """A time given as a distance from the virtual now."""

    delay_us: int


def _must_be(what: str, raw: object) -> Trouble:
    message = f"must be {what}, not {kind_of(raw)}; extra: sends any value under any name"
    return Trouble.here(message)


def _sent_text(raw: object) -> str | Late | None:
    if raw is None or isinstance(raw, str | Late):
        return raw
    raise _must_be("text in quotes", raw)


def _sent_pin(raw: object) -> Pin | Late | None:
    text = _sent_text(raw)
    return Pin(text) if isinstance(text, str) else text


def _sent_number(raw: object) -> float | Late | None:
    if raw is None or (isinstance(raw, int | float | Late) and not isinstance(raw, bool)):
        return raw
    raise _must_be("a number", raw)


def _sent_flag(raw: object) -> bool | Late | None:
    if raw is None or isinstance(raw, bool | Late):
        return raw
    raise _must_be("true or false", raw)


def _sent_time(raw: object) -> str | After | Late | None:
    text = _sent_text(raw)
    if isinstance(text, str) and text.startswith("+"):
        return After(duration(positive=False)(text[1:]))
    return text


def _device_ids(raw: object, info: ValidationInfo) -> tuple[str, ...]:
    return device_ids(raw, known(info))


def _extra(raw: object) -> Mapping[str, Any]:
    if isinstance(raw, Mapping):
        return raw
    raise Trouble.here(f"must be a map of body keys, not {kind_of(raw)}")


SentText = Annotated[str | Late | None, PlainValidator(_sent_text)]
SentPin = Annotated[Pin | Late | None, PlainValidator(_sent_pin)]
SentNumber = Annotated[float | Late | None, PlainValidator(_sent_number)]
SentFlag = Annotated[bool | Late | None, PlainValidator(_sent_flag)]
SentTime = Annotated[str | After | Late | None, PlainValidator(_sent_time)]
DeviceIds = Annotated[tuple[str, ...], PlainValidator(_device_ids)]


class CreateMultiple(Body):
    """`PUT /access_codes/create_multiple`, parameter by parameter.

    Types are checked and values are not: a scenario may send a bad one to see it refused. Only what
    is in `model_fields_set` is sent; null is sent as null. In `device_ids` a lock's name stands for
    its id, and `$id` is sent as it is without the `$`.
    """

    device_ids: DeviceIds | None = None
    behavior_when_code_cannot_be_shared: SentText = None
    preferred_code_length: SentNumber = None
    name: SentText = None
    code: SentPin = None
    starts_at: SentTime = None
    ends_at: SentTime = None
    attempt_for_offline_device: SentFlag = None
    prefer_native_scheduling: SentFlag = None
    use_backup_access_code_pool: SentFlag = None
    allow_external_modification: SentFlag = None
    is_external_modification_allowed: SentFlag = None
    is_offline_access_code: SentFlag = None
    use_offline_access_code: SentFlag = None
    is_one_time_use: SentFlag = None
    max_time_rounding: SentText = None
    sync: Flag | None = None
    extra: Annotated[Mapping[str, Any], PlainValidator(_extra)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _no_name_twice(self) -> CreateMultiple:
        if self.device_ids is None and not self.extra:
            raise Trouble.here("'device_ids' is missing")
        twice = sorted(set(self.extra) & (self.model_fields_set - {"extra"}))
        if twice:
            message = "is also given beside extra"
            raise Trouble(Finding(("extra", key), message, on_key=True) for key in twice)
        return self

    def parameters(self) -> dict[str, Any]:
        """What is sent, by name, without `sync` and without `extra`."""
        names = [name for name in type(self).model_fields if name in self.model_fields_set]
        return {name: getattr(self, name) for name in names if name not in ("sync", "extra")}

    def answered_locks(self) -> tuple[str, ...]:
        """The locks of the call, each once."""
        names = (name for name in self.device_ids or () if not name.startswith("$"))
        return tuple(dict.fromkeys(names))


class Keypad(Body):
    """A person at one lock types a code and presses enter, or presses `keys`."""

    locks: Locks = Field(alias="lock")
    code: PinText | None = None
    keys: Keys | None = None

    @model_validator(mode="after")
    def _code_or_keys(self) -> Keypad:
        if (self.code is None) == (self.keys is None):
            raise Trouble.here("say either code or keys")
        if len(self.locks) > 1:
            # Which of the answers would an expectation be about?
            message = f"a person is at one lock, and this is {len(self.locks)}"
            raise Trouble([Finding(("lock",), message)])
        return self


class Inject(Body):
    """Arms a fault: for the next `times` commands that it can meet, or each with `probability`."""

    locks: Locks = Field(alias="lock")
    fault: Annotated[str, PlainValidator(word(FAULTS))]
    command: Annotated[str, PlainValidator(word(COMMANDS))] | None = None
    times: Positive | None = None
    probability: Probability | None = None

    @model_validator(mode="after")
    def _times_or_probability(self) -> Inject:
        if (self.times is None) == (self.probability is None):
            raise Trouble.here("say either times or probability")
        if self.command is not None and not can_befall(self.fault, self.command):
            message = f"the fault {self.fault} never meets the command {self.command}"
            raise Trouble([Finding(("command",), message)])
        return self


class ProgramAtKeypad(Body):
    """A person with the master code stores a code in a slot, or empties it with `code: null`."""

    locks: Locks = Field(alias="lock")
    slot: Positive
    code: PinText | None


class Thumbturn(Body):
    """Somebody inside turns the thumb-turn."""

    locks: Locks = Field(alias="lock")
    locked: Flag


class Radio(Body):
    """Puts the radio of a lock into a state."""

    locks: Locks = Field(alias="lock")
    state: Annotated[str, PlainValidator(word(RADIO_STATES))]


class Power(Body):
    """Takes the batteries out, puts them in, or both."""

    locks: Locks = Field(alias="lock")
    action: Annotated[str, PlainValidator(word(POWER_ACTIONS))]


class Advance(Body):
    """Moves virtual time on."""

    shorthand: ClassVar[str | None] = "by"

    by_us: PositiveDuration = Field(alias="by")


class Settle(Body):
    """Runs until nothing is pending, at most for `within`."""

    within_us: PositiveDuration | None = Field(alias="within", default=None)


# Reads one `expect`, or the whole of an `expect_...` step. Raises `Trouble`.
ReadExpect = Callable[[object, Known], object]


def _expecting(model: type[Strict]) -> ReadExpect:
    return lambda raw, context: read_model(model, raw, context)


@dataclass(frozen=True, slots=True)
class Verb:
    """What the reader needs to know of a verb.

    `body` is None for a verb that only looks: then what stands under it is the expectation.
    `expects` is None for a verb of which nothing can be expected. `saves` are the names that
    `save_as` makes known, `saves_rows` those per device.
    """

    body: type[Body] | None = None
    expects: ReadExpect | None = None
    saves: tuple[str, ...] = ()
    saves_rows: tuple[str, ...] = ()


VERBS: Final[Mapping[str, Verb]] = {
    "create_multiple": Verb(
        CreateMultiple,
        _expecting(CreateMultipleExpect),
        saves=("code", "common_code_key", "group_id"),
        saves_rows=tuple(ROW.fields),
    ),
    "keypad": Verb(Keypad, read_keypad),
    "program_at_keypad": Verb(ProgramAtKeypad),
    "thumbturn": Verb(Thumbturn),
    "inject": Verb(Inject),
    "radio": Verb(Radio),
    "power": Verb(Power),
    "advance": Verb(Advance),
    "settle": Verb(Settle),
    "expect_device": Verb(expects=read_devices),
    "expect_codes": Verb(expects=_expecting(CodesExpect)),
    "expect_events": Verb(expects=_expecting(EventsExpect)),
}
