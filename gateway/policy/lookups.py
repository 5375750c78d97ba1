"""The calls that look at attempts, at codes that others made, and for a code that is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.policy.cursor import cursor_after, place_of
from gateway.policy.fields import Kind, Parameter, read
from gateway.policy.queries import CODES_PAGE_MAX

if TYPE_CHECKING:
    from gateway.policy.cursor import Place

ATTEMPTS_PAGE_DEFAULT: Final = 500

_DEVICE_ID: Final = Parameter("device_id", Kind.TEXT, "The device.", required=True)
_PAGE_CURSOR: Final = Parameter("page_cursor", Kind.TEXT, "From the page before.")


def _not_built(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, Kind.ANY, "Not built.", built=False) for name in names)


ATTEMPT_PARAMETERS: Final = (
    Parameter("action_attempt_id", Kind.TEXT, "The action attempt.", required=True),
)
ATTEMPTS_PARAMETERS: Final = (
    Parameter("action_attempt_ids", Kind.IDS, "Only these."),
    Parameter("device_id", Kind.TEXT, "Only on this device."),
    Parameter("limit", Kind.COUNT, "How many at most.", default=ATTEMPTS_PAGE_DEFAULT, low=1),
    _PAGE_CURSOR,
)
UNMANAGED_PARAMETERS: Final = (
    _DEVICE_ID,
    Parameter("limit", Kind.COUNT, "How many rows at most.", default=CODES_PAGE_MAX, low=1),
    _PAGE_CURSOR,
    *_not_built("search", "user_identifier_key"),
)
GENERATE_PARAMETERS: Final = (_DEVICE_ID,)


@dataclass(frozen=True, slots=True)
class AttemptsQuery:
    """A page of action attempts. Every filter that is given must hold; None filters nothing."""

    ids: tuple[str, ...] | None
    device_id: str | None
    limit: int
    after: Place | None = None

    def cursor(self, place: Place) -> str:
        """The cursor of the page that follows `place`."""
        return cursor_after(place, _attempts_filters(self.ids, self.device_id))


@dataclass(frozen=True, slots=True)
class UnmanagedQuery:
    """A page of the codes on a device that the gateway did not make."""

    device_id: str
    limit: int
    after: Place | None = None

    def cursor(self, place: Place) -> str:
        """The cursor of the page that follows `place`."""
        return cursor_after(place, ["unmanaged", self.device_id])


def parse_attempt(body: object) -> str:
    """The id of the attempt that is asked for. Raises `InvalidInput`."""
    reading = read(ATTEMPT_PARAMETERS, body)
    reading.settle(ATTEMPT_PARAMETERS)
    return str(reading.values["action_attempt_id"])


def parse_attempts(body: object) -> AttemptsQuery:
    """Raises `InvalidInput` or `MismatchedPage`."""
    reading = read(ATTEMPTS_PARAMETERS, body)
    reading.settle(ATTEMPTS_PARAMETERS)
    values = reading.values
    ids, device_id, cursor = (
        values["action_attempt_ids"], values["device_id"], values["page_cursor"],
    )  # fmt: skip
    after = None if cursor is None else place_of(cursor, _attempts_filters(ids, device_id))
    return AttemptsQuery(ids, device_id, min(values["limit"], CODES_PAGE_MAX), after)


def _attempts_filters(ids: tuple[str, ...] | None, device_id: str | None) -> object:
    return ["action_attempts", ids, device_id]


def parse_unmanaged(body: object) -> UnmanagedQuery:
    """Raises `InvalidInput`, `NotSupported` or `MismatchedPage`."""
    reading = read(UNMANAGED_PARAMETERS, body)
    reading.settle(UNMANAGED_PARAMETERS)
    device_id, cursor = reading.values["device_id"], reading.values["page_cursor"]
    after = None if cursor is None else place_of(cursor, ["unmanaged", device_id])
    return UnmanagedQuery(device_id, min(reading.values["limit"], CODES_PAGE_MAX), after)


def parse_generate(body: object) -> str:
    """The id of the device that a code is asked for. Raises `InvalidInput`."""
    reading = read(GENERATE_PARAMETERS, body)
    reading.settle(GENERATE_PARAMETERS)
    return str(reading.values["device_id"])
