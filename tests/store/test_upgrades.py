"""A store of an older gateway is opened with all that is in it, or left as it was found.

`ddl/` has the tables of each version as they were written down when it was the newest; version 1
grew while it was developed, and `1-first` is how it began. Its last form has the tables of 2.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from gateway.policy.records import (
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
from gateway.policy.snapshot import Snapshot
from gateway.store import schema, upgrades
from gateway.store.errors import StoreDamaged
from gateway.store.schema import SCHEMA_VERSION
from gateway.store.store import Store
from latchbench.pin import Pin
from tests.store.made import a_decision, a_device, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

DDL = Path(__file__).parent / "ddl"
KEY = "auto_set_by_create_multiple_1"
KEPT = Snapshot(
    devices=(
        DeviceRecord(
            device_id="device-1",
            name="front",
            lock_id="front",
            hub="attic",
            host="host-1",
            host_address="127.0.0.1:7",
            profile="kwikset-914",
            facts=Facts(
                slots=30,
                code_lengths=(4, 5, 6),
                five_buttons=True,
                duplicate_policy="alarm",
                reserved_slots=frozenset({30}),
                supervision=False,
            ),
            time_zone="Europe/Berlin",
            created_at_us=1000,
            incarnation=2**63 + 5,
            slots=30,
        ),
    ),
    groups=(GroupRecord("group-1", GroupState.COMMITTED, "throw", 2000, KEY),),
    codes=(
        CodeRecord(
            access_code_id="code-1",
            group_id="group-1",
            device_id="device-1",
            position=0,
            name="Guest 1",
            device_name="Guest 1",
            pin=Pin("4821"),
            common_code_key=KEY,
            want=Want.PRESENT,
            progress=Progress.OPEN,
            created_at_us=2000,
            errors=(CodeProblem("device_offline", "front is out of reach", 3000, True),),
        ),
        CodeRecord(
            access_code_id="code-2",
            group_id="group-1",
            device_id="device-1",
            position=1,
            name=None,
            device_name="Guest 2",
            pin=Pin("4822"),
            common_code_key=None,
            want=Want.PRESENT,
            progress=Progress.THERE,
            created_at_us=2000,
            starts_at_us=5000,
            ends_at_us=6000,
            load_at_us=4000,
            slot=2,
            sends=1,
            attempts=1,
            retry_at_us=3500,
            was_set=True,
            external_modification_allowed=True,
            warnings=(CodeWarning("delay_in_setting_on_device", "late", 3000),),
        ),
        CodeRecord(
            access_code_id="code-3",
            group_id="group-1",
            device_id="device-1",
            position=2,
            name=None,
            device_name="Guest 3",
            pin=None,
            common_code_key=None,
            want=Want.ABSENT,
            progress=Progress.DOUBT,
            created_at_us=2000,
            slot=3,
            sends=1,
            attempts=1,
        ),
    ),
    unmanaged=(UnmanagedRecord("code-4", "device-1", 7, Pin("9316"), 4000),),
)
EVENTS = [
    EventRecord("event-1", "access_code.created", 2000, "device-1", "code-1"),
    EventRecord("event-2", "access_code.set_on_device", 3000, "device-1", "code-2", Pin("4822")),
]


@contextmanager
def by_hand(url: str) -> Iterator[Connection]:
    """A transaction of somebody who knows nothing of stores."""
    made = make_url(url)
    if made.drivername == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    engine = create_engine(made)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def run_file(connection: Connection, name: str) -> None:
    for statement in (DDL / name).read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def an_old_store(url: str) -> None:
    """A store of the first version 1, as a gateway of that time left it."""
    with by_hand(url) as connection:
        run_file(connection, f"1-first.{connection.dialect.name}.sql")
        run_file(connection, "1-first.rows.sql")


def everything(url: str) -> dict[str, Any]:
    """All columns and all rows."""
    with by_hand(url) as connection:
        found = inspect(connection)
        return {
            table: (
                [(column["name"], str(column["type"])) for column in found.get_columns(table)],
                sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{table}"').all())),
            )
            for table in found.get_table_names()
        }


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    return str(request.getfixturevalue("postgresql_url"))


def test_a_store_of_the_first_version_is_opened_with_all_that_is_in_it(url: str) -> None:
    an_old_store(url)
    with closing(Store.open(url)) as store:
        assert store.upgraded_from == 1
        assert store.load() == KEPT
        assert store.events_after(None, 10) == EVENTS
        assert store.take_epoch() == 8
        store.write([a_decision(1), changes(a_device(2))])
        filled = store.load()
    with closing(Store.open(url)) as store:
        assert store.upgraded_from is None
        assert store.load() == filled
    assert len(filled.codes) > len(KEPT.codes)


def test_a_store_of_the_last_version_1_is_opened_with_all_that_is_in_it(url: str) -> None:
    with closing(Store.open(url)) as store:
        assert store.upgraded_from is None
        store.write([a_decision(1), changes(a_device(2))])
        filled = store.load()
    with by_hand(url) as connection:
        connection.exec_driver_sql("DROP TABLE remnant")
        connection.exec_driver_sql("UPDATE meta SET schema_version = 1")
    with closing(Store.open(url)) as store:
        assert store.upgraded_from == 1
        assert store.load() == filled


def test_a_store_of_version_2_is_opened_with_all_that_is_in_it(url: str) -> None:
    with by_hand(url) as connection:
        run_file(connection, f"2.{connection.dialect.name}.sql")
        connection.exec_driver_sql(
            "INSERT INTO meta (row, application, schema_version, epoch)"
            f" VALUES (1, '{schema.APPLICATION}', 2, 7)"
        )
    with closing(Store.open(url)) as store:
        assert store.upgraded_from == 2
        assert store.take_epoch() == 8
        store.write([a_decision(1), changes(a_device(2))])
        filled = store.load()
    with by_hand(url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    with closing(Store.open(url)) as store:
        assert store.upgraded_from is None
        assert store.load() == filled


def test_an_upgraded_store_has_the_tables_of_a_new_one(url: str) -> None:
    an_old_store(url)
    Store.open(url).close()
    with by_hand(url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_the_comparison_above_sees_a_difference(url: str) -> None:
    an_old_store(url)
    with by_hand(url) as connection:
        found = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    assert {entry[0] for entry in found} == {"add_table", "add_column"}


def test_a_flag_in_an_upgraded_file_is_checked_like_one_in_a_new_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    an_old_store(url)
    Store.open(url).close()
    for flag in ("is_native", "was_scheduled", "is_one_time_use", "uses_backup_pool"):
        with pytest.raises(IntegrityError, match=flag), by_hand(url) as connection:
            connection.exec_driver_sql(f"UPDATE access_code SET {flag} = 'x'")


def test_an_old_gateway_that_still_runs_can_write_until_it_is_shut_out(url: str) -> None:
    an_old_store(url)
    Store.open(url).close()
    with by_hand(url) as connection:
        connection.exec_driver_sql(
            "INSERT INTO event (sequence, event_id, event_type, occurred_at_us, device_id, errors,"
            " warnings) VALUES (3, 'event-3', 'access_code.deleted', 5000, 'device-1', '[]', '[]')"
        )
    with closing(Store.open(url)) as store:
        assert [event.event_id for event in store.events_after("event-2", 10)] == ["event-3"]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("ALTER TABLE access_code DROP COLUMN sends", "access_code has no column sends"),
        ("DROP TABLE unmanaged_code", "unmanaged_code is missing"),
        ("DROP TABLE access_code", "no such table: access_code|UndefinedTable"),
        ("UPDATE meta SET application = 'a diary'", "not that of a latchbench gateway"),
    ],
)
def test_an_old_store_that_is_not_whole_is_refused_and_left_as_it_is(
    url: str, statement: str, why: str
) -> None:
    an_old_store(url)
    with by_hand(url) as connection:
        connection.exec_driver_sql(statement)
    before = everything(url)
    with pytest.raises(StoreDamaged, match=why):
        Store.open(url)
    assert everything(url) == before


def test_an_upgrade_that_breaks_off_leaves_the_store_as_it_is(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_old_store(url)
    before = everything(url)

    last = upgrades.STEPS[SCHEMA_VERSION]

    def breaks_off(operations: Any) -> None:
        last(operations)
        raise KeyboardInterrupt

    monkeypatch.setattr(upgrades, "STEPS", {**upgrades.STEPS, SCHEMA_VERSION: breaks_off})
    with pytest.raises(KeyboardInterrupt):
        Store.open(url)
    assert everything(url) == before
    monkeypatch.undo()
    with closing(Store.open(url)) as store:
        assert store.load() == KEPT


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_whoever_changes_the_tables_makes_a_new_version(dialect: str) -> None:
    """The tables of each version are written down; a change needs a number, a step and a file."""
    engine = create_engine("sqlite://" if dialect == "sqlite" else "postgresql+psycopg://")
    tables = [
        str(CreateTable(table).compile(engine)).strip() for table in schema.metadata.sorted_tables
    ]
    lines = [line.rstrip().replace("\t", "  ") for line in ";\n".join(tables).splitlines()]
    written = (DDL / f"{SCHEMA_VERSION}.{dialect}.sql").read_text(encoding="utf-8")
    assert "\n".join(lines) + ";\n" == written
