"""A store opens whole, for one gateway, or is refused by name and left as it was found."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import traceback
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gateway.policy.snapshot import Snapshot
from gateway.store.backend import PARAMETERS_MAX
from gateway.store.errors import (
    StoreDamaged,
    StoreError,
    StoreInUse,
    StoreNewer,
    StoreUnavailable,
)
from gateway.store.schema import SCHEMA_VERSION
from gateway.store.store import Store
from latchbench.pin import Pin
from tests.store.made import a_code, a_decision, a_device, a_remnant, an_unmanaged, changes

if TYPE_CHECKING:
    from pathlib import Path


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def a_filled_file(path: Path) -> Snapshot:
    """A store of some pages at `path`, closed. Returns what is in it."""
    with closing(Store.open(url_of(path))) as store:
        store.write([a_decision(number, devices=20) for number in range(5)])
        store.write(
            [changes(*(a_device(number) for number in range(20)), an_unmanaged(), a_remnant())]
        )
        return store.load()


def alter(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def open_and_load(path: Path) -> Snapshot:
    with closing(Store.open(url_of(path))) as store:
        return store.load()


# --- new and found again --------------------------------------------------------------------------


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.load() == Snapshot((), (), (), ())
    assert store.events_after(None, 1) == []


def test_a_store_file_is_for_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(Store.open(url_of(path))) as store:
            store.write([a_decision(1)])
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ("gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.db.lock"), 0o600
    )


def test_a_store_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    a_filled_file(path)
    path.chmod(0o644)
    open_and_load(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_written_ahead_and_flushed_at_every_commit(path: Path) -> None:
    with closing(Store.open(url_of(path))) as store:
        raw = store._backend.writing.raw_connection()
        cursor = raw.cursor()
        settings = {}
        for name in ("journal_mode", "synchronous", "busy_timeout"):
            cursor.execute(f"PRAGMA {name}")
            settings[name] = (cursor.fetchone() or (None,))[0]
        driver = raw.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        most = driver.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        raw.close()

    assert settings == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000}
    assert most >= PARAMETERS_MAX


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite+pysqlite://"])
def test_a_store_in_memory_leaves_no_file(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Store.open(url)) as store:
        store.write([a_decision(1)])
        assert store.place == ":memory:"

    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_and_a_link_are_the_same_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = a_filled_file(path)
    link = path.parent / "link.db"
    link.symlink_to(path)
    monkeypatch.chdir(path.parent)

    with closing(Store.open("sqlite:///gateway.db")) as store:
        assert store.load() == filled
        with pytest.raises(StoreInUse):
            Store.open(url_of(link))


# --- one gateway ----------------------------------------------------------------------------------


def test_a_second_gateway_on_one_file_is_refused_by_the_number_of_the_first(path: Path) -> None:
    with closing(Store.open(url_of(path))) as first:
        with pytest.raises(StoreInUse) as caught:
            Store.open(url_of(path))
        first.write([a_decision(1)])

    assert caught.value.process_id == os.getpid()
    assert f"process {os.getpid()}" in str(caught.value)
    assert len(open_and_load(path).codes) == 3


def test_a_store_closed_twice_takes_nothing_from_the_one_opened_since(path: Path) -> None:
    first = Store.open(url_of(path))
    first.close()
    with closing(Store.open(url_of(path))) as second:
        first.close()
        with pytest.raises(StoreInUse):
            Store.open(url_of(path))
        second.write([a_decision(1)])


def test_a_refused_opening_lets_the_next_one_in(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreDamaged):
        Store.open(url_of(path))
    path.unlink()

    assert open_and_load(path) == Snapshot((), (), (), ())


# --- places ---------------------------------------------------------------------------------------


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"no directory .*/nowhere"):
        Store.open(url_of(tmp_path / "nowhere" / "gateway.db"))

    assert list(tmp_path.iterdir()) == []


def test_a_directory_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="is a directory"):
        Store.open(url_of(tmp_path))


def test_a_place_where_nothing_can_be_made_is_unavailable() -> None:
    # Nobody makes files there, root neither.
    with pytest.raises(StoreUnavailable, match=r"/proc/.*/gateway\.db"):
        Store.open("sqlite:////proc/self/gateway.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_unavailable(path: Path) -> None:
    a_filled_file(path)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreUnavailable):
            Store.open(url_of(path))
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hidden-word@host/db",
        "postgresql+asyncpg://me:hidden-word@host/db",
        "sqlite:////tmp/gateway.db?mode=ro",
        "sqlite:///file:gateway.db",
        "no url at all, hidden-word",
        "",
    ],
)
def test_an_url_of_another_kind_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(url)

    assert "hidden-word" not in "".join(traceback.format_exception(caught.value))


# --- damage ---------------------------------------------------------------------------------------


def test_a_newer_schema_is_refused_by_its_number_and_left_as_it_is(path: Path) -> None:
    a_filled_file(path)
    alter(path, f"UPDATE meta SET schema_version = {SCHEMA_VERSION + 6}")
    before = path.read_bytes()

    with pytest.raises(StoreNewer, match=f"version {SCHEMA_VERSION + 6}.*knows {SCHEMA_VERSION}"):
        Store.open(url_of(path))
    assert path.read_bytes() == before


def test_a_newer_schema_on_a_server_is_refused(postgresql_url: str) -> None:
    with closing(Store.open(postgresql_url)) as store:
        raw = store._backend.writing.raw_connection()
        raw.cursor().execute("UPDATE meta SET schema_version = 99")
        raw.commit()
        raw.close()

    with pytest.raises(StoreNewer, match="99"):
        Store.open(postgresql_url)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE meta SET schema_version = 0", "never was a schema version 0"),
        ("UPDATE meta SET application = 'a diary'", "not that of a latchbench gateway"),
        ("DELETE FROM meta", "not that of a latchbench gateway"),
        ("DROP TABLE event", "table event is missing"),
        ("DROP TABLE meta", "no table meta"),
        ("ALTER TABLE access_code DROP COLUMN sends", "access_code has no column sends"),
        ("ALTER TABLE meta DROP COLUMN epoch", "meta has no column epoch"),
    ],
)
def test_a_store_with_something_missing_is_refused(path: Path, statement: str, why: str) -> None:
    a_filled_file(path)
    alter(path, statement)

    with pytest.raises(StoreDamaged, match=why) as caught:
        Store.open(url_of(path))
    assert caught.value.path == str(path)


def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(path: Path) -> None:
    alter(path, "CREATE TABLE diary (day TEXT)")
    before = path.read_bytes()

    with pytest.raises(StoreDamaged, match="diary"):
        Store.open(url_of(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [1, 99, 100, 4096, 50_000])
def test_garbage_is_refused_and_left_as_it_is(path: Path, size: int) -> None:
    garbage = random.Random(size).randbytes(size)
    path.write_bytes(garbage)

    with pytest.raises(StoreDamaged):
        Store.open(url_of(path))
    assert path.read_bytes() == garbage


def test_a_file_cut_short_anywhere_is_refused(path: Path) -> None:
    a_filled_file(path)
    whole = path.read_bytes()
    assert len(whole) > 10 * 4096
    cuts = [0, 1, 50, 99, 100, 2048, *range(4096, len(whole), 2048), len(whole) - 1]
    for cut in cuts:
        path.write_bytes(whole[:cut])
        with pytest.raises(StoreDamaged):
            Store.open(url_of(path))


def test_a_file_whose_last_pages_are_still_in_its_log_is_whole(path: Path) -> None:
    with closing(Store.open(url_of(path))) as store:
        store.write([a_decision(1, devices=500)])
        # What a gateway leaves that dies while the log is copied into the file.
        copies = {
            name: (path.parent / name).read_bytes() for name in ("gateway.db", "gateway.db-wal")
        }
    died = path.parent / "died"
    died.mkdir()
    for name, content in copies.items():
        (died / name).write_bytes(content)
    with (died / "gateway.db").open("ab") as file:
        file.write(b"\0" * 1000)

    assert len(open_and_load(died / "gateway.db").codes) == 500


def test_a_file_that_is_gone_is_not_replaced_while_its_log_is_there(path: Path) -> None:
    log = path.parent / "gateway.db-wal"
    log.write_bytes(b"what was not yet moved into the file")

    with pytest.raises(StoreDamaged, match="write-ahead log"):
        Store.open(url_of(path))
    assert not path.exists()


def test_a_store_that_was_being_made_when_its_gateway_died_is_made_again(path: Path) -> None:
    (path.parent / "gateway.db.new").write_bytes(b"half")

    assert open_and_load(path) == Snapshot((), (), (), ())


def test_a_flipped_byte_never_makes_a_store_look_empty_or_ends_in_another_error(
    path: Path,
) -> None:
    filled = a_filled_file(path)
    whole = path.read_bytes()
    chance = random.Random(7)
    refused = 0
    for _ in range(80):
        place = chance.randrange(len(whole))
        torn = bytearray(whole)
        torn[place] ^= 1 << chance.randrange(8)
        path.write_bytes(torn)
        try:
            found = open_and_load(path)
        except StoreError:
            refused += 1
        else:
            assert len(found.codes) == len(filled.codes)
    assert refused > 0


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE access_code SET position = 'first'", "access_code.*position holds str"),
        ("UPDATE access_code SET want = 'maybe'", "access_code.*Want"),
        ("UPDATE access_code SET progress = ''", "access_code.*Progress"),
        ("UPDATE access_code SET pin = x'34383231'", "access_code.*pin holds bytes"),
        ("UPDATE access_code SET errors = '{'", "access_code"),
        ("UPDATE access_code SET warnings = '[{}]'", "access_code"),
        ("UPDATE access_group SET state = 'undecided'", "access_group.*GroupState"),
        ("UPDATE device SET facts = 'null'", "device"),
        ("UPDATE device SET incarnation = 'seven'", "device"),
        ("UPDATE unmanaged_code SET slot = 1.5", "unmanaged_code.*slot holds float"),
        ("UPDATE remnant SET until_us = 'soon'", "remnant.*until_us holds str"),
    ],
)
def test_a_value_that_no_gateway_writes_is_refused_by_its_table(
    path: Path, statement: str, why: str
) -> None:
    a_filled_file(path)
    with closing(Store.open(url_of(path))) as store:
        alter(path, statement)
        with pytest.raises(StoreDamaged, match=why):
            store.load()


def test_a_truth_that_is_neither_is_found_when_the_file_is_checked(path: Path) -> None:
    a_filled_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE access_code SET was_set = 'x' WHERE position = 3")
        connection.commit()

    with pytest.raises(StoreDamaged, match="CHECK constraint failed in access_code"):
        Store.open(url_of(path))


def test_no_pin_is_in_the_words_for_a_damaged_row(path: Path) -> None:
    with closing(Store.open(url_of(path))) as store:
        store.write([changes(a_code(pin=Pin("7391" + "0264")))])
        alter(path, "UPDATE access_code SET position = 'first', errors = pin")
        with pytest.raises(StoreDamaged) as caught:
            store.load()

    assert "7391" + "0264" not in "".join(traceback.format_exception(caught.value))
