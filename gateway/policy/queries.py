"""The calls that look and delete: `get`, `list`, `delete` of access codes, `list` of devices.

Filters that this gateway does not have are refused by name. To ignore one would show codes that the
caller had asked not to see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.policy.cursor import cursor_after, place_of
from gateway.policy.fields import Kind, Parameter, Reading, read

if TYPE_CHECKING:
    from gateway.policy.cursor import Place
    from latchbench.pin import Pin

# A page of either list fits into an answer of 16 MiB. A larger `limit` is accepted and cut to it.
CODES_PAGE_MAX: Final = 5_000
DEVICES_PAGE_MAX: Final = 5_000
DEVICES_PAGE_DEFAULT: Final = 500

_ACCESS_CODE_ID: Final = Parameter("access_code_id", Kind.TEXT, "The access code.")
_DEVICE_ID: Final = Parameter("device_id", Kind.TEXT, "Only on this device.")
_PAGE_CURSOR: Final = Parameter("page_cursor", Kind.TEXT, "From the page before.")


def _limit(default: int) -> Parameter:
    return Parameter("limit", Kind.COUNT, "How many rows at most.", default=default, low=1)


def _missing(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, Kind.ANY, "Not built.", built=False) for name in names)


GET_PARAMETERS: Final = (
    _ACCESS_CODE_ID,
    _DEVICE_ID,
    Parameter("code", Kind.CODE, "With `device_id`: the code that it holds."),
)
LIST_PARAMETERS: Final = (
    _DEVICE_ID,
    Parameter("access_code_ids", Kind.IDS, "Only these."),
    _limit(CODES_PAGE_MAX),
    _PAGE_CURSOR,
    *_missing(
        "access_grant_id", "access_grant_key", "access_method_id", "customer_key", "search",
        "user_identifier_key",
    ),
)  # fmt: skip
DELETE_PARAMETERS: Final = (
    Parameter("access_code_id", Kind.TEXT, "The access code.", required=True),
    _DEVICE_ID,
    Parameter("sync", Kind.BOOLEAN, "Answer when the lock is clear.", default=False),
)  # fmt: skip
PULL_PARAMETERS: Final = (
    Parameter("access_code_id", Kind.TEXT, "The code that needs a backup.", required=True),
)
DEVICE_PARAMETERS: Final = (
    Parameter("device_id", Kind.TEXT, "The device."),
    Parameter("name", Kind.TEXT, "Or its name."),
)
DEVICES_PARAMETERS: Final = (
    Parameter("device_ids", Kind.IDS, "Only these; none of them: no device."),
    _limit(DEVICES_PAGE_DEFAULT),
    _PAGE_CURSOR,
    *_missing(
        "connect_webview_id", "connected_account_id", "connected_account_ids", "created_before",
        "custom_metadata_has", "customer_key", "device_type", "device_types", "exclude_if",
        "include_if", "manufacturer", "search", "space_id", "user_identifier_key",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GetQuery:
    """One access code: by its id, or by device and code. Whatever is given must all hold."""

    access_code_id: str | None
    device_id: str | None
    code: Pin | None


@dataclass(frozen=True, slots=True)
class DeleteQuery:
    """The access code to delete; with a `device_id` only if it is on that device."""

    access_code_id: str
    device_id: str | None
    sync: bool = False


@dataclass(frozen=True, slots=True)
class DeviceQuery:
    """One device, by its id or its name; what is given must all hold."""

    device_id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A page of access codes. Every filter that is given must hold; None filters nothing."""

    device_id: str | None
    access_code_ids: tuple[str, ...] | None
    limit: int
    after: Place | None = None

    def cursor(self, place: Place) -> str:
        """The cursor of the page that follows `place`."""
        return cursor_after(place, _codes_filters(self.device_id, self.access_code_ids))


@dataclass(frozen=True, slots=True)
class DevicesQuery:
    """A page of devices: all, or those of `device_ids` (which may be none)."""

    device_ids: tuple[str, ...] | None
    limit: int
    after: Place | None = None

    def cursor(self, place: Place) -> str:
        """The cursor of the page that follows `place`."""
        return cursor_after(place, _devices_filters(self.device_ids))


def parse_get(body: object) -> GetQuery:
    """Raises `InvalidInput` unless there is an id, or a device and a code."""
    reading = read(GET_PARAMETERS, body)
    if not reading.bad and not (
        "access_code_id" in reading.given or {"device_id", "code"} <= reading.given
    ):
        reading.refuse(None, "Must specify either access_code_id, or both device_id and code")
    reading.settle(GET_PARAMETERS)
    return GetQuery(**reading.values)


def parse_delete(body: object) -> DeleteQuery:
    """Raises `InvalidInput`."""
    reading = read(DELETE_PARAMETERS, body)
    reading.settle(DELETE_PARAMETERS)
    return DeleteQuery(**reading.values)


def parse_pull(body: object) -> str:
    """The id of the access code. Raises `InvalidInput`."""
    reading = read(PULL_PARAMETERS, body)
    reading.settle(PULL_PARAMETERS)
    return str(reading.values["access_code_id"])


def parse_device(body: object) -> DeviceQuery:
    """Raises `InvalidInput` unless there is an id or a name."""
    reading = read(DEVICE_PARAMETERS, body)
    if not reading.bad and not reading.given:
        reading.refuse(None, "Must specify device_id or name")
    reading.settle(DEVICE_PARAMETERS)
    return DeviceQuery(**reading.values)


def parse_list(body: object) -> ListQuery:
    """Raises `InvalidInput`, `NotSupported` or `MismatchedPage`."""
    reading = read(LIST_PARAMETERS, body)
    filters = {"device_id", "access_code_ids"}
    if not reading.bad and not (reading.given & filters or _asks_for_more(reading)):
        reading.refuse(None, "Must specify at least one of device_id and access_code_ids")
    reading.settle(LIST_PARAMETERS)
    values = reading.values
    device_id, access_code_ids = values["device_id"], values["access_code_ids"]
    return ListQuery(
        device_id,
        access_code_ids,
        min(values["limit"], CODES_PAGE_MAX),
        _place(values["page_cursor"], _codes_filters(device_id, access_code_ids)),
    )


def parse_devices(body: object) -> DevicesQuery:
    """Raises `InvalidInput`, `NotSupported` or `MismatchedPage`."""
    reading = read(DEVICES_PARAMETERS, body)
    reading.settle(DEVICES_PARAMETERS)
    values = reading.values
    return DevicesQuery(
        values["device_ids"],
        min(values["limit"], DEVICES_PAGE_MAX),
        _place(values["page_cursor"], _devices_filters(values["device_ids"])),
    )


def _asks_for_more(reading: Reading) -> bool:
    """Whether a filter was given that `settle` refuses better than "nothing was given" would."""
    return any(not row.built and row.name in reading.given for row in LIST_PARAMETERS)


def _codes_filters(device_id: str | None, access_code_ids: tuple[str, ...] | None) -> object:
    return ["access_codes", device_id, access_code_ids]


def _devices_filters(device_ids: tuple[str, ...] | None) -> object:
    return ["devices", device_ids]


def _place(cursor: str | None, filters: object) -> Place | None:
    return None if cursor is None else place_of(cursor, filters)
