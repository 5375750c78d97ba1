"""How an older store becomes one of this version: a step for each version, all in one transaction.

A step says what changed, in words of its own: `gateway.store.schema` has the tables as they are
now and will go on changing, and what a step once did must not. The number of the version stays in
`meta`, because it is read there before anything else is believed. Alembic words the statements for
both databases; it is loaded only when there is something to do.

A new column has a default in the database, so that a gateway of the version before, which may still
run on a server, can write until a later epoch shuts it out. There is no way back: an older gateway
refuses to open what a newer one has upgraded.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    Text,
    false,
    inspect,
    update,
)

from gateway.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alembic.operations import Operations
    from sqlalchemy import Connection

    Step = Callable[[Operations], None]


def upgrade(connection: Connection, path: str) -> int | None:
    """Bring the store to this gateway's version; the version that it had, None if it was this one.

    To be rolled back if it raises: `StoreNewer`, or `StoreDamaged` for what is no whole store,
    before or after.
    """
    version = schema.version(connection, path)
    if version == schema.SCHEMA_VERSION:
        schema.verify(connection, path)
        return None
    operations = _operations(connection)
    for target in range(version + 1, schema.SCHEMA_VERSION + 1):
        STEPS[target](operations)
    connection.execute(update(schema.meta).values(schema_version=schema.SCHEMA_VERSION))
    schema.verify(connection, path)
    return version


def _operations(connection: Connection) -> Operations:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    return Operations(MigrationContext.configure(connection))


def _to_2(operations: Operations) -> None:
    """Version 1 grew while it was developed: what a store of it may still lack.

    Every column comes with what was meant before there was one.
    """
    found = inspect(operations.get_bind())
    there = {
        (table, column["name"])
        for table in found.get_table_names()
        for column in found.get_columns(table)
    }
    for table, columns in _added_to_1(operations).items():
        for column in columns:
            if (table, column.name) not in there:
                operations.add_column(table, column)
    for table, columns in _made_in_1().items():
        if not found.has_table(table):
            operations.create_table(table, *columns)
    operations.execute("UPDATE access_code SET progress = 'open' WHERE progress = 'todo'")


def _added_to_1(operations: Operations) -> dict[str, list[Column[Any]]]:
    return {
        "device": [Column("offline_secret", Text)],
        "access_code": [
            _filled("old_pins", ""),
            _filled("mutations", "[]"),
            _filled("kind", "online"),
            _no(operations, "access_code", "is_native"),
            _no(operations, "access_code", "was_scheduled"),
            _no(operations, "access_code", "is_one_time_use"),
            _no(operations, "access_code", "uses_backup_pool"),
            Column("pulled_backup_id", Text),
        ],
        "event": [
            Column("old_code", Text),
            _filled("mutations", "[]"),
            Column("backup_access_code_id", Text),
        ],
    }


def _made_in_1() -> dict[str, list[Column[Any]]]:
    return {
        "action_attempt": [
            Column("action_attempt_id", Text, primary_key=True),
            Column("action_type", Text, nullable=False),
            Column("status", Text, nullable=False),
            Column("access_code_id", Text, nullable=False),
            Column("device_id", Text, nullable=False),
            Column("created_at_us", BigInteger, nullable=False),
            Column("error_type", Text),
            Column("error_message", Text),
        ],
        "stored_answer": [
            Column("request_id", Text, primary_key=True),
            Column("digest", Text, nullable=False),
            Column("created_at_us", BigInteger, nullable=False),
            Column("kind", Text, nullable=False),
            Column("view", Text, nullable=False),
        ],
    }


def _to_3(operations: Operations) -> None:
    """What is believed gone from a lock was not remembered before."""
    operations.create_table(
        "remnant",
        Column("remnant_id", Text, primary_key=True),
        Column("device_id", Text, nullable=False),
        Column("pin", Text, nullable=False),
        Column("slot", Integer),
        Column("sent_at_us", BigInteger, nullable=False),
        Column("ours_until_us", BigInteger, nullable=False),
        Column("until_us", BigInteger, nullable=False),
        Column("is_cleared", Boolean(create_constraint=True), nullable=False),
        Column("may_be_anywhere", Boolean(create_constraint=True), nullable=False),
    )


def _filled(name: str, value: str) -> Column[Any]:
    return Column(name, Text, nullable=False, server_default=value)


def _no(operations: Operations, table: str, name: str) -> Column[Any]:
    """A flag that is false in every row; SQLite has no booleans and must be told to check it."""
    checks: list[CheckConstraint] = []
    if operations.get_bind().dialect.name == "sqlite":
        checks.append(CheckConstraint(f"{name} IN (0, 1)", name=f"ck_{table}_{name}"))
    return Column(name, Boolean, *checks, nullable=False, server_default=false())


STEPS: Final[Mapping[int, Step]] = MappingProxyType({2: _to_2, 3: _to_3})

assert list(STEPS) == list(range(2, schema.SCHEMA_VERSION + 1))
