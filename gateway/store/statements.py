"""Multi-row SQL: what a write costs does not grow with its rows.

A statement of many rows is written out as text, once per number of rows, and its values go to the
driver as one flat tuple. SQLAlchemy's own way there compiles every value of every row (a thousand
codes are 22,000 values), and `executemany` runs a statement per row, which on PostgreSQL is several
times slower. The text is the same for both databases but for the parameter mark.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from gateway.store.backend import PARAMETERS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Table

    from gateway.store.records import Stored

    _Wording = Callable[[Table, int, str], str]


def rows_max(table: Table) -> int:
    """How many rows of `table` fit one statement: more than a thousand access codes."""
    return PARAMETERS_MAX // len(table.columns)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Stored]) -> int:
    """Insert new rows, in order. Returns the number of statements that took."""
    return _run(connection, table, rows, _insert_text)


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Stored]) -> int:
    """Insert rows, or replace those with the same key. Returns the number of statements.

    No key may come twice: PostgreSQL refuses to replace a row twice in one statement.
    """
    return _run(connection, table, rows, _upsert_text)


def delete_rows(connection: Connection, table: Table, keys: Sequence[str]) -> int:
    """Delete rows by key; a key that is not there is no error. Returns the number of statements."""
    mark = _mark(connection)
    for start in range(0, len(keys), PARAMETERS_MAX):
        chunk = tuple(keys[start : start + PARAMETERS_MAX])
        connection.exec_driver_sql(_delete_text(table, len(chunk), mark), chunk)
    return -(-len(keys) // PARAMETERS_MAX)


def _run(connection: Connection, table: Table, rows: Sequence[Stored], wording: _Wording) -> int:
    mark, most = _mark(connection), rows_max(table)
    for start in range(0, len(rows), most):
        chunk = rows[start : start + most]
        values = tuple(chain.from_iterable(chunk))
        connection.exec_driver_sql(wording(table, len(chunk), mark), values)
    return -(-len(rows) // most)


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


# Small: texts of a thousand rows are 45 kB each, and most writes have a few rows.
@lru_cache(maxsize=64)
def _insert_text(table: Table, rows: int, mark: str) -> str:
    names = ", ".join(_quoted(table.columns.keys()))
    row = "(" + ", ".join([mark] * len(table.columns)) + ")"
    return f'INSERT INTO "{table.name}" ({names}) VALUES ' + ", ".join([row] * rows)


@lru_cache(maxsize=64)
def _upsert_text(table: Table, rows: int, mark: str) -> str:
    (key,) = _quoted(table.primary_key.columns.keys())
    others = [name for name in _quoted(table.columns.keys()) if name != key]
    replaced = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"{_insert_text(table, rows, mark)} ON CONFLICT ({key}) DO UPDATE SET {replaced}"


@lru_cache(maxsize=64)
def _delete_text(table: Table, keys: int, mark: str) -> str:
    (key,) = _quoted(table.primary_key.columns.keys())
    return f'DELETE FROM "{table.name}" WHERE {key} IN (' + ", ".join([mark] * keys) + ")"


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]
