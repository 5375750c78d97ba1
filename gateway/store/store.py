"""The gateway's durable memory: whole records in, whole records out, one transaction a write.

The engine holds everything but the events in its own memory and reads the store once, when it
starts. From then on it only writes, through one thread (`gateway.store.writer`), and each write is
one transaction: a decision and all that follows from it are stored together or not at all.

How a gateway starts: `Store.open`, then `take_epoch`, then `load`. In that order, because a later
epoch shuts out the gateway that had the store before: each of its writes checks the epoch inside
its own transaction, so nothing can change behind the back of the one that has just loaded.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from gateway.policy.records import Changes
from gateway.policy.snapshot import Snapshot
from gateway.store import calls, records, schema, statements
from gateway.store.backend import open_backend
from gateway.store.errors import (
    StoreDamaged,
    StoreFailed,
    StoreSuperseded,
    UnknownEvent,
    describe,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Row, Select, Table

    from gateway.policy.history import EventsQuery
    from gateway.policy.records import (
        EventRecord,
    )
    from gateway.store.backend import Backend

_T = TypeVar("_T")

# The one row of `meta` stays locked until the end of the transaction (SQLite has but one writer
# anyway), so an epoch cannot be taken between this check and the commit that relies on it.
_FENCE: Final = select(
    schema.meta.c.epoch,
    select(func.max(schema.event.c.sequence)).scalar_subquery().label("newest"),
).with_for_update(read=True, of=schema.meta)


@dataclass(frozen=True, slots=True)
class Counts:
    """What writing has cost since the store was opened: statements sent, and commits made.

    A transaction's own BEGIN and COMMIT are not statements here, nor is anything read.
    """

    statements: int = 0
    commits: int = 0


class Store:
    """One open database. Reads may come from any thread; writes wait for each other."""

    def __init__(self, backend: Backend, *, inline: bool) -> None:
        self._backend = backend
        self._only_thread = threading.get_ident() if inline else None
        self._write_turn = threading.Lock()
        self._epoch: int | None = None
        self._statements = 0
        self._commits = 0

    @classmethod
    def open(cls, url: str, *, inline: bool = False) -> Self:
        """Open the store of `url`: made if there is none, upgraded if it is of an older gateway.

        `sqlite://` lives in memory, `sqlite:///PATH` in a file that is then owned by this process,
        `postgresql://...` on a server. With `inline` the store belongs to the calling thread (any
        other gets RuntimeError) and is written by an `InlineWriter`.

        Raises `StoreUnavailable`, `StoreInUse`, `StoreDamaged` or `StoreNewer`.
        """
        return cls(open_backend(url), inline=inline)

    @property
    def place(self) -> str:
        """The file's path, `:memory:`, or the server's URL without its password."""
        return self._backend.place

    @property
    def upgraded_from(self) -> int | None:
        """The version that the store had before it was opened here; None if it had this one."""
        return self._backend.upgraded_from

    @property
    def inline(self) -> bool:
        """Whether one thread alone uses this store."""
        return self._only_thread is not None

    @property
    def counts(self) -> Counts:
        """What writing has cost so far."""
        return Counts(self._statements, self._commits)

    def close(self) -> None:
        """Close the database and let another gateway open it. A writer must be closed before."""
        self._backend.close()

    def _require_thread(self) -> None:
        if self._only_thread not in (None, threading.get_ident()):
            raise RuntimeError("an inline store belongs to the thread that opened it")

    # --- reading ----------------------------------------------------------------------------------

    def load(self) -> Snapshot:
        """Everything but the events, as of one moment.

        Raises `StoreDamaged` for a row that is not what a gateway writes.
        """
        device, group = schema.device.c, schema.access_group.c
        code, unmanaged = schema.access_code.c, schema.unmanaged_code.c
        attempt, answer = schema.action_attempt.c, schema.stored_answer.c
        with self._reading() as connection:
            return Snapshot(
                devices=self._read(
                    connection,
                    select(schema.device).order_by(device.created_at_us, device.device_id),
                    schema.device,
                    records.device_from_row,
                ),
                groups=self._read(
                    connection,
                    select(schema.access_group).order_by(group.created_at_us, group.group_id),
                    schema.access_group,
                    records.group_from_row,
                ),
                codes=self._read(
                    connection,
                    select(schema.access_code).order_by(
                        code.created_at_us, code.group_id, code.position, code.access_code_id
                    ),
                    schema.access_code,
                    records.code_from_row,
                ),
                unmanaged=self._read(
                    connection,
                    select(schema.unmanaged_code).order_by(
                        unmanaged.device_id, unmanaged.slot, unmanaged.access_code_id
                    ),
                    schema.unmanaged_code,
                    records.unmanaged_from_row,
                ),
                attempts=self._read(
                    connection,
                    select(schema.action_attempt).order_by(
                        attempt.created_at_us, attempt.action_attempt_id
                    ),
                    schema.action_attempt,
                    calls.attempt_from_row,
                ),
                answers=self._read(
                    connection,
                    select(schema.stored_answer).order_by(answer.created_at_us, answer.request_id),
                    schema.stored_answer,
                    calls.answer_from_row,
                ),
                remnants=self._read(
                    connection,
                    select(schema.remnant).order_by(schema.remnant.c.remnant_id),
                    schema.remnant,
                    records.remnant_from_row,
                ),
            )

    def events_after(self, event_id: str | None, limit: int) -> list[EventRecord]:
        """At most `limit` events in the order they were stored, from the one after `event_id`.

        None asks from the oldest. Raises `UnknownEvent` for an id that is not stored.
        """
        if limit < 1:
            raise ValueError(f"a page of {limit} events")
        event = schema.event.c
        query = select(schema.event).order_by(event.sequence).limit(limit)
        with self._reading() as connection:
            if event_id is not None:
                place = select(event.sequence).where(event.event_id == event_id)
                sequence = connection.execute(place).scalar_one_or_none()
                if sequence is None:
                    raise UnknownEvent(event_id)
                query = query.where(event.sequence > sequence)
            return list(self._read(connection, query, schema.event, records.event_from_row))

    def find_events(self, query: EventsQuery) -> list[EventRecord]:
        """The events that are asked for, in the order they were stored."""
        event = schema.event.c
        found = select(schema.event).where(event.occurred_at_us >= query.from_us)
        if query.before_us is not None:
            found = found.where(event.occurred_at_us < query.before_us)
        for column, wanted in (
            (event.device_id, query.device_ids),
            (event.access_code_id, query.access_code_ids),
            (event.event_type, query.event_types),
            (event.event_id, query.event_ids),
        ):
            if wanted is not None:
                found = found.where(column.in_(wanted))
        found = found.order_by(event.sequence).limit(query.limit).offset(query.offset)
        with self._reading() as connection:
            return list(self._read(connection, found, schema.event, records.event_from_row))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._require_thread()
        turn = self._write_turn if self._backend.one_connection else nullcontext()
        with turn, translated(self.place), self._backend.reading.connect() as connection:
            yield connection

    def _read(
        self,
        connection: Connection,
        query: Select[Any],
        table: Table,
        from_row: Callable[[Row[Any]], _T],
    ) -> tuple[_T, ...]:
        found: list[_T] = []
        try:
            for row in connection.execute(query):
                records.check_row(table, row)
                found.append(from_row(row))
        except (ValueError, msgspec.MsgspecError) as error:
            why = f"table {table.name}, row {len(found) + 1} in order: {error}"
            raise StoreDamaged(self.place, why) from None
        return tuple(found)

    # --- writing ----------------------------------------------------------------------------------

    def take_epoch(self) -> int:
        """Make this gateway the store's owner: the next epoch, which is one more than any before.

        It is durable when this returns. Whoever had an epoch before can write no more.
        """

        def take(connection: Connection) -> int:
            connection.execute(update(schema.meta).values(epoch=schema.meta.c.epoch + 1))
            self._statements += 2
            return int(connection.execute(select(schema.meta.c.epoch)).scalar_one())

        with self._write_turn:
            self._epoch = self._transact(take)
            return self._epoch

    def write(self, batch: Sequence[Changes]) -> None:
        """Store all of `batch` in one transaction, durable when this returns.

        Later changes win over earlier ones; within one, a deletion wins. Events keep their order.
        The number of statements depends on the kinds of record in it and grows only with each
        thousand and more access codes (see `statements.rows_max`). Nothing to write costs no
        transaction.

        Raises `UnstorableText` before anything is sent, `StoreSuperseded` with nothing stored, or
        `StoreFailed`, after which only a fresh `load` says what is stored.
        """
        merged = merge(batch)
        records.check_texts(merged)
        if not merged:
            return
        with self._write_turn:
            self._transact(lambda connection: self._write(connection, merged))

    def _write(self, connection: Connection, changes: Changes) -> None:
        self._statements += 1
        fence = connection.execute(_FENCE).one()
        if self._epoch is not None and fence.epoch != self._epoch:
            raise StoreSuperseded(self.place, self._epoch, fence.epoch)
        for table, keys in (
            (schema.access_code, changes.deleted_codes),
            (schema.access_group, changes.deleted_groups),
            (schema.unmanaged_code, changes.deleted_unmanaged),
            (schema.action_attempt, changes.deleted_attempts),
            (schema.stored_answer, changes.deleted_answers),
            (schema.remnant, changes.deleted_remnants),
        ):
            self._statements += statements.delete_rows(connection, table, sorted(keys))
        for table, rows in (
            (schema.device, [*map(records.device_to_row, changes.devices.values())]),
            (schema.access_group, [*map(records.group_to_row, changes.groups.values())]),
            (schema.access_code, [*map(records.code_to_row, changes.codes.values())]),
            (schema.unmanaged_code, [*map(records.unmanaged_to_row, changes.unmanaged.values())]),
            (schema.action_attempt, [*map(calls.attempt_to_row, changes.attempts.values())]),
            (schema.stored_answer, [*map(calls.answer_to_row, changes.answers.values())]),
            (schema.remnant, [*map(records.remnant_to_row, changes.remnants.values())]),
        ):
            self._statements += statements.upsert_rows(connection, table, rows)
        events = [
            records.event_to_row(event, sequence)
            for sequence, event in enumerate(changes.events, (fence.newest or 0) + 1)
        ]
        self._statements += statements.insert_rows(connection, schema.event, events)

    def _transact(self, work: Callable[[Connection], _T]) -> _T:
        """One transaction, or an error without any stored value in it."""
        self._require_thread()
        try:
            with self._backend.writing.begin() as connection:
                result = work(connection)
        except SQLAlchemyError as error:
            raise StoreFailed(self.place, describe(error)) from None
        self._commits += 1
        return result


def merge(batch: Sequence[Changes]) -> Changes:
    """One `Changes` with the same effect as all of `batch`, one after the other."""
    merged = Changes()
    for changes in batch:
        merged.devices.update(changes.devices)
        _merge_kind(merged.groups, merged.deleted_groups, changes.groups, changes.deleted_groups)
        _merge_kind(merged.codes, merged.deleted_codes, changes.codes, changes.deleted_codes)
        _merge_kind(
            merged.unmanaged,
            merged.deleted_unmanaged,
            changes.unmanaged,
            changes.deleted_unmanaged,
        )
        _merge_kind(
            merged.attempts, merged.deleted_attempts, changes.attempts, changes.deleted_attempts
        )
        _merge_kind(
            merged.answers, merged.deleted_answers, changes.answers, changes.deleted_answers
        )
        _merge_kind(
            merged.remnants, merged.deleted_remnants, changes.remnants, changes.deleted_remnants
        )
        merged.events.extend(changes.events)
    return merged


def _merge_kind(
    kept: dict[str, _T], deleted: set[str], more: dict[str, _T], fewer: set[str]
) -> None:
    kept.update(more)
    deleted.difference_update(more)
    deleted.update(fewer)
    for key in fewer:
        kept.pop(key, None)
