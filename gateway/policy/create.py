"""`create` as its caller may write it: `create_multiple` for one device, with a key to join.

Every parameter means what it means there, and the rules about several of them are the same. What is
of this call alone is the device, in the singular, and `common_code_key`: codes under one key are
promised to be equal, so a code that joins them takes theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gateway.policy.fields import Kind, Parameter, read
from gateway.policy.request import (
    NAME_MAX,
    PARAMETERS,
    Behavior,
    call_of,
    check_together,
)

if TYPE_CHECKING:
    from gateway.policy.request import CreateMultiple

_OF_GROUPS: Final = ("device_ids", "behavior_when_code_cannot_be_shared")

CREATE_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Parameter("device_id", Kind.TEXT, "The device.", required=True),
    *(row for row in PARAMETERS if row.name not in _OF_GROUPS),
    Parameter(
        "common_code_key", Kind.TEXT, "Join the codes of this key: the same code, or a refusal.",
        low=1, high=NAME_MAX,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Create:
    """A well-formed call: the group of one that it asks for, and the key that it names."""

    request: CreateMultiple
    common_code_key: str | None


def parse_create(body: object, now_us: int) -> Create:
    """The call that `body`, a decoded JSON value, asks for at `now_us`.

    Raises `InvalidInput` with every problem of the body, or else `NotSupported`.
    """
    reading = read(CREATE_PARAMETERS, body)
    if "device_id" not in reading.given and "device_ids" in reading.ignored:
        reading.refuse("device_ids", 'Did you mean "device_id", or the call create_multiple?')
    reading.values["device_ids"] = (reading.values["device_id"] or "",)
    reading.values["behavior_when_code_cannot_be_shared"] = Behavior.THROW
    if reading.values["common_code_key"] == "":
        reading.refuse("common_code_key", "String must contain at least 1 character(s)")
    check_together(reading, now_us)
    reading.settle(CREATE_PARAMETERS)
    key = reading.values["common_code_key"]
    return Create(replace(call_of(reading), about_one=key is None), key)
