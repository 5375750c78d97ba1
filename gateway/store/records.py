"""Records to rows and back: one function each way per record.

This is the only place where the gateway takes the digits out of a PIN to keep them. A row to be
written is a plain tuple in the order of the table's columns; it never leaves the store. A row that
was read is checked here, column by column: SQLite would hand back a number where a text was
stored, and a value that is no longer what was written must stop the gateway, not steer a lock.
"""

from __future__ import annotations

from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Boolean, Table, Text

from gateway.policy.mutations import Mutation
from gateway.policy.records import (
    CodeKind,
    CodeProblem,
    CodeRecord,
    CodeWarning,
    DeviceRecord,
    EventRecord,
    Facts,
    GroupRecord,
    GroupState,
    Progress,
    UnmanagedRecord,
    Want,
)
from gateway.policy.remnants import RemnantRecord
from gateway.store.errors import UnstorableText
from gateway.store.schema import PinsText, PinText
from latchbench.pin import Pin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Row

    from gateway.policy.records import Changes

Stored = tuple[str | int | bool | None, ...]

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_facts: Final = msgspec.json.Decoder(Facts)
_problems: Final = msgspec.json.Decoder(tuple[CodeProblem, ...])
_warnings: Final = msgspec.json.Decoder(tuple[CodeWarning, ...])
_mutations: Final = msgspec.json.Decoder(tuple[Mutation, ...])
_NOTHING: Final = "[]"  # what nearly every row has: neither encoded nor decoded


def device_to_row(device: DeviceRecord) -> Stored:
    """A device as its row."""
    return (
        device.device_id,
        device.name,
        device.lock_id,
        device.hub,
        device.host,
        device.host_address,
        device.profile,
        _encode(device.facts).decode(),
        device.time_zone,
        device.created_at_us,
        None if device.incarnation is None else str(device.incarnation),
        device.slots,
        device.code_length,
        None if device.offline_secret is None else device.offline_secret.reveal(),
    )


def device_from_row(row: Row[Any]) -> DeviceRecord:
    """The device of a row. Raises ValueError or `msgspec.MsgspecError` for a damaged one."""
    return DeviceRecord(
        device_id=row.device_id,
        name=row.name,
        lock_id=row.lock_id,
        hub=row.hub,
        host=row.host,
        host_address=row.host_address,
        profile=row.profile,
        facts=_facts.decode(row.facts),
        time_zone=row.time_zone,
        created_at_us=row.created_at_us,
        incarnation=None if row.incarnation is None else int(row.incarnation),
        slots=row.slots,
        code_length=row.code_length,
        offline_secret=row.offline_secret,
    )


def group_to_row(group: GroupRecord) -> Stored:
    """A group as its row."""
    return (
        group.group_id,
        group.state.value,
        group.behavior,
        group.created_at_us,
        group.common_code_key,
    )


def group_from_row(row: Row[Any]) -> GroupRecord:
    """The group of a row. Raises ValueError for a damaged one."""
    return GroupRecord(
        group_id=row.group_id,
        state=GroupState(row.state),
        behavior=row.behavior,
        created_at_us=row.created_at_us,
        common_code_key=row.common_code_key,
    )


def code_to_row(code: CodeRecord) -> Stored:
    """An access code as its row, digits in the clear."""
    return (
        code.access_code_id,
        code.group_id,
        code.device_id,
        code.position,
        code.name,
        code.device_name,
        None if code.pin is None else code.pin.reveal(),
        code.common_code_key,
        code.want.value,
        code.progress.value,
        code.created_at_us,
        code.starts_at_us,
        code.ends_at_us,
        code.load_at_us,
        code.slot,
        code.sends,
        code.attempts,
        code.retry_at_us,
        code.was_set,
        code.external_modification_allowed,
        _encode(code.errors).decode() if code.errors else _NOTHING,
        _encode(code.warnings).decode() if code.warnings else _NOTHING,
        " ".join(pin.reveal() for pin in code.old_pins),
        _encode(code.mutations).decode() if code.mutations else _NOTHING,
        code.kind.value,
        code.is_native,
        code.was_scheduled,
        code.is_one_time_use,
        code.uses_backup_pool,
        code.pulled_backup_id,
    )


def code_from_row(row: Row[Any]) -> CodeRecord:
    """The access code of a row. Raises ValueError or `msgspec.MsgspecError` for a damaged one."""
    return CodeRecord(
        access_code_id=row.access_code_id,
        group_id=row.group_id,
        device_id=row.device_id,
        position=row.position,
        name=row.name,
        device_name=row.device_name,
        pin=row.pin,
        common_code_key=row.common_code_key,
        want=Want(row.want),
        progress=Progress(row.progress),
        created_at_us=row.created_at_us,
        starts_at_us=row.starts_at_us,
        ends_at_us=row.ends_at_us,
        load_at_us=row.load_at_us,
        slot=row.slot,
        sends=row.sends,
        attempts=row.attempts,
        retry_at_us=row.retry_at_us,
        was_set=row.was_set,
        external_modification_allowed=row.external_modification_allowed,
        errors=_problems_from(row.errors),
        warnings=_warnings_from(row.warnings),
        old_pins=row.old_pins,
        mutations=_mutations_from(row.mutations),
        kind=CodeKind(row.kind),
        is_native=row.is_native,
        was_scheduled=row.was_scheduled,
        is_one_time_use=row.is_one_time_use,
        uses_backup_pool=row.uses_backup_pool,
        pulled_backup_id=row.pulled_backup_id,
    )


def unmanaged_to_row(code: UnmanagedRecord) -> Stored:
    """An unmanaged code as its row, digits in the clear."""
    return (
        code.access_code_id,
        code.device_id,
        code.slot,
        None if code.pin is None else code.pin.reveal(),
        code.first_seen_at_us,
    )


def unmanaged_from_row(row: Row[Any]) -> UnmanagedRecord:
    """The unmanaged code of a row."""
    return UnmanagedRecord(
        access_code_id=row.access_code_id,
        device_id=row.device_id,
        slot=row.slot,
        pin=row.pin,
        first_seen_at_us=row.first_seen_at_us,
    )


def remnant_to_row(remnant: RemnantRecord) -> Stored:
    """What is believed gone as its row, digits in the clear."""
    return (
        remnant.remnant_id,
        remnant.device_id,
        remnant.pin.reveal(),
        remnant.slot,
        remnant.sent_at_us,
        remnant.ours_until_us,
        remnant.until_us,
        remnant.is_cleared,
        remnant.may_be_anywhere,
    )


def remnant_from_row(row: Row[Any]) -> RemnantRecord:
    """What is believed gone, of a row."""
    return RemnantRecord(
        remnant_id=row.remnant_id,
        device_id=row.device_id,
        pin=row.pin,
        slot=row.slot,
        sent_at_us=row.sent_at_us,
        ours_until_us=row.ours_until_us,
        until_us=row.until_us,
        is_cleared=row.is_cleared,
        may_be_anywhere=row.may_be_anywhere,
    )


def event_to_row(event: EventRecord, sequence: int) -> Stored:
    """An event as its row at its place in the order, digits in the clear."""
    return (
        sequence,
        event.event_id,
        event.event_type,
        event.occurred_at_us,
        event.device_id,
        event.access_code_id,
        None if event.code is None else event.code.reveal(),
        _encode(event.errors).decode() if event.errors else _NOTHING,
        _encode(event.warnings).decode() if event.warnings else _NOTHING,
        None if event.old_code is None else event.old_code.reveal(),
        _encode(event.mutations).decode() if event.mutations else _NOTHING,
        event.backup_access_code_id,
    )


def event_from_row(row: Row[Any]) -> EventRecord:
    """The event of a row. Raises ValueError or `msgspec.MsgspecError` for a damaged one."""
    return EventRecord(
        event_id=row.event_id,
        event_type=row.event_type,
        occurred_at_us=row.occurred_at_us,
        device_id=row.device_id,
        access_code_id=row.access_code_id,
        code=row.code,
        errors=_problems_from(row.errors),
        warnings=_warnings_from(row.warnings),
        old_code=row.old_code,
        mutations=_mutations_from(row.mutations),
        backup_access_code_id=row.backup_access_code_id,
    )


def _problems_from(text: str) -> tuple[CodeProblem, ...]:
    return () if text == _NOTHING else _problems.decode(text)


def _warnings_from(text: str) -> tuple[CodeWarning, ...]:
    return () if text == _NOTHING else _warnings.decode(text)


def _mutations_from(text: str) -> tuple[Mutation, ...]:
    return () if text == _NOTHING else _mutations.decode(text)


def check_row(table: Table, row: Row[Any]) -> None:
    """Raise ValueError, naming the column, if a value is not of its column's kind."""
    types = tuple(map(type, row))
    sound = _sound(table)
    if types in sound:
        return
    for (name, kinds), kind in zip(_kinds(table), types, strict=True):
        if kind not in kinds:
            raise ValueError(f"{name} holds {kind.__name__}")
    sound.add(types)


@cache
def _sound(table: Table) -> set[tuple[type, ...]]:
    """The combinations of types that were found right: there are few, and rows are many."""
    del table
    return set()


@cache
def _kinds(table: Table) -> tuple[tuple[str, tuple[type, ...]], ...]:
    found: list[tuple[str, tuple[type, ...]]] = []
    for column in table.columns:
        kind: type = int
        if isinstance(column.type, PinText):
            kind = Pin
        elif isinstance(column.type, PinsText):
            kind = tuple
        elif isinstance(column.type, Boolean):
            kind = bool
        elif isinstance(column.type, Text):
            kind = str
        found.append((column.name, (kind, NoneType) if column.nullable else (kind,)))
    return tuple(found)


def check_texts(changes: Changes) -> None:
    """Raise `UnstorableText` for a text that some database does not take, before anything is sent.

    PostgreSQL stores no U+0000 and nothing stores half of a surrogate pair. One such name would
    otherwise fail the whole transaction that it shares with its neighbours. The JSON columns need
    no check: JSON writes such characters as escapes, or msgspec refuses them.
    """
    for what, text in _texts(changes):
        if text is None or (text.isascii() and "\0" not in text):
            continue
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise UnstorableText(what)


def _texts(changes: Changes) -> Iterator[tuple[str, str | None]]:
    """Every text that came from outside, with the name of its field."""
    for device in changes.devices.values():
        yield from _named("device", (device.device_id, device.name, device.lock_id, device.hub))
        yield from _named("device", (device.host, device.host_address, device.time_zone))
        if device.offline_secret is not None:
            yield "the secret of a device", device.offline_secret.reveal()
    for group in changes.groups.values():
        yield from _named("group", (group.group_id, group.common_code_key))
    for code in changes.codes.values():
        yield "the name of an access code", code.name
        yield "the name of an access code on its device", code.device_name
        yield "a common_code_key", code.common_code_key
        for pin in (code.pin, *code.old_pins):
            yield "a PIN", None if pin is None else pin.reveal()
    for answer in changes.answers.values():
        yield "a request_id", answer.request_id
    for unmanaged in changes.unmanaged.values():
        if unmanaged.pin is not None:
            yield "a PIN", unmanaged.pin.reveal()
    for remnant in changes.remnants.values():
        yield "a PIN", remnant.pin.reveal()
    for event in changes.events:
        if event.code is not None:
            yield "a PIN", event.code.reveal()


def _named(record: str, texts: Iterable[str | None]) -> Iterator[tuple[str, str | None]]:
    return ((f"a text of a {record}", text) for text in texts)
