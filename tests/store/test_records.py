"""Every record comes back as it was written, whatever is in it."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.records import (
    Changes,
    CodeRecord,
    DeviceRecord,
    EventRecord,
    GroupRecord,
    UnmanagedRecord,
)
from gateway.policy.remnants import RemnantRecord
from gateway.store import records, schema
from gateway.store.errors import UnstorableText
from gateway.store.store import Store
from latchbench.pin import Pin
from tests.store.made import (
    a_code,
    a_device,
    a_group,
    a_remnant,
    an_event,
    an_unmanaged,
    any_changes,
    changes,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

    from gateway.policy.answers import AnswerRecord
    from gateway.policy.attempts import AttemptRecord


class Oracle:
    """What a store holds, kept in plain dicts by applying one thing after the other."""

    def __init__(self) -> None:
        self.devices: dict[str, DeviceRecord] = {}
        self.groups: dict[str, GroupRecord] = {}
        self.codes: dict[str, CodeRecord] = {}
        self.unmanaged: dict[str, UnmanagedRecord] = {}
        self.attempts: dict[str, AttemptRecord] = {}
        self.answers: dict[str, AnswerRecord] = {}
        self.remnants: dict[str, RemnantRecord] = {}
        self.events: list[EventRecord] = []

    def apply(self, done: Changes) -> None:
        self.devices |= done.devices
        self.groups |= done.groups
        self.codes |= done.codes
        self.unmanaged |= done.unmanaged
        self.attempts |= done.attempts
        self.answers |= done.answers
        self.remnants |= done.remnants
        self.events += done.events
        for key in done.deleted_attempts:
            self.attempts.pop(key, None)
        for key in done.deleted_answers:
            self.answers.pop(key, None)
        for key in done.deleted_remnants:
            self.remnants.pop(key, None)
        for key in done.deleted_codes:
            self.codes.pop(key, None)
        for key in done.deleted_groups:
            self.groups.pop(key, None)
        for key in done.deleted_unmanaged:
            self.unmanaged.pop(key, None)

    def check(self, store: Store) -> None:
        there = store.load()
        assert {device.device_id: device for device in there.devices} == self.devices
        assert {group.group_id: group for group in there.groups} == self.groups
        assert {code.access_code_id: code for code in there.codes} == self.codes
        assert {code.access_code_id: code for code in there.unmanaged} == self.unmanaged
        assert {one.action_attempt_id: one for one in there.attempts} == self.attempts
        assert {one.request_id: one for one in there.answers} == self.answers
        assert {one.remnant_id: one for one in there.remnants} == self.remnants
        assert store.events_after(None, 1000) == self.events


BATCHES = st.lists(st.lists(any_changes(), max_size=3), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(BATCHES)
def test_a_store_holds_what_was_written_in_the_order_of_writing(
    batches: list[list[Changes]],
) -> None:
    oracle = Oracle()
    with closing(Store.open("sqlite://")) as store:
        for batch in batches:
            store.write(batch)
            for done in batch:
                oracle.apply(done)
            oracle.check(store)


@pytest.mark.parametrize("store_url", ["file", "postgresql"], indirect=True)
def test_every_record_survives_a_restart(store_url: str) -> None:
    oracle = Oracle()
    kept = changes(a_device(), a_group(), a_code(), an_unmanaged(), an_event(), a_remnant())
    oracle.apply(kept)
    with closing(Store.open(store_url)) as store:
        store.write([kept])
    with closing(Store.open(store_url)) as store:
        oracle.check(store)


@pytest.mark.parametrize("incarnation", [0, 2**63 - 1, 2**63, 2**64 - 1])
def test_an_incarnation_keeps_all_its_64_bits(store: Store, incarnation: int) -> None:
    store.write([changes(a_device(incarnation=incarnation))])

    assert store.load().devices[0].incarnation == incarnation


@pytest.mark.parametrize("digits", ["0000", "007", "", "12345678901234567890"])
def test_a_pin_keeps_its_leading_zeros_and_its_length(store: Store, digits: str) -> None:
    store.write([changes(a_code(pin=Pin(digits)))])

    pin = store.load().codes[0].pin
    assert pin is not None
    assert pin.reveal() == digits


@pytest.mark.parametrize(
    ("record", "table", "derived"),
    [
        (DeviceRecord, schema.device, set()),
        (GroupRecord, schema.access_group, set()),
        (CodeRecord, schema.access_code, set()),
        (UnmanagedRecord, schema.unmanaged_code, set()),
        (RemnantRecord, schema.remnant, set()),
        (EventRecord, schema.event, {"sequence"}),
    ],
)
def test_a_table_has_a_column_for_each_field_of_its_record(
    record: type, table: Table, derived: set[str]
) -> None:
    assert {field.name for field in dataclasses.fields(record)} == set(table.c.keys()) - derived


@pytest.mark.parametrize("bad", ["\0", "front\0door", "\ud800", "door \udfff"])
@pytest.mark.parametrize(
    "build",
    [
        lambda bad: a_device(name=bad),
        lambda bad: a_device(time_zone=bad),
        lambda bad: a_group(common_code_key=bad),
        lambda bad: a_code(name=bad),
        lambda bad: a_code(device_name=bad),
        lambda bad: a_code(common_code_key=bad),
        lambda bad: a_code(pin=Pin(bad)),
        lambda bad: an_unmanaged(pin=Pin(bad)),
        lambda bad: an_event(code=Pin(bad)),
        lambda bad: a_remnant(pin=Pin(bad)),
    ],
)
def test_a_text_that_some_database_refuses_is_refused_by_all_before_it_is_sent(
    build: object, bad: str
) -> None:
    assert callable(build)
    with pytest.raises(UnstorableText) as caught:
        records.check_texts(changes(build(bad)))

    assert bad not in f"{caught.value!r}"


def test_names_of_any_language_are_stored(store: Store) -> None:
    name = "Büro 東京 🔑"
    store.write([changes(a_code(name=name), a_device(name=name))])

    assert store.load().codes[0].name == name
    assert store.load().devices[0].name == name
