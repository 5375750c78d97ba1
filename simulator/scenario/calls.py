"""The calls of the access API that a step can make, parameter by parameter.

Types are checked and values are not: a scenario may send a bad one to see it refused. Only what is
written is sent; null is sent as null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from latchbench.pin import Pin
from simulator.scenario.fields import Body, known
from simulator.scenario.interpolate import Late
from simulator.scenario.problems import Finding, Gathering, Trouble, kind_of, shown
from simulator.scenario.scalars import SELECTOR_ITEM, Flag, device_ids, duration
from simulator.scenario.told import tells
from simulator.scenario.words import BEHAVIORS

_HEADER_TEXT: Final = re.compile(r"[!-~]([ -~]*[!-~])?")


@dataclass(frozen=True, slots=True)
class After:
    """A time given as a distance from the virtual now."""

    delay_us: int


def _must_be(what: str, raw: object) -> Trouble:
    message = f"must be {what}, not {kind_of(raw)}; `extra` sends any value under any name"
    return Trouble.here(message)


@tells({"type": ["string", "null"]})
def _sent_text(raw: object) -> str | Late | None:
    if raw is None or isinstance(raw, str | Late):
        return raw
    raise _must_be("text in quotes", raw)


@tells({"type": ["string", "null"], "examples": ["4821"]})
def _sent_pin(raw: object) -> Pin | Late | None:
    text = _sent_text(raw)
    return Pin(text) if isinstance(text, str) else text


@tells({"type": ["number", "null"]})
def _sent_number(raw: object) -> float | Late | None:
    if raw is None or (isinstance(raw, int | float | Late) and not isinstance(raw, bool)):
        return raw
    raise _must_be("a number", raw)


@tells({"type": ["boolean", "null"]})
def _sent_flag(raw: object) -> bool | Late | None:
    if raw is None or isinstance(raw, bool | Late):
        return raw
    raise _must_be("true or false", raw)


@tells({"type": ["string", "null"], "examples": ["2030-06-01T14:00:00Z", "+2h"]})
def _sent_time(raw: object) -> str | After | Late | None:
    text = _sent_text(raw)
    if isinstance(text, str) and text.startswith("+"):
        return After(duration(positive=False)(text[1:]))
    return text


@tells({"anyOf": [SELECTOR_ITEM, {"type": "array", "items": SELECTOR_ITEM}]})
def _device_ids(raw: object, info: ValidationInfo) -> tuple[str, ...]:
    return device_ids(raw, known(info))


@tells({"type": ["string", "null"], "description": "A lock, or $id for any id."})
def _device_id(raw: object, info: ValidationInfo) -> str | Late | None:
    text = _sent_text(raw)
    if not isinstance(text, str):
        return text
    names = device_ids(text, known(info))
    if len(names) != 1:
        raise Trouble.here(f"must be one device, and this is {len(names)}")
    return names[0]


@tells({"type": ["string", "null"]})
def _saved_text(raw: object, info: ValidationInfo) -> str | Late | None:
    """An id or a key. The name of something saved, without its `${...}`, is a slip."""
    text = _sent_text(raw)
    context = known(info)
    if isinstance(text, str) and text.split(".")[0] in {*context.saved, *context.later}:
        raise Trouble.here(
            f"{shown(text)} would be sent as it is; what a step saved is written '${{{text}}}'"
        )
    return text


@tells({"type": "array", "items": {"type": ["string", "null"]}})
def _saved_texts(raw: object, info: ValidationInfo) -> tuple[str | Late | None, ...]:
    if not isinstance(raw, list):
        raise _must_be("a list of ids", raw)
    gathering = Gathering()
    ids: list[str | Late | None] = []
    for index, one in enumerate(raw):
        try:
            ids.append(_saved_text(one, info))
        except Trouble as trouble:
            gathering.take(trouble, (index,))
    gathering.settle()
    return tuple(ids)


@tells({"type": "string", "pattern": f"^{_HEADER_TEXT.pattern}$"})
def _header(raw: object) -> str | Late:
    if isinstance(raw, Late):
        return raw
    if isinstance(raw, str) and _HEADER_TEXT.fullmatch(raw):
        return raw
    if isinstance(raw, str):
        raise Trouble.here("this is sent as a header: printable ASCII, no space at the ends")
    raise Trouble.here(f"must be text in quotes, not {kind_of(raw)}")


@tells({"type": "object"})
def _extra(raw: object) -> Mapping[str, Any]:
    if isinstance(raw, Mapping):
        return raw
    raise Trouble.here(f"must be a map of body keys, not {kind_of(raw)}")


@tells({"anyOf": [{"enum": list(BEHAVIORS)}, {"type": ["string", "null"]}]})
def _sent_behavior(raw: object) -> str | Late | None:
    return _sent_text(raw)


SentText = Annotated[str | Late | None, PlainValidator(_sent_text)]
SentBehavior = Annotated[str | Late | None, PlainValidator(_sent_behavior)]
SentPin = Annotated[Pin | Late | None, PlainValidator(_sent_pin)]
SentNumber = Annotated[float | Late | None, PlainValidator(_sent_number)]
SentFlag = Annotated[bool | Late | None, PlainValidator(_sent_flag)]
SentTime = Annotated[str | After | Late | None, PlainValidator(_sent_time)]
SavedText = Annotated[str | Late | None, PlainValidator(_saved_text)]
SavedTexts = Annotated[tuple[str | Late | None, ...], PlainValidator(_saved_texts)]
DeviceIds = Annotated[tuple[str, ...], PlainValidator(_device_ids)]
Header = Annotated[str | Late | None, PlainValidator(_header)]
DeviceId = Annotated[str | Late | None, PlainValidator(_device_id)]
Extra = Annotated[Mapping[str, Any], PlainValidator(_extra)]

# Keys of a call that are no parameters of it, and those of them that are sent as headers.
_HEADERS: Final = {"idempotency_key": "Idempotency-Key"}
_OURS: Final = frozenset({"extra", *_HEADERS})


class Call(Body):
    """One call over HTTP. `extra` sends any value under any name that has no key here."""

    method: ClassVar[str] = "POST"
    path: ClassVar[str]
    # Without one of these the call would say nothing; `extra` may stand for them.
    needs: ClassVar[tuple[str, ...]] = ()

    extra: Extra = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if self.needs and not self.extra and not self.model_fields_set & set(self.needs):
            missing = " or ".join(f"'{name}'" for name in self.needs)
            raise Trouble.here(f"{missing} is missing")
        twice = sorted(set(self.extra) & (self.model_fields_set - _OURS))
        if twice:
            message = "is also given beside extra"
            raise Trouble(Finding(("extra", key), message, on_key=True) for key in twice)
        return self

    def parameters(self) -> dict[str, Any]:
        """What is sent, by name, without `extra`."""
        names = [name for name in type(self).model_fields if name in self.model_fields_set]
        return {name: getattr(self, name) for name in names if name not in _OURS}

    def headers(self) -> dict[str, Any]:
        """What is sent beside the body, by the name of the header."""
        return {
            header: getattr(self, name)
            for name, header in _HEADERS.items()
            if name in self.model_fields_set
        }


class NewCode(Call):
    """What `create` and `create_multiple` have in common.

    `idempotency_key` is the caller's own id of the call, sent as the header `Idempotency-Key`.
    """

    name: SentText = None
    code: SentPin = None
    preferred_code_length: SentNumber = None
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
    idempotency_key: Header = None


class CreateMultiple(NewCode):
    """`PUT /access_codes/create_multiple`: one code on many locks.

    In `device_ids` a lock's name stands for its id, and `$id` is sent as it is without the `$`.
    """

    method = "PUT"
    path = "/access_codes/create_multiple"
    needs = ("device_ids",)

    device_ids: DeviceIds | None = None
    behavior_when_code_cannot_be_shared: SentBehavior = None

    def answered_locks(self) -> tuple[str, ...]:
        """The locks of the call, each once."""
        names = (name for name in self.device_ids or () if not name.startswith("$"))
        return tuple(dict.fromkeys(names))


class Create(NewCode):
    """`POST /access_codes/create`: a code on one lock, alone or with a `common_code_key`."""

    path = "/access_codes/create"
    needs = ("device_id",)

    device_id: DeviceId = None
    common_code_key: SavedText = None

    def answered_locks(self) -> tuple[str, ...]:
        """The lock of the call."""
        is_lock = isinstance(self.device_id, str) and not self.device_id.startswith("$")
        return (str(self.device_id),) if is_lock else ()


class Update(Call):
    """`PATCH /access_codes/update`: changes one code."""

    method = "PATCH"
    path = "/access_codes/update"
    needs = ("access_code_id",)

    access_code_id: SavedText = None
    device_id: DeviceId = None
    name: SentText = None
    code: SentPin = None
    starts_at: SentTime = None
    ends_at: SentTime = None
    type: SentText = None
    is_managed: SentFlag = None
    allow_external_modification: SentFlag = None
    is_external_modification_allowed: SentFlag = None
    attempt_for_offline_device: SentFlag = None
    sync: Flag | None = None


class UpdateMultiple(Call):
    """`PATCH /access_codes/update_multiple`: name and times of all codes that are linked."""

    method = "PATCH"
    path = "/access_codes/update_multiple"
    needs = ("common_code_key",)

    common_code_key: SavedText = None
    name: SentText = None
    starts_at: SentTime = None
    ends_at: SentTime = None


class Delete(Call):
    """`POST /access_codes/delete`."""

    path = "/access_codes/delete"
    needs = ("access_code_id",)

    access_code_id: SavedText = None
    device_id: DeviceId = None
    sync: Flag | None = None


class Get(Call):
    """`POST /access_codes/get`: one code, by its id, or by lock and digits."""

    path = "/access_codes/get"
    needs = ("access_code_id", "device_id")

    access_code_id: SavedText = None
    device_id: DeviceId = None
    code: SentPin = None


class PullBackup(Call):
    """`POST /access_codes/pull_backup_access_code`: a backup code for the guest of a code."""

    path = "/access_codes/pull_backup_access_code"
    needs = ("access_code_id",)

    access_code_id: SavedText = None


class List(Call):
    """`POST /access_codes/list`: the codes of a lock, or those with these ids."""

    path = "/access_codes/list"
    needs = ("device_id", "access_code_ids")

    device_id: DeviceId = None
    access_code_ids: SavedTexts | None = None
    limit: SentNumber = None
    page_cursor: SentText = None
