"""The tables of the store, and how a store is told from anything else.

Rows are narrow: a column per field, JSON text only for what is read whole and never asked for by
its parts (`facts`, `errors`, `warnings`, `mutations`, `view`). The engine keeps all but the events
in memory, so the only questions put to the database are "everything", which the primary keys serve,
and "which events": after one, by the unique `event_id`, or of a time, by looking at all of them.
Every other index would only make writes dearer. Foreign keys are left out for the same reason:
there is one writer, and it writes whole decisions.

`meta` is a single row. Its table and columns stay as they are in every later version, because the
version is read from there before anything else is believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)
from sqlalchemy.types import TypeDecorator

from gateway.store.errors import StoreDamaged, StoreNewer
from latchbench.pin import Pin

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

# Any change of the tables, and any new meaning of what is in them, is a new version and a step in
# `gateway.store.upgrades`.
SCHEMA_VERSION: Final = 3
APPLICATION: Final = "latchbench gateway"

# SQLite's own row number is a 64-bit INTEGER; any other spelling would make a second index of it.
_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class PinText(TypeDecorator[Pin]):
    """Digits in the database, `Pin` as soon as they are read: a row that is logged is masked.

    There is no way in: rows are written as plain tuples made in `gateway.store.records`.
    """

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Pin | None:
        """The stored digits, wrapped; a value that is no text is left for the reader to refuse."""
        del dialect
        return Pin(value) if isinstance(value, str) else value


class PinsText(TypeDecorator[tuple[Pin, ...]]):
    """Several PINs in their order, with spaces between; see `PinText`."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Pin, ...] | None:
        """The stored PINs, each wrapped; a value that is no text is left for the reader."""
        del dialect
        return tuple(map(Pin, value.split())) if isinstance(value, str) else value


# SQLite has no booleans and would take any text for one; with this a check of the file finds it.
_YES_OR_NO = Boolean(create_constraint=True)

metadata = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(column_0_name)s"})

meta = Table(
    "meta",
    metadata,
    Column("row", Integer, CheckConstraint('"row" = 1'), primary_key=True, autoincrement=False),
    Column("application", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

device = Table(
    "device",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("lock_id", Text, nullable=False),
    Column("hub", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("host_address", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("time_zone", Text),
    Column("created_at_us", BigInteger, nullable=False),
    # 64 bits without a sign on the wire, and both databases have only signed ones.
    Column("incarnation", Text),
    Column("slots", Integer),
    Column("code_length", Integer),
    Column("offline_secret", PinText),
)

access_group = Table(
    "access_group",
    metadata,
    Column("group_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("behavior", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("common_code_key", Text),
)

access_code = Table(
    "access_code",
    metadata,
    Column("access_code_id", Text, primary_key=True),
    Column("group_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text),
    Column("device_name", Text, nullable=False),
    Column("pin", PinText),
    Column("common_code_key", Text),
    Column("want", Text, nullable=False),
    Column("progress", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("starts_at_us", BigInteger),
    Column("ends_at_us", BigInteger),
    Column("load_at_us", BigInteger),
    Column("slot", Integer),
    Column("sends", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at_us", BigInteger),
    Column("was_set", _YES_OR_NO, nullable=False),
    Column("external_modification_allowed", _YES_OR_NO, nullable=False),
    Column("errors", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("old_pins", PinsText, nullable=False),
    Column("mutations", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("is_native", _YES_OR_NO, nullable=False),
    Column("was_scheduled", _YES_OR_NO, nullable=False),
    Column("is_one_time_use", _YES_OR_NO, nullable=False),
    Column("uses_backup_pool", _YES_OR_NO, nullable=False),
    Column("pulled_backup_id", Text),
)

unmanaged_code = Table(
    "unmanaged_code",
    metadata,
    Column("access_code_id", Text, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("pin", PinText),
    Column("first_seen_at_us", BigInteger, nullable=False),
)

remnant = Table(
    "remnant",
    metadata,
    Column("remnant_id", Text, primary_key=True),
    Column("device_id", Text, nullable=False),
    Column("pin", PinText, nullable=False),
    Column("slot", Integer),
    Column("sent_at_us", BigInteger, nullable=False),
    Column("ours_until_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("is_cleared", _YES_OR_NO, nullable=False),
    Column("may_be_anywhere", _YES_OR_NO, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("sequence", _SEQUENCE, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("event_type", Text, nullable=False),
    Column("occurred_at_us", BigInteger, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("access_code_id", Text),
    Column("code", PinText),
    Column("errors", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("old_code", PinText),
    Column("mutations", Text, nullable=False),
    Column("backup_access_code_id", Text),
)

action_attempt = Table(
    "action_attempt",
    metadata,
    Column("action_attempt_id", Text, primary_key=True),
    Column("action_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("access_code_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("error_type", Text),
    Column("error_message", Text),
)

stored_answer = Table(
    "stored_answer",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("created_at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("view", Text, nullable=False),
)


def create(connection: Connection) -> None:
    """Make all tables and the one row of `meta`, at epoch 0."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(
        insert(meta).values(row=1, application=APPLICATION, schema_version=SCHEMA_VERSION, epoch=0)
    )


def table_names(connection: Connection) -> set[str]:
    """The tables that are there, whoever made them."""
    return set(inspect(connection).get_table_names())


def version(connection: Connection, path: str) -> int:
    """The version of a store of ours, this gateway's or an older one.

    Raises `StoreNewer`, or `StoreDamaged` for what is no store of ours.
    """
    names = table_names(connection)
    if meta.name not in names:
        found = ", ".join(sorted(names)[:5]) or "none"
        raise StoreDamaged(path, f"it has no table meta (tables there: {found})")
    _verify_columns(connection, path, meta)
    rows = connection.execute(select(meta.c.application, meta.c.schema_version)).all()
    if len(rows) != 1 or rows[0].application != APPLICATION:
        raise StoreDamaged(path, f"its table meta is not that of a {APPLICATION}")
    found = rows[0].schema_version
    if not isinstance(found, int) or found < 1:
        raise StoreDamaged(path, f"there never was a schema version {found!r}")
    if found > SCHEMA_VERSION:
        raise StoreNewer(path, found, SCHEMA_VERSION)
    return found


def verify(connection: Connection, path: str) -> None:
    """Check that the tables of this version are complete.

    Raises `StoreDamaged` with what is missing.
    """
    names = table_names(connection)
    for table in metadata.sorted_tables:
        if table.name not in names:
            raise StoreDamaged(path, f"its table {table.name} is missing")
        _verify_columns(connection, path, table)


def _verify_columns(connection: Connection, path: str, table: Table) -> None:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    missing = sorted(set(table.c.keys()) - there)
    if missing:
        raise StoreDamaged(path, f"its table {table.name} has no column {missing[0]}")
