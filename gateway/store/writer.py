"""The one thread that writes the store, with group commit.

Everything that waits when the thread becomes free goes into one transaction, so a hundred callers
cost about as many flushes to the disk as one. Nothing is answered before its commit, and answers
come in the order of submission.

A failed commit leaves the gateway's memory ahead of the store, and whether it was stored is not
always known. So the first failure is final: whoever waits is told, and nothing is taken any more.
The gateway has to start again from what is stored.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from gateway.store.errors import StoreClosed, StoreFailed
from gateway.store.records import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.policy.records import Changes
    from gateway.store.store import Store

    Done = Callable[[BaseException | None], None]  # what `submit` calls


class AnyWriter(Protocol):
    """What the engine writes through."""

    def submit(self, changes: Changes, done: Done) -> None:
        """Store `changes` durably; then call `done(None)`, or `done(error)` if that failed.

        The changes are the writer's from now on. `done` is called once, in order of submission,
        possibly in another thread and possibly before this returns; it must not raise.

        Raises, and does not call `done`: `UnstorableText` for these changes, which leaves the
        writer as it was; `StoreFailed` after an earlier failure; `StoreClosed` after `close`.
        """

    def close(self) -> None:
        """Store and answer what was submitted, then end. May be called again."""


class _Gate:
    """Whether a writer still takes work, and what its failures become."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failure: BaseException | None = None
        self.closed = False

    def require_open(self) -> None:
        if self._failure is not None:
            raise self._refusal()
        if self.closed:
            raise StoreClosed(f"the writer of the store {self._store.place} is closed")

    def close(self) -> None:
        self.closed = True

    def commit(self, batch: Sequence[Changes]) -> BaseException | None:
        """Write `batch` unless an earlier write failed. Returns the failure, if any."""
        if self._failure is not None:
            return self._refusal()
        try:
            self._store.write(batch)
        # Whatever it is, somebody waits for an answer: it is handed to all of them, and kept.
        except Exception as error:  # noqa: BLE001
            self._failure = error
        return self._failure

    def answer(self, done: Done, failure: BaseException | None) -> None:
        """Call `done`. If it raises, its owner no longer knows what is stored: the writer ends."""
        try:
            done(failure)
        # The next one still has to be answered; this one's error comes out of the next `submit`.
        except Exception as error:  # noqa: BLE001
            self._failure = self._failure or error

    def _refusal(self) -> StoreFailed:
        first = self._failure
        why = f"nothing is written after a first failure ({type(first).__name__}: {first})"
        return StoreFailed(self._store.place, why)


class Writer:
    """Writes in a thread of its own; everything that waits shares one transaction."""

    def __init__(self, store: Store) -> None:
        if store.inline:
            raise ValueError("an inline store belongs to one thread: use InlineWriter")
        self._gate = _Gate(store)
        self._changed = threading.Condition()
        self._waiting: list[tuple[Changes, Done]] = []
        # A daemon, so that a gateway that fails to close it still ends: a commit that is cut off
        # then was not answered either.
        self._thread = threading.Thread(target=self._run, name="latchbench-store", daemon=True)
        self._thread.start()

    def submit(self, changes: Changes, done: Done) -> None:
        """See `AnyWriter.submit`. `done` is called from the writer's thread."""
        check_texts(changes)
        with self._changed:
            self._gate.require_open()
            self._waiting.append((changes, done))
            self._changed.notify()

    def close(self) -> None:
        """See `AnyWriter.close`. Waits for the thread, so it must not be called from a `done`."""
        with self._changed:
            self._gate.close()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._take():
            failure = self._gate.commit([changes for changes, _ in batch])
            for _, done in batch:
                self._gate.answer(done, failure)

    def _take(self) -> list[tuple[Changes, Done]]:
        """All that waits, as soon as there is something; nothing when the writer is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._gate.closed)
            batch, self._waiting = self._waiting, []
            return batch


class InlineWriter:
    """Writes at once, on the caller's thread: the same promises without a thread."""

    def __init__(self, store: Store) -> None:
        self._gate = _Gate(store)

    def submit(self, changes: Changes, done: Done) -> None:
        """See `AnyWriter.submit`. `done` has been called when this returns."""
        check_texts(changes)
        self._gate.require_open()
        self._gate.answer(done, self._gate.commit([changes]))

    def close(self) -> None:
        """See `AnyWriter.close`."""
        self._gate.close()


def writer_for(store: Store) -> AnyWriter:
    """The writer that fits how `store` was opened."""
    return InlineWriter(store) if store.inline else Writer(store)
