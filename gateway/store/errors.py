"""What can go wrong with the store, by whose move is next.

StoreError
├─ StoreUnavailable    the place must change: no such directory, not writable, no server
│  └─ StoreInUse       another gateway has it open: stop that one      .process_id
├─ StoreDamaged        the content must be restored; nothing was changed      .path .why
├─ StoreNewer          a newer gateway wrote it: upgrade this one      .version .supported
├─ StoreSuperseded     a later gateway took the store over: this one must end
├─ StoreFailed         a write failed: the gateway must restart from what is stored
├─ StoreClosed         the writer was closed before: a mistake of the caller
├─ UnstorableText      the record must change: no database takes this text      .what
└─ UnknownEvent        the caller must name an event that is stored      .event_id

No message holds a stored value: a PIN could be among them. For the same reason a database's own
error is never shown with these (`from None`): PostgreSQL quotes whole rows in its details.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Iterator

# SQLite's primary result codes (sqlite.org/rescode.html): the place is at fault, not the content.
# PERM, BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, AUTH.
_SQLITE_PLACE_CODES = frozenset({3, 5, 6, 8, 10, 13, 14, 23})
# PostgreSQL, appendix A: data_corrupted, index_corrupted, undefined_table, undefined_column.
_POSTGRESQL_DAMAGE_STATES = frozenset({"XX001", "XX002", "42P01", "42703"})


class StoreError(Exception):
    """Anything that keeps the store from doing what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or written where it is said to be."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the store {path} cannot be used: {why}")
        self.path = path
        self.why = why


class StoreInUse(StoreUnavailable):
    """Another gateway has the store open; `process_id` is None where it left no number."""

    def __init__(self, path: str, process_id: int | None) -> None:
        who = "another gateway" if process_id is None else f"the gateway of process {process_id}"
        super().__init__(path, f"{who} has it open, and two would program the same locks")
        self.process_id = process_id


class StoreDamaged(StoreError):
    """What is there is not a whole store of this gateway. It is left as it was found."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the store {path} is damaged or not a gateway's: {why}")
        self.path = path
        self.why = why


class StoreNewer(StoreError):
    """The store's schema is newer than this gateway knows."""

    def __init__(self, path: str, version: int, supported: int) -> None:
        super().__init__(
            f"the store {path} has schema version {version}, this gateway knows {supported}: "
            "use the newer gateway"
        )
        self.path = path
        self.version = version
        self.supported = supported


class StoreSuperseded(StoreError):
    """A later gateway took an epoch of this store, so nothing of this one is written any more."""

    def __init__(self, path: str, epoch: int, stored: int) -> None:
        super().__init__(
            f"the store {path} belongs to epoch {stored} now, this gateway has epoch {epoch}"
        )
        self.path = path
        self.epoch = epoch
        self.stored = stored


class StoreFailed(StoreError):
    """A write did not become durable, or it is not known whether it did."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"writing to the store {path} failed: {why}")
        self.path = path
        self.why = why


class StoreClosed(StoreError):
    """The writer was closed before this was submitted."""


class UnstorableText(StoreError, ValueError):
    """A text holds U+0000 or half of a surrogate pair; `what` names its field, not its content."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} holds a character that no database stores")
        self.what = what


class UnknownEvent(StoreError, LookupError):
    """No event with this id is stored."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"no event {event_id!r} is stored")
        self.event_id = event_id


def describe(error: SQLAlchemyError | sqlite3.Error) -> str:
    """A database error in words that hold no stored value.

    PostgreSQL's own text is left out where the server sent it: its details quote whole rows. Its
    class names say enough (`DiskFull`, `UniqueViolation`).
    """
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return f"{getattr(cause, 'sqlite_errorname', type(cause).__name__)}: {cause}"
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return f"{type(cause).__name__} ({state})"
    if isinstance(error, OperationalError):
        return " ".join(str(cause).split())
    return type(cause).__name__


def classify(error: SQLAlchemyError | sqlite3.Error, path: str) -> StoreUnavailable | StoreDamaged:
    """Whether a database error met on opening or reading blames the place or the content."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        # Without a code it is Python's module that refuses, a closed connection for instance.
        at_place = code is None or code & 0xFF in _SQLITE_PLACE_CODES
    else:
        at_place = getattr(cause, "sqlstate", None) not in _POSTGRESQL_DAMAGE_STATES
    return (StoreUnavailable if at_place else StoreDamaged)(path, describe(error))


def _cause(error: SQLAlchemyError | sqlite3.Error) -> BaseException:
    return (error.orig if isinstance(error, DBAPIError) else None) or error


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Errors of the system and of a database that is opened or read, as errors of this module."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise classify(error, path) from None
    except OSError as error:
        raise StoreUnavailable(path, error.strerror or type(error).__name__) from None
