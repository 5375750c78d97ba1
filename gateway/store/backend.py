"""Opening a database for the store: the only module where SQLite and PostgreSQL differ.

A SQLite store is one file, owned by one gateway through an operating-system lock on a second file
(`NAME.lock`). The lock is not on the store itself, because closing any descriptor of a file drops
all of a process's POSIX locks on it, SQLite's own among them (sqlite.org/howtocorrupt.html, 2.2).

A new file is built under another name and renamed when it is whole. So a store file that is empty
or has no tables was damaged and is never taken for a new one: a gateway that silently starts
without its codes would leave them in the locks for ever.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool, StaticPool

from gateway.store import schema, upgrades
from gateway.store.errors import StoreDamaged, StoreInUse, StoreUnavailable, translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

# SQLITE_MAX_VARIABLE_NUMBER since SQLite 3.32 (sqlite.org/limits.html). PostgreSQL counts a
# statement's parameters in 16 bits without a sign (Bind message), so this fits both.
PARAMETERS_MAX: Final = 32_766

# A person's shell or a backup may hold the file for a moment; a gateway never holds it longer.
_BUSY_TIMEOUT_MS: Final = 10_000
_CONNECT_TIMEOUT_S: Final = 10
_FILE_MODE: Final = 0o600
_HEADER_BYTES: Final = 100
# Any number that nobody else takes in the same database; it only guards the making of tables.
_CREATION_LOCK: Final = 0x6C61746368

_SQLITE_NAMES = frozenset({"sqlite", "sqlite+pysqlite"})
_POSTGRESQL_NAMES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class Backend:
    """An open database.

    `place` names it without a password. `reading` and `writing` share one pool; a transaction of
    `writing` takes SQLite's write lock at its beginning, because a read that turns into a write
    fails at once when another came first. With `one_connection` a reader must wait for the writer.
    `upgraded_from` is the version of the schema that was found, None if it was this gateway's.
    """

    place: str
    reading: Engine
    writing: Engine
    one_connection: bool
    release: Callable[[], None]
    upgraded_from: int | None = None

    def close(self) -> None:
        """Close every connection, then let another gateway in."""
        self.reading.dispose()
        self.release()


def open_backend(url: str) -> Backend:
    """Open the database of `url`: made if there is none, checked and upgraded if there is.

    `sqlite://` lives in memory, `sqlite:///PATH` in a file, `postgresql://...` on a server.

    Raises `StoreUnavailable`, `StoreInUse`, `StoreDamaged` or `StoreNewer`.
    """
    parsed = _parse(url)
    if parsed.drivername in _POSTGRESQL_NAMES:
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    database = parsed.database or ":memory:"
    if parsed.query or database.startswith("file:"):
        raise StoreUnavailable(database, "a SQLite store takes a plain path and no options")
    if database == ":memory:":
        return _open_memory()
    return _open_file(Path(database).resolve())


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        why = "it must read sqlite:///PATH or postgresql://USER@HOST/NAME"
        raise StoreUnavailable("URL", why) from None
    if parsed.drivername not in _SQLITE_NAMES | _POSTGRESQL_NAMES:
        place = parsed.render_as_string(hide_password=True)
        raise StoreUnavailable(place, "only sqlite and postgresql (with psycopg) are known")
    return parsed


# --- SQLite ---------------------------------------------------------------------------------------


def _open_memory() -> Backend:
    backend = _sqlite(":memory:", one_connection=True)
    with backend.writing.begin() as connection:
        schema.create(connection)
    return backend


def _open_file(path: Path) -> Backend:
    place = str(path)
    if not path.parent.is_dir():
        raise StoreUnavailable(place, f"there is no directory {path.parent}")
    if path.is_dir():
        raise StoreUnavailable(place, "it is a directory")
    with translated(place), ExitStack() as undo:
        release = _take_file_lock(path)
        undo.callback(release)
        if not path.exists():
            _create_file(path)
        backend = _sqlite(place, release=release)
        undo.callback(backend.reading.dispose)
        found = _check_file(path, backend)
        undo.pop_all()
    return replace(backend, upgraded_from=found)


def _take_file_lock(path: Path) -> Callable[[], None]:
    """Own the store at `path` until the returned function is called, or this process ends."""
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    held = os.fdopen(handle, "r+b", buffering=0)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = held.read(20).strip()
        held.close()
        raise StoreInUse(str(path), int(owner) if owner.isdigit() else None) from None
    # For the message above; the lock itself is the kernel's and cannot be left behind by a crash.
    held.truncate(0)
    held.write(b"%d\n" % os.getpid())
    return held.close


def _create_file(path: Path) -> None:
    """Make an empty store appear at `path`, whole or not at all."""
    if Path(f"{path}-wal").exists():
        raise StoreDamaged(str(path), "the file is gone, but its write-ahead log is still there")
    unfinished = Path(f"{path}.new")
    unfinished.unlink(missing_ok=True)
    Path(f"{unfinished}-journal").unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, _FILE_MODE))
    backend = _sqlite(str(unfinished))
    try:
        with backend.writing.begin() as connection:
            schema.create(connection)
    finally:
        backend.close()
    unfinished.rename(path)
    # Without this a power cut could undo the rename after the first answer was given.
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _check_file(path: Path, backend: Backend) -> int | None:
    """Refuse what is not a whole store of ours, before anything in it is changed.

    Then upgrade an older one; the version that it had, None if it was this one.
    """
    _require_whole_pages(path)
    with backend.reading.connect() as connection:
        # Not quick_check: the index repeats every id, and comparing the two finds flipped bits.
        # A quarter of a second for 100,000 codes and as many events.
        damage = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
        if damage != "ok":
            raise StoreDamaged(backend.place, " ".join(str(damage).split()))
    with backend.writing.begin() as connection:
        found = upgrades.upgrade(connection, backend.place)
    # Outside SQLAlchemy: its transactions begin by themselves, and in one the mode cannot change.
    alone = backend.writing.raw_connection()
    try:
        cursor = alone.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        row = cursor.fetchone()
    finally:
        alone.close()
    if row != ("wal",):
        raise StoreUnavailable(backend.place, f"it cannot have a write-ahead log: {row}")
    path.chmod(_FILE_MODE)
    return found


def _require_whole_pages(path: Path) -> None:
    """Refuse a file that ends inside a page: SQLite would read zeros there, and say nothing.

    With a log beside it that is no damage: the gateway died while pages went from there into the
    file, and SQLite copies them again.
    """
    size = path.stat().st_size
    if size == 0:
        raise StoreDamaged(str(path), "the file is empty")
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(b"SQLite format 3\0") or len(header) < _HEADER_BYTES:
        raise StoreDamaged(str(path), "it is no SQLite database")
    # sqlite.org/fileformat.html, 1.3.2: two bytes at 16, in which 1 stands for 65,536.
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65_536 if page_bytes == 1 else page_bytes
    log = Path(f"{path}-wal")
    if page_bytes == 0 or (size % page_bytes and not (log.exists() and log.stat().st_size)):
        raise StoreDamaged(str(path), f"it ends inside a page, after {size} bytes")


def _sqlite(
    path: str,
    *,
    one_connection: bool = False,
    release: Callable[[], None] = lambda: None,
) -> Backend:
    engine = create_engine(
        URL.create("sqlite", database=path),
        poolclass=StaticPool if one_connection else QueuePool,
        # A connection goes from the thread that opened the store to the one that writes it, and
        # the pool hands it to one at a time.
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # they hold PINs, and errors and logs would show them
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    writing = engine.execution_options(latchbench_writes=True)
    return Backend(path, engine, writing, one_connection, release)


def _set_up_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    del record
    # The module would otherwise begin transactions by itself, too late and of the wrong kind.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    # With NORMAL, a power cut takes back commits of a write-ahead log (sqlite.org/pragma.html).
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("latchbench_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# --- PostgreSQL -----------------------------------------------------------------------------------


def _open_postgresql(url: URL) -> Backend:
    place = url.render_as_string(hide_password=True)
    try:
        engine = create_engine(
            url, connect_args={"connect_timeout": _CONNECT_TIMEOUT_S}, hide_parameters=True
        )
    except ModuleNotFoundError:
        why = "psycopg is not installed: pip install 'psycopg[binary]'"
        raise StoreUnavailable(place, why) from None
    event.listen(engine, "connect", _set_up_postgresql)
    backend = Backend(place, engine, engine, one_connection=False, release=lambda: None)
    with translated(place), ExitStack() as undo:
        undo.callback(backend.close)
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_CREATION_LOCK)))
            found = None
            if schema.table_names(connection) & set(schema.metadata.tables):
                found = upgrades.upgrade(connection, place)
            else:
                schema.create(connection)
        undo.pop_all()
    return replace(backend, upgraded_from=found)


def _set_up_postgresql(connection: Any, record: Any) -> None:
    """Make commits durable where somebody turned that off; what is stricter than `on` stays."""
    del record
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()
