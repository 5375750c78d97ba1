"""One write is one transaction, of few statements, and fenced by the epoch."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from gateway.policy.records import Changes, GroupState, Want
from gateway.policy.snapshot import Snapshot
from gateway.store import schema, statements
from gateway.store.errors import (
    StoreFailed,
    StoreSuperseded,
    StoreUnavailable,
    UnknownEvent,
)
from gateway.store.store import Counts, Store, merge
from latchbench.pin import Pin
from tests.store.made import (
    NOW_US,
    a_code,
    a_decision,
    a_device,
    a_group,
    a_remnant,
    an_event,
    an_unmanaged,
    changes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Fault(Exception):
    """Raised in the middle of a write."""


@contextmanager
def before_each_statement(store: Store, call: Callable[[str], object]) -> Iterator[None]:
    """Have `call` told of each statement of a write before it is sent."""

    def hook(*arguments: Any) -> None:
        if not arguments[2].startswith("BEGIN"):
            call(arguments[2])

    engine = store._backend.writing
    event.listen(engine, "before_cursor_execute", hook)
    yield
    event.remove(engine, "before_cursor_execute", hook)


def contents(store: Store) -> tuple[Snapshot, list[str]]:
    return store.load(), [each.event_id for each in store.events_after(None, 10_000)]


# --- order ----------------------------------------------------------------------------------------


def test_codes_are_loaded_by_group_and_place_in_the_request(store: Store) -> None:
    for group in (2, 1):
        store.write([changes(*(a_code(place, group=group) for place in (2, 0, 1)))])

    loaded = [(code.group_id, code.position) for code in store.load().codes]
    assert loaded == [(f"group-0000{group}", place) for group in (1, 2) for place in (0, 1, 2)]


def test_an_order_does_not_depend_on_later_writes(store: Store) -> None:
    store.write([changes(*(a_code(place) for place in range(5)))])
    before = [code.access_code_id for code in store.load().codes]
    store.write([changes(a_code(0, want=Want.ABSENT))])

    assert [code.access_code_id for code in store.load().codes] == before


def test_devices_groups_and_unmanaged_codes_come_in_order(store: Store) -> None:
    store.write(
        [
            changes(a_device(2), a_device(1), a_device(3, created_at_us=NOW_US - 1)),
            changes(a_group(2), a_group(1)),
            changes(an_unmanaged(2), an_unmanaged(1), an_unmanaged(3, device_id="device-00000")),
        ]
    )

    loaded = store.load()
    assert [device.device_id[-1] for device in loaded.devices] == ["3", "1", "2"]
    assert [group.group_id[-1] for group in loaded.groups] == ["1", "2"]
    assert [code.access_code_id[-1] for code in loaded.unmanaged] == ["3", "1", "2"]


# --- events ---------------------------------------------------------------------------------------


def test_events_are_read_in_pages_without_a_gap(store: Store) -> None:
    events = [an_event(number) for number in (5, 3, 9, 1, 7)]
    store.write([changes(*events[:2]), changes(*events[2:4])])
    store.write([changes(events[4])])

    read: list[str] = []
    last: str | None = None
    while page := store.events_after(last, 2):
        assert len(page) <= 2
        read += [each.event_id for each in page]
        last = read[-1]
    assert read == [each.event_id for each in events]


def test_an_event_that_is_not_stored_is_no_place_to_read_on_from(store: Store) -> None:
    store.write([changes(an_event(1))])

    with pytest.raises(UnknownEvent, match="event-2"):
        store.events_after("event-2", 10)


def test_a_page_has_at_least_one_event(store: Store) -> None:
    with pytest.raises(ValueError, match="0 events"):
        store.events_after(None, 0)


def test_an_event_is_stored_once(store: Store) -> None:
    store.write([changes(an_event(1))])
    before = contents(store)

    with pytest.raises(StoreFailed):
        store.write([changes(a_code(), an_event(1))])
    assert contents(store) == before


# --- merging --------------------------------------------------------------------------------------


def test_the_later_of_two_changes_in_one_batch_wins(store: Store) -> None:
    store.write([changes(a_code(sends=1)), changes(a_code(sends=2))])

    assert [code.sends for code in store.load().codes] == [2]


def test_what_is_written_after_its_deletion_in_one_batch_is_there(store: Store) -> None:
    store.write([changes(a_code(sends=1))])
    store.write([Changes(deleted_codes={"code-00001-00001"}), changes(a_code(sends=2))])

    assert [code.sends for code in store.load().codes] == [2]


def test_a_deletion_wins_within_one_thing(store: Store) -> None:
    both = changes(a_code(), a_group(), an_unmanaged(), a_remnant())
    both.deleted_codes |= set(both.codes)
    both.deleted_groups |= set(both.groups)
    both.deleted_unmanaged |= set(both.unmanaged)
    both.deleted_remnants |= set(both.remnants)
    store.write([both])

    assert store.load() == Snapshot((), (), (), ())


def test_a_merged_batch_never_both_keeps_and_deletes_an_id() -> None:
    kept, gone = changes(a_code()), Changes(deleted_codes={"code-00001-00001"})

    assert merge([gone, kept]) == kept
    assert merge([kept, gone]) == gone


def test_a_batch_leaves_the_changes_of_its_callers_as_they_are(store: Store) -> None:
    first, second = changes(a_code(1)), Changes(deleted_codes={"code-00001-00001"})
    store.write([first, second])

    assert list(first.codes) == ["code-00001-00001"]
    assert second.codes == {}


# --- cost -----------------------------------------------------------------------------------------


def test_a_batch_is_one_commit_whatever_is_in_it(store: Store) -> None:
    store.write([a_decision(number) for number in range(20)])

    assert store.counts.commits == 1


def test_nothing_to_write_costs_nothing(store: Store) -> None:
    store.write([])
    store.write([Changes(), Changes()])

    assert store.counts == Counts(0, 0)


@pytest.mark.parametrize("devices", [1, 10, 1000])
def test_a_decision_costs_four_statements_for_any_number_of_devices(
    store: Store, devices: int
) -> None:
    sent: list[str] = []
    with before_each_statement(store, sent.append):
        store.write([a_decision(1, devices)])

    # The fence, then the group, the codes and the events.
    assert len(sent) == 4
    assert store.counts == Counts(statements=4, commits=1)
    assert len(store.load().codes) == devices


def test_a_thousand_rows_are_one_statement_to_sqlite_itself() -> None:
    with closing(Store.open("sqlite://")) as store:
        executed: list[str] = []
        raw = store._backend.writing.raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(executed.append)
        raw.close()
        store.write([changes(*(a_code(number) for number in range(1000)))])

    verbs = [statement.split()[0] for statement in executed]
    assert verbs == ["BEGIN", "SELECT", "INSERT", "COMMIT"]


def test_rows_are_split_only_at_the_limit_of_parameters(store: Store) -> None:
    most = statements.rows_max(schema.access_code)
    assert most > 1_000
    store.write([changes(*(a_code(number) for number in range(most)))])
    assert store.counts.statements == 2
    store.write([changes(*(a_code(number, sends=1) for number in range(most + 1)))])
    assert store.counts.statements == 2 + 3

    codes = store.load().codes
    assert len(codes) == most + 1
    assert {code.sends for code in codes} == {1}


def test_a_thousand_deletions_are_one_statement(store: Store) -> None:
    kept = changes(*(a_code(number) for number in range(1000)))
    store.write([kept])
    before = store.counts.statements
    store.write([Changes(deleted_codes=set(kept.codes))])

    assert store.counts.statements - before == 2
    assert store.load().codes == ()


# --- one transaction ------------------------------------------------------------------------------


def everything_at_once() -> Changes:
    made = a_decision(2)
    made.groups["group-00001"] = a_group(1, state=GroupState.ABORTED)
    made.devices["device-00001"] = a_device(1, slots=10)
    made.unmanaged["unmanaged-00002"] = an_unmanaged(2)
    made.remnants["remnant-00002"] = a_remnant(2)
    made.deleted_codes.add("code-00001-00000")
    made.deleted_groups.add("group-00003")
    made.deleted_unmanaged.add("unmanaged-00001")
    made.deleted_remnants.add("remnant-00001")
    return made


@pytest.mark.parametrize("survives", range(12))
def test_a_fault_after_any_statement_leaves_nothing(store: Store, survives: int) -> None:
    store.write([a_decision(1), changes(a_device(), a_group(3), an_unmanaged(), a_remnant())])
    before = contents(store)
    sent: list[str] = []

    def fail(statement: str) -> None:
        if len(sent) == survives:
            raise Fault
        sent.append(statement)

    with before_each_statement(store, fail), ExitStack() as caught:
        if survives < 11:  # the fence, four kinds deleted, five kept, the events
            caught.enter_context(pytest.raises(Fault))
        store.write([everything_at_once()])

    assert len(sent) == survives
    assert (contents(store) == before) == (survives < 11)
    assert store.counts.commits == 1 + (survives == 11)


def test_a_fault_at_the_commit_leaves_nothing(store: Store) -> None:
    store.write([a_decision(1)])
    before = contents(store)

    def fail(connection: object) -> None:
        raise Fault

    event.listen(store._backend.writing, "commit", fail)
    with pytest.raises(Fault):
        store.write([everything_at_once()])

    assert contents(store) == before
    assert store.counts.commits == 1


def test_a_reader_beside_a_write_sees_all_of_it_or_nothing(path: Path) -> None:
    with closing(Store.open(f"sqlite:///{path}")) as store:
        seen: list[int] = []
        with before_each_statement(store, lambda _: seen.append(len(store.load().codes))):
            store.write([a_decision(1)])
            store.write([a_decision(2)])

        assert seen == [0, 0, 0, 0, 3, 3, 3, 3]


def test_a_reader_in_memory_waits_for_the_write_that_shares_its_connection() -> None:
    with closing(Store.open("sqlite://")) as store:
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(len(store.load().codes)))
        sent: list[str] = []

        def read_beside(statement: str) -> None:
            sent.append(statement)
            if len(sent) == 2:
                reader.start()
                reader.join(0.2)  # long enough to read, if nothing kept it from that

        with before_each_statement(store, read_beside):
            store.write([a_decision(1)])
        reader.join()
        assert seen == [3]


# --- epochs ---------------------------------------------------------------------------------------


def test_epochs_rise_by_one_across_restarts(path: Path) -> None:
    taken: list[int] = []
    for _ in range(3):
        with closing(Store.open(f"sqlite:///{path}")) as store:
            taken += [store.take_epoch(), store.take_epoch()]

    assert taken == [1, 2, 3, 4, 5, 6]


def test_a_gateway_whose_epoch_was_taken_over_writes_nothing(path: Path) -> None:
    with closing(Store.open(f"sqlite:///{path}")) as store:
        store.take_epoch()
        store.write([a_decision(1)])
        before = contents(store)
        other = sqlite3.connect(path)
        other.execute("UPDATE meta SET epoch = epoch + 1")
        other.commit()
        other.close()

        with pytest.raises(StoreSuperseded, match="epoch 2"):
            store.write([a_decision(2)])
        assert contents(store) == before


def test_no_epoch_can_be_taken_between_its_check_and_the_commit(path: Path) -> None:
    def take_over(statement: str) -> None:
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("UPDATE meta SET epoch = epoch + 1")

    with closing(Store.open(f"sqlite:///{path}")) as store:
        store.take_epoch()
        with before_each_statement(store, take_over):
            store.write([a_decision(1)])
        assert len(store.load().codes) == 3


def test_on_a_server_the_later_gateway_shuts_out_the_earlier(postgresql_url: str) -> None:
    with (
        closing(Store.open(postgresql_url)) as earlier,
        closing(Store.open(postgresql_url)) as later,
    ):
        assert earlier.take_epoch() == 1
        earlier.write([a_decision(1)])
        assert later.take_epoch() == 2
        before = contents(later)

        with pytest.raises(StoreSuperseded):
            earlier.write([a_decision(2)])
        assert contents(later) == before
        later.write([a_decision(2)])
        assert len(later.load().codes) == 6


# --- real faults ----------------------------------------------------------------------------------


def let_the_file_grow_no_more(store: Store) -> None:
    raw = store._backend.writing.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA page_count")
    (pages,) = cursor.fetchone() or (0,)
    cursor.execute(f"PRAGMA max_page_count = {pages}")
    raw.close()


def test_a_full_disk_is_named_and_leaves_what_was_there(path: Path) -> None:
    with closing(Store.open(f"sqlite:///{path}")) as store:
        store.write([a_decision(1)])
        before = contents(store)
        let_the_file_grow_no_more(store)

        with pytest.raises(StoreFailed, match="SQLITE_FULL"):
            store.write([a_decision(2, devices=1000)])
        assert contents(store) == before


def test_a_closed_server_is_unavailable() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable) as caught:
        Store.open("postgresql://me:hidden-word@127.0.0.1:1/none")

    assert "refused" in str(caught.value)
    assert "hidden-word" not in str(caught.value)


# --- secrets --------------------------------------------------------------------------------------


def test_no_pin_is_in_an_error_of_the_database(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="sqlalchemy")
    secret = Pin("7391" + "0264")  # in two halves, because a traceback quotes this very line
    seen = [an_unmanaged(pin=secret), a_remnant(pin=secret), an_event(1, code=secret)]
    store.write([changes(a_code(pin=secret), *seen)])
    store.load()
    store.events_after(None, 10)
    with pytest.raises(StoreFailed) as caught:
        store.write([changes(a_code(2, pin=secret), an_event(1, code=secret))])

    shown = caught.getrepr(style="long", showlocals=True, chain=True)
    assert secret.reveal() not in str(shown)
    assert secret.reveal() not in repr(caught.value)
    assert caplog.records
    assert secret.reveal() not in caplog.text
