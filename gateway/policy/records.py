"""What the gateway keeps, as plain frozen values: devices, groups, access codes, events.

The store writes these, the engine replaces them whole, the API draws them. A record never changes:
`dataclasses.replace` makes the next one, so an unsaved change can never hide in a shared object.

All instants are integer microseconds since 1970-01-01T00:00:00Z.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

# At run time too: the store reads the fields of views to bring an answer back from its text.
from gateway.policy.mutations import Mutation  # noqa: TC001
from gateway.policy.pacing import Security
from latchbench.pin import Pin  # noqa: TC001

if TYPE_CHECKING:
    from gateway.policy.answers import AnswerRecord
    from gateway.policy.attempts import AttemptRecord
    from gateway.policy.remnants import RemnantRecord


class GroupState(StrEnum):
    """A group starts pending and is decided once, in one transaction."""

    PENDING = "pending"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Want(StrEnum):
    """What should become of an access code on its lock."""

    PRESENT = "present"
    ABSENT = "absent"


class Status(StrEnum):
    """`status` of an access code, as the API words it."""

    UNSET = "unset"
    SETTING = "setting"
    SET = "set"
    REMOVING = "removing"
    UNKNOWN = "unknown"


class Progress(StrEnum):
    """How far the engine is with one access code on its lock.

    OPEN     nothing of this code is known to be on the lock, and nothing was sent that could be
    DOUBT    something was sent and its end is not known: the slot must be read
    THERE    read back from the lock
    REFUSED  the lock will not take it; not sent again until something changes
    GONE     cleared, and read back as absent
    """

    OPEN = "open"
    DOUBT = "doubt"
    THERE = "there"
    REFUSED = "refused"
    GONE = "gone"


class CodeKind(StrEnum):
    """Where an access code comes from, and what it is for.

    ONLINE   written over the radio for whoever asked for it
    OFFLINE  derived by the lock and by the gateway alike: nothing is ever sent for it
    BACKUP   a spare one of its lock's pool, or one that was pulled from there
    """

    ONLINE = "online"
    OFFLINE = "offline"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a hub's device database holds of a kind of lock. A lock's own reports override it."""

    slots: int
    code_lengths: tuple[int, ...]
    uniform_length: bool = False
    constraints: frozenset[str] = frozenset()
    five_buttons: bool = False
    matches_prefix: bool = False
    readback_style: str = "plain"
    duplicate_policy: str = "silent"
    reserved_slots: frozenset[int] = frozenset()
    schedules: bool = False
    provider_chooses_pin: bool = False
    has_keypad: bool = True
    name_length_max: int | None = None
    name_must_be_unique: bool = False
    supports_offline_codes: bool = False
    offline_codes_only: bool = False
    supervision: bool = True
    checksum: bool = False
    security: Security = Security.NONE

    @property
    def masks(self) -> bool:
        """Whether a lock never shows digits."""
        return self.readback_style.startswith("masked")


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """One lock as the gateway is told of it, and what the lock itself last said.

    `slots` and `code_length` are the lock's own words (None until it was asked); `incarnation`
    tells its memory from that of another lock, or of the same one after a reset. From
    `offline_secret` a lock and whoever knows it derive the same offline codes.
    """

    device_id: str
    name: str
    lock_id: str
    hub: str
    host: str
    host_address: str
    profile: str
    facts: Facts
    time_zone: str | None = None
    created_at_us: int = 0
    incarnation: int | None = None
    slots: int | None = None
    code_length: int | None = None
    offline_secret: Pin | None = None


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """An entry of `errors`: how a code differs from what was asked."""

    error_code: str
    message: str
    created_at_us: int
    is_device_error: bool = False
    managed_access_code_id: str | None = None
    unmanaged_access_code_id: str | None = None
    change_type: str | None = None
    modified_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeWarning:
    """An entry of `warnings`. `change_type` and `modified_fields` tell what somebody changed."""

    warning_code: str
    message: str
    created_at_us: int
    change_type: str | None = None
    modified_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingMutation:
    """An entry of `pending_mutations`: what is asked and not yet done."""

    mutation_code: str
    message: str
    created_at_us: int
    scheduled_at_us: int | None = None
    change: Mutation | None = None
    old_code: Pin | None = None
    code: Pin | None = None


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """All rows of one `create_multiple` call."""

    group_id: str
    state: GroupState
    behavior: str
    created_at_us: int
    common_code_key: str | None


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """One access code on one device.

    `position` is its place in the request. `slot` is taken when loading falls due and kept until
    the slot was read back empty. `sends` counts writes handed to the radio since the last change.
    `is_native`: the lock itself keeps the window; `was_scheduled`: it was told that it does.
    `old_pins` are what the slot may still hold after `pin` was changed, the one that was proved
    there first; a row that is THERE and has some is on a lock that does not show which it holds.
    `mutations` are changes that the lock has not followed yet.
    """

    access_code_id: str
    group_id: str
    device_id: str
    position: int
    name: str | None
    device_name: str
    pin: Pin | None
    common_code_key: str | None
    want: Want
    progress: Progress
    created_at_us: int
    starts_at_us: int | None = None
    ends_at_us: int | None = None
    load_at_us: int | None = None
    slot: int | None = None
    sends: int = 0
    attempts: int = 0
    retry_at_us: int | None = None
    was_set: bool = False
    external_modification_allowed: bool = False
    errors: tuple[CodeProblem, ...] = ()
    warnings: tuple[CodeWarning, ...] = ()
    kind: CodeKind = CodeKind.ONLINE
    is_native: bool = False
    was_scheduled: bool = False
    is_one_time_use: bool = False
    uses_backup_pool: bool = False
    pulled_backup_id: str | None = None
    old_pins: tuple[Pin, ...] = ()
    mutations: tuple[Mutation, ...] = ()

    @property
    def is_time_bound(self) -> bool:
        """Whether the code has a window."""
        return self.ends_at_us is not None


@dataclass(frozen=True, slots=True)
class UnmanagedRecord:
    """A code on a lock that the gateway did not put there; `pin` is None where it reads masked."""

    access_code_id: str
    device_id: str
    slot: int
    pin: Pin | None
    first_seen_at_us: int


@dataclass(frozen=True, slots=True)
class EventRecord:
    """Something that happened, told to whoever watches. Its order is its place in the store."""

    event_id: str
    event_type: str
    occurred_at_us: int
    device_id: str
    access_code_id: str | None = None
    code: Pin | None = None
    errors: tuple[CodeProblem, ...] = ()
    warnings: tuple[CodeWarning, ...] = ()
    old_code: Pin | None = None
    mutations: tuple[Mutation, ...] = ()
    backup_access_code_id: str | None = None


@dataclass(frozen=True, slots=True)
class AccessCodeView:
    """An access code as the API shows it."""

    access_code_id: str
    device_id: str
    workspace_id: str
    name: str | None
    code: Pin | None
    common_code_key: str | None
    type: str
    status: Status
    created_at_us: int
    starts_at_us: int | None
    ends_at_us: int | None
    errors: tuple[CodeProblem, ...]
    warnings: tuple[CodeWarning, ...]
    pending_mutations: tuple[PendingMutation, ...]
    is_managed: bool
    is_external_modification_allowed: bool
    appearance_name: str
    group_id: str
    is_backup: bool = False
    is_backup_access_code_available: bool = False
    pulled_backup_access_code_id: str | None = None
    is_one_time_use: bool = False
    is_offline_access_code: bool = False
    is_scheduled_on_device: bool | None = None
    is_waiting_for_code_assignment: bool = False


@dataclass(frozen=True, slots=True)
class PulledView:
    """The answer to `pull_backup_access_code`."""

    backup: AccessCodeView


@dataclass(frozen=True, slots=True)
class StragglerView:
    """A device that got its own code, or none, and why."""

    device_id: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class CreateMultipleView:
    """The answer to `create_multiple`, rows in request order."""

    access_codes: tuple[AccessCodeView, ...]
    group_id: str
    shared: tuple[str, ...]
    random: tuple[StragglerView, ...]
    warnings: tuple[CodeWarning, ...]
    ignored_parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """What `create_multiple` would decide now."""

    can_share: bool
    explanation: str
    shared: tuple[str, ...]
    random: tuple[StragglerView, ...]
    refused: tuple[StragglerView, ...]
    codes_left: int
    code_length: int | None
    warnings: tuple[CodeWarning, ...]


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A lock as the API shows it."""

    device_id: str
    name: str
    workspace_id: str
    profile: str
    online: bool
    time_zone: str | None
    created_at_us: int
    code_lengths: tuple[int, ...]
    codes_max: int
    constraints: tuple[str, ...]
    has_keypad: bool
    name_length_max: int | None
    programs_online: bool = True
    programs_offline: bool = False
    supports_backups: bool = False
    errors: tuple[CodeProblem, ...] = ()
    warnings: tuple[CodeWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `next_cursor` is None on the last one."""

    items: tuple[Any, ...]
    next_cursor: str | None = None


@dataclass(slots=True)
class Changes:
    """What one transaction writes: whole records by kind, and the ids to delete.

    The engine fills it while it handles one thing and hands it to the store once, so a decision and
    everything that follows from it become durable together.
    """

    devices: dict[str, DeviceRecord] = field(default_factory=dict)
    groups: dict[str, GroupRecord] = field(default_factory=dict)
    codes: dict[str, CodeRecord] = field(default_factory=dict)
    unmanaged: dict[str, UnmanagedRecord] = field(default_factory=dict)
    events: list[EventRecord] = field(default_factory=list)
    attempts: dict[str, AttemptRecord] = field(default_factory=dict)
    answers: dict[str, AnswerRecord] = field(default_factory=dict)
    remnants: dict[str, RemnantRecord] = field(default_factory=dict)
    deleted_codes: set[str] = field(default_factory=set)
    deleted_groups: set[str] = field(default_factory=set)
    deleted_unmanaged: set[str] = field(default_factory=set)
    deleted_attempts: set[str] = field(default_factory=set)
    deleted_answers: set[str] = field(default_factory=set)
    deleted_remnants: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return any(getattr(self, kind.name) for kind in fields(self))
