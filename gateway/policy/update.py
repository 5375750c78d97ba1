"""`update` and `update_multiple` as their callers may write them, and what they do to a row.

What is not given stays as it is; in particular the times, so an update without them never changes
the type of a code. Only `type: ongoing` takes them away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gateway.policy.errors import InvalidInput, Problem
from gateway.policy.fields import Kind, Parameter, as_object, read
from gateway.policy.mutations import Change, Mutation, Terms, followed_by
from gateway.policy.operations import is_in_the_way, is_wanted
from gateway.policy.records import Progress
from gateway.policy.request import NAME_MAX, modification_allowed

if TYPE_CHECKING:
    from gateway.policy.fields import Reading
    from gateway.policy.records import CodeRecord
    from gateway.policy.schedule import Timing
    from latchbench.pin import Pin

_NAME: Final = Parameter("name", Kind.TEXT, "Not given: stays as it is.", high=NAME_MAX)
_TIMES: Final = (
    Parameter("starts_at", Kind.TIME, "With `ends_at`; the code is then for that time."),
    Parameter("ends_at", Kind.TIME, "In the future and after `starts_at`."),
)

UPDATE_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter("access_code_id", Kind.TEXT, "The access code.", required=True),
    Parameter("device_id", Kind.TEXT, "Only if it is on this device."),
    _NAME,
    Parameter("code", Kind.CODE, "Another code; the row then belongs to no key any more."),
    *_TIMES,
    Parameter(
        "type", Kind.CHOICE, "`ongoing` takes the times away.", choices=("ongoing", "time_bound")
    ),
    Parameter("is_managed", Kind.BOOLEAN, "False: leave the code on its lock and let it go."),
    Parameter(
        "allow_external_modification", Kind.BOOLEAN,
        "The same as `is_external_modification_allowed`.",
    ),
    Parameter(
        "is_external_modification_allowed", Kind.BOOLEAN, "Adopt a change made at the lock.",
    ),
    Parameter(
        "attempt_for_offline_device", Kind.BOOLEAN,
        "False: a lock that is offline refuses the call.", default=True,
    ),
    Parameter(
        "sync", Kind.BOOLEAN,
        "True: answer when the lock has followed. Not given: the gateway's setting.",
    ),
)  # fmt: skip

UPDATE_MULTIPLE_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter("common_code_key", Kind.TEXT, "The codes to change.", required=True),
    _NAME,
    *_TIMES,
)


@dataclass(frozen=True, slots=True)
class Update:
    """What shall become of a row. None: as it was. Times are both None or both given."""

    name: str | None = None
    code: Pin | None = None
    starts_at_us: int | None = None
    ends_at_us: int | None = None
    type: str | None = None
    is_managed: bool | None = None
    external_modification_allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class UpdateOne:
    """`update`: the row, and what shall become of it."""

    access_code_id: str
    device_id: str | None
    update: Update
    attempt_for_offline_device: bool = True
    sync: bool | None = None
    ignored_parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateMultiple:
    """`update_multiple`: a key (None can be no row's), and what shall become of its rows."""

    common_code_key: str | None
    update: Update
    ignored_parameters: tuple[str, ...] = ()


def parse_update(body: object, now_us: int) -> UpdateOne:
    """Raises `InvalidInput` with every problem of the body."""
    reading = read(UPDATE_PARAMETERS, body)
    values = reading.values
    allowed = modification_allowed(reading)
    _check_times(reading, now_us)
    if values["type"] == "ongoing" and reading.given & {"starts_at", "ends_at"}:
        reading.refuse("type", "An ongoing code has no starts_at and ends_at")
    if values["is_managed"] is False and len(reading.given - _BESIDE) > 1:
        reading.refuse("is_managed", "A code that is let go cannot be changed in the same call")
    reading.settle(UPDATE_PARAMETERS)
    update = Update(
        values["name"], values["code"], values["starts_at"], values["ends_at"], values["type"],
        values["is_managed"], allowed,
    )  # fmt: skip
    return UpdateOne(
        values["access_code_id"],
        values["device_id"],
        update,
        values["attempt_for_offline_device"],
        values["sync"],
        reading.ignored,
    )


# What may stand beside `is_managed: false`.
_BESIDE: Final = frozenset({"access_code_id", "device_id", "sync", "attempt_for_offline_device"})


def parse_update_multiple(body: object, now_us: int) -> UpdateMultiple:
    """Raises `InvalidInput` with every problem of the body.

    A null key is well-formed: it is what rows without a key have, and names none of them.
    """
    given = as_object(body)
    nobodys = "common_code_key" in given and given["common_code_key"] is None
    if nobodys:
        given = {**given, "common_code_key": ""}
    reading = read(UPDATE_MULTIPLE_PARAMETERS, given)
    _check_times(reading, now_us)
    if "code" in reading.ignored:
        reading.refuse("code", "The code of linked access codes cannot be changed together")
    reading.settle(UPDATE_MULTIPLE_PARAMETERS)
    values = reading.values
    update = Update(values["name"], None, values["starts_at"], values["ends_at"])
    key = None if nobodys else values["common_code_key"]
    return UpdateMultiple(key, update, reading.ignored)


def _check_times(reading: Reading, now_us: int) -> None:
    if reading.bad & {"starts_at", "ends_at"}:
        return
    starts_at_us, ends_at_us = reading.values["starts_at"], reading.values["ends_at"]
    if (starts_at_us is None) != (ends_at_us is None):
        reading.refuse(None, "Both starts_at and ends_at must be provided if one is")
    elif starts_at_us is not None and ends_at_us is not None:
        if ends_at_us <= now_us:
            reading.refuse("ends_at", "ends_at must be in the future")
        if ends_at_us <= starts_at_us:
            reading.refuse("ends_at", "ends_at must be after starts_at")


def check_type(update: Update, code: CodeRecord) -> None:
    """Raise `InvalidInput` if the row cannot be of that type without times."""
    if update.type == "time_bound" and update.ends_at_us is None and not code.is_time_bound:
        message = "A time-bound code needs both starts_at and ends_at"
        raise InvalidInput([Problem("type", message)])


def mutations_of(update: Update, code: CodeRecord, now_us: int) -> tuple[Mutation, ...]:
    """What an update changes of a row: nothing that is as it was."""
    before, after = _terms(code), _window(update, code)
    made = []
    if update.code is not None and update.code != code.pin:
        made.append(Mutation(Change.CODE, now_us))
    if update.name is not None and update.name != code.name:
        sides = Terms(name=code.name), Terms(name=update.name)
        made.append(Mutation(Change.NAME, now_us, *sides))
    if before != after:
        made.append(Mutation(Change.TIME_FRAME, now_us, before, after))
    return tuple(made)


def _terms(code: CodeRecord) -> Terms:
    return Terms(starts_at_us=code.starts_at_us, ends_at_us=code.ends_at_us)


def _window(update: Update, code: CodeRecord) -> Terms:
    if update.type == "ongoing":
        return Terms()
    if update.ends_at_us is None:
        return _terms(code)
    return Terms(starts_at_us=update.starts_at_us, ends_at_us=update.ends_at_us)


def updated(
    code: CodeRecord,
    update: Update,
    *,
    device_name: str,
    timing: Timing,
    mutations: tuple[Mutation, ...],
    now_us: int,
) -> CodeRecord:
    """The row as it shall be; what its lock may hold until then is kept in it.

    `mutations` are what `mutations_of` found. They stay in the row while its lock has something to
    do about them.
    """
    window = _window(update, code)
    allowed = update.external_modification_allowed
    if allowed is None:
        allowed = code.external_modification_allowed
    row = replace(
        code,
        name=code.name if update.name is None else update.name,
        device_name=device_name,
        starts_at_us=window.starts_at_us,
        ends_at_us=window.ends_at_us,
        load_at_us=timing.load_at_us,
        is_native=timing.is_native,
        external_modification_allowed=allowed,
        attempts=0,
        retry_at_us=None,
    )
    kinds = {mutation.mutation_code for mutation in mutations}
    if kinds & {Change.CODE, Change.TIME_FRAME}:
        row = _looked_at_afresh(row)
    if update.code is not None and Change.CODE in kinds:
        row = _with_code(row, update.code)
    if row.progress is Progress.OPEN and not is_wanted(row, now_us):
        row = _not_yet(row)
    if is_in_the_way(row, now_us):
        row = replace(row, progress=Progress.DOUBT)
    if code.slot is None or not (code.was_set or code.was_scheduled or code.mutations):
        return replace(row, mutations=())  # the lock never had it: it is still being created
    if row.progress is Progress.THERE and is_wanted(row, now_us):
        return row  # nothing of this concerns the lock
    return replace(row, mutations=followed_by(code.mutations, mutations))


def _not_yet(code: CodeRecord) -> CodeRecord:
    """A row that is not due any more: what may be of it on its lock is to be found and cleared."""
    if code.slot is None or code.sends == 0:
        return replace(code, slot=None)
    return replace(code, progress=Progress.DOUBT)


def _looked_at_afresh(code: CodeRecord) -> CodeRecord:
    """What stood in the way of a row's old self may not be in the way of the new one."""
    if code.progress is Progress.THERE:
        return replace(code, warnings=())
    refused = code.progress is Progress.REFUSED
    progress = Progress.OPEN if refused else code.progress
    return replace(code, progress=progress, errors=(), warnings=())


def _with_code(code: CodeRecord, pin: Pin) -> CodeRecord:
    """The row with another PIN, to be written over the old one in the same slot.

    So the old code works until the lock has taken the new one, and a lock that refuses it keeps the
    old one. Where nothing was written yet there is nothing to write over.
    """
    old = code.old_pins
    if code.slot is not None and code.sends > 0 and code.pin is not None:
        old = (*old, code.pin)
    in_doubt = code.progress is Progress.DOUBT  # first of all its slot is read
    return replace(
        code,
        pin=pin,
        common_code_key=None,
        progress=Progress.DOUBT if in_doubt else Progress.OPEN,
        was_set=False,
        was_scheduled=False,
        errors=(),
        warnings=(),
        old_pins=tuple(dict.fromkeys(held for held in old if held != pin)),
    )
