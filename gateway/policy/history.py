"""The call that lists what has happened: which events, and of which time.

Instants are compared as events show them, to the millisecond: who asks for what came since the
last event that they saw does not get that one again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.policy.fields import Kind, Parameter, read

if TYPE_CHECKING:
    from gateway.policy.records import EventRecord

EVENTS_DEFAULT: Final = 500
# They fit into an answer of 16 MiB. A larger `limit` is accepted and cut to it.
EVENTS_MAX: Final = 5_000
# Every id is a parameter of the database's statement, which has room for 30,000.
FILTER_MAX: Final = 5_000

_MS_US: Final = 1_000


def _any_of(name: str, about: str) -> Parameter:
    return Parameter(name, Kind.IDS, about, high=FILTER_MAX)


EVENTS_PARAMETERS: Final = (
    Parameter("since", Kind.TIME, "What has happened after this instant."),
    Parameter(
        "between", Kind.TIMES, "Or what has happened between two, without those of the two.",
        low=2, high=2,
    ),
    Parameter("device_id", Kind.TEXT, "Only on this device."),
    _any_of("device_ids", "Only on these."),
    Parameter("access_code_id", Kind.TEXT, "Only of this access code."),
    _any_of("access_code_ids", "Only of these."),
    Parameter("event_type", Kind.TEXT, "Only of this type."),
    _any_of("event_types", "Only of these."),
    _any_of("event_ids", "Only these."),
    Parameter("limit", Kind.COUNT, "How many at most.", default=EVENTS_DEFAULT, low=1),
    Parameter("unstable_offset", Kind.COUNT, "How many to leave out first.", default=0),
    *(
        Parameter(name, Kind.ANY, "Not built.", built=False)
        for name in (
            "access_grant_id", "access_grant_ids", "access_method_id", "access_method_ids",
            "acs_access_group_id", "acs_credential_id", "acs_encoder_id", "acs_entrance_id",
            "acs_system_id", "acs_system_ids", "acs_user_id", "connect_webview_id",
            "connected_account_id", "customer_key", "space_id", "space_ids", "user_identity_id",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventsQuery:
    """Events of `from_us` and later, before `before_us` if that is said, the oldest first.

    Every filter that is given must hold; None filters nothing. `offset` are left out.
    """

    from_us: int
    before_us: int | None = None
    device_ids: tuple[str, ...] | None = None
    access_code_ids: tuple[str, ...] | None = None
    event_types: tuple[str, ...] | None = None
    event_ids: tuple[str, ...] | None = None
    limit: int = EVENTS_DEFAULT
    offset: int = 0


@dataclass(frozen=True, slots=True)
class EventsView:
    """The answer: events in their order, and the workspace that all of them belong to."""

    events: tuple[EventRecord, ...]
    workspace_id: str


def parse_events(body: object) -> EventsQuery:
    """Raises `InvalidInput` or `NotSupported`."""
    reading = read(EVENTS_PARAMETERS, body)
    if not reading.bad & {"since", "between"}:
        times = reading.given & {"since", "between"}
        if not times:
            reading.refuse(None, "Must specify either since or between")
        elif len(times) == 2:
            reading.refuse(None, "Cannot specify both since and between")
    reading.settle(EVENTS_PARAMETERS)
    values = reading.values
    after_us, before_us = values["between"] or (values["since"], None)
    return EventsQuery(
        from_us=(after_us // _MS_US + 1) * _MS_US,
        before_us=None if before_us is None else -(-before_us // _MS_US) * _MS_US,
        device_ids=_both(values["device_id"], values["device_ids"]),
        access_code_ids=_both(values["access_code_id"], values["access_code_ids"]),
        event_types=_both(values["event_type"], values["event_types"]),
        event_ids=values["event_ids"],
        limit=min(values["limit"], EVENTS_MAX),
        offset=values["unstable_offset"],
    )


def _both(one: str | None, several: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """A filter that may be given in the singular and in the plural: what fits both."""
    if one is None:
        return several
    return (one,) if several is None or one in several else ()
