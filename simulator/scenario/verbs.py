"""The verbs of a scenario: what a step can do.

A new verb is a model of its keys and one line in `VERBS`. The reader does the rest: unknown keys,
places, `when`, `save_as` and `expect` are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from simulator.scenario.call_expectations import (
    CallExpect,
    CodeExpect,
    CreateMultipleExpect,
    ListExpect,
)
from simulator.scenario.calls import (
    Call,
    Create,
    CreateMultiple,
    Delete,
    Get,
    List,
    PullBackup,
    Update,
    UpdateMultiple,
)
from simulator.scenario.event_matchers import EVENT, EventMatcher, read_event
from simulator.scenario.expectations import (
    ROW,
    CodesExpect,
    EventsExpect,
    read_devices,
    read_keypad,
    read_metrics,
)
from simulator.scenario.fields import Body, Known, Strict, known, read_model
from simulator.scenario.problems import Finding, Trouble, kind_of, shown, suggest
from simulator.scenario.scalars import (
    Flag,
    Instant,
    Keys,
    Locks,
    PinText,
    Positive,
    PositiveDuration,
    Probability,
    Share,
    Shift,
    Text,
    word,
)
from simulator.scenario.told import tells
from simulator.scenario.words import (
    COMMANDS,
    FAULTS,
    GATEWAY_ACTIONS,
    HOST_ACTIONS,
    HUB_STATES,
    POWER_ACTIONS,
    RADIO_STATES,
    can_befall,
)
from simulator.scenario.world_verbs import Battery, ClearFaults, FactoryReset, Jam, KeypadState


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
    """Puts the radio of a lock into a state; how bad a `degraded` one is can be said."""

    locks: Locks = Field(alias="lock")
    state: Annotated[str, PlainValidator(word(RADIO_STATES))]
    loss: Share | None = None
    latency_us: PositiveDuration | None = Field(alias="latency", default=None)

    @model_validator(mode="after")
    def _only_if_degraded(self) -> Radio:
        given = {"loss": self.loss, "latency": self.latency_us}
        if self.state != "degraded" and any(value is not None for value in given.values()):
            message = "only a degraded radio has this"
            raise Trouble(
                Finding((key,), message, on_key=True)
                for key, value in given.items()
                if value is not None
            )
        return self


class Power(Body):
    """Takes the batteries out, puts them in, or both."""

    locks: Locks = Field(alias="lock")
    action: Annotated[str, PlainValidator(word(POWER_ACTIONS))]


class GatewayProcess(Body):
    """Does something to the process of the gateway.

    `kill` is SIGKILL, `stop` and `continue` are SIGSTOP and SIGCONT, `start` starts it from its
    store, `restart` is `kill` and `start` at one instant.
    """

    shorthand: ClassVar[str | None] = "action"

    action: Annotated[str, PlainValidator(word(GATEWAY_ACTIONS))]


class HostProcess(Body):
    """Does something to the process that serves these locks. `start` reads their memory files."""

    of: Locks
    action: Annotated[str, PlainValidator(word(HOST_ACTIONS))]


@tells({"type": "string", "minLength": 1})
def _hub(raw: object, info: ValidationInfo) -> str:
    if not isinstance(raw, str):
        raise Trouble.here(f"must be the name of a hub, not {kind_of(raw)}")
    hubs = known(info).roster.hubs
    if hubs is not None and raw not in hubs:
        hint = suggest(raw, hubs) or ": declare it under hubs"
        raise Trouble.here(f"no hub is named {shown(raw)}{hint}")
    return raw


class SetHub(Body):
    """Takes the radio of a declared hub away from its locks, or gives it back."""

    hub: Annotated[str, PlainValidator(_hub)]
    state: Annotated[str, PlainValidator(word(HUB_STATES))]


class ShiftClock(Body):
    """The lock's own clock jumps, forwards or back, and nobody is told."""

    locks: Locks = Field(alias="lock")
    by_us: Shift = Field(alias="by")


class Advance(Body):
    """Moves virtual time on."""

    shorthand: ClassVar[str | None] = "by"

    by_us: PositiveDuration = Field(alias="by")


class AdvanceTo(Body):
    """Moves virtual time on to an instant, which must not have passed."""

    shorthand: ClassVar[str | None] = "at"

    at_us: Instant = Field(alias="at")


class Settle(Body):
    """Runs until nothing is pending, at most for `within`."""

    within_us: PositiveDuration | None = Field(alias="within", default=None)


@tells(EVENT)
def _event(raw: object, info: ValidationInfo) -> EventMatcher:
    return read_event(raw, known(info))


class WaitFor(Body):
    """Runs to the instant at which this happens from now on (for the `count`th time), no further.

    It is a failure when it does not happen within `timeout`.
    """

    event: Annotated[EventMatcher, PlainValidator(_event)]
    count: Positive = 1
    timeout_us: PositiveDuration | None = Field(alias="timeout", default=None)


class Await(Body):
    """Waits for the answer of a call in the background, by the name under which it saves."""

    shorthand: ClassVar[str | None] = "call"

    call: Text


class HangUp(Body):
    """Closes the connection of a call in the background before its answer, which nobody hears."""

    shorthand: ClassVar[str | None] = "call"

    call: Text


class Note(Body):
    """A line in the trace, for whoever reads it."""

    shorthand: ClassVar[str | None] = "text"

    text: Text


# Reads one `expect`, or the whole of an `expect_...` step. Raises `Trouble`.
ReadExpect = Callable[[object, Known], object]


def _expecting(model: type[Strict]) -> ReadExpect:
    @tells(model)
    def read(raw: object, context: Known) -> object:
        return read_model(model, raw, context)

    return read


@dataclass(frozen=True, slots=True)
class Verb:
    """What the reader needs to know of a verb.

    `body` is None for a verb that only looks: then what stands under it is the expectation.
    `expects` is None for a verb of which nothing can be expected. `saves` are the names that
    `save_as` makes known, `saves_rows` those per device. A verb that `awaits` has the expectations
    and the names of the call that it ends.
    """

    body: type[Body] | None = None
    expects: ReadExpect | None = None
    saves: tuple[str, ...] = ()
    saves_rows: tuple[str, ...] = ()
    awaits: bool = False

    @property
    def is_call(self) -> bool:
        """Whether it is a call of the access API, which can be in flight while time passes."""
        return self.body is not None and issubclass(self.body, Call)


VERBS: Final[Mapping[str, Verb]] = {
    "create_multiple": Verb(
        CreateMultiple,
        _expecting(CreateMultipleExpect),
        saves=("code", "common_code_key", "group_id"),
        saves_rows=tuple(ROW.fields),
    ),
    "create": Verb(Create, _expecting(CodeExpect), saves=tuple(ROW.fields)),
    "update": Verb(Update, _expecting(CallExpect)),
    "update_multiple": Verb(UpdateMultiple, _expecting(CallExpect)),
    "delete": Verb(Delete, _expecting(CallExpect)),
    "get": Verb(Get, _expecting(CodeExpect), saves=tuple(ROW.fields)),
    "pull_backup": Verb(PullBackup, _expecting(CodeExpect), saves=tuple(ROW.fields)),
    "list": Verb(List, _expecting(ListExpect)),
    "await": Verb(Await, awaits=True),
    "hang_up": Verb(HangUp),
    "keypad": Verb(Keypad, read_keypad),
    "program_at_keypad": Verb(ProgramAtKeypad),
    "thumbturn": Verb(Thumbturn),
    "inject": Verb(Inject),
    "radio": Verb(Radio),
    "power": Verb(Power),
    "hub": Verb(SetHub),
    "battery": Verb(Battery),
    "factory_reset": Verb(FactoryReset),
    "jam": Verb(Jam),
    "keypad_state": Verb(KeypadState),
    "clear_faults": Verb(ClearFaults),
    "gateway": Verb(GatewayProcess),
    "host": Verb(HostProcess),
    "shift_clock": Verb(ShiftClock),
    "advance": Verb(Advance),
    "advance_to": Verb(AdvanceTo),
    "settle": Verb(Settle),
    "wait_for": Verb(WaitFor),
    "note": Verb(Note),
    "expect_device": Verb(expects=read_devices),
    "expect_codes": Verb(expects=_expecting(CodesExpect)),
    "expect_events": Verb(expects=_expecting(EventsExpect)),
    "expect_metrics": Verb(expects=read_metrics),
}
