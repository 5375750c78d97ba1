"""`create_multiple` as its caller may write it: one table of parameters, one table of interplay.

The table holds every parameter that any published version of the call has had, because old SDKs
still send the old ones. A rule about one parameter stands in its row; a rule about several together
is a row of `INTERPLAY`, and is only looked at when each of them is right by itself.

The order of refusals is fixed: first all problems (`InvalidInput`), then every value whose part of
the gateway is not built (`NotSupported`). What depends on a device is decided later, elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from gateway.policy.errors import CodeCannotBeSet, CodeCannotBeShared, Problem
from gateway.policy.fields import Kind, Parameter, Reading, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.policy.errors import CodeRefused, Refusal, Rollback
    from latchbench.pin import Pin

DEVICE_IDS_MAX: Final = 10_000
# Ours. Each row of the answer has the name twice, and the rows must fit into 16 MiB: a call that
# was carried out and then could not be answered would be the worst of all.
NAME_MAX: Final = 200
NAMES_BYTES_MAX: Final = 4 * 1024 * 1024
CODE_LENGTH_MAX: Final = 20


class Behavior(StrEnum):
    """What becomes of a call when some device cannot share the code."""

    THROW = "throw"
    CREATE_RANDOM_CODE = "create_random_code"


@dataclass(frozen=True, slots=True)
class CreateMultiple:
    """A well-formed call.

    Times are both None (an ongoing code) or both given; a code for one use has a start alone.
    `preferred_code_length` is None with a custom `code`. `sync` is None where the caller leaves it
    to the gateway's setting. `ignored_parameters` are the names that the call does not know.
    `about_one` is a call for one device alone, that shares its code with nobody.
    """

    device_ids: tuple[str, ...]
    behavior: Behavior = Behavior.THROW
    preferred_code_length: int | None = None
    name: str | None = None
    code: Pin | None = None
    starts_at_us: int | None = None
    ends_at_us: int | None = None
    attempt_for_offline_device: bool = True
    prefer_native_scheduling: bool = True
    external_modification_allowed: bool = False
    is_offline: bool = False
    uses_backup_pool: bool = False
    max_time_rounding: str | None = None
    sync: bool | None = None
    ignored_parameters: tuple[str, ...] = ()
    about_one: bool = False

    def refusal(
        self,
        refusals: Sequence[Refusal],
        rollback: Rollback | None = None,
        *,
        duplicate_only: bool = False,
    ) -> CodeRefused:
        """What the caller is told when `refusals` stand in the way of what the call asked for."""
        kind = CodeCannotBeSet if self.about_one else CodeCannotBeShared
        return kind(refusals, rollback, duplicate_only=duplicate_only)

    @property
    def is_one_time_use(self) -> bool:
        """Whether the code opens once: an offline code that has a start alone."""
        return self.is_offline and self.ends_at_us is None


PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter(
        "device_ids", Kind.IDS, "The devices that shall share a code; answered in this order.",
        required=True, low=1, high=DEVICE_IDS_MAX, unique=True,
    ),
    Parameter(
        "behavior_when_code_cannot_be_shared", Kind.CHOICE,
        "Create nothing, or give the devices that cannot share a random code of their own.",
        default=Behavior.THROW, choices=tuple(Behavior),
    ),
    Parameter(
        "preferred_code_length", Kind.WHOLE,
        "Used where the devices support it, else their shortest length; ignored with `code`.",
        low=1, high=CODE_LENGTH_MAX,
    ),
    Parameter("name", Kind.TEXT, "Kept as given; a lock may get it cut and numbered.",
              high=NAME_MAX),
    Parameter("code", Kind.CODE, "A code of the caller's choice; the rows are then not linked."),
    Parameter("starts_at", Kind.TIME, "With `ends_at`; without both the code is ongoing."),
    Parameter("ends_at", Kind.TIME, "In the future and after `starts_at`."),
    Parameter(
        "attempt_for_offline_device", Kind.BOOLEAN,
        "True: an offline lock is programmed when it is back. False: it refuses the call.",
        default=True,
    ),
    Parameter(
        "prefer_native_scheduling", Kind.BOOLEAN,
        "False: the gateway loads a time-bound code just in time, even where a lock could itself.",
        default=True,
    ),
    Parameter(
        "use_backup_access_code_pool", Kind.BOOLEAN, "Keep spare codes on the locks meanwhile.",
        default=False,
    ),
    Parameter(
        "allow_external_modification", Kind.BOOLEAN,
        "The same as `is_external_modification_allowed`.", default=False,
    ),
    Parameter(
        "is_external_modification_allowed", Kind.BOOLEAN,
        "Adopt a change made at the lock. False: put the code back.", default=False,
    ),
    Parameter(
        "is_offline_access_code", Kind.BOOLEAN, "A code that a lock derives without the radio.",
        default=False,
    ),
    Parameter(
        "use_offline_access_code", Kind.BOOLEAN, "An older name of `is_offline_access_code`.",
        default=False,
    ),
    Parameter(
        "is_one_time_use", Kind.BOOLEAN, "An offline code that opens once, within a day.",
        default=False,
    ),
    Parameter(
        "max_time_rounding", Kind.CHOICE,
        "Rounds an offline code's times outwards, to hours of the lock's zone or to its days.",
        choices=("1hour", "1day", "1h", "1d"),
    ),
    Parameter(
        "sync", Kind.BOOLEAN,
        "True: answer when the locks hold the code. Not given: the gateway's setting.",
    ),
    Parameter(
        "request_id", Kind.TEXT,
        "The same request under the same id is answered from memory (HTTP: `Idempotency-Key`).",
        high=NAME_MAX,
    ),
)  # fmt: skip

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Interplay:
    """A rule about several parameters. `broken` is asked only when all `names` are well-formed."""

    names: tuple[str, ...]
    broken: Callable[[Values, int], bool]
    problem: Problem


def _names_are_too_much(values: Values) -> bool:
    name = values["name"] or ""
    return len(values["device_ids"]) * len(name.encode(errors="surrogatepass")) > NAMES_BYTES_MAX


def _is_offline(values: Values) -> bool:
    return bool(values["is_offline_access_code"] or values["use_offline_access_code"])


def _has_one_time(values: Values) -> bool:
    return (values["starts_at"] is None) != (values["ends_at"] is None)


def _is_ongoing(values: Values) -> bool:
    return values["starts_at"] is None and values["ends_at"] is None


def _wants_one_time_code(values: Values) -> bool:
    return _is_offline(values) and bool(values["is_one_time_use"])


def _wants_offline_window(values: Values) -> bool:
    return _is_offline(values) and not values["is_one_time_use"]


_TIMES: Final = ("starts_at", "ends_at")
_OFFLINE: Final = ("is_offline_access_code", "use_offline_access_code")
_MODIFICATION: Final = ("allow_external_modification", "is_external_modification_allowed")

INTERPLAY: Final[tuple[Interplay, ...]] = (
    Interplay(
        ("device_ids", "name"),
        lambda values, now_us: _names_are_too_much(values),
        Problem("name", "name is too long for so many devices"),
    ),
    Interplay(
        (*_TIMES, *_OFFLINE),
        lambda values, now_us: _has_one_time(values) and not _is_offline(values),
        Problem(None, "Both starts_at and ends_at must be provided if one is"),
    ),
    Interplay(
        _TIMES,
        lambda values, now_us: values["ends_at"] is not None and values["ends_at"] <= now_us,
        Problem("ends_at", "ends_at must be in the future"),
    ),
    Interplay(
        _TIMES,
        lambda values, now_us: (
            None not in (values["starts_at"], values["ends_at"])
            and values["ends_at"] <= values["starts_at"]
        ),
        Problem("ends_at", "ends_at must be after starts_at"),
    ),
    Interplay(
        (*_TIMES, "use_backup_access_code_pool"),
        lambda values, now_us: values["use_backup_access_code_pool"] and _is_ongoing(values),
        Problem(None, "Cannot use the backup pool for ongoing codes"),
    ),
    Interplay(
        ("use_backup_access_code_pool", *_OFFLINE),
        lambda values, now_us: values["use_backup_access_code_pool"] and _is_offline(values),
        Problem(None, "Cannot use the backup pool for offline codes"),
    ),
    Interplay(
        ("code", *_OFFLINE),
        lambda values, now_us: values["code"] is not None and _is_offline(values),
        Problem("code", "code cannot be chosen for an offline access code"),
    ),
    Interplay(
        (*_TIMES, *_OFFLINE, "is_one_time_use"),
        lambda values, now_us: (
            _wants_one_time_code(values)
            and (values["starts_at"] is None or values["ends_at"] is not None)
        ),
        Problem(None, "A code for one use needs starts_at and no ends_at"),
    ),
    Interplay(
        (*_TIMES, *_OFFLINE, "is_one_time_use"),
        lambda values, now_us: (
            _wants_offline_window(values) and None in (values["starts_at"], values["ends_at"])
        ),
        Problem(None, "An offline access code needs both starts_at and ends_at"),
    ),
    Interplay(
        ("is_one_time_use", *_OFFLINE),
        lambda values, now_us: values["is_one_time_use"] and not _is_offline(values),
        Problem("is_one_time_use", "is_one_time_use needs is_offline_access_code"),
    ),
    Interplay(
        ("max_time_rounding", *_OFFLINE),
        lambda values, now_us: values["max_time_rounding"] is not None and not _is_offline(values),
        Problem("max_time_rounding", "max_time_rounding needs is_offline_access_code"),
    ),
)


def parse_create_multiple(body: object, now_us: int) -> CreateMultiple:
    """The call that `body`, a decoded JSON value, asks for at `now_us`.

    Raises `InvalidInput` with every problem of the body, or else `NotSupported` with every
    parameter that asks for a part of the gateway that is not built.
    """
    reading = read(PARAMETERS, body)
    _hint_at_the_singular(reading)
    check_together(reading, now_us)
    reading.settle(PARAMETERS)
    return call_of(reading)


def check_together(reading: Reading, now_us: int) -> None:
    """Note what is wrong with parameters together, of this call or of `create`."""
    modification_allowed(reading)
    malformed = frozenset(reading.bad)
    for rule in INTERPLAY:
        if malformed.isdisjoint(rule.names) and rule.broken(reading.values, now_us):
            reading.refuse(rule.problem.parameter, rule.problem.message)


def call_of(reading: Reading) -> CreateMultiple:
    """The call that was read, once all of it was found right."""
    values = reading.values
    return CreateMultiple(
        device_ids=values["device_ids"],
        behavior=Behavior(values["behavior_when_code_cannot_be_shared"]),
        preferred_code_length=(values["preferred_code_length"] if values["code"] is None else None),
        name=values["name"],
        code=values["code"],
        starts_at_us=values["starts_at"],
        ends_at_us=values["ends_at"],
        attempt_for_offline_device=values["attempt_for_offline_device"],
        prefer_native_scheduling=values["prefer_native_scheduling"],
        external_modification_allowed=any(values[name] for name in _MODIFICATION),
        is_offline=_is_offline(values),
        uses_backup_pool=values["use_backup_access_code_pool"],
        max_time_rounding=values["max_time_rounding"],
        sync=values["sync"],
        ignored_parameters=reading.ignored,
    )


def _hint_at_the_singular(reading: Reading) -> None:
    """An older page of the API's docs shows `device_id: [...]`, which never worked."""
    if "device_ids" not in reading.given and "device_id" in reading.ignored:
        reading.refuse("device_id", 'Did you mean "device_ids"?')


def modification_allowed(reading: Reading) -> bool | None:
    """What was said of changes at the lock, under either of its names; None: nothing.

    Both may be given, but not with different values: that is noted as a problem.
    """
    values = [reading.values[name] for name in _MODIFICATION if name in reading.given]
    if len(set(values)) > 1:
        both = " and ".join(_MODIFICATION)
        reading.refuse(None, f"{both} mean the same and must not differ")
    return values[0] if values else None
