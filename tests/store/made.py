"""Records for the store's tests: plain ones by name, and any at all for Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from gateway.policy.answers import AnswerRecord, AttemptView, CreateView
from gateway.policy.attempts import AttemptRecord, AttemptStatus, AttemptType
from gateway.policy.mutations import Change, Mutation, Terms
from gateway.policy.pacing import Security
from gateway.policy.records import (
    AccessCodeView,
    Changes,
    CodeKind,
    CodeProblem,
    CodeRecord,
    CodeWarning,
    CreateMultipleView,
    DeviceRecord,
    EventRecord,
    Facts,
    GroupRecord,
    GroupState,
    Progress,
    Status,
    UnmanagedRecord,
    Want,
)
from gateway.policy.remnants import RemnantRecord
from latchbench.pin import Pin

NOW_US = 1_790_000_000_000_000


def a_device(number: int = 1, **fields: Any) -> DeviceRecord:
    device = DeviceRecord(
        device_id=f"device-{number:05}",
        name=f"Door {number}",
        lock_id=f"lock-{number}",
        hub="hub",
        host="host",
        host_address="unix:/tmp/host.sock",
        profile="plain",
        facts=Facts(slots=30, code_lengths=(4, 5, 6)),
        created_at_us=NOW_US,
    )
    return replace(device, **fields)


def a_group(number: int = 1, **fields: Any) -> GroupRecord:
    group = GroupRecord(
        group_id=f"group-{number:05}",
        state=GroupState.PENDING,
        behavior="throw",
        created_at_us=NOW_US + number,
        common_code_key=f"auto_set_by_create_multiple_{number}",
    )
    return replace(group, **fields)


def a_code(number: int = 1, *, group: int = 1, **fields: Any) -> CodeRecord:
    code = CodeRecord(
        access_code_id=f"code-{group:05}-{number:05}",
        group_id=f"group-{group:05}",
        device_id=f"device-{number:05}",
        position=number,
        name="Guest",
        device_name="Guest",
        pin=Pin("4821"),
        common_code_key=None,
        want=Want.PRESENT,
        progress=Progress.OPEN,
        created_at_us=NOW_US + group,
    )
    return replace(code, **fields)


def an_unmanaged(number: int = 1, **fields: Any) -> UnmanagedRecord:
    code = UnmanagedRecord(
        access_code_id=f"unmanaged-{number:05}",
        device_id="device-00001",
        slot=number,
        pin=Pin("0007"),
        first_seen_at_us=NOW_US,
    )
    return replace(code, **fields)


def a_remnant(number: int = 1, **fields: Any) -> RemnantRecord:
    remnant = RemnantRecord(
        remnant_id=f"remnant-{number:05}",
        device_id="device-00001",
        pin=Pin("0007"),
        slot=number,
        sent_at_us=NOW_US,
        ours_until_us=NOW_US + 1,
        until_us=NOW_US + 2,
        is_cleared=False,
        may_be_anywhere=True,
    )
    return replace(remnant, **fields)


def an_event(number: int = 1, **fields: Any) -> EventRecord:
    event = EventRecord(
        event_id=f"event-{number:05}",
        event_type="access_code.set_on_device",
        occurred_at_us=NOW_US,
        device_id="device-00001",
        access_code_id="code-00001-00001",
        code=Pin("4821"),
    )
    return replace(event, **fields)


def changes(*kept: Any) -> Changes:
    """The records of `kept`, whatever they are, to be written."""
    made = Changes()
    for record in kept:
        match record:
            case DeviceRecord():
                made.devices[record.device_id] = record
            case GroupRecord():
                made.groups[record.group_id] = record
            case CodeRecord():
                made.codes[record.access_code_id] = record
            case UnmanagedRecord():
                made.unmanaged[record.access_code_id] = record
            case RemnantRecord():
                made.remnants[record.remnant_id] = record
            case AttemptRecord():
                made.attempts[record.action_attempt_id] = record
            case AnswerRecord():
                made.answers[record.request_id] = record
            case EventRecord():
                made.events.append(record)
            case _:
                raise TypeError(f"no record: {record!r}")
    return made


def a_decision(number: int, devices: int = 3) -> Changes:
    """One call's worth: a group, its codes and an event for each, all told apart by `number`."""
    codes = [a_code(position, group=number) for position in range(devices)]
    events = [
        an_event(number * 100_000 + code.position, access_code_id=code.access_code_id)
        for code in codes
    ]
    return changes(a_group(number, state=GroupState.COMMITTED), *codes, *events)


# --- any record at all ----------------------------------------------------------------------------

# What both databases store: everything but U+0000 and halves of surrogate pairs.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
INSTANTS = st.integers(-(2**62), 2**62)
COUNTS = st.integers(0, 2**31 - 1)
DIGITS = st.from_regex(r"[0-9]{4,12}", fullmatch=True).map(Pin)
PINS = st.one_of(st.text("0123456789", max_size=20), TEXTS).map(Pin)
IDS = st.sampled_from(["a", "b", "c", "d"])  # few, so that records are replaced and deleted

PROBLEMS = st.lists(
    st.builds(
        CodeProblem,
        error_code=TEXTS,
        message=st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        created_at_us=INSTANTS,
        is_device_error=st.booleans(),
        managed_access_code_id=st.none() | TEXTS,
        unmanaged_access_code_id=st.none() | TEXTS,
    ),
    max_size=2,
).map(tuple)
WARNINGS = st.lists(
    st.builds(CodeWarning, warning_code=TEXTS, message=TEXTS, created_at_us=INSTANTS), max_size=2
).map(tuple)
TERMS = st.builds(
    Terms,
    name=st.none() | TEXTS,
    starts_at_us=st.none() | INSTANTS,
    ends_at_us=st.none() | INSTANTS,
)
MUTATIONS = st.lists(
    st.builds(Mutation, st.sampled_from(Change), INSTANTS, TERMS, TERMS), max_size=2
).map(tuple)
FACTS = st.builds(
    Facts,
    slots=COUNTS,
    code_lengths=st.lists(st.integers(1, 20), max_size=4).map(tuple),
    constraints=st.frozensets(TEXTS, max_size=3),
    reserved_slots=st.frozensets(COUNTS, max_size=3),
    name_length_max=st.none() | COUNTS,
    readback_style=TEXTS,
    security=st.sampled_from(Security),
    uniform_length=st.booleans(),
    has_keypad=st.booleans(),
)
DEVICES = st.builds(
    DeviceRecord,
    device_id=IDS,
    name=TEXTS,
    lock_id=TEXTS,
    hub=TEXTS,
    host=TEXTS,
    host_address=TEXTS,
    profile=TEXTS,
    facts=FACTS,
    time_zone=st.none() | TEXTS,
    created_at_us=INSTANTS,
    incarnation=st.none() | st.integers(0, 2**64 - 1),
    slots=st.none() | COUNTS,
    code_length=st.none() | COUNTS,
    offline_secret=st.none() | PINS,
)
GROUPS = st.builds(
    GroupRecord,
    group_id=IDS,
    state=st.sampled_from(GroupState),
    behavior=TEXTS,
    created_at_us=INSTANTS,
    common_code_key=st.none() | TEXTS,
)
CODES = st.builds(
    CodeRecord,
    access_code_id=IDS,
    group_id=IDS,
    device_id=IDS,
    position=COUNTS,
    name=st.none() | TEXTS,
    device_name=TEXTS,
    pin=st.none() | PINS,
    common_code_key=st.none() | TEXTS,
    want=st.sampled_from(Want),
    progress=st.sampled_from(Progress),
    created_at_us=INSTANTS,
    starts_at_us=st.none() | INSTANTS,
    ends_at_us=st.none() | INSTANTS,
    load_at_us=st.none() | INSTANTS,
    slot=st.none() | COUNTS,
    sends=COUNTS,
    attempts=COUNTS,
    retry_at_us=st.none() | INSTANTS,
    was_set=st.booleans(),
    external_modification_allowed=st.booleans(),
    errors=PROBLEMS,
    warnings=WARNINGS,
    old_pins=st.lists(st.from_regex(r"[0-9]{4,12}", fullmatch=True).map(Pin), max_size=2).map(
        tuple
    ),
    mutations=MUTATIONS,
    kind=st.sampled_from(CodeKind),
    is_native=st.booleans(),
    was_scheduled=st.booleans(),
    is_one_time_use=st.booleans(),
    uses_backup_pool=st.booleans(),
    pulled_backup_id=st.none() | IDS,
)
UNMANAGED = st.builds(
    UnmanagedRecord,
    access_code_id=IDS,
    device_id=IDS,
    slot=COUNTS,
    pin=st.none() | PINS,
    first_seen_at_us=INSTANTS,
)
EVENTS = st.builds(
    EventRecord,
    event_id=st.uuids().map(str),
    event_type=TEXTS,
    occurred_at_us=INSTANTS,
    device_id=IDS,
    access_code_id=st.none() | IDS,
    code=st.none() | PINS,
    errors=PROBLEMS,
    warnings=WARNINGS,
    old_code=st.none() | PINS,
    mutations=MUTATIONS,
    backup_access_code_id=st.none() | IDS,
)
ATTEMPTS = st.builds(
    AttemptRecord,
    action_attempt_id=IDS,
    action_type=st.sampled_from(AttemptType),
    status=st.sampled_from(AttemptStatus),
    access_code_id=IDS,
    device_id=IDS,
    created_at_us=INSTANTS,
    error_type=st.none() | TEXTS,
    error_message=st.none() | TEXTS,
)
VIEWS = st.builds(
    AccessCodeView,
    access_code_id=IDS,
    device_id=IDS,
    workspace_id=IDS,
    name=st.none() | TEXTS,
    code=st.none() | PINS,
    common_code_key=st.none() | TEXTS,
    type=TEXTS,
    status=st.sampled_from(Status),
    created_at_us=INSTANTS,
    starts_at_us=st.none() | INSTANTS,
    ends_at_us=st.none() | INSTANTS,
    errors=PROBLEMS,
    warnings=WARNINGS,
    pending_mutations=st.just(()),
    is_managed=st.booleans(),
    is_external_modification_allowed=st.booleans(),
    appearance_name=TEXTS,
    group_id=IDS,
)
REMNANTS = st.builds(
    RemnantRecord,
    remnant_id=IDS,
    device_id=IDS,
    pin=PINS,
    slot=st.none() | st.integers(0, 99),
    sent_at_us=INSTANTS,
    ours_until_us=INSTANTS,
    until_us=INSTANTS,
    is_cleared=st.booleans(),
    may_be_anywhere=st.booleans(),
)
ANSWERS = st.builds(
    AnswerRecord,
    request_id=IDS,
    digest=TEXTS,
    created_at_us=INSTANTS,
    view=st.builds(
        CreateMultipleView,
        access_codes=st.lists(VIEWS, max_size=2).map(tuple),
        group_id=IDS,
        shared=st.lists(IDS, max_size=2).map(tuple),
        random=st.just(()),
        warnings=WARNINGS,
        ignored_parameters=st.lists(TEXTS, max_size=1).map(tuple),
    )
    | st.builds(
        CreateView,
        access_code=VIEWS,
        attempt=st.builds(AttemptView, IDS, TEXTS, TEXTS, access_code=st.none() | VIEWS),
        warnings=WARNINGS,
        ignored_parameters=st.just(()),
    ),
)


@st.composite
def any_changes(draw: st.DrawFn) -> Changes:
    made = changes(
        *draw(
            st.lists(
                st.one_of(DEVICES, GROUPS, CODES, UNMANAGED, EVENTS, ATTEMPTS, ANSWERS, REMNANTS),
                max_size=6,
            )
        )
    )
    made.deleted_codes |= draw(st.sets(IDS, max_size=2))
    made.deleted_groups |= draw(st.sets(IDS, max_size=2))
    made.deleted_unmanaged |= draw(st.sets(IDS, max_size=2))
    made.deleted_attempts |= draw(st.sets(IDS, max_size=2))
    made.deleted_answers |= draw(st.sets(IDS, max_size=2))
    made.deleted_remnants |= draw(st.sets(IDS, max_size=2))
    return made
